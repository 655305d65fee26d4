"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tensorflow as tf

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import show_images
from d2l_local.common.hyperparameters import add_to_class
from d2l_local.common.training import num_rows
from d2l_local.tensorflow.core import DataModule

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


@add_to_class(DataModule)
def get_tensorloader(
    self: DataModule, tensors: Sequence[Any], train: bool, indices: slice = slice(0, None)
) -> tf.data.Dataset:
    """Return batches of rows `indices` of `tensors`, in a new order each epoch if `train`."""
    return batches_of([t[indices] for t in tensors], self.batch_size, train)


class SyntheticRegressionData(DataModule):
    """Standard normal inputs X (n, d), and targets y (n, 1) = X w + b + noise.

    Args:
        w: true weights, d of them.
        b: true bias.
        noise: standard deviation of the noise.
        num_train: number of examples to train on, which come first.
        num_val: number of examples to validate on.
        batch_size: examples per batch.
    """

    def __init__(
        self,
        w: Any,
        b: float,
        noise: float = 0.01,
        num_train: int = 1000,
        num_val: int = 1000,
        batch_size: int = 32,
    ):
        super().__init__()
        self.save_hyperparameters()
        n = num_train + num_val
        self.X = tf.random.normal((n, len(w)))
        w = tf.reshape(tf.cast(w, tf.float32), (-1, 1))
        self.y = tf.matmul(self.X, w) + b + noise * tf.random.normal((n, 1))

    def get_dataloader(self, train: bool) -> tf.data.Dataset:
        """Return the batches of the training set, shuffled, or of the validation set."""
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader((self.X, self.y), train, rows)


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    `train` and `val` are (images, labels) as arrays of bytes. A batch is (images, labels): float32
    in [0, 1] of shape (n, height, width, 1), and int32 of shape (n,).

    Args:
        batch_size: examples per batch.
        resize: height and width of the images, or one number for both; they are stretched to it.
        num_train: number of images to train on. With it and `num_val`, all images come from the
            60,000 training images, so that the test set can wait until every choice is made.
        num_val: number of images to validate on. Without it these are the test set, and curves
            are called so (`val_name`).

    Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017, arXiv:1708.07747.
    """

    def __init__(
        self,
        batch_size: int = 64,
        resize: int | tuple[int, int] = (28, 28),
        num_train: int | None = None,
        num_val: int | None = None,
    ):
        super().__init__()
        self.save_hyperparameters()
        self.val_name = "test" if num_val is None else "validation"
        self.resize = fashion_mnist.size_of(resize)
        train, val = fashion_mnist.split(num_train, num_val)
        self.train, self.val = train, val

    def text_labels(self, indices: Iterable[int]) -> list[str]:
        """Return the names of the classes `indices`."""
        return fashion_mnist.text_labels(indices)

    def get_dataloader(self, train: bool) -> tf.data.Dataset:
        """Return the batches of the training set, shuffled, or of the validation set."""
        images, labels = self.train if train else self.val
        return batches_of((images, labels), self.batch_size, train, self._floats)

    def _floats(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, height, width, 1)."""
        X = tf.cast(images, tf.float32)[..., tf.newaxis] / 255
        if tuple(images.shape[1:]) != self.resize:
            X = tf.image.resize(X, self.resize, antialias=True)
        return X, tf.cast(labels, tf.int32)

    def visualize(
        self,
        batch: Sequence[Any],
        nrows: int = 1,
        ncols: int = 8,
        labels: Sequence[str] = (),
    ) -> None:
        """Show the images of a batch, with `labels` or the names of their classes as titles."""
        X, y = batch
        show_images(tf.squeeze(X, -1), nrows, ncols, titles=labels or self.text_labels(y))
