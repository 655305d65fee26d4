"""Batches of arrays that are in memory: no copy of the data set, no worker process."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any


def batches_in(
    order: Any,
    arrays: Sequence[Any],
    batch_size: int,
    take: Callable[[Any, Any], Any] = operator.getitem,
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of equally long arrays in batches; the last batch has what is left.

    Args:
        order: the indices of the rows, in the order in which they come.
        arrays: arrays or tensors of any framework.
        batch_size: number of examples per batch.
        take: `take(array, indices)` gives a copy of the chosen rows of one array: what is done to
            a batch must not reach the data.
    """
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield tuple(take(array, rows) for array in arrays)


def num_rows(arrays: Sequence[Any], batch_size: int) -> int:
    """Return the common length of the arrays.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """
    lengths = [len(a) for a in arrays]
    if len(set(lengths)) != 1:
        raise ValueError(f"the arrays of a loader must be equally long, but have {lengths} rows")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, but is {batch_size}")
    return lengths[0]
