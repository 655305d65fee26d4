"""What a type checker says of a small program that uses the library."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("face", ["torch", "tensorflow", "mxnet"])
def test_a_users_program_passes_a_strict_type_check(face, tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM.format(face=face), encoding="utf-8")
    options = ["--strict", "--ignore-missing-imports", "--allow-subclassing-any"]
    command = [sys.executable, "-m", "mypy", *options, f"--cache-dir={tmp_path}", "program.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout == "Success: no issues found in 1 source file\n"


def test_a_wrong_argument_is_noticed(tmp_path):
    program = PROGRAM.format(face="torch").replace("max_epochs=1", "max_epoch=1")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    options = ["--strict", "--ignore-missing-imports", "--allow-subclassing-any"]
    command = [sys.executable, "-m", "mypy", *options, f"--cache-dir={tmp_path}", "program.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert 'Unexpected keyword argument "max_epoch" for "Trainer"' in run.stdout
