"""Files from elsewhere: the user's cache, and d2l's functions that download and unpack."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from d2l_local.common.fetch import fetch
from d2l_local.common.older_names import renamed

DATA_URL = "http://d2l-data.s3-accelerate.amazonaws.com/"
DATA_HUB: dict[str, tuple[str, str]] = {}
"""Name of a data set → its URL and its SHA-1; notebooks add their own."""


def user_cache() -> Path:
    """The folder for what can be fetched again; `D2L_LOCAL_CACHE` names another one."""
    if override := os.environ.get("D2L_LOCAL_CACHE"):
        return Path(override).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("d2l_local", appauthor=False)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write to, which becomes `target` where the block ends, and is gone where it fails.

    Not for several processes at once with one `target`.
    """
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def mkdir_if_not_exist(path: str | os.PathLike[str] | Iterable[str]) -> None:
    """Makes the folder `path` (or the folder whose path has these parts) unless it is there.

    Notebooks of the releases 0.13 and 0.14 call it.
    """
    parts = [path] if isinstance(path, (str, os.PathLike)) else path
    Path(*parts).mkdir(parents=True, exist_ok=True)


def check_sha1(path: str | os.PathLike[str], expected: str) -> None:
    """Raises `ValueError` unless the SHA-1 of the file is `expected` (hexadecimal)."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha1").hexdigest()
    if found != expected.lower():
        raise ValueError(f"{path}: its SHA-1 is {found}, expected {expected}")


@renamed(name="url", cache_dir="folder")  # 0.13 to 0.17
def download(
    url: str, folder: str | os.PathLike[str] = "../data", sha1_hash: str | None = None
) -> str:
    """Path of the file behind `url` (or behind a name in `DATA_HUB`), downloaded into `folder`.

    A file that is already there and has the right SHA-1 (any content where none is given) is
    not downloaded again. A lost connection is waited for; what comes slower than 4 KiB per second
    for a minute, is longer than 20 GiB, or does not fit on the disk, is given up (the limits stand
    in `d2l_local.common.fetch`). Older releases called the arguments `name` and `cache_dir`.

    Raises `ValueError` for a name that is not in `DATA_HUB`, `DownloadError` where the file cannot
    be had or is not the one that the SHA-1 describes.
    """
    if "://" not in url:
        url, sha1_hash = _data_set(url)
    name = PurePosixPath(urlsplit(url).path).name
    if name in ("", ".."):
        raise ValueError(f"{url!r} does not end in the name of a file")
    target = Path(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    fetch([url], target, (lambda path: check_sha1(path, sha1_hash)) if sha1_hash else None)
    return str(target)


def _data_set(name: str) -> tuple[str, str]:
    if name not in DATA_HUB:
        known = ", ".join(sorted(DATA_HUB)) or "nothing"
        raise ValueError(f"{name!r} is neither a URL nor a name in DATA_HUB, which has {known}")
    return DATA_HUB[name]


def extract(filename: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None) -> None:
    """Unpacks a zip file, a tar file (compressed or not) or a single .gz file.

    It goes into `folder`, by default the one that the file is in. Nothing is written outside of
    it: a zip file's paths lose what leads out of it, a tar file that has such paths is refused.

    Raises `ValueError` for other kinds of files, `tarfile.TarError` for a tar file refused.
    """
    path = Path(filename)
    destination = path.parent if folder is None else Path(folder)
    destination.mkdir(parents=True, exist_ok=True)
    if _is_tar(path):
        _extract_tar(path, destination)
    elif path.suffix == ".gz":
        with (
            gzip.open(path) as source,
            replacing(destination / path.stem) as unfinished,
            unfinished.open("wb") as content,
        ):
            shutil.copyfileobj(source, content)
    elif zipfile.is_zipfile(path):  # last, for it finds a zip file inside of another archive, too
        with zipfile.ZipFile(path) as archive:
            archive.extractall(destination)
    else:
        raise ValueError(f"{path}: not a zip, tar or gz file")


def _is_tar(path: Path) -> bool:
    if not tarfile.is_tarfile(path):
        return False
    if path.suffix != ".gz" or path.stem.endswith(".tar"):
        return True
    with tarfile.open(path) as archive:  # Zeros alone are a tar file, too: the end of one.
        return archive.next() is not None


def _extract_tar(path: Path, destination: Path) -> None:
    with tarfile.open(path) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(destination, filter="data")
        else:  # Python before 3.11.4
            archive.extractall(destination, _harmless_members(archive, destination))


def _harmless_members(archive: tarfile.TarFile, folder: Path) -> list[tarfile.TarInfo]:
    """All members, which must be files and folders inside of `folder`: no links, no devices."""
    members = archive.getmembers()
    for member in members:
        inside = Path(folder, member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name!r} could lead out of {folder}")
    return members


def download_extract(name: str, folder: str | None = None) -> str:
    """Downloads and unpacks `name` (a name in `DATA_HUB` or a URL); returns where it now is.

    That is the archive's path without its suffixes, or `folder` beside it for an archive whose
    content is called otherwise.
    """
    archive = Path(download(name))
    extract(archive)
    if folder:
        return str(archive.parent / folder)
    content = archive.with_suffix("")
    return str(content.with_suffix("") if content.suffix == ".tar" else content)
