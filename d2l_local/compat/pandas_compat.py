"""What notebooks written for pandas 1 do with tables of text and numbers, on pandas 2 and 3.

They choose the columns of numbers, fill gaps with means, turn text into indicators and hand the
result to a framework. Today each of these ends in an error. This imports pandas: see `companions`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

_STATISTICS = ("mean", "median", "std", "var", "corr")


def mend() -> None:
    """Let current pandas do what pandas 1 did."""
    if hasattr(pd.get_dummies, "__wrapped__"):
        return
    pd.get_dummies = _numbers_from(pd.get_dummies)
    pd.DataFrame.dtypes = property(_dtypes, doc=pd.DataFrame.dtypes.__doc__)
    for name in _STATISTICS:
        setattr(pd.DataFrame, name, _of_numbers(getattr(pd.DataFrame, name)))


class Dummies(pd.DataFrame):
    """What `get_dummies` returns: its arrays have numbers, as before pandas 2.

    Indicators have been booleans since; beside numbers these make an array of objects, of which no
    framework makes a tensor.
    """

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return Dummies

    @property
    def values(self) -> np.ndarray:
        """All rows as an array."""
        return self.to_numpy()

    def to_numpy(self, dtype: Any = None, *args: Any, **kwargs: Any) -> np.ndarray:
        """All rows as an array: of numbers, where they are booleans and numbers."""
        common = self._common_type() if dtype is None else dtype
        return super().to_numpy(common, *args, **kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.to_numpy(dtype), copy=copy)

    def _common_type(self) -> np.dtype | None:
        types = list(super().dtypes)
        if len(types) and all(isinstance(t, np.dtype) and t.kind in "biuf" for t in types):
            return np.result_type(*types)
        return None


class _Dtypes(pd.Series):
    """The types of a frame's columns; one of text equals `object`, which it was before pandas 3."""

    def __eq__(self, other: object) -> Any:
        equal = super().__eq__(other)
        return equal | _are_text(self) if _is_object(other) else equal

    def __ne__(self, other: object) -> Any:
        return ~(self == other) if _is_object(other) else super().__ne__(other)


def _dtypes(frame: pd.DataFrame) -> pd.Series:
    return _Dtypes(super(pd.DataFrame, frame).dtypes)


def _is_object(other: object) -> bool:
    return other is object or (isinstance(other, (str, np.dtype)) and other in ("object", "O"))


def _are_text(dtypes: pd.Series) -> np.ndarray:
    return np.array([dtype == "str" for dtype in dtypes], bool)


def _numbers_from(get_dummies: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    @functools.wraps(get_dummies)
    def call(*args: Any, **kwargs: Any) -> pd.DataFrame:
        return Dummies(get_dummies(*args, **kwargs))

    return call


def _of_numbers(statistic: Callable[..., Any]) -> Callable[..., Any]:
    """Leave columns of text out where they make `statistic` fail."""

    @functools.wraps(statistic)
    def call(frame: pd.DataFrame, *args: Any, **kwargs: Any) -> Any:
        try:
            return statistic(frame, *args, **kwargs)
        except (TypeError, ValueError):
            if "numeric_only" in kwargs or frame.select_dtypes(["number", "bool"]).empty:
                raise
            return statistic(frame, *args, numeric_only=True, **kwargs)

    return call
