import contextlib
import gzip
import hashlib
import io
import os
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from local_server import LocalServer, serving, status, whole

from d2l_local.common import download as files
from d2l_local.common.download import DownloadError

CONTENT = b"day,visitors\n1,31\n"
SHA1 = hashlib.sha1(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as server:
        yield server


def tar_of(**files_: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files_.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(**files_: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files_.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_download_lands_in_a_folder_that_is_made_for_it(
    server: LocalServer, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "data"
    path = files.download(server.put("/visitors.csv", whole(CONTENT)), folder, SHA1)
    assert path == os.path.join(folder, "visitors.csv")
    assert Path(path).read_bytes() == CONTENT


def test_the_query_of_a_url_is_no_part_of_the_name(server: LocalServer, tmp_path: Path) -> None:
    path = files.download(server.put("/visitors.csv?raw=1", whole(CONTENT)), tmp_path)
    assert os.path.basename(path) == "visitors.csv"


@pytest.mark.parametrize("path", ["", "/", "/.", "/..", "/a/.."])
def test_a_url_that_names_no_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="name of a file"):
        files.download(f"https://example.org{path}", tmp_path)


def test_a_download_may_be_asked_for_with_the_names_of_older_releases(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(files.DATA_HUB, "x", (server.put("/x.csv", whole(CONTENT)), SHA1))
    download: Callable[..., str] = files.download
    path = download("x", cache_dir=str(tmp_path / "d"))
    assert path == download(name="x", cache_dir=tmp_path / "d") == str(tmp_path / "d" / "x.csv")
    assert Path(path).read_bytes() == CONTENT
    with pytest.raises(TypeError, match="folder twice, once as cache_dir"):
        download("x", folder="a", cache_dir="b")
    with pytest.raises(TypeError, match="'cache_folder'"):
        download("x", cache_folder="a")


def test_a_folder_is_made_with_its_parents_unless_it_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        files.mkdir_if_not_exist(str(tmp_path / "a" / "b"))
        files.mkdir_if_not_exist([str(tmp_path), "c", "d"])  # the parts of its path
    assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "c" / "d").is_dir()


def test_a_download_is_not_repeated_while_its_hash_fits(
    server: LocalServer, tmp_path: Path
) -> None:
    url = server.put("/visitors.csv", whole(CONTENT))
    for _ in range(2):
        files.download(url, tmp_path, SHA1)
    assert server.asked == ["/visitors.csv"]


def test_a_file_whose_hash_does_not_fit_is_downloaded_again(
    server: LocalServer, tmp_path: Path
) -> None:
    (tmp_path / "visitors.csv").write_bytes(CONTENT[:5])
    path = files.download(server.put("/visitors.csv", whole(CONTENT)), tmp_path, SHA1.upper())
    assert Path(path).read_bytes() == CONTENT


def test_content_that_does_not_fit_the_hash_never_gets_the_final_name(
    server: LocalServer, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError, match=f"does not match the known hash: expected sha1:{SHA1}"):
        files.download(server.put("/visitors.csv", whole(b"<html>")), tmp_path, SHA1)
    assert os.listdir(tmp_path) == []


def test_what_breaks_off_is_tried_again(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []
    monkeypatch.setattr("pooch.core.time.sleep", waited.append)
    url = server.put("/visitors.csv", whole(CONTENT, cut=5), status(503), whole(CONTENT))
    assert Path(files.download(url, tmp_path)).read_bytes() == CONTENT
    assert waited == [1, 2]


def test_a_half_of_a_file_never_gets_the_final_name(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_RETRIES", 0)
    url = server.put("/visitors.csv", whole(CONTENT, cut=5))
    with pytest.raises(DownloadError, match=f"^{url}: "):
        files.download(url, tmp_path)
    assert os.listdir(tmp_path) == []


def test_what_is_longer_than_it_can_be_is_given_up(server: LocalServer, tmp_path: Path) -> None:
    url = server.put("/visitors.csv", whole(bytes(300_000)))
    with pytest.raises(DownloadError, match=f"^{url}: has more than the 100,000 bytes"):
        files.retrieve(url, tmp_path / "visitors.csv", max_size=100_000)
    assert os.listdir(tmp_path) == []
    files.retrieve(url, tmp_path / "visitors.csv", max_size=300_000)
    assert server.asked == ["/visitors.csv"] * 2, "what is too long is not asked for again"


def test_an_answer_without_an_end_is_given_up(server: LocalServer, tmp_path: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(bytes(1 << 16))

    with pytest.raises(DownloadError, match="has more than the 1,000,000 bytes"):
        files.retrieve(server.put("/a", endless), tmp_path / "a", max_size=1_000_000)
    assert os.listdir(tmp_path) == []


def test_what_drips_is_given_up(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PATIENCE", 0.2)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                handler.wfile.write(bytes(1024))
                time.sleep(0.02)

    with pytest.raises(DownloadError, match=r"gave up after .* s with next to no progress"):
        files.retrieve(server.put("/a", drip), tmp_path / "a")
    assert os.listdir(tmp_path) == []


def test_what_does_not_fit_on_the_disk_is_not_begun(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(DownloadError, match="has 18 bytes, but the disk only 10 left"):
        files.retrieve(server.put("/a", whole(CONTENT)), tmp_path / "a")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("sha1", [None, SHA1])
def test_a_file_that_is_there_is_not_asked_for(
    server: LocalServer, tmp_path: Path, sha1: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "visitors.csv").write_bytes(CONTENT)
    files.download(server.put("/visitors.csv"), tmp_path, sha1)
    assert server.asked == []
    assert capsys.readouterr() == ("", "")


def test_a_download_is_announced_or_watched_in_a_terminal(
    server: LocalServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = server.put("/visitors.csv", whole(CONTENT))
    files.download(url, tmp_path / "a")
    assert capsys.readouterr() == (f"Downloading {url}\n", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    files.download(url, tmp_path / "b")
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{len(CONTENT)}.0/{len(CONTENT)}.0" in said.err.replace(".0B", ".0")


def test_the_hub_turns_a_name_into_a_url_and_a_hash(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("/visitors.csv", whole(CONTENT))
    monkeypatch.setitem(files.DATA_HUB, "visitors", (url, SHA1))
    assert Path(files.download("visitors", tmp_path)).read_bytes() == CONTENT


def test_a_name_that_is_not_in_the_hub_is_answered_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(files.DATA_HUB, "visitors", ("https://example.org/visitors.csv", SHA1))
    with pytest.raises(ValueError, match=r"'visitor' is neither .* has visitors"):
        files.download("visitor")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("visitors.zip", None), ("visitors.tar.gz", None), ("release-1.zip", "visitors")],
)
def test_an_archive_is_unpacked_beside_itself(
    server: LocalServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    folder: str | None,
) -> None:
    archive = (zip_of if name.endswith(".zip") else tar_of)(**{"visitors/day.csv": CONTENT})
    (tmp_path / "chapter").mkdir()
    monkeypatch.chdir(tmp_path / "chapter")  # downloads go to ../data
    content = Path(files.download_extract(server.put(f"/{name}", whole(archive)), folder))
    assert content == Path("../data/visitors")
    assert (content / "day.csv").read_bytes() == CONTENT


def test_a_single_compressed_file_is_unpacked_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "day.csv.gz").write_bytes(gzip.compress(CONTENT))
    files.extract(tmp_path / "day.csv.gz", tmp_path / "out")
    assert (tmp_path / "out" / "day.csv").read_bytes() == CONTENT


def test_a_single_compressed_file_may_begin_like_the_end_of_a_tar_file(tmp_path: Path) -> None:
    content = bytes(2048) + CONTENT
    (tmp_path / "day.bin.gz").write_bytes(gzip.compress(content))
    files.extract(tmp_path / "day.bin.gz")
    assert (tmp_path / "day.bin").read_bytes() == content


def test_a_tar_file_may_be_called_gz_alone(tmp_path: Path) -> None:
    (tmp_path / "days.gz").write_bytes(tar_of(**{"day.csv": CONTENT}))
    files.extract(tmp_path / "days.gz")
    assert (tmp_path / "day.csv").read_bytes() == CONTENT


def test_a_zip_file_in_another_archive_is_not_unpacked_in_its_stead(tmp_path: Path) -> None:
    inner = zip_of(**{"day.csv": CONTENT})
    with tarfile.open(tmp_path / "days.tar", "w") as archive:
        member = tarfile.TarInfo("inner.zip")
        member.size = len(inner)
        archive.addfile(member, io.BytesIO(inner))
    (tmp_path / "other.zip.gz").write_bytes(gzip.compress(inner, 0))
    files.extract(tmp_path / "days.tar", tmp_path / "out")
    files.extract(tmp_path / "other.zip.gz", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == ["inner.zip", "other.zip"]


def test_a_truncated_compressed_file_leaves_no_half_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "day.csv.gz"
    path.write_bytes(gzip.compress(CONTENT)[:-9])
    with pytest.raises(EOFError):
        files.extract(path)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("newer_python", [True, False])
def test_a_tar_file_that_leads_out_of_its_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newer_python: bool
) -> None:
    if newer_python and sys.version_info < (3, 11, 4):
        pytest.skip("this Python has no data filter")
    if not newer_python:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tmp_path / "inside" / "evil.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(tar_of(**{"../outside.txt": b"evil"}))
    with pytest.raises(tarfile.TarError):
        files.extract(archive)
    assert os.listdir(tmp_path) == ["inside"]


def test_a_tar_file_is_unpacked_by_an_older_python_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    (tmp_path / "good.tar.gz").write_bytes(tar_of(**{"a/b.txt": CONTENT}))
    files.extract(tmp_path / "good.tar.gz")
    assert (tmp_path / "a" / "b.txt").read_bytes() == CONTENT


def test_an_older_python_refuses_links_in_a_tar_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.addfile(link)
    with pytest.raises(tarfile.TarError, match="'link'"):
        files.extract(tmp_path / "evil.tar")
    assert os.listdir(tmp_path) == ["evil.tar"]


def test_a_zip_file_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    archive = tmp_path / "inside" / "evil.zip"
    archive.parent.mkdir()
    archive.write_bytes(zip_of(**{"../outside.txt": b"evil"}))
    files.extract(archive)
    assert os.listdir(tmp_path) == ["inside"]


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_bytes(CONTENT)
    with pytest.raises(ValueError, match=r"day\.csv: not a zip"):
        files.extract(tmp_path / "day.csv")


def test_a_failed_replacement_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail_in_the_middle() -> None:
        with files.replacing(target) as path:
            path.write_text("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_middle()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_cache_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D2L_LOCAL_CACHE", "/elsewhere")
    assert files.user_cache() == Path("/elsewhere")
    monkeypatch.delenv("D2L_LOCAL_CACHE")
    assert files.user_cache().name == "d2l_local"
