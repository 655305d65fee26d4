"""What is installed: the library without the builder, and the builder without the library.

`make release` names the folder of the wheels that it has built in the variable `WHEELS`.
"""

import email
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILD = "import sys, setuptools.build_meta as b; print(b.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module", params=["library", "builder"])
def wheel(request, tmp_path_factory):
    """A package's name and its wheel, opened."""
    package = {"library": "d2l_local", "builder": "tabbook"}[request.param]
    built = os.environ.get("WHEELS")
    folder = Path(built) if built else build(package, tmp_path_factory)
    (path,) = folder.glob(f"{package}-*.whl")
    with zipfile.ZipFile(path) as archive:
        yield package, archive


def build(package, tmp_path_factory):
    """Build a wheel from a copy, for building leaves traces; return the folder that it is in."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in ("d2l_local", "tabbook"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE-CODE"):
        shutil.copy(ROOT / name, copy / name)
    folder = {"d2l_local": copy, "tabbook": copy / "tabbook"}[package]
    command = [sys.executable, "-c", BUILD, out]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return out


def test_a_wheel_holds_every_file_of_its_package_and_none_of_the_other(wheel):
    package, archive = wheel
    names = [name for name in archive.namelist() if ".dist-info/" not in name]
    there = {
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } - {"tabbook/pyproject.toml", "tabbook/LICENSE-CODE"}
    assert set(names) == there
    assert any(name.endswith("licenses/LICENSE-CODE") for name in archive.namelist())


def test_every_requirement_has_a_lower_bound(wheel):
    _, archive = wheel
    (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    required = email.message_from_bytes(archive.read(metadata)).get_all("Requires-Dist")
    assert required
    assert [text for text in required if ">=" not in text] == []


def test_the_environment_holds_numpy_where_the_library_does():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert any(
        text.startswith("numpy") and text.endswith("<2.4") for text in project["dependencies"]
    )
    assert "<2.4" in (ROOT / "requirements.in").read_text()
