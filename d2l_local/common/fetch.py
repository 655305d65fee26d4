"""Downloads that resume, retry and verify, and never stand half-written under their final name."""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from d2l_local.common.partial_file import PartialFile

if TYPE_CHECKING:
    import requests
    from tqdm import tqdm

CONNECT_TIMEOUT = 3.0  # seconds for one address of a host
ANSWER_TIMEOUT = 10.0  # seconds until a server begins to answer, retries and name look-up included
READ_TIMEOUT = 20.0  # seconds of silence in the middle of a body
PATIENCE = 60.0  # seconds in which a body must advance by MIN_PROGRESS, interruptions included
MIN_PROGRESS = 1 << 18  # bytes; with PATIENCE a rate of 4 KiB per second
PAUSE = 1.0  # seconds before a body that broke off is asked for again, doubled while nothing comes
MAX_SIZE = 20 << 30  # bytes of a file whose size nobody knows: no data set of d2l is nearly as big
LOCK_TIMEOUT = 600.0  # seconds to wait for another process that fetches the same
CHUNK = 1 << 16  # bytes

logger = logging.getLogger("d2l_local")


class DownloadError(OSError):
    """No address delivered the file; the message lists each one with its reason."""


def fetch(
    urls: Sequence[str],
    target: Path,
    verify: Callable[[Path], object] | None = None,
    max_size: int = MAX_SIZE,
) -> None:
    """Downloads `target` from the first of `urls` that delivers it.

    `verify` is called with a path and raises `ValueError` or `OSError` where the content is
    wrong; without it, any complete answer is right. Nothing happens where `target` is there
    and right. `max_size` is the largest number of bytes that can be right: what is longer is not
    read. Until a file is complete and verified, it is called `<target>.<…>.part`, one for each
    address; the next call continues an interrupted one. Processes that ask for the same target
    take turns.

    Raises `DownloadError`.
    """
    if _is_right(target, verify):
        return
    with turn(target.with_name(f".{target.name}.lock"), keep=False):
        if _is_right(target, verify):  # thanks to the process that had its turn before
            return
        failures = []
        for url in urls:
            try:
                _fetch_from(url, target, verify, max_size)
            except (OSError, ValueError) as error:
                failures.append(f"{url}: {_reason(error)}")
            else:
                logger.info("%s: downloaded from %s", target.name, url)
                for other in urls:
                    PartialFile(target, other).discard()
                return
    raise DownloadError("\n".join(failures))


def _is_right(target: Path, verify: Callable[[Path], object] | None) -> bool:
    try:
        if verify and target.exists():
            verify(target)
    except (OSError, ValueError):
        return False
    return target.exists()


@contextlib.contextmanager
def turn(path: Path, *, keep: bool = True) -> Iterator[None]:
    """Holds the lock in the file `path`, which is removed afterwards unless it is to `keep`.

    Raises `DownloadError` where another process holds it for longer than `LOCK_TIMEOUT`.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=LOCK_TIMEOUT)
    except Timeout:
        raise DownloadError(
            f"another process has held {path} for {LOCK_TIMEOUT:g} seconds: wait until it has "
            "fetched the data, or end it"
        ) from None
    try:
        yield
    finally:
        if not keep:
            # Who waits for this lock notices that its file is gone and makes a new one. Windows
            # refuses to remove an open file.
            with contextlib.suppress(OSError):
                path.unlink()
        lock.release()


def _reason(error: Exception) -> str:
    """The cause without the layers of wrapping that the HTTP libraries put around it."""
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or error)


def _fetch_from(
    url: str, target: Path, verify: Callable[[Path], object] | None, max_size: int
) -> None:
    part = PartialFile(target, url)
    _download(url, part, max_size)
    try:
        if verify:
            verify(part.path)
    except (OSError, ValueError):
        part.discard()
        raise
    part.path.replace(target)


def _download(url: str, part: PartialFile, max_size: int) -> None:
    """Completes `part`, continuing after interruptions while it advances (see `PATIENCE`)."""
    import requests
    import urllib3

    interruptions = (
        requests.ConnectionError,
        requests.Timeout,
        urllib3.exceptions.HTTPError,
        TimeoutError,
    )
    watch = _Watch(part.size())
    while True:
        try:
            with contextlib.closing(_answer(url, part)) as response:
                return _save(response, part, max_size, watch)
        except interruptions as error:
            if not watch.pause():
                raise ConnectionError(_reason(error)) from error


class _Watch:
    """Ends a download that does not advance by `MIN_PROGRESS` bytes in `PATIENCE` seconds."""

    def __init__(self, size: int) -> None:
        self.start = self.mark = self.best = size  # bytes
        self.since = time.monotonic()
        self.wait = PAUSE

    def advance(self, size: int) -> None:
        """Notes that the file has `size` bytes now; raises `_TooSlowError`."""
        now = time.monotonic()
        if size > self.best:
            self.best, self.wait = size, PAUSE
        if self.best >= self.mark + MIN_PROGRESS:
            self.mark, self.since = self.best, now
        elif now - self.since > PATIENCE:
            raise _TooSlowError(
                f"{self.best - self.mark:,} new bytes in {PATIENCE:g} seconds, "
                f"expected at least {MIN_PROGRESS:,}"
            )

    def pause(self) -> bool:
        """Waits before the next try; False where it is no use: nothing came, or for too long."""
        over = time.monotonic() + self.wait - self.since > PATIENCE
        if over or self.best == self.start:
            return False
        time.sleep(self.wait)
        self.wait *= 2
        return True


class _TooSlowError(OSError):
    pass


def _answer(url: str, part: PartialFile) -> requests.Response:
    """A response whose body goes to the end of `part`, which is emptied if it is the whole file."""
    # Without "identity" the lengths would be those of a compressed transfer.
    headers = {"Accept-Encoding": "identity"}
    response = _get(url, headers | part.range())
    if _continues(response, part):
        return response
    if response.status_code in (206, 416):  # what the server has does not fit what is here
        response.close()
        response = _get(url, headers)
    response.raise_for_status()
    part.begin(_version(response))
    return response


def _continues(response: requests.Response, part: PartialFile) -> bool:
    content_range = response.headers.get("Content-Range", "")
    return (
        response.status_code == 206
        and content_range.startswith(f"bytes {part.size()}-")
        and _version(response) in (None, part.version())
    )


def _version(response: requests.Response) -> str | None:
    if _is_encoded(response):  # bytes are counted before decoding
        return None
    etag = response.headers.get("ETag", "")
    # RFC 9110, 13.1.5: a weak ETag must not be used to continue a download.
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


def _is_encoded(response: requests.Response) -> bool:
    """Whether the server compressed the body, although it was asked not to."""
    return response.headers.get("Content-Encoding", "identity") != "identity"


def _get(url: str, headers: dict[str, str]) -> requests.Response:
    """The response, with its body still to come.

    The sockets' timeout is not enough: it starts afresh for each of a host's addresses, and
    looking up a name has none. A thread left hanging is a daemon: it does not keep the process.
    Raises `TimeoutError` after `ANSWER_TIMEOUT` seconds.
    """
    future: Future[requests.Response] = Future()
    session = _session()

    def ask() -> None:
        try:
            timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
            future.set_result(session.get(url, headers=headers, stream=True, timeout=timeout))
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return future.result(ANSWER_TIMEOUT)
    except TimeoutError:
        raise TimeoutError(f"no answer within {ANSWER_TIMEOUT:g} seconds") from None


def _session() -> requests.Session:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    retry = Retry(
        total=4,
        connect=1,
        read=3,
        other=0,
        status_forcelist=(429, 500, 502, 503, 504),
        backoff_factor=0.5,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _save(response: requests.Response, part: PartialFile, max_size: int, watch: _Watch) -> None:
    with part.path.open("ab") as file:
        size = file.seek(0, 2)
        length = response.headers.get("Content-Length")
        end = size + int(length) if length and not _is_encoded(response) else None
        limit = _limit(part, size, end, max_size)
        with _progress(part.name, size, end) as bar:
            # Not `iter_content`, which waits until a chunk is full: for ever, if bytes drip.
            while chunk := response.raw.read1(CHUNK, decode_content=True):
                size += len(chunk)
                if size > limit:
                    part.discard()
                    raise ValueError(f"has more than {limit:,} bytes, the most that it may have")
                file.write(chunk)
                bar.update(len(chunk))
                watch.advance(size)


def _limit(part: PartialFile, size: int, end: int | None, max_size: int) -> int:
    """The number of bytes that `part`, which has `size`, may grow to; `end` is None if unknown.

    An answer of unknown length may take half of the space that is free.
    Raises `ValueError` where the file is too long, `OSError` where the disk is too small.
    """
    if end is not None and end > max_size:
        part.discard()
        raise ValueError(f"has {end:,} bytes, expected {max_size:,} at most")
    free = shutil.disk_usage(part.path.parent).free
    if end is not None and end - size > free:
        raise OSError(
            errno.ENOSPC,
            f"{end - size:,} bytes are to come, and {part.path.parent} has room for {free:,}",
        )
    return min(max_size, size + free // 2) if end is None else end


def _progress(name: str, done: int, total: int | None) -> tqdm:
    """A bar on stderr where somebody is watching: in a terminal, or in a notebook."""
    from tqdm import tqdm

    return tqdm(
        desc=name,
        total=total,
        initial=done,
        unit="B",
        unit_scale=True,
        delay=0.5,
        leave=False,
        disable=not (sys.stderr.isatty() or "ipykernel" in sys.modules),
    )
