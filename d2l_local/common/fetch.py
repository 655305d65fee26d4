"""Downloads that resume, retry and verify, and never stand half-written under their final name."""

from __future__ import annotations

import contextlib
import logging
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
CHUNK = 1 << 16  # bytes
BODY_RETRIES = 3  # in a row, without a new byte
BACK_OFF = 0.5  # seconds before the first retry of a body, doubled with each

logger = logging.getLogger("d2l_local")


class DownloadError(OSError):
    """No address delivered the file; the message lists each one with its reason."""


def fetch(
    urls: Sequence[str], target: Path, verify: Callable[[Path], object] | None = None
) -> None:
    """Downloads `target` from the first of `urls` that delivers it.

    `verify` is called with a path and raises `ValueError` or `OSError` where the content is
    wrong; without it, any complete answer is right. Nothing happens where `target` is there
    and right. Until it is complete and verified, the file is called `<target>.part`; the next
    call continues an interrupted one. Processes that ask for the same target take turns.

    Raises `DownloadError`.
    """
    if _is_right(target, verify):
        return
    with _turn(target):
        if _is_right(target, verify):  # thanks to the process that had its turn before
            return
        failures = []
        for url in urls:
            try:
                _fetch_from(url, target, verify)
            except (OSError, ValueError) as error:
                failures.append(f"{url}: {_reason(error)}")
            else:
                logger.info("%s: downloaded from %s", target.name, url)
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
def _turn(target: Path) -> Iterator[None]:
    from filelock import FileLock

    path = target.with_name(f".{target.name}.lock")
    with FileLock(path):
        try:
            yield
        finally:
            # Who waits for this lock notices that its file is gone and makes a new one. Windows
            # refuses to remove an open file.
            with contextlib.suppress(OSError):
                path.unlink()


def _reason(error: Exception) -> str:
    """The cause without the layers of wrapping that the HTTP libraries put around it."""
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or error)


def _fetch_from(url: str, target: Path, verify: Callable[[Path], object] | None) -> None:
    part = PartialFile(target, url)
    _download(url, part)
    try:
        if verify:
            verify(part.path)
    except (OSError, ValueError):
        part.discard()
        raise
    part.path.replace(target)
    part.discard()


def _download(url: str, part: PartialFile) -> None:
    """Completes `part`, continuing after every interruption for as long as new bytes come."""
    import requests

    best = part.size()
    stalled = 0
    while True:
        response = _answer(url, part)
        try:
            return _save(response, part)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            size = part.path.stat().st_size
            stalled = 0 if size > best else stalled + 1
            best = max(best, size)
            if stalled > BODY_RETRIES:
                raise
            time.sleep(BACK_OFF * 2**stalled)
        finally:
            response.close()


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
    etag = response.headers.get("ETag", "")
    # RFC 9110, 13.1.5: a weak ETag must not be used to continue a download.
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


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


def _save(response: requests.Response, part: PartialFile) -> None:
    with part.path.open("ab") as file, _progress(response, part) as bar:
        for chunk in response.iter_content(CHUNK):
            file.write(chunk)
            bar.update(len(chunk))


def _progress(response: requests.Response, part: PartialFile) -> tqdm:
    """A bar on stderr where somebody is watching: in a terminal, or in a notebook."""
    from tqdm import tqdm

    done = part.path.stat().st_size
    length = response.headers.get("Content-Length")
    return tqdm(
        desc=part.path.stem,
        total=done + int(length) if length else None,
        initial=done,
        unit="B",
        unit_scale=True,
        delay=0.5,
        leave=False,
        disable=not (sys.stderr.isatty() or "ipykernel" in sys.modules),
    )
