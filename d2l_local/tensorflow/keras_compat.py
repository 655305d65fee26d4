"""What notebooks written for Keras 2 do with variables and optimizers, on Keras 3.

Each of these is an error in Keras 3, so nothing that works there is changed.
"""

from __future__ import annotations

import functools
from typing import Any

import keras
import tensorflow as tf


def mend() -> None:
    """Let Keras 3 take what Keras 2 took."""
    if hasattr(keras.Variable, "device"):
        return
    keras.Variable.device = property(_device)
    _replace(tf.GradientTape, "watch", _watch)
    _replace(keras.optimizers.Optimizer, "__init__", _init_optimizer)


def _replace(owner: type, name: str, replacement: Any) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(owner, name, call)


def _device(variable: Any) -> str:
    """The name of the device that holds the variable, as `tf.Variable.device` has it."""
    return variable.value.device


def _watch(watch: Any, tape: tf.GradientTape, tensor: Any) -> None:
    """Watch the `tf.Variable` inside a variable of Keras, such as `layer.weights[0]`."""
    watch(tape, tf.nest.map_structure(_inside, tensor))


def _inside(tensor: Any) -> Any:
    return tensor.value if isinstance(tensor, keras.Variable) else tensor


def _init_optimizer(init: Any, optimizer: Any, learning_rate: Any, *args: Any, **kw: Any) -> None:
    """Take an integer as learning rate, as in `Adam(5)`."""
    rate = float(learning_rate) if isinstance(learning_rate, int) else learning_rate
    init(optimizer, rate, *args, **kw)
