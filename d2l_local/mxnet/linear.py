"""Linear regression, by hand and with a layer."""

from __future__ import annotations

from mxnet import gluon, init, np
from mxnet.gluon import nn

from d2l_local.common.training import same_shape
from d2l_local.mxnet.core import Module
from d2l_local.mxnet.optimizer import SGD


class LinearRegressionScratch(Module):
    """y_hat = X w + b with arrays `w` (num_inputs, 1) and `b` (1,), and squared loss."""

    def __init__(self, num_inputs: int, lr: float, sigma: float = 0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = np.random.normal(0, sigma, (num_inputs, 1))
        self.b = np.zeros(1)
        self.w.attach_grad()
        self.b.attach_grad()

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return np.dot(X, self.w) + self.b

    def loss(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the mean of half the squared errors."""
        return ((y_hat - same_shape(y, y_hat)) ** 2 / 2).mean()

    def configure_optimizers(self) -> SGD:
        """Return stochastic gradient descent by hand."""
        return SGD([self.w, self.b], self.lr)


class LinearRegression(Module):
    """Linear regression with a layer that learns the number of inputs from its first batch."""

    def __init__(self, lr: float):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Dense(1)
        self.net.initialize(init.Normal(sigma=0.01))

    def loss(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the mean of half the squared errors, which is Gluon's L2 loss."""
        return gluon.loss.L2Loss()(y_hat, same_shape(y, y_hat)).mean()

    def configure_optimizers(self) -> gluon.Trainer:
        """Return stochastic gradient descent."""
        return gluon.Trainer(self.collect_params(), "sgd", {"learning_rate": self.lr})

    def get_w_b(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights (1, num_inputs) and the bias (1,)."""
        return self.net.weight.data(), self.net.bias.data()
