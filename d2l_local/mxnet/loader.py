"""Batches out of arrays in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mxnet as mx
import numpy
from mxnet import gluon, np

from d2l_local.common.figures import as_numpy
from d2l_local.common.training import batches_in, num_rows


class ArrayLoader:
    """Batches of arrays, each cut out at once; can be iterated any number of times.

    Slicing in numpy is quicker than MXNet's `take`; a batch is then handed over without a copy.

    Args:
        arrays: equally long arrays.
        batch_size: number of examples per batch; the last batch has what is left.
        shuffle: whether each pass has a new order.
        transform: what a batch of numpy's arrays goes through, such as bytes to floats.
        dataset: what `len(loader.dataset)` and `loader.dataset[i]` refer to, if it is not an
            `ArrayDataset` of the arrays.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """

    def __init__(
        self,
        arrays: Sequence[Any],
        batch_size: int,
        shuffle: bool,
        transform: Callable[..., Sequence[np.ndarray]] | None = None,
        dataset: Any = None,
    ):
        self.num_examples = num_rows(arrays, batch_size)
        self.arrays = [as_numpy(a) for a in arrays]
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.transform = transform or _arrays
        self.dataset = gluon.data.ArrayDataset(*arrays) if dataset is None else dataset

    def __len__(self) -> int:
        """Return the number of batches in one pass."""
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        order = np.arange(self.num_examples, dtype=np.int32)
        if self.shuffle:
            np.random.shuffle(order)
        for batch in batches_in(order.asnumpy(), self.arrays, self.batch_size):
            yield tuple(self.transform(*batch))


def _arrays(*batch: numpy.ndarray) -> list[np.ndarray]:
    return [without_copy(a) for a in batch]


def without_copy(array: numpy.ndarray) -> np.ndarray:
    """Return an array of numpy's as one of MXNet's, which share their memory."""
    return mx.nd.from_numpy(numpy.ascontiguousarray(array)).as_np_ndarray()
