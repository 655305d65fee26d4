"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import show_images
from d2l_local.common.hyperparameters import add_to_class
from d2l_local.common.training import num_rows
from d2l_local.jax.batch import Batch, Rows, Transform
from d2l_local.jax.core import DataModule
from d2l_local.jax.seed import get_key


class ArrayLoader:
    """Batches of arrays, on the device where the arrays are, each cut out when it is used.

    Args:
        arrays: equally long arrays.
        batch_size: number of examples per batch; the last batch has what is left.
        shuffle: whether each pass has a new order, drawn with a key of `get_key`.
        transform: what a batch goes through, such as bytes to floats; it is compiled.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """

    def __init__(
        self,
        arrays: Sequence[Any],
        batch_size: int,
        shuffle: bool,
        transform: Transform | None = None,
    ):
        self.num_rows = num_rows(arrays, batch_size)
        self.arrays = tuple(map(jnp.asarray, arrays))
        self.batch_size, self.shuffle, self.transform = int(batch_size), shuffle, transform

    def __len__(self) -> int:
        return -(-self.num_rows // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        order = np.arange(self.num_rows, dtype=np.int32)
        if self.shuffle:
            order = np.asarray(jax.random.permutation(get_key(), order))
        for start in range(0, self.num_rows, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield Batch(Rows(self.arrays, rows, self.transform))


@add_to_class(DataModule)
def get_tensorloader(
    self: DataModule, tensors: Sequence[Any], train: bool, indices: slice = slice(0, None)
) -> ArrayLoader:
    """Return batches of rows `indices` of `tensors`, in a new order each epoch if `train`."""
    return ArrayLoader([t[indices] for t in tensors], self.batch_size, train)


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
        w: jax.Array,
        b: float,
        noise: float = 0.01,
        num_train: int = 1000,
        num_val: int = 1000,
        batch_size: int = 32,
    ):
        super().__init__()
        self.save_hyperparameters()
        n = num_train + num_val
        self.X = jax.random.normal(get_key(), (n, len(w)))
        self.y = self.X @ w.reshape(-1, 1) + b + noise * jax.random.normal(get_key(), (n, 1))

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader((self.X, self.y), train, rows)


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    A batch is (images, labels): float32 in [0, 1] of shape (n, height, width, 1), and int32 of
    shape (n,). The images stay bytes in memory and become floats batch by batch.

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
        self.train, self.val = (
            (images, labels.astype(np.int32))
            for images, labels in fashion_mnist.split(num_train, num_val)
        )
        self.resize = fashion_mnist.size_of(resize)

    def text_labels(self, indices: Iterable[int]) -> list[str]:
        """Return the names of the classes `indices`."""
        return fashion_mnist.text_labels(indices)

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        data = self.train if train else self.val
        return ArrayLoader(data, self.batch_size, train, self.as_floats)

    def as_floats(self, images: jax.Array, labels: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, height, width, 1)."""
        X = images[..., None] / 255
        if X.shape[1:3] != self.resize:
            X = jax.image.resize(X, (len(X), *self.resize, 1), "bilinear")
        return X, labels

    def visualize(
        self,
        batch: Sequence[jax.Array],
        nrows: int = 1,
        ncols: int = 8,
        labels: Sequence[str] = (),
    ) -> None:
        """Show the images of a batch, with `labels` or the names of their classes as titles."""
        X, y = batch
        show_images(X.squeeze(-1), nrows, ncols, titles=labels or self.text_labels(y))
