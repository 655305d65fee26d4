"""`import mxnet` by itself, as notebooks write it above the import of the library."""

import importlib.util
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("mxnet") is None, reason="MXNet is not installed"
)
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
