"""What a face makes public: to `import *`, to editors, and to type checkers."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import faces
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """\
from d2l_local import {face} as d2l
from d2l_local.{face} import *


class Net(d2l.Classifier):
    def __init__(self, lr: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()


data = d2l.FashionMNIST(batch_size=256)
trainer = d2l.Trainer(max_epochs=1)
trainer.fit(Net(), data)
d2l.plt.show()
d2l.plot([1, 2], [3, 4])
print(d2l.float32, d2l.DATA_HUB, reshape)
"""
CONFIG = """\
[mypy]
strict = True
python_version = 3.11
ignore_missing_imports = True
[mypy-torch.*,tensorflow.*,keras.*,mxnet.*,numpy.*,matplotlib.*,IPython.*,optuna.*,distributed.*]
follow_imports = skip
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What mypy says of programs alone, as it would where the library is installed."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "mypy.ini").write_text(CONFIG)
    for name in faces.NAMES:
        (folder / f"{name}_program.py").write_text(PROGRAM.format(face=name))
    (folder / "misspelt.py").write_text("from d2l_local import torch as d2l\n\nd2l.Tainer\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini"]
    run = subprocess.run(
        [*command, "--follow-imports", "silent", *(path.name for path in folder.glob("*.py"))],
        cwd=folder,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize("name", faces.NAMES)
def test_a_program_that_is_checked_strictly_may_use_every_name(findings, name):
    assert [line for line in findings if line.startswith(f"{name}_program.py")] == []


def test_a_name_that_is_misspelt_is_found_by_the_type_checker(findings):
    (finding,) = (line for line in findings if line.startswith("misspelt.py"))
    assert 'has no attribute "Tainer"' in finding


def test_a_star_brings_the_public_names_and_nothing_else(face):
    names = {}
    exec(f"from d2l_local.{face.name} import *", names)
    names.pop("__builtins__")
    assert set(names) == set(face.d2l.__all__)
    assert {n for n, v in names.items() if isinstance(v, ModuleType)} == {"plt"}
    assert not {"Any", "annotations", "TYPE_CHECKING", "require", "mend"} & set(names)


def test_every_name_that_is_the_faces_own_is_public(face):
    """No name is forgotten in `__all__`: what the library defines, and the aliases in `ops`."""
    ours = {
        name
        for name, value in vars(face.d2l).items()
        if str(getattr(value, "__module__", "")).startswith("d2l_local.") and name[0] != "_"
    }
    ours |= {name for name in vars(sys.modules[f"{face.d2l.__name__}.ops"]) if name[0] != "_"}
    ours -= {
        "Any",
        "annotations",
        "jax",
        "jnp",
        "np",
        "npx",
        "onp",
        "tf",
        "torch",
    }  # what `ops` imports
    inner = {"import_mxnet", "lazy_attribute", "mend", "mend_companions", "require", "results_of"}
    inner |= {"stand_aside"}
    assert ours - set(face.d2l.__all__) <= inner
