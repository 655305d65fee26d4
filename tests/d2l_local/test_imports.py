"""What importing costs: only what is named is imported."""

import subprocess
import sys

import pytest

FRAMEWORKS = {"torch", "tensorflow", "mxnet"}
LATER = {"matplotlib", "requests", "tqdm", "IPython", "pandas"}


def imported_by(statement):
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split()), run.stderr


def test_the_package_imports_no_framework():
    names, _ = imported_by("import d2l_local")
    assert not names & (FRAMEWORKS | LATER | {"numpy"})


@pytest.mark.parametrize("face", sorted(FRAMEWORKS))
def test_a_face_imports_its_own_framework_and_leaves_the_rest_for_later(face):
    before, _ = imported_by(
        f"import {face}"
        if face != "mxnet"
        else "from d2l_local.mxnet_compat import import_mxnet; import_mxnet()"
    )
    names, log = imported_by(f"from d2l_local import {face} as d2l")
    assert names & FRAMEWORKS == {face}
    assert not (names - before) & LATER
    assert log == "", "importing is silent"
