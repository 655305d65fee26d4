"""Batches out of tensors in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.data import TensorDataset

from d2l_local.common.training import batches_in, num_rows


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
        num_rows(tensors, batch_size)
        self.tensors = tuple(tensors)
        self.shuffle = shuffle
        self.transform = transform
        dataset = TensorDataset(*tensors) if dataset is None else dataset
        super().__init__(dataset, int(batch_size), shuffle=shuffle)

    def __iter__(self) -> Any:
        n = len(self.tensors[0])
        # Drawn on the CPU, so that a seed gives the same order everywhere.
        order = (torch.randperm(n) if self.shuffle else torch.arange(n)).to(self.tensors[0].device)
        for batch in batches_in(order, self.tensors, self.batch_size or 1, _rows):
            yield tuple(self.transform(*batch)) if self.transform else batch

    def to(self, device: torch.device) -> TensorLoader:
        """Return a loader of the same batches that keeps its tensors on `device`."""
        tensors = [tensor.to(device) for tensor in self.tensors]
        return TensorLoader(
            tensors, self.batch_size or 1, self.shuffle, self.transform, self.dataset
        )


def _rows(tensor: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    return tensor.index_select(0, indices)
