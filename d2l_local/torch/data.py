"""Data sets and their batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset

from d2l_local.common import fashion_mnist
from d2l_local.common.figures import show_images
from d2l_local.common.hyperparameters import add_to_class
from d2l_local.common.training import num_rows
from d2l_local.torch.core import DataModule


class TensorLoader(torch.utils.data.DataLoader):
    """Batches of tensors, on the device where the tensors are, each cut out at once.

    Args:
        tensors: equally long tensors.
        batch_size: number of examples per batch; the last batch has what is left.
        shuffle: whether each pass has a new order.
        transform: what a batch goes through, such as bytes to floats.
        dataset: what `len(loader.dataset)` and `loader.dataset[i]` refer to, if it is not a
            `TensorDataset` of the tensors.

    Raises:
        ValueError: if the tensors differ in length or the batch size is less than 1.
    """

    def __init__(
        self,
        tensors: Sequence[torch.Tensor],
        batch_size: int,
        shuffle: bool,
        transform: Callable[..., Sequence[torch.Tensor]] | None = None,
        dataset: Any = None,
    ):
        if dataset is None:
            num_rows(tensors, batch_size)
            dataset = TensorDataset(*tensors)
        self.tensors = tuple(tensors)
        self.shuffle = shuffle
        self.transform = transform
        super().__init__(dataset, int(batch_size), shuffle=shuffle)

    def __iter__(self) -> Any:
        n = len(self.tensors[0])
        # Drawn on the CPU, so that a seed gives the same order everywhere.
        order = (torch.randperm(n) if self.shuffle else torch.arange(n)).to(self.tensors[0].device)
        for rows in order.split(self.batch_size or 1):
            batch = tuple(tensor.index_select(0, rows) for tensor in self.tensors)
            yield tuple(self.transform(*batch)) if self.transform else batch

    def to(self, device: torch.device) -> TensorLoader:
        """Return a loader of the same batches that keeps its tensors on `device`."""
        tensors = [tensor.to(device) for tensor in self.tensors]
        return TensorLoader(
            tensors, self.batch_size or 1, self.shuffle, self.transform, self.dataset
        )


@add_to_class(DataModule)
def get_tensorloader(
    self: DataModule, tensors: Sequence[Any], train: bool, indices: slice = slice(0, None)
) -> TensorLoader:
    """Return batches of rows `indices` of `tensors`, in a new order each epoch if `train`."""
    return TensorLoader([t[indices] for t in tensors], self.batch_size, train)


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
        w: torch.Tensor,
        b: float,
        noise: float = 0.01,
        num_train: int = 1000,
        num_val: int = 1000,
        batch_size: int = 32,
    ):
        super().__init__()
        self.save_hyperparameters()
        n = num_train + num_val
        self.X = torch.randn(n, len(w))
        self.y = self.X @ w.reshape(-1, 1) + b + noise * torch.randn(n, 1)

    def get_dataloader(self, train: bool) -> TensorLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader((self.X, self.y), train, rows)


class FashionMNIST(DataModule):
    """Fashion-MNIST: 60,000 images to train on and 10,000 to validate on, in ten classes.

    A batch is (images, labels): float32 in [0, 1] of shape (n, 1, height, width), and int64 of
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

    def get_dataloader(self, train: bool) -> TensorLoader:
        """Return the batches of the training set, shuffled, or of the validation set."""
        data = self.train if train else self.val
        tensors = data.images, data.labels
        return TensorLoader(tensors, self.batch_size, train, data.as_floats, data)

    def visualize(
        self,
        batch: Sequence[torch.Tensor],
        nrows: int = 1,
        ncols: int = 8,
        labels: Sequence[str] = (),
    ) -> None:
        """Show the images of a batch, with `labels` or the names of their classes as titles."""
        X, y = batch
        show_images(X.squeeze(1), nrows, ncols, titles=labels or self.text_labels(y))


class ImageDataset(torch.utils.data.Dataset):
    """Images in memory as bytes; an item is (float32 image (1, height, width), label).

    `data`, `targets` and `classes` are there under torchvision's names.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, resize: tuple[int, int]):
        self.images = torch.tensor(images)
        self.labels = torch.tensor(labels, dtype=torch.int64)
        self.resize = resize

    @property
    def data(self) -> torch.Tensor:
        """The images, bytes (n, 28, 28)."""
        return self.images

    @property
    def targets(self) -> torch.Tensor:
        """The labels, int64 (n,)."""
        return self.labels

    @property
    def classes(self) -> list[str]:
        """The names of the classes."""
        return list(fashion_mnist.LABELS)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        X, y = self.as_floats(self.images[i].unsqueeze(0), self.labels[i])
        return X[0], int(y)

    def as_floats(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return bytes (n, 28, 28) as floats in [0, 1] of shape (n, 1, height, width)."""
        X = images.unsqueeze(1) / 255
        if X.shape[2:] != self.resize:
            X = nn.functional.interpolate(X, self.resize, mode="bilinear", antialias=True)
        return X, labels
