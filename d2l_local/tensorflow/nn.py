"""What Keras needs to be the base of models that are written by hand, too."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

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
