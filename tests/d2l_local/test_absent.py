"""What is said where a name of the d2l package, a name at all, or a framework is missing."""

import re
import subprocess
import sys

import faces
import pytest

from d2l_local.common import faces as frameworks
from d2l_local.compat.absent import ABSENT, why_absent


@pytest.mark.parametrize("name", ["train_ch13", "BERTModel"])
def test_a_name_of_the_package_that_is_not_here_says_so(face, name):
    with pytest.raises(AttributeError, match=f"d2l.{name} is not part of d2l_local.{face.name}"):
        getattr(face.d2l, name)


def test_it_says_what_does_the_job_where_something_does(face):
    with pytest.raises(AttributeError, match="use Optuna"):
        _ = face.d2l.HPOTuner


def test_a_misspelt_name_gets_a_suggestion(face):
    with pytest.raises(AttributeError, match=r"did you mean d2l.reduce_mean\?"):
        _ = face.d2l.reduce_men


def test_no_name_is_both_there_and_absent_everywhere():
    names = [set(dir(faces.load(name).d2l)) for name in faces.NAMES]
    assert not set(ABSENT) & set.intersection(*names)


def test_python_s_own_questions_get_a_plain_answer(face):
    with pytest.raises(AttributeError) as error:
        _ = face.d2l.__wrapped__
    assert str(error.value) == f"module 'd2l_local.{face.name}' has no attribute '__wrapped__'"


def test_a_name_of_nothing_gets_no_suggestion():
    assert (
        why_absent("d2l_local.torch", "zzz", ["plot"]) == "d2l_local.torch has no attribute 'zzz'"
    )


@pytest.mark.parametrize(
    ("framework", "said"),
    [
        ("torch", "pytorch tab needs the package torch.*pip install torch"),
        ("tensorflow", "tensorflow tab needs the package tensorflow"),
        ("mxnet", "mxnet tab needs MXNet"),
        ("jax", "jax tab needs the package jax.*pip install jax flax optax"),
    ],
)
def test_a_missing_framework_says_how_to_install_it(framework, said):
    code = f"""
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == {framework!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == {framework!r} else found(name, *a)
from d2l_local import {framework}
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1

    assert re.search(said, run.stderr.replace("\n", " ")), run.stderr


@pytest.mark.parametrize("framework", ["torch", "flax"])
def test_the_error_for_a_missing_framework_is_about_its_package(framework, monkeypatch):
    monkeypatch.setattr(frameworks, "is_installed", lambda name: False)
    with pytest.raises(ModuleNotFoundError) as error:
        frameworks.require(framework, "tab", "pip install it")
    assert error.value.name == framework


@pytest.mark.parametrize("framework", faces.NAMES)
def test_a_face_can_be_documented_where_sphinx_mocks_its_framework(framework):
    code = f"""
from sphinx.ext.autodoc.mock import mock
with mock(["torch", "tensorflow", "keras", "mxnet", "jax", "flax", "optax"]):
    from d2l_local import {framework} as d2l
    import {framework}
print({framework}.__spec__.origin, d2l.Module.__name__)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout == "None Module\n", run.stderr


@pytest.mark.parametrize("already_imported", [False, True])
@pytest.mark.parametrize("framework", faces.NAMES)
def test_a_folder_with_the_name_of_a_framework_is_not_taken_for_it(
    tmp_path, framework, already_imported
):
    (tmp_path / framework).mkdir()
    code = f"""
import sys
from importlib.machinery import PathFinder
class OnlyThere:
    def find_spec(name, path=None, target=None):
        if name == {framework!r}:
            return PathFinder.find_spec(name, [{str(tmp_path)!r}])
sys.meta_path.insert(0, OnlyThere)
{f"import {framework}" if already_imported else ""}
from d2l_local import {framework}
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError: The " in run.stderr
    assert "not installed" in run.stderr
