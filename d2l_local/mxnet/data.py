"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import mxnet as mx
import numpy
from mxnet import gluon, np, npx

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import show_images
from d2l_local.common.hyperparameters import add_to_class
from d2l_local.common.training import num_rows
from d2l_local.mxnet.core import DataModule


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
        if dataset is None:
            num_rows(arrays, batch_size)
            dataset = gluon.data.ArrayDataset(*arrays)
        self.num_examples = len(arrays[0])
        self.arrays = [
            a.asnumpy() if isinstance(a, np.ndarray) else numpy.asarray(a) for a in arrays
        ]
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.transform = transform or _arrays
        self.dataset = dataset

    def __len__(self) -> int:
        """Return the number of batches in one pass."""
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        order = np.arange(self.num_examples, dtype=np.int32)
        if self.shuffle:
            np.random.shuffle(order)
        order = order.asnumpy()
        for start in range(0, self.num_examples, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield tuple(self.transform(*(array[rows] for array in self.arrays)))


def _in_numpy(array: Any) -> numpy.ndarray:
    return array.asnumpy() if isinstance(array, np.ndarray) else numpy.asarray(array)


def _arrays(*batch: numpy.ndarray) -> list[np.ndarray]:
    return [_without_copy(a) for a in batch]


def _without_copy(array: numpy.ndarray) -> np.ndarray:
    return mx.nd.from_numpy(numpy.ascontiguousarray(array)).as_np_ndarray()


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
        w: np.ndarray,
        b: float,
        noise: float = 0.01,
        num_train: int = 1000,
        num_val: int = 1000,
        batch_size: int = 32,
    ):
        super().__init__()
        self.save_hyperparameters()
        n = num_train + num_val
        self.X = np.random.randn(n, len(w))
        self.y = np.dot(self.X, w.reshape(-1, 1)) + b + noise * np.random.randn(n, 1)

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader((self.X, self.y), train, rows)


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    A batch is (images, labels): float32 in [0, 1] of shape (n, 1, height, width), and int32 of
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
        train, val = fashion_mnist.split(num_train, num_val)
        self.resize = fashion_mnist.size_of(resize)
        self.train = ImageDataset(*train, self.resize)
        self.val = ImageDataset(*val, self.resize)

    def text_labels(self, indices: Iterable[int]) -> list[str]:
        """Return the names of the classes `indices`."""
        return fashion_mnist.text_labels(indices)

    def get_dataloader(self, train: bool) -> ArrayLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        data = self.train if train else self.val
        arrays = data.images, data.labels
        return ArrayLoader(arrays, self.batch_size, train, data.as_batch, data)

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
        self.resize = resize

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[np.ndarray, int]:
        X, y = self.as_batch(self.images[i][numpy.newaxis], self.labels[[i]])
        return X[0], int(y[0])

    def as_batch(
        self, images: numpy.ndarray, labels: numpy.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, 1, height, width)."""
        floats = numpy.multiply(images, numpy.float32(1 / 255), dtype=numpy.float32)
        if images.shape[1:] == self.resize:
            X = _without_copy(floats[:, numpy.newaxis])
        else:
            channels_last = _without_copy(floats[..., numpy.newaxis])
            X = npx.image.resize(channels_last, size=self.resize[::-1]).transpose(0, 3, 1, 2)
        return X, _without_copy(labels)
