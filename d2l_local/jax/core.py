"""Models, data and training: the classes on which the chapters build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from d2l_local.common.board import ProgressBoard, new_curves
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.training import countable, explained, missing
from d2l_local.jax.device import first_gpus, move
from d2l_local.jax.seed import get_key
from d2l_local.jax.steps import Steps, draw_after_step


class Arguments(dict):  # type: ignore[type-arg]
    """The arguments of a constructor. JAX takes a plain dictionary apart, and can hash none."""

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__


class nn_Module(nnx.Module):
    """A module of Flax that is called by its `forward`, and knows whether it is in training."""

    training: bool = False

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; arguments that are modules or arrays do not become part of another."""
        super().__setattr__(name, Arguments(value) if name == "hparams" else value)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the trainer behind, and with it the data, when the model is saved."""
        return {name: value for name, value in vars(self).items() if name != "trainer"}

    def __deepcopy__(self, memo: Any = None) -> Any:
        """Leave it behind in a copy, too: Flax would follow it back to the model without end."""
        trainer = vars(self).pop("trainer", None)
        try:
            return super().__deepcopy__(memo)
        finally:
            if trainer is not None:
                vars(self)["trainer"] = trainer

    def forward(self, *inputs: Any) -> Any:
        """Return what the module computes; define it in your class."""
        raise missing(self, "net")

    def __call__(self, *inputs: Any) -> Any:
        """Return `forward(...)`."""
        return self.forward(*inputs)

    def train(self, **attributes: Any) -> None:
        """Set the mode of training, here and in all modules inside, such as those of dropout."""
        super().train(training=True, **attributes)

    def eval(self, **attributes: Any) -> None:
        """Set the mode of evaluation, here and in all modules inside."""
        super().eval(training=False, **attributes)


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

    def forward(self, X: jax.Array) -> jax.Array:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            raise missing(self, "net")
        return self.net(X)

    def loss(self, y_hat: jax.Array, y: jax.Array) -> jax.Array:
        """Return the loss of predictions `y_hat` for targets `y`; define it in your class."""
        raise missing(self, "loss")

    def configure_optimizers(self) -> optax.GradientTransformation:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        if not hasattr(self, "lr"):
            raise missing(self, "lr")
        return optax.sgd(self.lr)

    def training_step(self, batch: Sequence[jax.Array]) -> jax.Array:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        loss = self.loss(y_hat, targets)
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Sequence[jax.Array]) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss(y_hat, targets), train=False)

    def plot(self, key: str, value: Any, train: bool) -> None:
        """Add `value` to the curve "train_<key>" or "val_<key>" of the model's board.

        What a step plots is drawn when the step is over, because a compiled step has no numbers
        before.

        Args:
            key: name of the quantity, such as "loss".
            value: a number, or an array with one element.
            train: whether it belongs to training (x is the fraction of epochs done) or to
                validation (x is the number of epochs done).

        Raises:
            RuntimeError: if no `Trainer` is training this model.
        """
        draw_after_step(self, key, value, train)


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[jax.Array]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        *inputs, labels = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss(y_hat, labels), train=False)
        self.plot("acc", self.accuracy(y_hat, labels), train=False)

    def accuracy(self, Y_hat: jax.Array, Y: jax.Array, averaged: bool = True) -> jax.Array:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        correct = (Y_hat.argmax(axis=1) == Y.reshape(-1)).astype(jnp.float32)
        return correct.mean() if averaged else correct

    def loss(self, Y_hat: jax.Array, Y: jax.Array, averaged: bool = True) -> jax.Array:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        losses = optax.softmax_cross_entropy_with_integer_labels(Y_hat, Y.reshape(-1))
        return losses.mean() if averaged else losses

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = jax.random.normal(get_key(), X_shape)
        for layer in self.net.layers:
            X = layer(X)
            name = getattr(layer, "__name__", layer.__class__.__name__)
            print(f"{name} output shape:\t{tuple(X.shape)}")


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

    The steps are compiled, as `jax.jit` does it: JAX runs your Python once for each shape of a
    batch and records what it computes. So what a step prints or counts happens then, and a number
    that changes later in Python, such as `self.trainer.epoch`, stays as it was; `jax.debug.print`,
    variables of Flax and their random numbers (`nnx.Rngs`) are part of what is recorded. With
    `jit=False` your Python runs for each batch, slowly.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: if it is at least 1, training runs on the first GPU, and no other is used; with
            0, or without a GPU, JAX chooses, which is the first GPU that it sees or the CPU.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
        jit: whether to compile the steps.
    """

    def __init__(
        self,
        max_epochs: int,
        num_gpus: int = 0,
        gradient_clip_val: float = 0,
        jit: bool = True,
    ):
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

    def prepare_batch(self, batch: Sequence[jax.Array]) -> Sequence[jax.Array]:
        """Return the batch on the first GPU in use, or as it is."""
        return jax.device_put(batch, self.gpus[0]) if self.gpus else batch

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
        optim = model.configure_optimizers()
        self.optim = nnx.Optimizer(model, optim, wrt=nnx.Param)
        with new_curves(model.board, data):
            for self.epoch in range(self.max_epochs):  # noqa: B020
                self.fit_epoch()

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        if self.train_batch_idx == 0:
            self.steps = Steps(self)
        self.model.train()
        for batch in self.train_dataloader:
            self.batch = self.prepare_batch(batch)
            self.steps.update(self.batch)
            self.train_batch_idx += 1
        self.model.eval()
        if self.val_dataloader is None:
            return
        for batch in self.val_dataloader:
            self.batch = self.prepare_batch(batch)
            self.steps.validate(self.batch)
            self.val_batch_idx += 1

    def update_on(self, model: Any, optim: nnx.Optimizer, batch: Sequence[jax.Array]) -> None:
        """Compute the loss of a batch and let the optimizer take one step."""
        grads = nnx.grad(lambda model: model.training_step(batch))(model)
        if self.gradient_clip_val > 0:
            grads = self.clip_gradients(self.gradient_clip_val, grads)
        optim.update(model, grads)

    def clip_gradients(self, grad_clip_val: float, grads: Any) -> Any:
        """Return the gradients, scaled so that their joint norm is at most `grad_clip_val`."""
        clip = optax.clip_by_global_norm(grad_clip_val)
        return clip.update(grads, clip.init(grads))[0]
