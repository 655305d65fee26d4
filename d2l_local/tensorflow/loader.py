"""Batches out of tensors in memory, and passes over them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from d2l_local.common.training import num_rows

# How many batches are made while the model is at an earlier one.
BATCHES_AHEAD = 4


def batches_of(
    arrays: Sequence[Any],
    batch_size: int,
    shuffle: bool,
    transform: Callable[..., tuple[tf.Tensor, ...]] | None = None,
) -> tf.data.Dataset:
    """Return batches of equally long arrays as a `tf.data.Dataset`.

    Its elements are whole batches from the start: each pass draws one order of all rows, and the
    rows of a batch are gathered at once. That is several times faster than a data set of single
    examples that are shuffled and batched.

    Args:
        arrays: arrays or tensors with as many rows each.
        batch_size: number of examples per batch; the last batch has what is left.
        shuffle: whether each pass has a new order.
        transform: what a batch goes through, such as bytes to floats; it runs in a graph.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """
    n = num_rows(arrays, batch_size)
    tensors = [tf.convert_to_tensor(a) for a in arrays]

    def one_pass(seed: tf.Tensor) -> tf.data.Dataset:
        order = tf.range(n)
        if shuffle:
            order = tf.random.experimental.stateless_shuffle(order, seed=tf.stack([seed, seed]))

        def batch(start: tf.Tensor) -> tuple[tf.Tensor, ...]:
            rows = order[start : start + batch_size]
            chosen = tuple(tf.gather(t, rows) for t in tensors)
            return transform(*chosen) if transform else chosen

        return tf.data.Dataset.range(0, n, batch_size).map(batch)

    seeds = tf.data.Dataset.random(rerandomize_each_iteration=True).take(1)
    num_batches = -(-n // batch_size)
    batches = seeds.flat_map(one_pass).apply(tf.data.experimental.assert_cardinality(num_batches))
    # Autotuning finishes its search before an iterator can be deleted, which takes seconds.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)


def finite(loader: Any) -> Any:
    """Return the loader.

    Raises:
        ValueError: if it is a data set without an end, such as that of `dataset.repeat()`.
    """
    if isinstance(loader, tf.data.Dataset) and loader.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "this data set has no end, so an epoch of it has none: leave out repeat(), or say how "
            "many batches are an epoch, as in dataset.take(100)"
        )
    return loader


class Passes:
    """The passes that a training makes over its data sets.

    To start a pass over a `tf.data.Dataset` takes as long as several batches. So all passes over
    one data set are one iterator of the repeated data set, which has the same batches.
    """

    def __init__(self) -> None:
        self.endless: dict[tf.data.Dataset, Iterator[Any]] = {}

    def next_over(self, loader: Any) -> Iterable[Any]:
        """Return the batches of the next pass over `loader`, which may be any iterable."""
        if not isinstance(finite(loader), tf.data.Dataset) or loader.cardinality() < 0:
            return loader
        if loader not in self.endless:
            self.endless[loader] = iter(loader.repeat())
        return itertools.islice(self.endless[loader], len(loader))
