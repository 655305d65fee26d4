"""Batches of arrays that are in memory: no copy of the data set, no worker process."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class ArrayLoader:
    """Iterates over equally long arrays in batches; can be iterated any number of times.

    Args:
        arrays: arrays or tensors of any framework with `len` and slices, equal in length n.
        batch_size: number of examples per batch; the last batch has what is left.
        permutation: `permutation(n)` gives the n indices in random order, drawn anew for each
            pass; None keeps the order of the arrays.
        transform: what a batch goes through before it is handed out, such as bytes to floats.
        take: `take(array, indices)` gives the chosen rows of one array.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """

    def __init__(
        self,
        arrays: Sequence[Any],
        batch_size: int,
        permutation: Callable[[int], Any] | None,
        transform: Callable[..., Sequence[Any]] | None = None,
        take: Callable[[Any, Any], Any] = operator.getitem,
    ):
        self.num_examples = num_rows(arrays, batch_size)
        self.arrays = tuple(arrays)
        self.batch_size = int(batch_size)
        self.permutation = permutation
        self.take = take
        self.transform = transform

    def __len__(self) -> int:
        """Return the number of batches in one pass."""
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        order = self.permutation(self.num_examples) if self.permutation else None
        for start in range(0, self.num_examples, self.batch_size):
            rows = slice(start, start + self.batch_size)
            if order is None:
                batch = tuple(a[rows] for a in self.arrays)
            else:
                chosen = order[rows]
                batch = tuple(self.take(a, chosen) for a in self.arrays)
            yield tuple(self.transform(*batch)) if self.transform else batch


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
