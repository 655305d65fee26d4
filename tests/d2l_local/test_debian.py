import os
import shutil
import subprocess
from pathlib import Path

import pytest

from d2l_local.common.debian import unpacked_package

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `apt-get` that notes how it is called and delivers the package `one-file`."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: one-file\nVersion: 1\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: a test\n"
    )
    (tree / "usr").mkdir()
    (tree / "usr" / "file").write_text("content")
    package = tmp_path / "one-file.deb"
    subprocess.run(["dpkg-deb", "-b", tree, package], check=True, capture_output=True)

    commands = tmp_path / "bin"
    commands.mkdir()
    script = commands / "apt-get"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n'
        f'case "$*" in *one-file) cp {package} . ;; '
        '*) echo "W: a warning" >&2; echo "E: Unable to locate it" >&2; exit 100 ;; esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "calls"


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    folder = tmp_path / "work place"
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("apt")
def test_a_package_is_unpacked_for_a_while_and_leaves_nothing(workplace: Path) -> None:
    with unpacked_package("one-file", workplace) as root:
        assert (root / "usr" / "file").read_text() == "content"
    assert os.listdir(workplace) == []


@pytest.mark.usefixtures("apt")
def test_what_a_killed_process_left_does_not_matter(workplace: Path) -> None:
    left = workplace / "one-file.unpacked"
    left.mkdir()
    (left / "old.deb").touch()
    with unpacked_package("one-file", workplace) as root:
        assert (root / "usr" / "file").exists()
    assert os.listdir(workplace) == []


@pytest.mark.parametrize("user", [0, 1000])
def test_the_lists_are_updated_first_by_root_only(
    apt: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch, user: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with unpacked_package("one-file", workplace):  # although this apt-get fails to update
        pass
    calls = [line.split()[-1] for line in apt.read_text().splitlines()]
    assert calls == (["update", "one-file"] if user == 0 else ["one-file"])


@pytest.mark.usefixtures("apt")
def test_what_apt_says_is_in_the_error_and_nothing_is_left(workplace: Path) -> None:
    with (
        pytest.raises(OSError, match=r"apt-get .* another': E: Unable to locate it"),
        unpacked_package("another", workplace),
    ):
        pass
    assert os.listdir(workplace) == []


def test_elsewhere_than_on_debian_the_error_says_so(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(workplace))
    with pytest.raises(OSError, match="not Debian or Ubuntu"), unpacked_package("x", workplace):
        pass
