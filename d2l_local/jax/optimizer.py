"""Stochastic gradient descent by hand, and what an optimizer of Optax does."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from d2l_local.common.hyperparameters import HyperParameters


class SGD(HyperParameters):
    """Stochastic gradient descent in the form that Optax gives its optimizers.

    Such an optimizer is two pure functions: `init` makes its state, and `update` turns gradients
    into what is to be added to the parameters.
    """

    def __init__(self, lr: float):
        self.save_hyperparameters()

    def init(self, params: Any) -> tuple[()]:
        """Return the state for parameters: there is none."""
        return ()

    def update(self, updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        """Return the steps against the gradients `updates`, and the state."""
        return jax.tree.map(lambda grad: -self.lr * grad, updates), state


def optimizer_settings(model: Any) -> dict[str, Any]:
    """Return how a model was trained by `fit`, such as `{'optimizer': 'Adam', 'lr': 0.001}`.

    Optax makes an optimizer of functions, which keep neither a name nor a learning rate. The name
    is that of what it remembers: nothing or a velocity, as SGD does, or the moments of Adam. The
    rate is the length of the first step where the gradient is 1, which it is for these.
    """
    optimizer = model.trainer.optim.tx
    state = optimizer.init(jnp.zeros(()))
    step, _ = optimizer.update(jnp.ones(()), state, jnp.zeros(()))
    adam = "ScaleByAdamState" in str(jax.tree.structure(state))
    return {"optimizer": "Adam" if adam else "SGD", "lr": float(f"{-float(step):.4g}")}
