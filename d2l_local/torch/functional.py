"""Training with plain functions: `net`, `loss` and an updater instead of classes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import nn

from d2l_local.common.fashion_mnist import size_of
from d2l_local.common.functional import (
    Means,
    OnDevice,
    Timer,
    show_predictions,
    train,
    unreported,
)
from d2l_local.torch.data import FashionMNIST, TensorLoader
from d2l_local.torch.device import try_gpu

Net = Callable[[torch.Tensor], torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Batches = Iterable[Sequence[torch.Tensor]]


def synthetic_data(
    w: torch.Tensor, b: float, num_examples: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return standard normal X (n, len(w)) and y (n, 1) = X w + b + noise of deviation 0.01."""
    X = torch.randn(num_examples, len(w))
    y = X @ w.reshape(-1, 1) + b
    return X, y + 0.01 * torch.randn(y.shape)


def load_array(
    data_arrays: Sequence[torch.Tensor], batch_size: int, is_train: bool = True
) -> TensorLoader:
    """Return batches of equally long tensors, in a new order on each pass if `is_train`."""
    return TensorLoader(data_arrays, batch_size, is_train)


def load_data_fashion_mnist(
    batch_size: int, resize: int | tuple[int, int] | None = None
) -> tuple[TensorLoader, TensorLoader]:
    """Return the batches of Fashion-MNIST's training and test sets; see `FashionMNIST`."""
    data = FashionMNIST(batch_size, size_of(resize))
    return data.get_dataloader(train=True), data.get_dataloader(train=False)


def linreg(X: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the predictions (n, 1) of linear regression."""
    return X @ w + b


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared error of each example."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


@torch.no_grad()
def sgd(params: Iterable[Any], lr: float, batch_size: int) -> None:
    """Move each parameter against the mean of its gradients over the batch; set them to zero."""
    for param in params:
        param -= lr * param.grad / batch_size
        param.grad.zero_()


class Updater:
    """`sgd` with its parameters and learning rate: `updater(batch_size)`."""

    def __init__(self, params: Iterable[torch.Tensor], lr: float):
        self.params = list(params)
        self.lr = lr

    def __call__(self, batch_size: int) -> None:
        """Take a step with the gradients of a batch."""
        sgd(self.params, self.lr, batch_size)


def accuracy(y_hat: torch.Tensor, y: torch.Tensor) -> float:
    """Return the number of correct predictions: scores (n, classes), or labels (n,) themselves."""
    return float(_num_correct(y_hat, y))


def _num_correct(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(dim=1)
    return (y_hat.type(y.dtype) == y).sum()


@contextlib.contextmanager
def _evaluating(net: Net) -> Iterator[None]:
    """Compute without gradients and, for a module, in evaluation mode; then all is as before."""
    modes = [(m, m.training) for m in net.modules()] if isinstance(net, nn.Module) else []
    try:
        for module, _ in modes:
            module.training = False
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def evaluate_accuracy(net: Net, data_iter: Batches) -> float:
    """Return the fraction of correct predictions."""
    correct: Any = 0
    examples = 0
    with _evaluating(net):
        for X, y in data_iter:
            correct += _num_correct(net(X), y)
            examples += y.numel()
    return float(correct) / examples


def evaluate_accuracy_gpu(
    net: nn.Module, data_iter: Batches, device: torch.device | None = None
) -> float:
    """Return the fraction of correct predictions, on `device` or where the parameters are."""
    device = device or next(net.parameters()).device
    return evaluate_accuracy(net, OnDevice(data_iter, lambda tensor: tensor.to(device)))


def evaluate_loss(net: Net, data_iter: Batches, loss: Loss) -> float:
    """Return the mean loss: over examples or, if `loss` has the mean of a batch, over batches."""
    total = count = 0.0
    with _evaluating(net):
        for X, y in data_iter:
            out = net(X)
            batch_loss = loss(out, y.reshape(out.shape) if y.numel() == out.numel() else y)
            total += float(batch_loss.sum())
            count += batch_loss.numel()
    return total / count


def train_epoch_ch3(
    net: Net,
    train_iter: Batches,
    loss: Loss,
    updater: torch.optim.Optimizer | Callable[[int], Any],
) -> tuple[float, float]:
    """Train for one epoch, and return its mean loss and its accuracy.

    Args:
        net: a module, or a function of a batch of inputs.
        train_iter: batches (X, y).
        loss: loss of (y_hat, y), of each example (`reduction='none'`) or their mean.
        updater: an optimizer, which gets the gradient of the mean loss, or a function of the batch
            size, which gets the gradient of the sum.
    """
    return _train_epoch(net, train_iter, loss, updater, unreported)


def _train_epoch(
    net: Net, train_iter: Batches, loss: Loss, updater: Any, report: Callable[[Means], None]
) -> tuple[float, float]:
    """Do what `train_epoch_ch3` says; call `report` after each batch with the means so far."""

    def means() -> tuple[float, float]:
        return float(total_loss) / examples, float(correct) / examples

    if isinstance(net, nn.Module):
        net.train()
    total_loss: Any = 0
    correct: Any = 0
    examples = 0
    for X, y in train_iter:
        y_hat = net(X)
        batch_loss = loss(y_hat, y)
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            batch_loss.mean().backward()
            updater.step()
        else:
            batch_loss.sum().backward()
            updater(X.shape[0])
        total_loss += (
            batch_loss.detach().sum() if batch_loss.ndim else batch_loss.detach() * y.numel()
        )
        correct += _num_correct(y_hat.detach(), y)
        examples += y.numel()
        report(means)
    return means()


def train_ch3(
    net: Net,
    train_iter: Batches,
    test_iter: Batches,
    loss: Loss,
    num_epochs: int,
    updater: torch.optim.Optimizer | Callable[[int], Any],
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
    with _evaluating(net):
        predicted = net(X).argmax(dim=1)
    images = X.reshape(-1, *X.shape[-2:])
    show_predictions(images[:n], y[:n], predicted[:n])


def train_ch6(
    net: nn.Module,
    train_iter: Batches,
    test_iter: Batches,
    num_epochs: int,
    lr: float,
    device: torch.device | None = None,
) -> None:
    """Train a network on a device, from Xavier's initialisation, by stochastic gradient descent."""
    device = device or try_gpu()

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)

    def move(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(device)

    net.apply(initialise)
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    train_iter, test_iter = OnDevice(train_iter, move), OnDevice(test_iter, move)
    timer = Timer()
    loss, train_acc, test_acc = train(
        num_epochs,
        lambda report: _train_epoch(net, train_iter, nn.CrossEntropyLoss(), optimizer, report),
        lambda: evaluate_accuracy(net, test_iter),
    )
    print(f"loss {loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    print(f"{timer.stop() / num_epochs:.1f} s per epoch on {device}")
