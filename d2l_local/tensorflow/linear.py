"""Linear regression, by hand and with a layer."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from d2l_local.common.training import same_shape
from d2l_local.tensorflow.core import Module
from d2l_local.tensorflow.optimizer import SGD


class LinearRegressionScratch(Module):
    """y_hat = X w + b with variables `w` (num_inputs, 1) and `b` (1,), and squared loss."""

    def __init__(self, num_inputs: int, lr: float, sigma: float = 0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = tf.Variable(tf.random.normal((num_inputs, 1), stddev=sigma))
        self.b = tf.Variable(tf.zeros(1))

    def forward(self, X: Any) -> tf.Tensor:
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return tf.matmul(X, self.w) + self.b

    def loss(self, y_hat: Any, y: Any) -> tf.Tensor:
        """Return the mean of half the squared errors."""
        return tf.reduce_mean((y_hat - same_shape(y, y_hat)) ** 2 / 2)

    def configure_optimizers(self) -> SGD:
        """Return stochastic gradient descent by hand."""
        return SGD(self.lr)


class LinearRegression(Module):
    """Linear regression with a layer that learns the number of inputs from its first batch."""

    def __init__(self, lr: float):
        super().__init__()
        self.save_hyperparameters()
        self.net = keras.layers.Dense(
            1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01)
        )

    def loss(self, y_hat: Any, y: Any) -> tf.Tensor:
        """Return the mean of the squared errors."""
        return keras.losses.MeanSquaredError()(same_shape(y, y_hat), y_hat)

    def configure_optimizers(self) -> keras.optimizers.Optimizer:
        """Return stochastic gradient descent."""
        return keras.optimizers.SGD(self.lr)

    def get_w_b(self) -> tuple[Any, Any]:
        """Return the weights (num_inputs, 1) and the bias (1,) as numpy arrays."""
        weights, bias = self.net.get_weights()
        return weights, bias
