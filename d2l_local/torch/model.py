"""Base classes of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from d2l_local.common.board import ProgressBoard
from d2l_local.common.training import ModuleMethods, learning_rate_of

nn_Module = nn.Module


class Module(ModuleMethods, nn.Module):
    """Base of the models: `net` or `forward` computes, `loss` judges, the steps plot."""

    def __init__(self, plot_train_per_epoch: float = 2, plot_valid_per_epoch: float = 1):
        super().__init__()
        self.save_hyperparameters()
        self.board = ProgressBoard()

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        # PyTorch keeps modules aside, where a method of the same name, such as `loss`, hides them.
        if isinstance(value, nn.Module) and hasattr(type(self), name):
            vars(self)[name] = value

    def __getstate__(self) -> dict[str, Any]:
        """Leave the trainer behind, and with it the data, when the model is copied or saved."""
        return {name: value for name, value in vars(self).items() if name != "trainer"}

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            name = type(self).__name__
            raise NotImplementedError(f"{name} has neither `net` nor a forward pass of its own")
        return self.net(X)

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        return torch.optim.SGD(self.parameters(), lr=learning_rate_of(self))

    def apply_init(
        self, inputs: Sequence[torch.Tensor], init: Callable[[nn.Module], None] | None = None
    ) -> None:
        """Run `inputs` forward once, so that lazy layers get their shapes, then apply `init`."""
        self.forward(*inputs)
        if init is not None:
            self.net.apply(init)


def plain_parameters(model: nn.Module) -> list[torch.Tensor]:
    """Return the tensors that require gradients, but that PyTorch does not know as parameters.

    They are attributes of the model or of a module inside, alone or in lists, tuples and
    dictionaries.
    """
    found: dict[int, torch.Tensor] = {}

    def look_at(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            if value.requires_grad and value.is_leaf:
                found[id(value)] = value
        elif isinstance(value, (list, tuple)):
            for item in value:
                look_at(item)
        elif isinstance(value, dict):
            look_at(list(value.values()))

    for module in model.modules():
        look_at({k: v for k, v in vars(module).items() if k not in ("_parameters", "_modules")})
    known = {id(parameter) for parameter in model.parameters()}
    return [tensor for key, tensor in found.items() if key not in known]


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[torch.Tensor]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        Y_hat = self(*batch[:-1])
        self.plot("loss", self.loss_of(Y_hat, batch[-1]), train=False)
        self.plot("acc", self.accuracy(Y_hat, batch[-1]), train=False)

    def accuracy(self, Y_hat: torch.Tensor, Y: torch.Tensor, averaged: bool = True) -> torch.Tensor:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        correct = (Y_hat.argmax(dim=1).type(Y.dtype) == Y.reshape(-1)).type(torch.float32)
        return correct.mean() if averaged else correct

    def loss(self, Y_hat: torch.Tensor, Y: torch.Tensor, averaged: bool = True) -> torch.Tensor:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        reduction = "mean" if averaged else "none"
        return nn.functional.cross_entropy(Y_hat, Y.reshape(-1), reduction=reduction)

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = torch.randn(*X_shape)
        for layer in self.net:
            X = layer(X)
            print(f"{layer.__class__.__name__} output shape:\t{tuple(X.shape)}")


Classification = Classifier
