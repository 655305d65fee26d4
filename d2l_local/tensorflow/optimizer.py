"""Stochastic gradient descent by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from d2l_local.common.hyperparameters import HyperParameters


class SGD(HyperParameters):
    """Stochastic gradient descent over variables, by gradients that come with them."""

    def __init__(self, lr: float):
        self.save_hyperparameters()

    def apply_gradients(self, grads_and_vars: Iterable[tuple[tf.Tensor, Any]]) -> None:
        """Move each variable against its gradient."""
        for grad, param in grads_and_vars:
            param.assign_sub(self.lr * grad)
