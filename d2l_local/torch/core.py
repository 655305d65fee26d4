"""Models, data and training: the classes on which the chapters build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import nn

from d2l_local.common.board import ProgressBoard, add_to_curve, new_curves
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.training import countable, explained, missing
from d2l_local.torch.device import first_gpus, move, on_device, plain_parameters


class nn_Module(nn.Module):
    """A module of PyTorch whose `loss` may be a method or a loss of PyTorch's."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        # PyTorch keeps modules aside, where a method of the same name, such as `loss`, hides them.
        if isinstance(value, nn.Module) and hasattr(type(self), name):
            vars(self)[name] = value

    def __getstate__(self) -> dict[str, Any]:
        """Leave the trainer behind, and with it the data, when the model is copied or saved."""
        return {name: value for name, value in vars(self).items() if name != "trainer"}


class Module(HyperParameters, nn_Module):
    """Base of the models: `net` or `forward` computes, `loss` judges, the steps plot.

    Args:
        plot_train_per_epoch: points that an epoch adds to a curve of training.
        plot_valid_per_epoch: points that an epoch adds to a curve of validation.
    """

    def __init__(self, plot_train_per_epoch: float = 2, plot_valid_per_epoch: float = 1):
        super().__init__()
        self.save_hyperparameters()
        self.board = ProgressBoard()

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            raise missing(self, "net")
        return self.net(X)

    def loss(self, y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the loss of predictions `y_hat` for targets `y`; define it in your class."""
        raise missing(self, "loss")

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        if not hasattr(self, "lr"):
            raise missing(self, "lr")
        return torch.optim.SGD(self.parameters(), lr=self.lr)

    def training_step(self, batch: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        loss = self.loss(y_hat, targets)
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Sequence[torch.Tensor]) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss(y_hat, targets), train=False)

    def plot(self, key: str, value: Any, train: bool) -> None:
        """Add `value` to the curve "train_<key>" or "val_<key>" of the model's board.

        Args:
            key: name of the quantity, such as "loss".
            value: a number, or a one-element array or tensor.
            train: whether it belongs to training (x is the fraction of epochs done) or to
                validation (x is the number of epochs done).

        Raises:
            RuntimeError: if no `Trainer` is training this model.
        """
        add_to_curve(self, key, value, train)

    def apply_init(
        self, inputs: Sequence[torch.Tensor], init: Callable[[nn.Module], None] | None = None
    ) -> None:
        """Run `inputs` forward once, so that lazy layers get their shapes, then apply `init`."""
        self.forward(*inputs)
        if init is not None:
            self.net.apply(init)


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[torch.Tensor]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        *inputs, labels = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss(y_hat, labels), train=False)
        self.plot("acc", self.accuracy(y_hat, labels), train=False)

    def accuracy(self, Y_hat: torch.Tensor, Y: torch.Tensor, averaged: bool = True) -> torch.Tensor:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        correct = (Y_hat.argmax(dim=1) == Y.reshape(-1)).type(torch.float32)
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


class DataModule(HyperParameters):
    """Base of the data sets: training and validation batches.

    `root` and `num_workers` are kept for older notebooks: data lies in the user's cache, and no
    other process reads it.
    """

    def __init__(self, root: str = "../data", num_workers: int = 4):
        self.save_hyperparameters()

    def get_dataloader(self, train: bool) -> Iterable[Any]:
        """Return the batches of the training or of the validation set; define it in your class."""
        raise missing(self, "get_dataloader")

    def train_dataloader(self) -> Iterable[Any]:
        """Return the batches to train on."""
        return self.get_dataloader(train=True)

    def val_dataloader(self) -> Iterable[Any] | None:
        """Return the batches to validate on, or None if there are none."""
        return self.get_dataloader(train=False)


class Trainer(HyperParameters):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: 0 trains on the CPU; 1 or more on the first GPU, if there is one: no other is
            used.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
    """

    def __init__(self, max_epochs: int, num_gpus: int = 0, gradient_clip_val: float = 0):
        self.save_hyperparameters()
        self.gpus = first_gpus(num_gpus)

    def prepare_data(self, data: Any) -> None:
        """Take the loaders of `data`, whose tensors go to the GPU in use, and count their batches.

        Raises:
            ValueError: if there is no batch to train on, or no end of them.
        """
        self.train_dataloader = countable(data.train_dataloader)
        self.val_dataloader = countable(data.val_dataloader)
        if self.gpus:
            self.train_dataloader = on_device(self.train_dataloader, self.gpus[0])
            self.val_dataloader = on_device(self.val_dataloader, self.gpus[0])
        self.num_train_batches = len(self.train_dataloader)
        self.num_val_batches = len(self.val_dataloader or ())
        if self.num_train_batches == 0:
            raise ValueError("the training data have no batch: is the data set empty?")

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer, and move the model to the first GPU in use."""
        self.model, model.trainer = model, self
        model.board.xlim = (0, self.max_epochs)
        if self.gpus:
            move(model, self.gpus[0])

    def prepare_batch(self, batch: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        """Return the batch on the first GPU in use, or as it is."""
        return [t.to(self.gpus[0]) for t in batch] if self.gpus else batch

    @explained
    def fit(self, model: Any, data: Any) -> None:
        """Train `model` on `data` for `max_epochs` epochs.

        Raises:
            TypeError: if one of the two is not what it should be, or `super().__init__()` was
                forgotten in the model.
            ValueError: if there is nothing to do.
        """
        self.epoch = self.train_batch_idx = self.val_batch_idx = 0
        self.prepare_data(data)
        self.prepare_model(model)
        self.optim = model.configure_optimizers()
        with new_curves(model.board, data):
            for self.epoch in range(self.max_epochs):  # noqa: B020
                self.fit_epoch()

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate without gradients."""
        self.model.train()
        for batch in self.train_dataloader:
            self.batch = self.prepare_batch(batch)
            loss = self.model.training_step(self.batch)
            self.optim.zero_grad()
            loss.backward()
            with torch.no_grad():
                if self.gradient_clip_val > 0:
                    self.clip_gradients(self.gradient_clip_val, self.model)
                self.optim.step()
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        self.model.eval()
        with torch.no_grad():
            for batch in self.val_dataloader:
                self.batch = self.prepare_batch(batch)
                self.model.validation_step(self.batch)
                self.val_batch_idx += 1

    def clip_gradients(self, grad_clip_val: float, model: nn.Module) -> None:
        """Scale the gradients so that their joint norm is at most `grad_clip_val`."""
        parameters = [*model.parameters(), *plain_parameters(model)]
        nn.utils.clip_grad_norm_(parameters, grad_clip_val)
