"""What importing costs: only what is named is imported."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import faces
import pytest

import d2l_local

FRAMEWORKS = set(faces.NAMES)
LATER = {"matplotlib", "requests", "tqdm", "IPython", "pandas"}


def imported_by(statement):
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split()), run.stderr


def test_the_package_imports_no_framework():
    names, _ = imported_by("import d2l_local")
    assert not names & (FRAMEWORKS | LATER | {"numpy"})


@pytest.mark.parametrize("first", ["framework", "library"])
@pytest.mark.parametrize("framework", faces.NAMES)
def test_inside_the_package_the_framework_is_still_the_framework(framework, first):
    if framework == "mxnet" and first == "framework":
        pytest.skip("MXNet cannot be imported before the library")
    folder = Path(d2l_local.__file__).parent
    imports = [f"import {framework} as module", f"from d2l_local import {framework} as d2l"]
    if first == "library":
        imports.reverse()
    names = "module.__file__, d2l.__file__, module.__version__, sys.path[0] == ''"
    code = "\n".join(["import sys", *imports, f"print({names})"])
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder
    )
    theirs, ours, _, kept = run.stdout.split()
    assert not Path(theirs).is_relative_to(folder)
    assert Path(ours) == folder / framework / "__init__.py"
    assert kept == "True"


@pytest.mark.parametrize("name", ["__main__", "d2l"])  # A face run as a script, or linked to.
def test_only_a_framework_s_name_is_left_to_somebody_else(name, monkeypatch):
    from d2l_local.common.faces import stand_aside

    face = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, face)
    stand_aside(name)
    assert sys.modules[name] is face


@pytest.mark.parametrize("face", sorted(FRAMEWORKS))
def test_a_face_imports_its_own_framework_and_leaves_the_rest_for_later(face):
    # MXNet cannot be imported by itself; of the packages for later it imports one.
    packages = "jax, flax.nnx, optax" if face == "jax" else face
    before = {"requests"} if face == "mxnet" else imported_by(f"import {packages}")[0]
    names, log = imported_by(f"from d2l_local import {face} as d2l")
    assert names & FRAMEWORKS - (before - {face}) == {face}  # TensorFlow imports JAX by itself.
    assert not (names - before) & LATER
    assert log == "", "importing is silent"
