"""Where the IDX files of Fashion-MNIST come from, in the order in which the places are tried."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from d2l_local.common.debian import unpacked_package
from d2l_local.common.fetch import fetch
from d2l_local.common.idx import IdxFile, read_idx

FOLDER_VARIABLE = "D2L_LOCAL_FASHION_MNIST"
SYSTEM_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package installs it
DEBIAN_PACKAGE = "dataset-fashion-mnist"
MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
)
SPACE = 100 << 20  # bytes that the cache takes: 31 MB downloaded, 55 MB decoded, some to spare
ADVICE = f"""\
What to do, one of these:
  - connect this computer to the network and try again;
  - on Debian or Ubuntu: sudo apt-get install {DEBIAN_PACKAGE}; or, without root,
    python -m d2l_local.common.fashion_mnist, which takes that package apart;
  - copy the four files *-ubyte.gz of https://github.com/zalandoresearch/fashion-mnist into a folder
    and put its path in the environment variable {FOLDER_VARIABLE};
  - if the disk is full: make room for {SPACE >> 20} MiB, or put the path of a folder on another
    disk in the environment variable D2L_LOCAL_CACHE."""

logger = logging.getLogger("d2l_local")


class DataNotFoundError(RuntimeError):
    """No place has the data; the message lists each one with its reason, and what to do."""


def find(file: IdxFile, cache: Path) -> np.ndarray:
    """The verified array of `file` from the first place that has it; downloads stay in `cache`.

    Raises `DataNotFoundError`.
    """
    failures: list[str] = []
    for place, read in _places(file, cache):
        try:
            array = read()
        except (OSError, ValueError) as error:
            failures += [f"  - {place}: {line}" for line in str(error).splitlines()]
        else:
            logger.info("%s: %s", file.name, place)
            return array
    heading = f"{file.name} of Fashion-MNIST was not found. Tried, in this order:"
    raise DataNotFoundError("\n".join([heading, *failures, ADVICE]))


def _places(file: IdxFile, cache: Path) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    yield f"the folder in {FOLDER_VARIABLE}", lambda: _from_named_folder(file)
    yield "the cache", lambda: _from_folder(file, cache, ours=True)
    yield "the system's folder", lambda: _from_folder(file, SYSTEM_FOLDER)
    yield "download", lambda: _from_mirrors(file, cache)


def _from_named_folder(file: IdxFile) -> np.ndarray:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise FileNotFoundError("the variable is not set")
    return _from_folder(file, Path(folder).expanduser())


def _from_folder(file: IdxFile, folder: Path, *, ours: bool = False) -> np.ndarray:
    """The array of `file` or of its .gz in `folder`.

    A damaged file is set aside in a folder of `ours`; elsewhere it is only named.
    """
    plain, compressed = folder / file.name, folder / f"{file.name}.gz"
    reasons = []
    for path in (plain, compressed):
        try:
            return read_idx(path, file.sha256, file.size)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            logger.warning("cannot be used: %s", error)
            reasons.append(str(error))
            if ours:
                set_aside(path)
    nothing = f"{folder} has neither {plain.name} nor {compressed.name}"
    raise FileNotFoundError("\n".join(reasons) or nothing)


def set_aside(path: Path) -> None:
    """Renames a damaged file to `<name>.bad`."""
    bad = path.with_name(f"{path.name}.bad")
    path.replace(bad)
    logger.warning("set aside as %s", bad)


def _from_mirrors(file: IdxFile, cache: Path) -> np.ndarray:
    target = cache / f"{file.name}.gz"
    fetch(
        [f"{mirror}/{target.name}" for mirror in MIRRORS],
        target,
        functools.partial(read_idx, sha256=file.sha256, size=file.size),
        # What cannot be compressed grows a little, by RFC 1952's header and RFC 1951's blocks.
        max_size=file.size + file.size // 1000 + 1024,
    )
    return read_idx(target, file.sha256, file.size)


def unpack_debian_package(cache: Path) -> None:
    """Puts the files of Debian's package into `cache`; calls apt, so only for those who ask.

    Raises `OSError` where the package cannot be had.
    """
    with unpacked_package(DEBIAN_PACKAGE, cache) as root:
        for path in root.rglob("*-ubyte.gz"):
            path.replace(cache / path.name)
