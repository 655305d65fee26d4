"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import show_images
from d2l_local.common.images import as_floats
from d2l_local.common.loader import ArrayLoader
from d2l_local.common.training import DataModuleMethods


class DataModule(DataModuleMethods):
    """Base of the data sets: training and validation batches."""

    def __init__(self, root: str = "../data"):
        self.save_hyperparameters()

    def get_tensorloader(
        self, tensors: Sequence[Any], train: bool, indices: slice = slice(0, None)
    ) -> ArrayLoader:
        """Return batches of rows `indices` of `tensors`, in a new order each epoch if `train`."""
        return _loader([t[indices] for t in tensors], self.batch_size, train, _tensors)


def _loader(
    arrays: Sequence[Any],
    batch_size: int,
    shuffle: bool,
    transform: Callable[..., Sequence[tf.Tensor]],
) -> ArrayLoader:
    """Slice numpy arrays, which is quicker than gathering tensors, and make tensors of batches."""
    arrays = [np.asarray(a) for a in arrays]
    return ArrayLoader(arrays, batch_size, _permutation if shuffle else None, transform)


def _permutation(n: int) -> np.ndarray:
    return tf.random.shuffle(tf.range(n)).numpy()


def _tensors(*batch: np.ndarray) -> list[tf.Tensor]:
    return [tf.constant(a) for a in batch]


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    `train` and `val` are (images, labels) as arrays of bytes. A batch is (images, labels): float32
    in [0, 1] of shape (n, height, width, 1), and int32 of shape (n,).

    Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017, arXiv:1708.07747.
    """

    def __init__(self, batch_size: int = 64, resize: tuple[int, int] = (28, 28)):
        super().__init__()
        self.save_hyperparameters()
        self.train = fashion_mnist.load(train=True)
        self.val = fashion_mnist.load(train=False)

    def text_labels(self, indices: Iterable[int]) -> list[str]:
        """Return the names of the classes `indices`."""
        return [fashion_mnist.LABELS[int(i)] for i in indices]

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        images, labels = self.train if train else self.val
        return _loader((images, labels.astype(np.int32)), self.batch_size, train, self._floats)

    def _floats(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, height, width, 1)."""
        X = tf.constant(as_floats(images)[..., np.newaxis])
        if images.shape[1:] != tuple(self.resize):
            X = tf.image.resize_with_pad(X, *self.resize)
        return X, tf.constant(labels)

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
