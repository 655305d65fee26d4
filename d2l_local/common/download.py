"""Files from elsewhere: downloaded by pooch, checked, kept, unpacked."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from d2l_local.compat.older_names import renamed

DATA_URL = "http://d2l-data.s3-accelerate.amazonaws.com/"
DATA_HUB: dict[str, tuple[str, str]] = {}
"""Name of a data set → its URL and its SHA-1; notebooks add their own."""

_TIMEOUT = (5, 20)  # Seconds until a server answers, and of silence in the middle of a file.
_RETRIES = 2  # Pooch waits one second before the first, two before the second.
_PATIENCE = 60.0  # Seconds in which a file must advance by _LEAST bytes.
_LEAST = 1 << 18
_MOST = 20 << 30  # Bytes of a file whose size nobody knows: no data set of d2l is nearly as big.


class DownloadError(OSError):
    """A file cannot be had from its address, or is not the one that was expected."""


def user_cache() -> Path:
    """The folder for what can be fetched again; `D2L_LOCAL_CACHE` names another one."""
    if override := os.environ.get("D2L_LOCAL_CACHE"):
        return Path(override).expanduser()
    import pooch

    return Path(pooch.os_cache("d2l_local"))


def retrieve(url: str, target: Path, known_hash: str | None = None, max_size: int = _MOST) -> None:
    """Downloads `target` unless it is there, and right as far as `known_hash` says what that is.

    It gets its name when it is complete and checked. A lost connection is tried again.

    Args:
        url: where the file is.
        target: where it belongs; its folder is made.
        known_hash: such as "sha1:" and the hexadecimal digits; None takes any content.
        max_size: the largest number of bytes that can be right.

    Raises:
        DownloadError: if the file cannot be had, has another hash, is larger than it can be or than
            the disk has room for, or comes slower than 4 KiB per second for a minute.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    watched = sys.stderr.isatty()
    if not watched and not target.exists():
        print(f"Downloading {url}")
    files = pooch.create(
        path=target.parent,
        base_url="",
        registry={target.name: known_hash},
        urls={target.name: url},
        retry_if_failed=_RETRIES,
    )
    progress = _Progress(target.parent, max_size, watched)
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=_TIMEOUT)
    try:
        files.fetch(target.name, downloader=downloader)
    except (requests.RequestException, OSError, ValueError) as error:
        raise DownloadError(f"{url}: {error}") from error


class _Progress:
    """What pooch tells how far a download is: a bar where somebody watches, and limits.

    Args:
        folder: where the file will be.
        max_size: the largest number of bytes that can be right.
        watched: whether to draw the bar.
    """

    def __init__(self, folder: Path, max_size: int, watched: bool):
        from tqdm import tqdm

        self.folder, self.max_size = folder, max_size
        self.bar = tqdm(unit="B", unit_scale=True, ncols=79, disable=not watched)
        self.total = 0  # Bytes that the server has announced; pooch sets it.
        self.done = 0
        self.checked = time.monotonic(), 0

    def update(self, n: int) -> None:
        """Take note of `n` more bytes."""
        if self.done == 0:
            self.bar.total = self.total
            if self.total > (free := shutil.disk_usage(self.folder).free):
                raise DownloadError(f"has {self.total:,} bytes, but the disk only {free:,} left")
        self.done += n
        self.bar.update(n)
        if max(self.total, self.done - n) > self.max_size:
            raise DownloadError(f"has more than the {self.max_size:,} bytes that can be right")
        (then, before), now = self.checked, time.monotonic()
        if now - then > _PATIENCE:
            if self.done - before < _LEAST:
                raise DownloadError(f"gave up after {now - then:.0f} s with next to no progress")
            self.checked = now, self.done

    def reset(self) -> None:
        """Start again from nothing."""
        self.done = 0
        self.checked = time.monotonic(), 0
        self.bar.reset()

    def close(self) -> None:
        """Leave the bar as it is."""
        self.bar.close()


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes `target` where the block ends, and is gone where it fails."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
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


@renamed(name="url", cache_dir="folder")  # 0.13 to 0.17
def download(
    url: str, folder: str | os.PathLike[str] = "../data", sha1_hash: str | None = None
) -> str:
    """Path of the file behind `url` (or behind a name in `DATA_HUB`), downloaded into `folder`.

    A file that is already there and has the right SHA-1 (any content where none is given) is
    not downloaded again. Older releases called the arguments `name` and `cache_dir`.

    Raises `ValueError` for a name that is not in `DATA_HUB`, `DownloadError` where the file cannot
    be had or is not the one that the SHA-1 describes.
    """
    if "://" not in url:
        url, sha1_hash = _data_set(url)
    name = PurePosixPath(urlsplit(url).path).name
    if name in ("", ".."):
        raise ValueError(f"{url!r} does not end in the name of a file")
    target = Path(folder, name)
    retrieve(url, target, sha1_hash and f"sha1:{sha1_hash.lower()}")
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
