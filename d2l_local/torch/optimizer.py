"""Stochastic gradient descent by hand."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from d2l_local.common.hyperparameters import HyperParameters


class SGD(HyperParameters):
    """Stochastic gradient descent over a list of tensors that require gradients."""

    def __init__(self, params: Sequence[torch.Tensor], lr: float):
        self.save_hyperparameters()

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter against its gradient."""
        for param in self.params:
            param -= self.lr * param.grad

    def zero_grad(self) -> None:
        """Forget the gradients of the last batch."""
        for param in self.params:
            if param.grad is not None:
                param.grad.zero_()
