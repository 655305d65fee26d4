"""Numbers that a notebook records, so that the prose can quote them and a re-run can check them."""

from __future__ import annotations

import math
from typing import Any

from d2l_local.common.figures import as_numpy

MIME_TYPE = "application/vnd.d2l-local.record+json"


def record(*, tol: float | None = None, **values: Any) -> None:
    """Record numbers under their names: `d2l.record(val_acc=acc, tol=0.02)`.

    The prose quotes them with the mark `value`. A re-execution of the notebook fails when a number
    is further than `tol` from the recorded one.

    Args:
        tol: largest accepted absolute difference, in the unit of the values; None for numbers
            that must come out the same (up to rounding, a relative 1e-6).
        values: one number or one-element tensor per name.

    Raises:
        TypeError: if a value is not a single number.
        ValueError: if a value is NaN or infinite, or `tol` is not positive.
    """
    if tol is not None and not tol > 0:
        raise ValueError(f"tol must be a positive number or None, but is {tol!r}")
    for name, value in values.items():
        _show(name, _number(name, value), tol)


def _number(name: str, value: Any) -> int | float:
    array = as_numpy(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        kind = type(value).__name__
        raise TypeError(f"record({name}=...) needs a single number, but got a {kind}: {value!r}")
    number = array.item()
    if not math.isfinite(number):
        raise ValueError(f"record({name}=...) needs a finite number, but got {number}")
    return number


def _show(name: str, number: int | float, tol: float | None) -> None:
    line = f"{name} = {number:.4g}" if isinstance(number, float) else f"{name} = {number:,}"
    show(MIME_TYPE, {"name": name, "value": number, "tol": tol}, line)


def show(mime_type: str, content: dict[str, Any], text: str) -> None:
    """Print a text; in a notebook, its output has the content for machines as well."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if get_ipython() is None:
        print(text)
        return
    display({mime_type: content, "text/plain": text}, raw=True)
