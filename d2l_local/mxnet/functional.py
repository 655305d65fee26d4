"""Training with plain functions: `net`, `loss` and an updater instead of classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mxnet import Context, autograd, gluon, init, np

from d2l_local.common.fashion_mnist import size_of
from d2l_local.common.functional import (
    Means,
    OnDevice,
    Timer,
    show_predictions,
    train,
    unreported,
)
from d2l_local.compat.older_names import renamed
from d2l_local.mxnet.data import ArrayLoader, FashionMNIST
from d2l_local.mxnet.device import try_gpu

Net = Callable[[np.ndarray], np.ndarray]
Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]
Batches = Iterable[Sequence[np.ndarray]]


def synthetic_data(w: np.ndarray, b: float, num_examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return standard normal X (n, len(w)) and y (n, 1) = X w + b + noise of deviation 0.01."""
    X = np.random.normal(0, 1, (num_examples, len(w)))
    y = np.dot(X, w.reshape(-1, 1)) + b
    return X, y + np.random.normal(0, 0.01, y.shape)


def load_array(
    data_arrays: Sequence[np.ndarray], batch_size: int, is_train: bool = True
) -> ArrayLoader:
    """Return batches of equally long arrays, in a new order on each pass if `is_train`."""
    return ArrayLoader(data_arrays, batch_size, is_train)


def load_data_fashion_mnist(
    batch_size: int, resize: int | tuple[int, int] | None = None
) -> tuple[ArrayLoader, ArrayLoader]:
    """Return the batches of Fashion-MNIST's training and test sets; see `FashionMNIST`."""
    data = FashionMNIST(batch_size, size_of(resize))
    return data.get_dataloader(train=True), data.get_dataloader(train=False)


def linreg(X: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the predictions (n, 1) of linear regression."""
    return np.dot(X, w) + b


def squared_loss(y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return half the squared error of each example."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params: Iterable[np.ndarray], lr: float, batch_size: int) -> None:
    """Move each parameter against the mean of its gradients over the batch."""
    for param in params:
        param -= lr / batch_size * param.grad


class Updater:
    """`sgd` with its parameters and learning rate: `updater(batch_size)`."""

    def __init__(self, params: Iterable[np.ndarray], lr: float):
        self.params = list(params)
        self.lr = lr

    def __call__(self, batch_size: int) -> None:
        """Take a step with the gradients of a batch."""
        sgd(self.params, self.lr, batch_size)


def accuracy(y_hat: np.ndarray, y: np.ndarray) -> float:
    """Return the number of correct predictions: scores (n, classes), or labels (n,) themselves."""
    return float(_num_correct(y_hat, y))


def _num_correct(y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    return (y_hat.astype(y.dtype) == y).sum()


def evaluate_accuracy(net: Net, data_iter: Batches) -> float:
    """Return the fraction of correct predictions."""
    correct, examples = [], 0
    for X, y in data_iter:
        correct.append(_num_correct(net(X), y))
        examples += y.size
    return _sum(correct) / examples


def _sum(arrays: Iterable[np.ndarray]) -> float:
    """Read what has been computed only now: reading makes the program wait for it."""
    return sum(float(a) for a in arrays)


@renamed(ctx="device")  # 0.13 and 0.14
def evaluate_accuracy_gpu(
    net: gluon.Block, data_iter: Batches, device: Context | None = None
) -> float:
    """Return the fraction of correct predictions, on `device` or where the parameters are."""
    device = device or next(iter(net.collect_params().values())).list_ctx()[0]
    return evaluate_accuracy(net, OnDevice(data_iter, lambda array: array.as_in_ctx(device)))


def evaluate_loss(net: Net, data_iter: Batches, loss: Loss) -> float:
    """Return the mean loss: over examples or, if `loss` has the mean of a batch, over batches."""
    total, count = [], 0
    for X, y in data_iter:
        batch_loss = loss(net(X), y)
        total.append(batch_loss.sum())
        count += batch_loss.size
    return _sum(total) / count


def train_epoch_ch3(
    net: Net,
    train_iter: Batches,
    loss: Loss,
    updater: gluon.Trainer | Callable[[int], Any],
) -> tuple[float, float]:
    """Train for one epoch, and return its mean loss and its accuracy.

    Args:
        net: a block, or a function of a batch of inputs.
        train_iter: batches (X, y).
        loss: loss of (y_hat, y) of each example, as Gluon's losses are.
        updater: a `gluon.Trainer` or a function of the batch size, by which it divides.
    """
    return _train_epoch(net, train_iter, loss, updater, unreported)


def _train_epoch(
    net: Net, train_iter: Batches, loss: Loss, updater: Any, report: Callable[[Means], None]
) -> tuple[float, float]:
    """Do what `train_epoch_ch3` says; call `report` after each batch with the means so far."""

    def means() -> tuple[float, float]:
        return _sum(losses) / examples, _sum(correct) / examples

    update = updater.step if isinstance(updater, gluon.Trainer) else updater
    losses, correct, examples = [], [], 0
    for X, y in train_iter:
        with autograd.record():
            y_hat = net(X)
            batch_loss = loss(y_hat, y)
        batch_loss.backward()
        update(X.shape[0])
        losses.append(batch_loss.sum() if batch_loss.ndim else batch_loss * y.size)
        correct.append(_num_correct(y_hat, y))
        examples += y.size
        report(means)
    return means()


def train_ch3(
    net: Net,
    train_iter: Batches,
    test_iter: Batches,
    loss: Loss,
    num_epochs: int,
    updater: gluon.Trainer | Callable[[int], Any],
) -> None:
    """Train for `num_epochs` epochs with a live plot; see `train_epoch_ch3`."""
    train(
        num_epochs,
        lambda report: _train_epoch(net, train_iter, loss, updater, report),
        lambda: evaluate_accuracy(net, test_iter),
    )


def predict_ch3(net: Net, test_iter: Batches, n: int = 6) -> None:
    """Show the first `n` test images with their true and their predicted classes."""
    X, y = next(iter(test_iter))
    predicted = net(X).argmax(axis=1)
    images = X.reshape(-1, *X.shape[-2:])
    show_predictions(images[:n], y[:n], predicted[:n])


@renamed(ctx="device")  # 0.13 and 0.14
def train_ch6(
    net: gluon.Block,
    train_iter: Batches,
    test_iter: Batches,
    num_epochs: int,
    lr: float,
    device: Context | None = None,
) -> None:
    """Train a network on a device, from Xavier's initialisation, by stochastic gradient descent."""
    device = device or try_gpu()

    def move(array: np.ndarray) -> np.ndarray:
        return array.as_in_ctx(device)

    net.initialize(force_reinit=True, ctx=device, init=init.Xavier())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": lr})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    train_iter, test_iter = OnDevice(train_iter, move), OnDevice(test_iter, move)
    timer = Timer()
    loss, train_acc, test_acc = train(
        num_epochs,
        lambda report: _train_epoch(net, train_iter, loss_of, trainer, report),
        lambda: evaluate_accuracy(net, test_iter),
    )
    print(f"loss {loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    print(f"{timer.stop() / num_epochs:.1f} s per epoch on {device}")


train_ch5 = train_ch6  # its name in the first releases
