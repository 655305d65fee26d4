"""Fashion-MNIST as arrays: found or fetched once, verified, and memory-mapped after that.

`python -m d2l_local.common.fashion_mnist` does the fetching ahead of time.

Source: H. Xiao, K. Rasul, R. Vollgraf. Fashion-MNIST: a Novel Image Dataset for Benchmarking
Machine Learning Algorithms. arXiv:1708.07747, 2017.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import logging
import math
import os
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from d2l_local.common.download import replacing, retrieve, user_cache

LABELS = (
    "t-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class IdxFile(NamedTuple):
    """A file in the format IDX, decompressed: a short header, then the bytes of an array."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self) -> int:
        """The length of the header: its kind, and four bytes for each dimension."""
        return 4 + 4 * len(self.shape)

    @property
    def size(self) -> int:
        """The length of the whole file."""
        return self.header + math.prod(self.shape)


TRAIN = (
    IdxFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
)
TEST = (
    IdxFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)
FILES = (*TRAIN, *TEST)
# The cache has the bytes of the four arrays, one after the other. Every process checks them by the
# quickest sum that notices damage; the SHA-256 of the files was checked when they came.
_ARRAYS = "fashion-mnist.npy"
_SIZE = sum(math.prod(file.shape) for file in FILES)
_CRC32 = 0xC7A95B27

_FOLDER_VARIABLE = "D2L_LOCAL_FASHION_MNIST"
_SYSTEM_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package installs it
_MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
)
_SPACE = 55 << 20  # Bytes that the cache takes.
_ADVICE = f"""\
What to do, one of these:
  - connect this computer to the network and try again;
  - on Debian or Ubuntu: sudo apt-get install dataset-fashion-mnist;
  - copy the four files *-ubyte.gz of https://github.com/zalandoresearch/fashion-mnist into a folder
    and put its path in the environment variable {_FOLDER_VARIABLE};
  - if the disk is full: make room for {_SPACE >> 20} MiB, or put the path of a folder on another
    disk in the environment variable D2L_LOCAL_CACHE."""

logger = logging.getLogger("d2l_local")


class DataNotFoundError(RuntimeError):
    """No place has the data; the message lists each one with its reason, and what to do."""


def load(train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Images `(n, 28, 28)` and labels `(n,)`, unsigned bytes; n is 60,000 (`train`) or 10,000.

    The arrays are memory-mapped and read-only. What is not in the cache yet, or is damaged there,
    is fetched.

    Raises:
        DataNotFoundError: if no place has the files.
    """
    content = _content()
    arrays, start = {}, 0
    for file in FILES:
        end = start + math.prod(file.shape)
        arrays[file] = content[start:end].reshape(file.shape)
        start = end
    images, labels = TRAIN if train else TEST
    return arrays[images], arrays[labels]


def split(
    num_train: int | None = None, num_val: int | None = None
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Images with labels to train on, and others to validate on, as `load` returns them.

    Without numbers these are all 60,000 and the 10,000 of the test set. With both they are the
    first `num_train` and the last `num_val` of the 60,000, and the test set stays unseen.

    Raises:
        ValueError: if only one number is given, or together they are more than 60,000.
    """
    images, labels = load(train=True)
    if num_train is None and num_val is None:
        return (images, labels), load(train=False)
    if not num_train or not num_val or num_train < 0 or num_val < 0:
        raise ValueError(
            f"num_train and num_val go together and are positive, but are {num_train} and {num_val}"
        )
    if num_train + num_val > len(labels):
        raise ValueError(
            f"num_train={num_train:,} and num_val={num_val:,} are more than the {len(labels):,} "
            "training images"
        )
    return (images[:num_train], labels[:num_train]), (images[-num_val:], labels[-num_val:])


def text_labels(labels: Iterable[Any]) -> list[str]:
    """The names of the classes `labels`, numbers 0 to 9."""
    return [LABELS[int(label)] for label in labels]


def size_of(resize: int | tuple[int, int] | None) -> tuple[int, int]:
    """(height, width): of a square with that side, or of the original images for None."""
    if resize is None:
        return 28, 28
    height, width = (resize, resize) if isinstance(resize, int) else resize
    return height, width


def cache_folder() -> Path:
    """The folder that keeps the arrays."""
    return user_cache() / "fashion-mnist"


def _content() -> np.ndarray:
    """The bytes of all arrays, from the cache if they are there."""
    path = cache_folder() / _ARRAYS
    try:
        return _mapped(path, path.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        logger.warning("cannot be used, and is made anew: %s", error)
    return _made(path)


@functools.cache
def _made(path: Path) -> np.ndarray:
    """The bytes of all arrays, from wherever they are, and from now on in the file `path`."""
    content = np.concatenate([_find(file).ravel() for file in FILES])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished, unfinished.open("wb") as stream:
            np.save(stream, content)
        return _mapped(path, path.stat().st_mtime_ns)
    except OSError as error:
        logger.warning(
            "Fashion-MNIST cannot be kept, so every process makes it again: %s. Make room for "
            "%d MiB in %s, or put the path of another folder in the environment variable "
            "D2L_LOCAL_CACHE.",
            *(error, _SPACE >> 20, path.parent),
        )
        content.flags.writeable = False
        return content


@functools.cache
def _mapped(path: Path, time: int) -> np.ndarray:
    """The array in a file as it was at `time`, checked once."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # numpy lets Python's tokenizer loose on a damaged header
        raise ValueError(f"{path}: {error}") from error
    if array.dtype != np.uint8 or array.shape != (_SIZE,):
        raise ValueError(f"{path}: has {array.dtype} {array.shape}, expected {_SIZE:,} bytes")
    if (found := zlib.crc32(array.data)) != _CRC32:
        raise ValueError(f"{path}: has the CRC-32 {found:08x}, expected {_CRC32:08x}")
    return array


def _find(file: IdxFile) -> np.ndarray:
    """The array of a file from the first place that has it.

    Raises:
        DataNotFoundError: if none has.
    """
    failures = []
    for place in _places(file):
        try:
            array = _read(place, file)
        except FileNotFoundError:
            failures.append(f"  - {place}: there is no such file")
        except (OSError, ValueError) as error:
            failures.append(f"  - {error}")
        else:
            logger.info("%s: %s", file.name, place)
            return array
    heading = f"{file.name} of Fashion-MNIST was not found. Tried, in this order:"
    raise DataNotFoundError("\n".join([heading, *failures, _ADVICE]))


def _places(file: IdxFile) -> Iterator[str]:
    """The paths and addresses where a file may be, plain or compressed."""
    named = os.environ.get(_FOLDER_VARIABLE)
    for folder in [*([Path(named).expanduser()] if named else []), _SYSTEM_FOLDER]:
        yield from (str(folder / file.name), str(folder / f"{file.name}.gz"))
    yield from (f"{mirror}/{file.name}.gz" for mirror in _MIRRORS)


def _read(place: str, file: IdxFile) -> np.ndarray:
    """The array in a file, downloaded and decompressed if need be.

    Raises:
        ValueError: if it is another file than was published.
    """
    if "://" in place:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{file.name}.gz")
            # What cannot be compressed grows a little.
            retrieve(place, path, max_size=file.size + (64 << 10))
            return _array(path, file, place)
    return _array(Path(place), file, place)


def _array(path: Path, file: IdxFile, place: str) -> np.ndarray:
    with path.open("rb") as stream:
        compressed = stream.read(2) == b"\x1f\x8b"  # A server may have sent what it decompressed.
    try:
        with gzip.open(path) if compressed else path.open("rb") as stream:
            content = stream.read(file.size + 1)  # No more than can be right.
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{place}: {error}") from error
    if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
        raise ValueError(f"{place}: the SHA-256 is {found}, expected {file.sha256}")
    return np.frombuffer(content, np.uint8, offset=file.header).reshape(file.shape)


def main() -> None:
    """Fetches what is not in the cache, and says where it is from."""
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    try:
        train, test = load(True)[0], load(False)[0]
    except (OSError, DataNotFoundError) as error:
        sys.exit(str(error))
    where = getattr(train, "filename", "memory")
    print(f"Fashion-MNIST: {len(train):,} and {len(test):,} images, read from {where}")


if __name__ == "__main__":
    main()
