"""Linear regression, by hand and with a layer."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from d2l_local.common.training import same_shape
from d2l_local.jax.core import Module
from d2l_local.jax.optimizer import SGD
from d2l_local.jax.seed import get_key


class LinearRegressionScratch(Module):
    """y_hat = X w + b with parameters `w` (num_inputs, 1) and `b` (1,), and squared loss."""

    def __init__(self, num_inputs: int, lr: float, sigma: float = 0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = nnx.Param(sigma * jax.random.normal(get_key(), (num_inputs, 1)))
        self.b = nnx.Param(jnp.zeros(1))

    def forward(self, X: jax.Array) -> jax.Array:
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return X @ self.w + self.b

    def loss(self, y_hat: jax.Array, y: jax.Array) -> jax.Array:
        """Return the mean of half the squared errors."""
        return ((y_hat - same_shape(y, y_hat)) ** 2 / 2).mean()

    def configure_optimizers(self) -> SGD:
        """Return stochastic gradient descent by hand."""
        return SGD(self.lr)


class LinearRegression(Module):
    """Linear regression with a layer of Flax.

    Args:
        lr: learning rate.
        num_inputs: number of inputs; a layer of Flax has its weights from the start.
    """

    def __init__(self, lr: float, num_inputs: int = 2):
        super().__init__()
        self.save_hyperparameters()
        self.net = nnx.Linear(
            num_inputs, 1, kernel_init=nnx.initializers.normal(0.01), rngs=nnx.Rngs(get_key())
        )

    def loss(self, y_hat: jax.Array, y: jax.Array) -> jax.Array:
        """Return the mean of the squared errors."""
        return optax.squared_error(y_hat, same_shape(y, y_hat)).mean()

    def configure_optimizers(self) -> optax.GradientTransformation:
        """Return stochastic gradient descent."""
        return optax.sgd(self.lr)

    def get_w_b(self) -> tuple[jax.Array, jax.Array]:
        """Return the weights (num_inputs, 1) and the bias (1,)."""
        return self.net.kernel[...], self.net.bias[...]  # type: ignore[index]
