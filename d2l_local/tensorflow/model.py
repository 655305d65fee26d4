"""Base classes of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from d2l_local.common.board import ProgressBoard
from d2l_local.common.training import ModuleMethods, learning_rate_of

# Begins the names of attributes that are variables, where Keras saves weights.
_ATTRIBUTE = "attribute_"


class nn_Module(tf.keras.Model):
    """A Keras model whose `loss` may be a method.

    Attributes of type `tf.Variable`, alone or in lists and dictionaries, are parameters of the
    model just as the weights of Keras layers are.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # Keras keeps the argument of `compile` here, which would hide the method of that name.
        del self.loss

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


def _variables_of(layer: tf.keras.layers.Layer) -> list[tf.Variable]:
    """Return the attributes of a layer that are variables, alone or in lists and dictionaries."""
    values = tf.nest.flatten(list(vars(layer).values()))
    return list({id(v): v for v in values if isinstance(v, tf.Variable)}.values())


class Module(ModuleMethods, nn_Module):
    """Base of the models: `net` or `forward` computes, `loss` judges, the steps plot.

    `loss(y_hat, y)` may also be an attribute that holds a Keras loss, which is called with the
    targets first, as Keras does.
    """

    def __init__(self, plot_train_per_epoch: float = 2, plot_valid_per_epoch: float = 1):
        super().__init__()
        self.save_hyperparameters()
        self.board = ProgressBoard()
        self.training: bool | None = None

    def forward(self, X: Any) -> Any:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            name = type(self).__name__
            raise NotImplementedError(f"{name} has neither `net` nor a forward pass of its own")
        return self.net(X)

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
        """Return the loss, whether it is a method or a Keras loss."""
        if isinstance(self.loss, tf.keras.losses.Loss):
            return self.loss(y, y_hat)
        return self.loss(y_hat, y)

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        return tf.keras.optimizers.SGD(learning_rate_of(self))


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def validation_step(self, batch: Sequence[Any]) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        Y_hat = self(*batch[:-1])
        self.plot("loss", self.loss_of(Y_hat, batch[-1]), train=False)
        self.plot("acc", self.accuracy(Y_hat, batch[-1]), train=False)

    def accuracy(self, Y_hat: Any, Y: Any, averaged: bool = True) -> tf.Tensor:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            Y_hat: logits, (..., classes).
            Y: labels, (...).
            averaged: whether to return the mean.
        """
        Y_hat = tf.reshape(Y_hat, (-1, Y_hat.shape[-1]))
        Y = tf.reshape(Y, (-1,))
        correct = tf.cast(tf.argmax(Y_hat, axis=1, output_type=Y.dtype) == Y, tf.float32)
        return tf.reduce_mean(correct) if averaged else correct

    def loss(self, Y_hat: Any, Y: Any, averaged: bool = True) -> tf.Tensor:
        """Return the cross-entropy of logits (..., classes) and labels (...), in nats."""
        Y_hat = tf.reshape(Y_hat, (-1, Y_hat.shape[-1]))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(Y, (-1,)), Y_hat)
        return tf.reduce_mean(losses) if averaged else losses

    def layer_summary(self, X_shape: Sequence[int]) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        X = tf.random.normal(X_shape)
        for layer in self.net.layers:
            X = layer(X)
            print(f"{layer.__class__.__name__} output shape:\t{tuple(X.shape)}")


Classification = Classifier
