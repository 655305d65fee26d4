"""The IDX format, in which the MNIST family of data sets is published."""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

UNSIGNED_BYTES = 0x08


@dataclass(frozen=True)
class IdxFile:
    """A published file, and what must be in it."""

    name: str
    shape: tuple[int, ...]
    sha256: str  # of the decompressed file: .gz files of the same content differ
    crc32: int  # of the array's bytes

    @property
    def size(self) -> int:
        """Number of bytes of the decompressed file: header and array."""
        return 4 + 4 * len(self.shape) + math.prod(self.shape)


def read_idx(path: Path, sha256: str, size: int) -> np.ndarray:
    """Read-only array of unsigned bytes in the IDX file at `path`, which may be gzip-compressed.

    `sha256` (hexadecimal) and `size` (bytes) are those of the decompressed content; no more than
    that is read.

    Raises `ValueError` where the content is damaged or another, `OSError` where it cannot be read.
    """
    content = _content(path, size + 1)
    if len(content) > size:
        raise ValueError(f"{path}: has more than {size:,} bytes (decompressed), expected {size:,}")
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path}: the SHA-256 of its {len(content):,} bytes (decompressed) is {found}, "
            f"expected {sha256}"
        )
    return _parse(content, path)


def _content(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of the decompressed content."""
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not compressed:
            return file.read(limit)
        try:
            with gzip.open(file) as stream:
                return stream.read(limit)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path}: cannot be decompressed ({error})") from error


def _parse(content: bytes, path: Path) -> np.ndarray:
    """The header is two zero bytes, the type, the number of dimensions, and their sizes.

    Source: the description of the file format on http://yann.lecun.com/exdb/mnist/.
    """
    zeros, kind, ndim = struct.unpack_from(">HBB", content)
    if zeros or kind != UNSIGNED_BYTES:
        raise ValueError(f"{path}: starts with {content[:4].hex()}, expected 000008 and a byte")
    shape = struct.unpack_from(f">{ndim}I", content, offset=4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * ndim)
    if values.size != np.prod(shape):
        raise ValueError(f"{path}: has {values.size:,} values, expected {shape} from its header")
    return values.reshape(shape)
