"""`import mxnet` by itself, as notebooks write it above the import of the library."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("mxnet") is None, reason="MXNet is not installed"
)
PTH = Path(__file__).parents[2] / "d2l_local.pth"
INSTALL = "import d2l_local.mxnet_hook as hook, sys\nhook.install()\n"


def run(code):
    """What a process of its own prints."""
    result = subprocess.run([sys.executable, "-c", INSTALL + code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_mxnet_can_be_imported_before_the_library():
    code = """
from mxnet import np, npx
from d2l_local import mxnet as d2l
import mxnet
print(np.random.multinomial(3, [1.0, 0.0]), type(mxnet.__loader__).__name__, d2l.ones(2))
"""
    assert run(code) == "[3 0] SourceFileLoader [1. 1.]"


def test_the_library_may_come_first_too():
    code = (
        "from d2l_local import mxnet as d2l\nfrom mxnet import np\nprint(np.ones(2) == d2l.ones(2))"
    )
    assert run(code) == "[ True  True]"


def test_asking_whether_mxnet_is_installed_imports_nothing():
    code = """
import importlib.util
print(importlib.util.find_spec("mxnet") is not None, "mxnet" in sys.modules, "numpy" in sys.modules)
"""
    assert run(code) == "True False False"


def test_where_mxnet_is_not_installed_python_says_so():
    code = """
import os
sys.path = [p for p in sys.path if not os.path.isdir(os.path.join(p, "mxnet"))]
try:
    import mxnet
except ModuleNotFoundError as error:
    print(error)
"""
    assert run(code) == "No module named 'mxnet'"


def test_it_is_installed_only_once():
    assert run("hook.install()\nprint(sys.meta_path.count(hook.MxnetFinder))") == "1"


def run_after_the_pth_file(code, path=""):
    """What a bare Python prints that runs the installed file when it starts, as `site` does."""
    start = f"import site, sys\nsys.path[:0] = [p for p in {path!r}.split(':') if p]\n"
    start += f"site.addpackage({str(PTH.parent)!r}, {PTH.name!r}, set())\n"
    command = [sys.executable, "-I", "-S", "-c", start + code]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.strip()


def package(folder, name, code):
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(code)


def test_the_pth_file_is_one_line_for_site_runs_each_by_itself():
    assert len(PTH.read_text().splitlines()) == 1


def test_at_the_start_nothing_of_the_library_is_imported_so_that_a_path_can_choose_it(tmp_path):
    package(tmp_path / "another", "d2l_local", "print('the other one')")
    (tmp_path / "another" / "d2l_local" / "mxnet_hook.py").write_text(
        "def install(): pass\nclass MxnetFinder:\n    find_spec = lambda *asked: None"
    )
    package(tmp_path, "mxnet", "print('MXNet')")
    code = f"""
assert not [name for name in sys.modules if name.startswith("d2l_local")]
sys.path.insert(0, {str(tmp_path / "another")!r})
import mxnet
"""
    assert run_after_the_pth_file(code, str(tmp_path)) == "the other one\nMXNet"


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_after_the_library_is_uninstalled_the_pth_file_does_nothing(tmp_path, left):
    package(tmp_path, "mxnet", "print('MXNet as it is')")
    if left == "an empty folder":
        (tmp_path / "d2l_local").mkdir()
    code = "import mxnet, json\nprint([f for f in sys.meta_path if 'D2l' in str(f)])"
    assert run_after_the_pth_file(code, str(tmp_path)) == "MXNet as it is\n[]"


def test_the_pth_file_may_be_run_twice():
    again = f"site.addpackage({str(PTH.parent)!r}, {PTH.name!r}, set())\n"
    code = "from importlib.util import find_spec\nprint(find_spec('mxnet'))"
    assert run_after_the_pth_file(again + code, str(PTH.parent)) == "None"


def test_after_the_pth_file_mxnet_comes_mended():
    code = "from mxnet import np\nprint(np.random.multinomial(3, [1.0, 0.0]))"
    assert run_after_the_pth_file(code, ":".join([str(PTH.parent), *sys.path])) == "[3 0]"
