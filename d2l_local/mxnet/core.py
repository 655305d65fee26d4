"""Models, data and training: the classes on which the chapters build."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mxnet import Context, autograd, gluon, np
from mxnet.gluon import nn

from d2l_local.common.board import ProgressBoard, add_to_curve, new_curves
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.training import countable, explained, missing
from d2l_local.mxnet.device import first_gpus
from d2l_local.mxnet.optimizer import SGD

_cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
_cross_entropy.hybridize()


class nn_Module(nn.Block):
    """A block whose attributes may be arrays with gradients.

    Parameters are those of Gluon blocks or, in a model without any, the attributes that are
    arrays.
    """

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

    def loss_of(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss, whether a method or a Gluon loss, which has one for each example."""
        if isinstance(self.loss, gluon.loss.Loss):
            return self.loss(y_hat, y).mean()
        return self.loss(y_hat, y)

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
            elif isinstance(item, nn_Module):
                yield from item.get_scratch_params()


def _replace_arrays(attributes: dict[str, Any], new: dict[int, np.ndarray]) -> None:
    """Put `new[id(array)]` in the place of each array that `_arrays_in` finds."""
    for name, value in attributes.items():
        items = value if isinstance(value, (list, tuple)) else [value]
        if any(id(item) in new for item in items):
            replaced = [new.get(id(item), item) for item in items]
            attributes[name] = replaced[0] if items is not value else type(value)(replaced)
        for item in items:
            if isinstance(item, nn_Module):
                _replace_arrays(item.__dict__, new)


def attach_gradients(model: Any) -> None:
    """Attach gradients to the arrays of a model that have none yet."""
    if isinstance(model, nn_Module):  # A block of one's own takes care of its arrays.
        for param in model.get_scratch_params():
            if param.grad is None:
                param.attach_grad()


def move(model: Any, device: Context) -> None:
    """Move the parameters of a model to a device: those of Gluon, and arrays."""
    params = model.collect_params()
    if isinstance(params, gluon.ParameterDict):
        params.reset_ctx(device)
    model.set_scratch_params_device(device)


def cross_entropy(model: Any, Y_hat: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the losses (n,) of logits (..., classes) and labels (...), in nats.

    Raises:
        ValueError: if labels of the first batch that `model` is trained on are of no class.
    """
    if Y_hat.ndim > 2:
        Y_hat, Y = Y_hat.reshape((-1, Y_hat.shape[-1])), Y.reshape(-1)
    if getattr(getattr(model, "trainer", None), "train_batch_idx", 0) == 0:
        check_labels(Y, Y_hat.shape[-1])
    return _cross_entropy(Y_hat, Y)


def check_labels(Y: np.ndarray, num_classes: int) -> None:
    """Raise an error for labels that MXNet would silently take for the nearest class."""
    lowest, highest = int(Y.min()), int(Y.max())
    if lowest < 0 or highest >= num_classes:
        raise ValueError(
            f"labels must be integers from 0 to {num_classes - 1}, since there are {num_classes} "
            f"outputs, but these are from {lowest} to {highest}"
        )


class Module(HyperParameters, nn_Module):
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
            raise missing(self, "net")
        return self.net(X)

    def loss(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss of predictions `y_hat` for targets `y`; define it in your class."""
        raise missing(self, "loss")

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        if not hasattr(self, "lr"):
            raise missing(self, "lr")
        params = self.parameters()
        if isinstance(params, list):
            return SGD(params, self.lr)
        return gluon.Trainer(params, "sgd", {"learning_rate": self.lr})

    def training_step(self, batch: Sequence[np.ndarray]) -> np.ndarray:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        loss = self.loss_of(y_hat, targets)
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Sequence[np.ndarray]) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss_of(y_hat, targets), train=False)

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


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[np.ndarray]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        *inputs, labels = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss_of(y_hat, labels), train=False)
        self.plot("acc", self.accuracy(y_hat, labels), train=False)

    def accuracy(self, Y_hat: np.ndarray, Y: np.ndarray, averaged: bool = True) -> np.ndarray:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat, Y = Y_hat.reshape((-1, Y_hat.shape[-1])), Y.reshape(-1)
        correct = (Y_hat.argmax(axis=1).astype(Y.dtype) == Y).astype(np.float32)
        return correct.mean() if averaged else correct

    def loss(self, Y_hat: np.ndarray, Y: np.ndarray, averaged: bool = True) -> np.ndarray:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        losses = cross_entropy(self, Y_hat, Y)
        return losses.mean() if averaged else losses

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = np.random.randn(*X_shape)
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
        """Take the loaders of `data`, and count their batches.

        Raises:
            ValueError: if there is no batch to train on, or no end of them.
        """
        self.train_dataloader = countable(data.train_dataloader)
        self.val_dataloader = countable(data.val_dataloader)
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
        attach_gradients(model)

    def prepare_batch(self, batch: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        """Return the batch on the first GPU in use, or as it is."""
        return [a.as_in_ctx(self.gpus[0]) for a in batch] if self.gpus else batch

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
        """Train for one epoch, then validate."""
        for batch in self.train_dataloader:
            self.batch = self.prepare_batch(batch)
            with autograd.record():
                loss = self.model.training_step(self.batch)
            loss.backward()
            if self.gradient_clip_val > 0:
                self.clip_gradients(self.gradient_clip_val, self.model)
            self.optim.step(1)
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        for batch in self.val_dataloader:
            self.batch = self.prepare_batch(batch)
            self.model.validation_step(self.batch)
            self.val_batch_idx += 1

    def clip_gradients(self, grad_clip_val: float, model: Any) -> None:
        """Scale the gradients so that their joint norm is at most `grad_clip_val`."""
        params = model.parameters()
        if not isinstance(params, list):
            params = [p.data() for p in params.values() if p.grad_req != "null"]
            params += model.get_scratch_params()
        norm = math.sqrt(sum(float((param.grad**2).sum()) for param in params))
        if norm > grad_clip_val:
            for param in params:
                param.grad[:] *= grad_clip_val / norm
