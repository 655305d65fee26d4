import gzip
import logging
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from local_server import LocalServer, serving, status, whole

from d2l_local.common import download, fashion_mnist
from d2l_local.common.fashion_mnist import FILES, DataNotFoundError

IMAGES = FILES[2]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data set's four files, byte for byte as published, uncompressed."""
    folder = tmp_path_factory.mktemp("published")
    arrays = [*fashion_mnist.load(True), *fashion_mnist.load(False)]
    for file, array in zip(FILES, arrays, strict=True):
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        (folder / file.name).write_bytes(header + array.tobytes())
    return folder


@pytest.fixture(scope="session")
def compressed(published: Path) -> dict[str, bytes]:
    """The four files as mirrors have them, by name."""
    return {
        f"{file.name}.gz": gzip.compress((published / file.name).read_bytes(), 1) for file in FILES
    }


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cold cache on a machine that has no source at all; returns the data set's folder in it."""
    monkeypatch.setenv("D2L_LOCAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("D2L_LOCAL_FASHION_MNIST", raising=False)
    monkeypatch.setattr(fashion_mnist, "_SYSTEM_FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(fashion_mnist, "_MIRRORS", ())
    monkeypatch.setattr(download, "_RETRIES", 0)
    fashion_mnist._made.cache_clear()
    return tmp_path / "cache" / "fashion-mnist"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command changes of the library's log is undone."""
    caplog.set_level(logging.INFO, fashion_mnist.logger.name)
    monkeypatch.setattr(fashion_mnist.logger, "handlers", [])


@pytest.fixture
def named(published: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment variable names the folder of the published files."""
    monkeypatch.setenv("D2L_LOCAL_FASHION_MNIST", str(published))
    return published


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serving() as server:
        yield server


@pytest.fixture
def mirrors(server: LocalServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two mirrors that have nothing."""
    mirrors = [server.put("/first"), server.put("/second")]
    monkeypatch.setattr(fashion_mnist, "_MIRRORS", mirrors)
    return mirrors


def is_test_set(images: np.ndarray, labels: np.ndarray) -> bool:
    return (zlib.crc32(images.tobytes()), zlib.crc32(labels.tobytes())) == (0x12728439, 0x242BC73F)


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


def test_the_second_use_needs_no_source_and_writes_nothing(
    named: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fashion_mnist.load(False)
    (path,) = cache.iterdir()
    before = path.stat().st_mtime_ns
    monkeypatch.delenv("D2L_LOCAL_FASHION_MNIST")
    fashion_mnist._made.cache_clear()
    fashion_mnist._mapped.cache_clear()
    assert is_test_set(*fashion_mnist.load(False))
    assert [(path, path.stat().st_mtime_ns)] == [(p, before) for p in cache.iterdir()]


def test_a_folder_may_hold_plain_or_compressed_files(
    published: Path, compressed: dict[str, bytes], cache: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "nowhere"  # the fixture's system folder
    folder.mkdir()
    for i, (name, content) in enumerate(compressed.items()):
        plain = name.removesuffix(".gz")
        if i % 2:
            (folder / name).write_bytes(content)
        else:
            (folder / plain).write_bytes((published / plain).read_bytes())
    assert is_test_set(*fashion_mnist.load(False))


@pytest.mark.usefixtures("named", "mirrors")
def test_the_named_folder_comes_before_the_mirrors(server: LocalServer) -> None:
    fashion_mnist.load(False)
    assert server.asked == []


@pytest.mark.usefixtures("mirrors")
@pytest.mark.parametrize(
    "first",
    [
        status(404),
        whole(gzip.compress(b"handwritten digits")),
        whole(b"<html>"),
        whole(b"\x1f\x8b"),
    ],
    ids=["none", "other content", "a page", "damaged"],
)
def test_the_second_mirror_delivers_what_the_first_does_not_have(
    compressed: dict[str, bytes],
    cache: Path,
    server: LocalServer,
    first: Callable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, content in compressed.items():
        server.put(f"/first/{name}", first)
        server.put(f"/second/{name}", whole(content))
    assert is_test_set(*fashion_mnist.load(False))
    assert [path.name for path in cache.iterdir()] == ["fashion-mnist.npy"]
    assert capsys.readouterr().out.count("Downloading http://") == 8


@pytest.mark.usefixtures("mirrors")
def test_a_server_may_decompress_what_it_sends(published: Path, server: LocalServer) -> None:
    for file in FILES:
        server.put(f"/first/{file.name}.gz", whole((published / file.name).read_bytes()))
    assert is_test_set(*fashion_mnist.load(False))


def test_without_a_source_the_error_lists_every_place_in_order_and_what_to_do(
    mirrors: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D2L_LOCAL_FASHION_MNIST", str(tmp_path / "mine"))
    with pytest.raises(DataNotFoundError) as error:
        fashion_mnist.load(False)
    message = str(error.value)
    expected = [
        "train-images-idx3-ubyte of Fashion-MNIST was not found",
        f"{tmp_path / 'mine'}/train-images-idx3-ubyte: there is no such file",
        f"{tmp_path / 'mine'}/train-images-idx3-ubyte.gz: there is no such file",
        f"{tmp_path / 'nowhere'}/train-images-idx3-ubyte: there is no such file",
        f"{mirrors[0]}/train-images-idx3-ubyte.gz: 404",
        f"{mirrors[1]}/train-images-idx3-ubyte.gz: 404",
        "What to do",
        "sudo apt-get install dataset-fashion-mnist",
        "if the disk is full: make room for 55 MiB, or",
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
@pytest.mark.usefixtures("named")
def test_a_damaged_array_in_the_cache_is_named_and_made_again(
    cache: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[bytes], bytes]
) -> None:
    fashion_mnist.load(False)
    path = cache / "fashion-mnist.npy"
    content = path.read_bytes()
    path.write_bytes(damage(content))
    fashion_mnist._made.cache_clear()
    assert is_test_set(*fashion_mnist.load(False))
    assert f"cannot be used, and is made anew: {path}: " in caplog.text
    assert path.read_bytes() == content


def test_a_compressed_file_is_decompressed_no_further_than_it_can_be_right(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(bytes(20_000_000)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"labels\.gz: the SHA-256 is"):
        fashion_mnist._array(path, FILES[1], str(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_damaged_file_in_a_folder_is_named_and_left_there(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / FILES[0].name
    path.write_bytes(b"damaged")
    monkeypatch.setenv("D2L_LOCAL_FASHION_MNIST", str(path.parent))
    with pytest.raises(DataNotFoundError, match=f"{path}: the SHA-256 is [0-9a-f]+, expected c59f"):
        fashion_mnist.load(False)
    assert path.read_bytes() == b"damaged"


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("reason", ["no folder", "full disk"])
def test_a_cache_that_cannot_be_written_to_costs_one_warning(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reason: str,
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    if reason == "full disk":
        monkeypatch.setattr(np, "save", full)
    else:
        (tmp_path / "file").touch()
        monkeypatch.setenv("D2L_LOCAL_CACHE", str(tmp_path / "file" / "cache"))
    for _ in range(2):
        assert is_test_set(*fashion_mnist.load(False))
    assert caplog.text.count("D2L_LOCAL_CACHE") == 1
    with pytest.raises(ValueError, match="read-only"):
        fashion_mnist.load(True)[0][0] = 0


def test_processes_that_start_at_once_all_get_the_data(named: Path, cache: Path) -> None:
    program = (
        "import zlib\n"
        "from d2l_local.common import fashion_mnist\n"
        "print(*(zlib.crc32(array.tobytes()) for array in fashion_mnist.load(False)))\n"
    )
    run = [sys.executable, "-c", program]
    processes = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = {process.communicate(timeout=600)[0] for process in processes}
    assert outputs == {f"{0x12728439} {0x242BC73F}\n"}
    assert os.listdir(cache) == ["fashion-mnist.npy"]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "d2l_local.common.fashion_mnist", *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=600)


def test_the_command_says_where_the_data_came_from(named: Path) -> None:
    first, second = command(), command()
    for file in FILES:
        assert f"{file.name}: {named / file.name}" in first.stdout
    for result in (first, second):
        assert result.returncode == 0
        assert "60,000 and 10,000 images" in result.stdout
        assert result.stderr == ""
    assert len(second.stdout.splitlines()) == 1
