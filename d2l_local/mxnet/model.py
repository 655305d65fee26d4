"""Base classes of models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mxnet import Context, gluon, np
from mxnet.gluon import nn

from d2l_local.common.board import ProgressBoard
from d2l_local.common.training import ModuleMethods, learning_rate_of
from d2l_local.mxnet.optimizer import SGD

nn_Module = nn.Block


_cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
_cross_entropy.hybridize()


class Module(ModuleMethods, nn.Block):
    """Base of the models: `net` or `forward` computes, `loss` judges, the steps plot.

    Parameters are those of Gluon blocks or, in a model without any, the attributes that are
    arrays; the trainer attaches their gradients when `attach_grad` has not been called.
    """

    def __init__(self, plot_train_per_epoch: float = 2, plot_valid_per_epoch: float = 1):
        super().__init__()
        self.save_hyperparameters()
        self.board = ProgressBoard()

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            name = type(self).__name__
            raise NotImplementedError(f"{name} has neither `net` nor a forward pass of its own")
        return self.net(X)

    def loss_of(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss, whether a method or a Gluon loss, which has one for each example."""
        if isinstance(self.loss, gluon.loss.Loss):
            return self.loss(y_hat, y).mean()
        return self.loss(y_hat, y)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (nn.Block, gluon.Parameter)) and "_children" not in vars(self):
            cls = type(self).__name__
            raise TypeError(
                f"{cls} is not set up: call super().__init__() first in {cls}.__init__, then set "
                f"self.{name}"
            )
        super().__setattr__(name, value)

    def get_scratch_params(self) -> list[np.ndarray]:
        """Return the attributes that are arrays, also in lists, and those of the modules inside."""
        return list({id(array): array for array in _arrays_in(self.__dict__)}.values())

    def parameters(self) -> Any:
        """Return the parameters of the Gluon blocks or, if there are none, the arrays."""
        params = self.collect_params()
        if isinstance(params, gluon.ParameterDict):
            return params if params.keys() else self.get_scratch_params()
        return list(params)  # A `collect_params` of one's own returns arrays.

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        params, lr = self.parameters(), learning_rate_of(self)
        if isinstance(params, list):
            return SGD(params, lr)
        return gluon.Trainer(params, "sgd", {"learning_rate": lr})

    def set_scratch_params_device(self, device: Context) -> None:
        """Move the attributes that are arrays to another device, with gradients attached."""
        moved = {id(array): array.as_in_ctx(device) for array in self.get_scratch_params()}
        for array in moved.values():
            array.attach_grad()
        _replace_arrays(self.__dict__, moved)


def _arrays_in(attributes: dict[str, Any]) -> Iterator[np.ndarray]:
    """Return the arrays among attributes: as they are, in lists and tuples, and in modules."""
    for value in attributes.values():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, np.ndarray):
                yield item
            elif isinstance(item, Module):
                yield from item.get_scratch_params()


def _replace_arrays(attributes: dict[str, Any], new: dict[int, np.ndarray]) -> None:
    """Put `new[id(array)]` in the place of each array that `_arrays_in` finds."""
    for name, value in attributes.items():
        items = value if isinstance(value, (list, tuple)) else [value]
        if any(id(item) in new for item in items):
            replaced = [new.get(id(item), item) for item in items]
            attributes[name] = replaced[0] if items is not value else type(value)(replaced)
        for item in items:
            if isinstance(item, Module):
                _replace_arrays(item.__dict__, new)


def _check_labels(Y: np.ndarray, num_classes: int) -> None:
    """Raise an error for labels that MXNet would silently take for the nearest class."""
    lowest, highest = int(Y.min()), int(Y.max())
    if lowest < 0 or highest >= num_classes:
        raise ValueError(
            f"labels must be integers from 0 to {num_classes - 1}, since there are {num_classes} "
            f"outputs, but these are from {lowest} to {highest}"
        )


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[np.ndarray]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        Y_hat = self(*batch[:-1])
        self.plot("loss", self.loss_of(Y_hat, batch[-1]), train=False)
        self.plot("acc", self.accuracy(Y_hat, batch[-1]), train=False)

    def accuracy(self, Y_hat: np.ndarray, Y: np.ndarray, averaged: bool = True) -> np.ndarray:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat = Y_hat.reshape((-1, Y_hat.shape[-1]))
        correct = (Y_hat.argmax(axis=1).astype(Y.dtype) == Y.reshape(-1)).astype(np.float32)
        return correct.mean() if averaged else correct

    def loss(self, Y_hat: np.ndarray, Y: np.ndarray, averaged: bool = True) -> np.ndarray:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        if Y_hat.ndim > 2:
            Y_hat, Y = Y_hat.reshape((-1, Y_hat.shape[-1])), Y.reshape(-1)
        if getattr(getattr(self, "trainer", None), "train_batch_idx", 0) == 0:
            _check_labels(Y, Y_hat.shape[-1])
        losses = _cross_entropy(Y_hat, Y)
        return losses.mean() if averaged else losses

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = np.random.randn(*X_shape)
        for layer in self.net:
            X = layer(X)
            print(f"{layer.__class__.__name__} output shape:\t{tuple(X.shape)}")


Classification = Classifier
