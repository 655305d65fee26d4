"""Fashion-MNIST as arrays: found or fetched, verified, decoded once, memory-mapped after that.

`python -m d2l_local.common.fashion_mnist` does the fetching ahead of time. Where no mirror answers,
this command also asks for Debian's package, which no other call does.

Source: H. Xiao, K. Rasul, R. Vollgraf. Fashion-MNIST: a Novel Image Dataset for Benchmarking
Machine Learning Algorithms. arXiv:1708.07747, 2017.
"""

from __future__ import annotations

import functools
import logging
import sys
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from d2l_local.common.fashion_mnist_sources import (
    DEBIAN_PACKAGE,
    SPACE,
    DataNotFoundError,
    find,
    set_aside,
    unpack_debian_package,
)
from d2l_local.common.fetch import turn
from d2l_local.common.files import replacing, user_cache
from d2l_local.common.idx import IdxFile

__all__ = ["LABELS", "DataNotFoundError", "cache_folder", "load", "split", "text_labels"]

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

LOCK = ".lock"  # name of the file that a process holds while it fetches and decodes

logger = logging.getLogger("d2l_local")

TRAIN = (
    IdxFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        0xAE65DCCD,
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        0x2ED6E46A,
    ),
)
TEST = (
    IdxFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        0x12728439,
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        0x242BC73F,
    ),
)


def load(train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Images `(n, 28, 28)` and labels `(n,)`, unsigned bytes; n is 60,000 (`train`) or 10,000.

    The arrays are memory-mapped and read-only. What is not in the cache yet, or is damaged there
    (it is then named in the log and renamed to `<name>.bad`), is fetched and decoded.

    Raises `DataNotFoundError`; `DownloadError` where another process does not end its download.
    """
    images, labels = TRAIN if train else TEST
    return _array(images), _array(labels)


def split(
    num_train: int | None = None, num_val: int | None = None
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Images with labels to train on, and others to validate on, as `load` returns them.

    Without numbers these are all 60,000 and the 10,000 of the test set. With both they are the
    first `num_train` and the last `num_val` of the 60,000, and the test set stays unseen.

    Raises `ValueError` where only one number is given, or together they are more than 60,000.
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


def cache_folder() -> Path:
    """The folder that keeps the decoded arrays and what was downloaded for them."""
    return user_cache() / "fashion-mnist"


def _array(file: IdxFile) -> np.ndarray:
    try:
        return _decoded(file, cache_folder())
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        logger.warning("cannot be used: %s", error)
    return _fetched(file, _writable(cache_folder()))


def _fetched(file: IdxFile, folder: Path) -> np.ndarray:
    with turn(folder / LOCK):
        try:
            return _decoded(file, folder)  # by the process that had the lock before
        except FileNotFoundError:
            pass
        except (OSError, ValueError):
            set_aside(_decoded_path(file, folder))
        return _keep(find(file, folder), file, folder)


def _decoded_path(file: IdxFile, folder: Path) -> Path:
    return folder / f"{file.name}.npy"


def _decoded(file: IdxFile, folder: Path) -> np.ndarray:
    """The array that an earlier call kept."""
    path = _decoded_path(file, folder)
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # numpy lets Python's tokenizer loose on a damaged header
        raise ValueError(f"{path}: {error}") from error
    if array.dtype != np.uint8 or array.shape != file.shape:
        raise ValueError(f"{path}: has {array.dtype} {array.shape}, expected uint8 {file.shape}")
    # Taken at every use, so the quickest sum that notices damage; the SHA-256 was checked once.
    if (found := zlib.crc32(array.data)) != file.crc32:
        raise ValueError(f"{path}: has the CRC-32 {found:08x}, expected {file.crc32:08x}")
    return array


def _keep(array: np.ndarray, file: IdxFile, folder: Path) -> np.ndarray:
    """Saves `array` for the next time and returns it memory-mapped, or as it is on a full disk."""
    try:
        with replacing(_decoded_path(file, folder)) as path, path.open("wb") as stream:
            np.save(stream, array)
        return _decoded(file, folder)
    except OSError as error:
        logger.warning(
            "%s cannot be kept in the cache: %s. Make room for %d MiB in %s, or put the path of "
            "another folder in the environment variable D2L_LOCAL_CACHE.",
            *(file.name, error, SPACE >> 20, folder),
        )
        return array


def _writable(folder: Path) -> Path:
    """`folder`, or one that lasts as long as this process where `folder` cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        return Path(_temporary_folder(f"{folder} cannot be written to ({error.strerror})").name)


@functools.cache
def _temporary_folder(reason: str) -> tempfile.TemporaryDirectory[str]:
    logger.warning(
        "%s: Fashion-MNIST is decoded again by every process. "
        "Set D2L_LOCAL_CACHE to a folder of yours.",
        reason,
    )
    return tempfile.TemporaryDirectory(prefix="d2l-local-", ignore_cleanup_errors=True)


def main() -> None:
    """Fetches what is not in the cache, from Debian's archive if need be; says where it is from."""
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    try:
        train, test = _load_or_ask_debian()
    except (OSError, DataNotFoundError) as error:
        sys.exit(str(error))
    where = getattr(train, "filename", "memory")
    print(f"Fashion-MNIST: {len(train):,} and {len(test):,} images, read from {where}")


def _load_or_ask_debian() -> tuple[np.ndarray, np.ndarray]:
    """The images to train on and to test with."""
    try:
        return load(True)[0], load(False)[0]
    except DataNotFoundError as error:
        folder = _writable(cache_folder())
        try:
            with turn(folder / LOCK):
                unpack_debian_package(folder)
        except OSError as reason:
            raise OSError(f"{error}\nDebian's package {DEBIAN_PACKAGE}: {reason}") from None
    return load(True)[0], load(False)[0]


if __name__ == "__main__":
    main()
