import contextlib
import gzip
import logging
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from local_server import LocalServer, serving, status, whole

from d2l_local.common import debian, fashion_mnist, fetch
from d2l_local.common import fashion_mnist_sources as sources
from d2l_local.common.fashion_mnist import DataNotFoundError

IMAGES, LABELS = fashion_mnist.TEST  # the smaller half: quick to decode


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data set's four files, byte for byte as published, uncompressed."""
    folder = tmp_path_factory.mktemp("published")
    for train, files in ((True, fashion_mnist.TRAIN), (False, fashion_mnist.TEST)):
        for file, array in zip(files, fashion_mnist.load(train), strict=True):
            header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            (folder / file.name).write_bytes(header + array.tobytes())
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cold cache on a machine that has no source at all; returns the data set's folder in it."""
    monkeypatch.setenv("D2L_LOCAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv(sources.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(sources, "SYSTEM_FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(sources, "MIRRORS", ())
    monkeypatch.setattr(sources, "unpacked_package", no_package)
    return tmp_path / "cache" / "fashion-mnist"


@contextlib.contextmanager
def no_package(name: str, workplace: Path) -> Iterator[Path]:
    raise OSError("there is no apt-get")
    yield


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command changes of the library's log is undone."""
    caplog.set_level(logging.INFO, fashion_mnist.logger.name)
    monkeypatch.setattr(fashion_mnist.logger, "handlers", [])


@pytest.fixture
def named(published: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment variable names the folder of the published files."""
    monkeypatch.setenv(sources.FOLDER_VARIABLE, str(published))
    return published


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serving() as server:
        yield server


def compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 1)


def is_test_set(images: np.ndarray, labels: np.ndarray) -> bool:
    sums = zlib.crc32(images.tobytes()), zlib.crc32(labels.tobytes())
    return sums == (IMAGES.crc32, LABELS.crc32)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(("train", "n"), [(True, 60_000), (False, 10_000)])
def test_each_split_has_its_images_and_as_many_of_every_label(
    train: bool, n: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    images, labels = fashion_mnist.load(train)
    assert images.shape == (n, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert np.bincount(labels).tolist() == [n // 10] * 10
    # Notebooks stay free of noise.
    assert [record for record in caplog.records if record.name == "d2l_local"] == []
    assert capfd.readouterr() == ("", "")


def test_the_labels_are_in_the_order_of_the_classes() -> None:
    # As the table of labels in the data set's own documentation has them, 0 to 9.
    assert " | ".join(fashion_mnist.text_labels(range(10))) == (
        "t-shirt | trouser | pullover | dress | coat | sandal | shirt | sneaker | bag | ankle boot"
    )
    images, labels = fashion_mnist.load(False)
    assert fashion_mnist.LABELS[labels[0]] == "ankle boot"
    # Trousers are dark between the legs, in the lower half of the middle columns; bags are not.
    trousers, bags = (images[labels == fashion_mnist.LABELS.index(x)] for x in ("trouser", "bag"))
    assert trousers[:, 20:, 13:15].mean() < bags[:, 20:, 13:15].mean() / 2


@pytest.mark.usefixtures("named")
def test_arrays_are_memory_mapped_and_cannot_be_changed() -> None:
    images, labels = fashion_mnist.load(False)
    assert isinstance(images, np.memmap)
    assert isinstance(labels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def test_the_second_use_needs_no_source_no_lock_and_writes_nothing(
    named: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fashion_mnist.load(False)
    (cache / ".lock").unlink()
    before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    monkeypatch.delenv(sources.FOLDER_VARIABLE)
    assert is_test_set(*fashion_mnist.load(False))
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == before


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_may_hold_plain_or_compressed_files(
    published: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    folder = tmp_path / "nowhere"  # the fixture's system folder
    folder.mkdir()
    for file in fashion_mnist.TEST:
        path = published / file.name
        (folder / f"{file.name}{suffix}").write_bytes(
            compressed(path) if suffix else path.read_bytes()
        )
    assert is_test_set(*fashion_mnist.load(False))


def test_the_named_folder_comes_before_the_mirrors(
    named: Path, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MIRRORS", (server.put(""),))
    fashion_mnist.load(False)
    assert server.asked == []


def test_a_mirror_that_sends_more_than_the_data_set_has_is_passed_over(
    published: Path, cache: Path, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MIRRORS", (server.put("/first"),))
    for file in fashion_mnist.TEST:
        server.put(f"/first/{file.name}.gz", whole(bytes(2 * file.size)))
    with pytest.raises(DataNotFoundError, match=f"has {2 * IMAGES.size:,} bytes, expected"):
        fashion_mnist.load(False)


def test_a_process_that_never_ends_its_download_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LOCK_TIMEOUT", 0.1)
    cache.mkdir(parents=True)
    with FileLock(cache / ".lock"), pytest.raises(fetch.DownloadError, match=str(cache / ".lock")):
        fashion_mnist.load(False)


def test_the_second_mirror_delivers_what_the_first_does_not_have(
    published: Path, cache: Path, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MIRRORS", (server.put("/first"), server.put("/second")))
    for file in fashion_mnist.TEST:
        server.put(f"/first/{file.name}.gz", status(404))
        server.put(f"/second/{file.name}.gz", whole(compressed(published / file.name)))
    assert is_test_set(*fashion_mnist.load(False))


def test_a_mirror_with_other_content_is_passed_over(
    published: Path, cache: Path, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MIRRORS", (server.put("/first"), server.put("/second")))
    for file in fashion_mnist.TEST:
        server.put(f"/first/{file.name}.gz", whole(gzip.compress(b"handwritten digits")))
        server.put(f"/second/{file.name}.gz", whole(compressed(published / file.name)))
    assert is_test_set(*fashion_mnist.load(False))


@pytest.mark.usefixtures("log")
def test_a_library_call_does_not_run_apt(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt = tmp_path / "bin" / "apt-get"
    apt.parent.mkdir()
    apt.write_text(f"#!/bin/sh\ntouch {tmp_path / 'called'}\nexit 1\n")
    apt.chmod(0o755)
    (apt.parent / "dpkg-deb").symlink_to(apt)
    monkeypatch.setenv("PATH", str(apt.parent), prepend=os.pathsep)
    monkeypatch.setattr(sources, "unpacked_package", debian.unpacked_package)
    with pytest.raises(DataNotFoundError, match="sudo apt-get install dataset-fashion-mnist"):
        fashion_mnist.load(False)
    assert not (tmp_path / "called").exists()
    with pytest.raises(SystemExit, match="Debian's package dataset-fashion-mnist"):
        fashion_mnist.main()
    assert (tmp_path / "called").exists()


@pytest.mark.usefixtures("log")
def test_the_command_asks_for_the_debian_package_last_and_once(
    published: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fetched = []

    @contextlib.contextmanager
    def package(name: str, workplace: Path) -> Iterator[Path]:
        fetched.append(name)
        content = tmp_path / "root" / "usr"
        content.mkdir(parents=True)
        for file in (*fashion_mnist.TRAIN, *fashion_mnist.TEST):
            (content / f"{file.name}.gz").write_bytes(compressed(published / file.name))
        yield tmp_path / "root"

    monkeypatch.setattr(sources, "unpacked_package", package)
    fashion_mnist.main()
    assert "60,000 and 10,000 images" in capsys.readouterr().out
    assert is_test_set(*fashion_mnist.load(False))
    assert fetched == ["dataset-fashion-mnist"]


def test_without_a_source_the_error_lists_every_place_in_order_and_what_to_do(
    cache: Path, server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = server.put("/first"), server.put("/second")
    monkeypatch.setattr(sources, "MIRRORS", mirrors)
    with pytest.raises(DataNotFoundError) as error:
        fashion_mnist.load(False)
    message = str(error.value)
    expected = [
        "the folder in D2L_LOCAL_FASHION_MNIST: the variable is not set",
        f"the cache: {cache} has neither t10k-images-idx3-ubyte nor",
        f"the system's folder: {tmp_path / 'nowhere'} has neither",
        f"download: {mirrors[0]}/t10k-images-idx3-ubyte.gz: 404",
        f"download: {mirrors[1]}/t10k-images-idx3-ubyte.gz: 404",
        "What to do",
        "if the disk is full: make room for 100 MiB, or",
        "D2L_LOCAL_CACHE",
    ]
    positions = [message.find(part) for part in expected]
    assert -1 not in positions, message
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1000],
        lambda content: content[:5000] + b"\xff\x00\xff" + content[5003:],
        lambda content: content[:8] + b"9" + content[9:],
        lambda content: b"",
        lambda content: b"<html>",
    ],
    ids=["truncated", "altered", "altered header", "empty", "another"],
)
def test_a_damaged_array_in_the_cache_is_named_set_aside_and_made_again(
    named: Path, cache: Path, caplog: pytest.LogCaptureFixture, damage
) -> None:
    fashion_mnist.load(False)
    path = cache / f"{IMAGES.name}.npy"
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    assert is_test_set(*fashion_mnist.load(False))
    assert f"cannot be used: {path}: " in caplog.text
    assert (cache / f"{path.name}.bad").read_bytes() == damaged


def test_a_damaged_download_in_the_cache_is_named_set_aside_and_fetched_again(
    published: Path,
    cache: Path,
    server: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sources, "MIRRORS", (server.put("/mirror"),))
    for file in fashion_mnist.TEST:
        server.put(f"/mirror/{file.name}.gz", whole(compressed(published / file.name)))
    cache.mkdir(parents=True)
    path = cache / f"{IMAGES.name}.gz"
    path.write_bytes(compressed(published / IMAGES.name)[:-1000])
    assert is_test_set(*fashion_mnist.load(False))
    assert f"{path}: cannot be decompressed" in caplog.text
    assert path.with_name(f"{path.name}.bad").exists()


@pytest.mark.parametrize("place", ["named folder", "system folder"])
def test_a_damaged_file_in_somebody_elses_folder_is_named_and_left_there(
    published: Path,
    cache: Path,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / IMAGES.name).write_bytes(b"damaged")
    if place == "named folder":
        monkeypatch.setenv(sources.FOLDER_VARIABLE, str(theirs))
        monkeypatch.setattr(sources, "SYSTEM_FOLDER", published)
        assert is_test_set(*fashion_mnist.load(False))
    else:
        monkeypatch.setattr(sources, "SYSTEM_FOLDER", theirs)
        with pytest.raises(DataNotFoundError, match=f"{theirs / IMAGES.name}: the SHA-256"):
            fashion_mnist.load(False)
    assert str(theirs / IMAGES.name) in caplog.text
    assert os.listdir(theirs) == [IMAGES.name]


def test_a_cache_that_cannot_be_written_to_costs_one_warning(
    named: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("D2L_LOCAL_CACHE", str(tmp_path / "file" / "cache"))
    fashion_mnist._temporary_folder.cache_clear()
    for _ in range(2):
        assert is_test_set(*fashion_mnist.load(False))
    assert caplog.text.count("D2L_LOCAL_CACHE") == 1


def test_on_a_full_disk_the_array_is_still_there(
    named: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    assert is_test_set(*fashion_mnist.load(False))
    assert "No space left on device. Make room for 100 MiB in" in caplog.text
    assert "D2L_LOCAL_CACHE" in caplog.text


def test_processes_that_start_at_once_share_one_download(
    published: Path, cache: Path, server: LocalServer
) -> None:
    for file in fashion_mnist.TEST:
        server.put(f"/{file.name}.gz", whole(compressed(published / file.name)))
    program = (
        "import sys, zlib\n"
        "from pathlib import Path\n"
        "from d2l_local.common import fashion_mnist, fashion_mnist_sources as sources\n"
        "sources.SYSTEM_FOLDER, sources.MIRRORS = Path(sys.argv[1]), (sys.argv[2],)\n"
        "images, labels = fashion_mnist.load(False)\n"
        "print(zlib.crc32(images.tobytes()), zlib.crc32(labels.tobytes()))\n"
    )
    command = [sys.executable, "-c", program, "nowhere", server.put("")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = {process.communicate(timeout=600)[0] for process in processes}
    assert outputs == {f"{IMAGES.crc32} {LABELS.crc32}\n"}
    assert sorted(server.asked) == sorted(f"/{file.name}.gz" for file in fashion_mnist.TEST)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "d2l_local.common.fashion_mnist", *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=600)


@pytest.mark.usefixtures("named")
def test_the_command_says_where_the_data_came_from() -> None:
    first, second = command(), command()
    assert f"{IMAGES.name}: the folder in D2L_LOCAL_FASHION_MNIST" in first.stdout
    for result in (first, second):
        assert result.returncode == 0
        assert "60,000 and 10,000 images" in result.stdout
        assert result.stderr == ""
    assert len(second.stdout.splitlines()) == 1
