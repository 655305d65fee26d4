"""Numbers that notebooks record."""

import numpy as np
import pytest

from d2l_local.lab import record as module
from d2l_local.lab.record import MIME_TYPE, record


def test_outside_a_notebook_a_record_is_a_line_of_text(capsys):
    record(val_acc=np.float32(0.853125), num_params=203530, tol=0.02)
    assert capsys.readouterr().out == "val_acc = 0.8531\nnum_params = 203,530\n"


def test_in_ipython_a_record_carries_name_value_and_tolerance(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    record(val_acc=2 / 3, tol=0.1)
    assert shown == [
        {
            MIME_TYPE: {"name": "val_acc", "value": 2 / 3, "tol": 0.1},
            "text/plain": "val_acc = 0.6667",
        }
    ]


def test_integers_stay_integers():
    assert module._number("n", np.int64(7)) == 7
    assert isinstance(module._number("n", np.int64(7)), int)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="needs a finite number"):
        record(loss=value)


@pytest.mark.parametrize("value", ["0.5x", [1, 2], None, np.zeros(3)])
def test_what_is_not_a_single_number_is_refused(value):
    with pytest.raises(TypeError, match=r"record\(loss=...\) needs a single number"):
        record(loss=value)


@pytest.mark.parametrize("tol", [0, -1])
def test_a_tolerance_must_be_positive(tol):
    with pytest.raises(ValueError, match="tol must be a positive number"):
        record(loss=1.0, tol=tol)
