"""Models, data and training: the classes on which the chapters build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from d2l_local.common.board import ProgressBoard, add_to_curve, new_curves
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.training import countable, explained, missing
from d2l_local.tensorflow.device import first_gpus
from d2l_local.tensorflow.steps import Steps, passes_over

# Begins the names of attributes that are variables, where Keras saves weights.
_ATTRIBUTE = "attribute_"


class nn_Module(keras.Model):
    """A Keras model with `forward` in the place of `call`, whose `loss` may be a method.

    Attributes of type `tf.Variable`, alone or in lists and dictionaries, are parameters of the
    model just as the weights of Keras layers are.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # Keras keeps the argument of `compile` here, which would hide the method of that name.
        del self.loss
        self.training: bool | None = None

    def call(self, X: Any, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Return `forward(X)`, in training or inference mode for the layers inside."""
        before = self.training
        if training is None or training == before:
            return self.forward(X, *args, **kwargs)
        self.training = training
        try:
            return self.forward(X, *args, **kwargs)
        finally:
            self.training = before

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return `call(...)`, in the mode that `training` says unless the arguments say it."""
        # Keras hands `training` down to layers such as Dropout only if the outermost call has it.
        if self.training is not None:
            kwargs.setdefault("training", self.training)
        return super().__call__(*args, **kwargs)

    def loss_of(self, y_hat: Any, y: Any) -> Any:
        """Return the loss: a method, or a Keras loss, which takes the targets first."""
        if isinstance(self.loss, keras.losses.Loss):
            return self.loss(y, y_hat)
        return self.loss(y_hat, y)

    @property
    def trainable_variables(self) -> list[Any]:
        """The parameters: those of Keras layers, then the attributes that are variables."""
        found = {id(v): v for v in super().trainable_variables}
        for layer in self._flatten_layers(include_self=True):
            for variable in _variables_of(layer):
                if variable.trainable:
                    found.setdefault(id(variable), variable)
        return list(found.values())

    def save_own_variables(self, store: Any) -> None:
        """Keep the attributes that are variables, too, in `save_weights` and `save`."""
        super().save_own_variables(store)
        for i, variable in enumerate(_variables_of(self)):
            store[f"{_ATTRIBUTE}{i}"] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take back what `save_own_variables` kept."""
        names = filter(lambda name: not name.startswith(_ATTRIBUTE), store.keys())
        super().load_own_variables({name: store[name] for name in names})
        for i, variable in enumerate(_variables_of(self)):
            variable.assign(store[f"{_ATTRIBUTE}{i}"])


def _variables_of(layer: keras.layers.Layer) -> list[tf.Variable]:
    """Return the attributes of a layer that are variables, alone or in lists and dictionaries."""
    values = tf.nest.flatten(list(vars(layer).values()))
    return list({id(v): v for v in values if isinstance(v, tf.Variable)}.values())


class Module(HyperParameters, nn_Module):
    """Base of the models: `net` or `forward` computes, `loss` judges, the steps plot.

    `loss(y_hat, y)` may also be an attribute that holds a Keras loss, which is called with the
    targets first, as Keras does.
    """

    def __init__(self, plot_train_per_epoch: float = 2, plot_valid_per_epoch: float = 1):
        super().__init__()
        self.save_hyperparameters()
        self.board = ProgressBoard()

    def forward(self, X: Any) -> Any:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            raise missing(self, "net")
        return self.net(X)

    def loss(self, y_hat: Any, y: Any) -> Any:
        """Return the loss of predictions `y_hat` for targets `y`; define it in your class."""
        raise missing(self, "loss")

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        if not hasattr(self, "lr"):
            raise missing(self, "lr")
        return keras.optimizers.SGD(self.lr)

    def training_step(self, batch: Sequence[Any]) -> Any:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        *inputs, targets = batch
        y_hat = self(*inputs)
        loss = self.loss_of(y_hat, targets)
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Sequence[Any]) -> None:
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

    def validation_step(self, batch: Sequence[Any]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        *inputs, labels = batch
        y_hat = self(*inputs)
        self.plot("loss", self.loss_of(y_hat, labels), train=False)
        self.plot("acc", self.accuracy(y_hat, labels), train=False)

    def accuracy(self, Y_hat: Any, Y: Any, averaged: bool = True) -> tf.Tensor:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat, Y = tf.reshape(Y_hat, (-1, Y_hat.shape[-1])), tf.reshape(Y, (-1,))
        answers = tf.argmax(Y_hat, axis=1, output_type=Y.dtype)
        correct = tf.cast(answers == Y, tf.float32)
        return tf.reduce_mean(correct) if averaged else correct

    def loss(self, Y_hat: Any, Y: Any, averaged: bool = True) -> tf.Tensor:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        Y_hat, Y = tf.reshape(Y_hat, (-1, Y_hat.shape[-1])), tf.reshape(Y, (-1,))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(Y, Y_hat)
        return tf.reduce_mean(losses) if averaged else losses

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = tf.random.normal(X_shape)
        for layer in self.net.layers:
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

    Your Python runs as Python, batch by batch, with one exception that you cannot notice: steps
    whose methods (`forward`, `loss`, `training_step` and so on) are all the library's, with a `net`
    and an optimizer of Keras' own parts, run as a graph of TensorFlow, which is faster. `jit=True`
    makes a graph of any step. Then the rules of `tf.function` hold: what a step prints, counts
    or draws with numpy happens once, while the graph is made, and a number that changes later in
    Python, such as `self.trainer.epoch`, stays as it was; `tf.print` and `tf.random` are part of
    the graph.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: if it is at least 1, the steps run on the first GPU, and no other is used; with 0,
            or without a GPU, TensorFlow chooses, which is the first GPU that it sees or the CPU.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
        jit: True to make graphs of the steps, by `tf.function`, from the second batch on; False to
            make none; None to make one only where the result is the same. The first batch runs
            eagerly in any case, since it builds layers that are built when they are called.
    """

    def __init__(
        self,
        max_epochs: int,
        num_gpus: int = 0,
        gradient_clip_val: float = 0,
        jit: bool | None = None,
    ):
        self.save_hyperparameters()
        self.gpus = first_gpus(num_gpus)

    def prepare_data(self, data: Any) -> None:
        """Take the loaders of `data`, and count their batches.

        Raises:
            ValueError: if there is no batch to train on, or no end of them.
        """
        self.train_dataloader = passes_over(countable(data.train_dataloader))
        self.val_dataloader = passes_over(countable(data.val_dataloader))
        self.num_train_batches = len(self.train_dataloader)
        self.num_val_batches = len(self.val_dataloader or ())
        if self.num_train_batches == 0:
            raise ValueError("the training data have no batch: is the data set empty?")

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer."""
        self.model, model.trainer = model, self
        model.board.xlim = (0, self.max_epochs)

    def prepare_batch(self, batch: Any) -> Any:
        """Return the batch as the steps get it; TensorFlow moves it to the device of the step."""
        return batch

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
        if self.train_batch_idx == 0:
            self.steps = Steps(self)
        self.model.training = True
        for batch in self.train_dataloader:
            self.batch = self.prepare_batch(batch)
            self.steps.update(self.batch)
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        self.model.training = False
        for batch in self.val_dataloader:
            self.batch = self.prepare_batch(batch)
            self.steps.validate(self.batch)
            self.val_batch_idx += 1

    def update_on(self, batch: Sequence[Any]) -> None:
        """Compute the loss of a batch and let the optimizer take one step."""
        with tf.GradientTape() as tape:
            loss = self.model.training_step(batch)
        variables = self.model.trainable_variables
        grads = tape.gradient(loss, variables)
        if self.gradient_clip_val > 0:
            grads = self.clip_gradients(self.gradient_clip_val, grads)
        self.optim.apply_gradients(zip(grads, variables, strict=True))

    def clip_gradients(self, grad_clip_val: float, grads: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Return the gradients, scaled so that their joint norm is at most `grad_clip_val`."""
        return tf.clip_by_global_norm(grads, grad_clip_val)[0]
