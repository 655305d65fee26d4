import gzip
import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from d2l_local.common.idx import IdxFile, read_idx

IDX = bytes.fromhex("000008020000000200000003") + bytes([1, 2, 3, 4, 5, 6])
SHA256 = hashlib.sha256(IDX).hexdigest()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [IDX, gzip.compress(IDX, 1), gzip.compress(IDX, 9)],
    ids=["plain", "quickly compressed", "well compressed"],
)
def test_plain_and_compressed_files_hold_the_same_array(tmp_path: Path, content: bytes) -> None:
    array = read_idx(write(tmp_path / "a", content), SHA256, len(IDX))
    np.testing.assert_array_equal(array, [[1, 2, 3], [4, 5, 6]])
    assert array.dtype == np.uint8
    assert not array.flags.writeable


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (IDX[:-1], "SHA-256 of its 17 bytes"),
        (IDX[:-1] + b"7", "SHA-256"),
        (b"", "SHA-256"),
        (gzip.compress(IDX)[:-5], "cannot be decompressed"),
        (gzip.compress(IDX)[:10] + b"\xff" * 30, "cannot be decompressed"),
    ],
    ids=["truncated", "altered", "empty", "truncated gzip", "altered gzip"],
)
def test_damage_is_described_with_the_path(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path / "a", content)
    with pytest.raises(ValueError, match=reason) as error:
        read_idx(path, SHA256, len(IDX))
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\0\0\x0d\x01" + IDX[4:], "starts with 00000d01"),
        (IDX + b"\0", r"7 values, expected \(2, 3\)"),
    ],
    ids=["floats", "too long"],
)
def test_a_header_that_does_not_fit_is_an_error(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = write(tmp_path / "a", content)
    with pytest.raises(ValueError, match=reason):
        read_idx(path, hashlib.sha256(content).hexdigest(), len(content))


def test_of_a_file_that_unpacks_to_more_than_it_should_no_more_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a", gzip.compress(bytes(50_000_000)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=f"more than {len(IDX)} bytes"):
        read_idx(path, SHA256, len(IDX))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


def test_the_size_of_a_file_is_that_of_its_header_and_its_array() -> None:
    assert IdxFile("a", (2, 3), SHA256, 0).size == len(IDX)
