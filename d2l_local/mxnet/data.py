"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mxnet as mx
import numpy
from mxnet import gluon, np, npx

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import as_numpy, show_images
from d2l_local.common.images import as_floats
from d2l_local.common.loader import ArrayLoader
from d2l_local.common.training import DataModuleMethods


class DataModule(DataModuleMethods):
    """Base of the data sets: training and validation batches."""

    def __init__(self, root: str = "../data", num_workers: int = 4):
        self.save_hyperparameters()

    def get_tensorloader(
        self, tensors: Sequence[Any], train: bool, indices: slice = slice(0, None)
    ) -> ArrayLoader:
        """Return batches of rows `indices` of `tensors`, in a new order each epoch if `train`."""
        return _loader([t[indices] for t in tensors], self.batch_size, train, _arrays)


def _loader(
    arrays: Sequence[Any],
    batch_size: int,
    shuffle: bool,
    transform: Callable[..., Sequence[np.ndarray]],
) -> ArrayLoader:
    """Slice numpy arrays, which is quicker than MXNet's `take`, and hand batches over to MXNet."""
    arrays = [as_numpy(a) for a in arrays]
    return ArrayLoader(arrays, batch_size, _permutation if shuffle else None, transform)


def _permutation(n: int) -> numpy.ndarray:
    order = np.arange(n, dtype=np.int32)
    np.random.shuffle(order)
    return order.asnumpy()


def _arrays(*batch: numpy.ndarray) -> list[np.ndarray]:
    return [_without_copy(a) for a in batch]


def _without_copy(array: numpy.ndarray) -> np.ndarray:
    return mx.nd.from_numpy(numpy.ascontiguousarray(array)).as_np_ndarray()


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    A batch is (images, labels): float32 in [0, 1] of shape (n, 1, height, width), and int32 of
    shape (n,). The images stay bytes in memory and become floats batch by batch.

    Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017, arXiv:1708.07747.
    """

    def __init__(self, batch_size: int = 64, resize: tuple[int, int] = (28, 28)):
        super().__init__()
        self.save_hyperparameters()
        self.train = ImageDataset(*fashion_mnist.load(train=True), resize)
        self.val = ImageDataset(*fashion_mnist.load(train=False), resize)

    def text_labels(self, indices: Iterable[int]) -> list[str]:
        """Return the names of the classes `indices`."""
        return [fashion_mnist.LABELS[int(i)] for i in indices]

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        data = self.train if train else self.val
        return _loader((data.images, data.labels), self.batch_size, train, data.transform)

    def visualize(
        self,
        batch: Sequence[np.ndarray],
        nrows: int = 1,
        ncols: int = 8,
        labels: Sequence[str] = (),
    ) -> None:
        """Show the images of a batch, with `labels` or the names of their classes as titles."""
        X, y = batch
        show_images(X.squeeze(1), nrows, ncols, titles=labels or self.text_labels(y))


class ImageDataset(gluon.data.Dataset):
    """Images in memory as bytes; an item is (float32 image (1, height, width), label)."""

    def __init__(self, images: numpy.ndarray, labels: numpy.ndarray, resize: tuple[int, int]):
        self.images = numpy.asarray(images)
        self.labels = labels.astype(numpy.int32)
        self.resize = tuple(resize)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[np.ndarray, int]:
        X, y = self.transform(self.images[i : i + 1], self.labels[i : i + 1])
        return X[0], int(y[0])

    def transform(
        self, images: numpy.ndarray, labels: numpy.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, 1, height, width)."""
        floats = as_floats(images)
        if images.shape[1:] == self.resize:
            X = _without_copy(floats[:, numpy.newaxis])
        else:
            channels_last = _without_copy(floats[..., numpy.newaxis])
            X = npx.image.resize(channels_last, size=self.resize[::-1]).transpose(0, 3, 1, 2)
        return X, _without_copy(labels)
