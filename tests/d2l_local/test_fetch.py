import contextlib
import gzip
import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from filelock import FileLock
from local_server import LocalServer, ranges, serving, status, whole

from d2l_local.common import fetch as fetch_module
from d2l_local.common.fetch import DownloadError, fetch
from d2l_local.common.partial_file import PartialFile

CONTENT = bytes(range(256)) * 2000
CUT = 3 * fetch_module.CHUNK


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "PAUSE", 0.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serving() as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data.bin"


def is_content(path: Path) -> None:
    if path.read_bytes() != CONTENT:
        raise ValueError("not the content")


def interrupted(url: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that stops in the middle of the body."""
    with monkeypatch.context() as patch:
        patch.setattr(fetch_module, "PAUSE", float("inf"))
        with pytest.raises(DownloadError):
            fetch([url], target)


def test_the_file_arrives_and_nothing_else_is_left(server: LocalServer, target: Path) -> None:
    fetch([server.put("/a", whole(CONTENT, '"1"'))], target)
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]


def test_a_file_that_is_there_and_right_is_not_asked_for(server: LocalServer, target: Path) -> None:
    target.write_bytes(CONTENT)
    fetch([server.put("/a", whole(CONTENT))], target, is_content)
    assert server.asked == []


def test_a_file_that_is_there_and_right_needs_no_lock(target: Path) -> None:
    target.write_bytes(CONTENT)
    target.with_name(f".{target.name}.lock").mkdir()  # as if the folder were read-only
    fetch(["http://unused.invalid"], target, is_content)


def test_a_file_that_is_there_and_wrong_is_replaced(server: LocalServer, target: Path) -> None:
    target.write_bytes(CONTENT[:-1])
    fetch([server.put("/a", whole(CONTENT))], target, is_content)
    assert target.read_bytes() == CONTENT


def test_a_server_error_is_retried(server: LocalServer, target: Path) -> None:
    fetch([server.put("/a", status(500), whole(CONTENT))], target)
    assert target.read_bytes() == CONTENT


def test_a_missing_file_is_not_retried_but_asked_of_the_next_mirror(
    server: LocalServer, target: Path
) -> None:
    fetch([server.put("/a", status(404)), server.put("/b", whole(CONTENT))], target)
    assert server.asked == ["/a", "/b"]
    assert target.read_bytes() == CONTENT


def test_wrong_content_is_not_kept_and_the_next_mirror_is_asked(
    server: LocalServer, target: Path
) -> None:
    mirrors = [server.put("/a", whole(b"<html>", '"1"')), server.put("/b", whole(CONTENT))]
    fetch(mirrors, target, is_content)
    assert target.read_bytes() == CONTENT


def test_where_every_mirror_fails_each_is_named_with_its_reason(
    server: LocalServer, target: Path
) -> None:
    mirrors = [server.put("/a", status(404)), server.put("/b", whole(b"<html>", '"1"'))]
    with pytest.raises(DownloadError) as error:
        fetch(mirrors, target, is_content)
    missing, wrong = str(error.value).splitlines()
    assert missing.startswith(mirrors[0])
    assert "404" in missing
    assert wrong == f"{mirrors[1]}: not the content"
    assert os.listdir(target.parent) == []


def test_a_refused_connection_is_reported_in_plain_words(target: Path) -> None:
    with serving() as server:
        url = server.put("/a")
    with pytest.raises(DownloadError, match="refused"):
        fetch([url], target)


def test_a_server_that_never_answers_is_left_for_the_next_mirror(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "ANSWER_TIMEOUT", 0.3)
    over = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        over.wait(20)
        status(404)(handler)

    fetch([server.put("/a", silent), server.put("/b", whole(CONTENT))], target)
    over.set()
    assert target.read_bytes() == CONTENT


def test_a_body_that_breaks_off_is_continued_where_it_stopped(
    server: LocalServer, target: Path
) -> None:
    fetch([server.put("/a", whole(CONTENT, '"1"', cut=CUT), ranges(CONTENT, '"1"'))], target)
    assert server.asked == ["/a", f"/a bytes={CUT}-"]
    assert target.read_bytes() == CONTENT


def test_an_interrupted_download_is_continued_by_the_next_call(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("/a", whole(CONTENT, '"1"', cut=CUT), ranges(CONTENT, '"1"'))
    interrupted(url, target, monkeypatch)
    assert not target.exists()
    fetch([url], target)
    assert server.asked[-1] == f"/a bytes={CUT}-"
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]


def test_a_server_that_ignores_ranges_sends_everything_again(
    server: LocalServer, target: Path
) -> None:
    fetch([server.put("/a", whole(CONTENT, '"1"', cut=CUT), whole(CONTENT, '"1"'))], target)
    assert target.read_bytes() == CONTENT


def test_a_server_that_never_finishes_is_given_up(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "PATIENCE", 0.3)
    with pytest.raises(DownloadError):
        fetch([server.put("/a", whole(CONTENT, '"1"', cut=CUT))], target)
    assert len(server.asked) > 1
    assert not target.exists()


def test_a_network_that_is_gone_for_a_while_is_waited_for(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "PAUSE", 0.05)
    refusals = 2

    def gone(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()  # without a word, as a router does that lost its line

    answers = [whole(CONTENT, '"1"', cut=CUT), *[gone] * refusals, ranges(CONTENT, '"1"')]
    fetch([server.put("/a", *answers)], target)
    assert len(server.asked) == 1 + refusals + 1
    assert target.read_bytes() == CONTENT


def test_a_server_that_drips_is_given_up(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "PATIENCE", 0.3)
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        while not over.wait(0.02):
            handler.wfile.write(b"x")

    with pytest.raises(DownloadError, match=r"new bytes in 0\.3 seconds, expected at least"):
        fetch([server.put("/a", drip)], target)
    over.set()


def endless(handler: BaseHTTPRequestHandler) -> None:
    """An answer of unknown length; it ends with the connection, which the other side closes."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(CONTENT)


def test_of_an_endless_answer_no_more_is_read_than_can_be_right(
    server: LocalServer, target: Path
) -> None:
    urls = [server.put("/a", endless), server.put("/b", whole(CONTENT))]
    fetch(urls, target, is_content, max_size=len(CONTENT))
    assert target.read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="more than 1,000 bytes"):
        fetch(urls[:1], target, lambda path: is_content(path.with_name("no")), max_size=1000)
    assert os.listdir(target.parent) == [target.name]


def test_a_file_that_is_announced_as_too_long_is_not_read(
    server: LocalServer, target: Path
) -> None:
    url = server.put("/a", whole(CONTENT))
    with pytest.raises(DownloadError, match=f"has {len(CONTENT):,} bytes, expected 1,000 at most"):
        fetch([url], target, max_size=1000)
    assert os.listdir(target.parent) == []


def test_an_answer_of_unknown_length_leaves_half_of_the_free_space(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module.shutil, "disk_usage", lambda _: SimpleNamespace(free=300_000))
    with pytest.raises(DownloadError, match="more than 150,000 bytes"):
        fetch([server.put("/a", endless)], target)
    assert os.listdir(target.parent) == []


def test_a_disk_that_is_too_small_is_named_with_the_space_that_is_needed(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DownloadError, match=rf"512,000 bytes .*, and {target.parent} .* for 1,000"):
        fetch([server.put("/a", whole(CONTENT))], target)


def test_a_body_that_the_server_compressed_unasked_is_decoded(
    server: LocalServer, target: Path
) -> None:
    def compressed(handler: BaseHTTPRequestHandler) -> None:
        body = gzip.compress(CONTENT)
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    fetch([server.put("/a", compressed)], target)
    assert target.read_bytes() == CONTENT


def test_what_one_mirror_delivered_outlives_the_attempt_with_another(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = server.put("/a", whole(CONTENT, '"1"', cut=CUT), status(404), ranges(CONTENT, '"1"'))
    second = server.put("/b", whole(b"<html>", '"2"'), status(404))
    interrupted(first, target, monkeypatch)
    with pytest.raises(DownloadError):
        fetch([first, second], target, is_content)
    fetch([first, second], target, is_content)
    assert server.asked[-1] == f"/a bytes={CUT}-"
    assert os.listdir(target.parent) == [target.name]


def test_a_lock_that_another_process_never_releases_is_named(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "LOCK_TIMEOUT", 0.1)
    lock = target.with_name(f".{target.name}.lock")
    with FileLock(lock), pytest.raises(DownloadError, match=f"has held {lock} for 0.1 seconds"):
        fetch(["http://unused.invalid"], target)


@pytest.mark.parametrize("heeds_if_range", [True, False])
def test_two_versions_of_a_file_are_never_mixed(
    server: LocalServer, target: Path, heeds_if_range: bool
) -> None:
    new = ranges(CONTENT, '"2"', heeds_if_range=heeds_if_range)
    fetch([server.put("/a", whole(CONTENT[::-1], '"1"', cut=CUT), new)], target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_has_become_shorter_starts_over(server: LocalServer, target: Path) -> None:
    short = CONTENT[:1000]
    new = ranges(short, '"1"', heeds_if_range=False)
    fetch([server.put("/a", whole(CONTENT, '"1"', cut=CUT), new)], target)
    assert target.read_bytes() == short


def test_a_range_that_was_not_asked_for_is_not_used(server: LocalServer, target: Path) -> None:
    def from_the_start(handler: BaseHTTPRequestHandler) -> None:
        handler.headers.replace_header("Range", "bytes=0-")
        ranges(CONTENT, '"1"')(handler)

    answers = whole(CONTENT, '"1"', cut=CUT), from_the_start, whole(CONTENT)
    fetch([server.put("/a", *answers)], target)
    assert target.read_bytes() == CONTENT


def test_a_download_without_a_version_starts_over(server: LocalServer, target: Path) -> None:
    fetch([server.put("/a", whole(CONTENT[::-1], cut=CUT), whole(CONTENT))], target)
    assert server.asked == ["/a", "/a"]
    assert target.read_bytes() == CONTENT


def test_what_one_mirror_began_is_not_continued_with_another(
    server: LocalServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = server.put("/a", whole(CONTENT[::-1], '"1"', cut=CUT))
    interrupted(first, target, monkeypatch)
    fetch([server.put("/b", ranges(CONTENT, '"1"'))], target)
    assert target.read_bytes() == CONTENT


def test_of_several_that_want_a_file_one_downloads_it(server: LocalServer, target: Path) -> None:
    url = server.put("/a", whole(CONTENT))
    threads = [threading.Thread(target=fetch, args=([url], target)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.asked == ["/a"]
    assert os.listdir(target.parent) == [target.name]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def in_two_halves(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT[:CUT])
    time.sleep(0.6)
    handler.wfile.write(CONTENT[CUT:])


@pytest.mark.parametrize(
    ("stderr", "kernel", "bar"),
    [(Terminal(), False, True), (io.StringIO(), True, True), (io.StringIO(), False, False)],
    ids=["terminal", "notebook", "log file"],
)
def test_a_slow_download_draws_a_bar_where_somebody_is_watching(
    server: LocalServer,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    stderr: io.StringIO,
    kernel: bool,
    bar: bool,
) -> None:
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    if kernel:
        monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setattr(sys, "stderr", stderr)
    fetch([server.put("/a", in_two_halves)], target)
    assert ("data.bin" in stderr.getvalue()) is bar


def test_nothing_is_continued_whose_bytes_are_gone(tmp_path):
    partial = PartialFile(tmp_path / "data", "https://example.org/data")
    partial.begin("first")
    partial.path.write_bytes(b"123")
    assert (partial.size(), partial.range()) == (3, {"Range": "bytes=3-", "If-Range": "first"})
    partial.path.unlink()
    assert (partial.version(), partial.size(), partial.range()) == (None, 0, {})
