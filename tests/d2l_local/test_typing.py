"""What a type checker says of a small program that uses the library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
from d2l_local import {face} as d2l


class Linear(d2l.Classifier):
    def __init__(self, lr: float) -> None:
        super().__init__()
        self.save_hyperparameters()


data = d2l.FashionMNIST(batch_size=256, resize=32)
model = Linear(0.1)
trainer = d2l.Trainer(max_epochs=1)
trainer.fit(model, data)
d2l.plot([1, 2], [[1, 2], [2, 1]], "x", "y", legend=["a", "b"])
d2l.record(loss=model.board.data["val_loss"][-1].y, tol=0.1)
names: list[str] = d2l.get_fashion_mnist_labels([0, 1])
path: str = d2l.download("https://example.org/a.csv")
"""


OPTIONS = ("--strict", "--ignore-missing-imports", "--allow-subclassing-any")


@pytest.mark.parametrize("face", ["torch", "tensorflow", "mxnet"])
def test_a_users_program_passes_a_strict_type_check_and_a_wrong_one_does_not(face, tmp_path):
    right = PROGRAM.format(face=face)
    wrong = right.replace("max_epochs=1", "max_epoch=1").replace("path: str", "path: int")
    for name, program in (("right.py", right), ("wrong.py", wrong)):
        (tmp_path / name).write_text(program, encoding="utf-8")
    # The library is looked at, but not judged.
    options = [*OPTIONS, "--follow-imports=silent", "right.py", "wrong.py"]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(ROOT), "MYPY_CACHE_DIR": str(tmp_path)},
    )
    errors = [line for line in run.stdout.splitlines() if ": error: " in line]
    assert [line.partition(":")[0] for line in errors] == ["wrong.py"] * 2, run.stdout
    assert 'Unexpected keyword argument "max_epoch" for "Trainer"' in errors[0]
    assert "Incompatible types in assignment" in errors[1]
