"""Shapes that must fit, and what to say when they do not."""

from __future__ import annotations

from typing import Any


def same_shape(y: Any, y_hat: Any) -> Any:
    """Return the targets `y`, which must have the shape of the predictions `y_hat`.

    Frameworks would stretch (n,) against (n, 1) to (n, n), and train towards something else.

    Raises:
        ValueError: if the shapes differ.
    """
    if tuple(y.shape) != tuple(y_hat.shape):
        raise ValueError(
            f"the targets have shape {tuple(y.shape)}, but the predictions {tuple(y_hat.shape)}; "
            "give both the same, as in y = d2l.reshape(y, y_hat.shape)"
        )
    return y
