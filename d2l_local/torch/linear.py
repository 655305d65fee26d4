"""Linear regression, by hand and with a layer."""

from __future__ import annotations

import torch
from torch import nn

from d2l_local.common.training import same_shape
from d2l_local.torch.core import Module
from d2l_local.torch.optimizer import SGD


class LinearRegressionScratch(Module):
    """y_hat = X w + b with tensors `w` (num_inputs, 1) and `b` (1,), and squared loss."""

    def __init__(self, num_inputs: int, lr: float, sigma: float = 0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = torch.normal(0, sigma, (num_inputs, 1), requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return X @ self.w + self.b

    def loss(self, y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean of half the squared errors."""
        return ((y_hat - same_shape(y, y_hat)) ** 2 / 2).mean()

    def configure_optimizers(self) -> SGD:
        """Return stochastic gradient descent by hand."""
        return SGD([self.w, self.b], self.lr)


class LinearRegression(Module):
    """Linear regression with a layer that learns the number of inputs from its first batch."""

    def __init__(self, lr: float):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.LazyLinear(1)

    def loss(self, y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean of the squared errors."""
        return nn.functional.mse_loss(y_hat, same_shape(y, y_hat))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return stochastic gradient descent."""
        return torch.optim.SGD(self.parameters(), self.lr)

    def get_w_b(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the weights (1, num_inputs) and the bias (1,)."""
        return self.net.weight.data, self.net.bias.data
