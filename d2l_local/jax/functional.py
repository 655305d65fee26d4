"""Training with plain functions: `net`, `loss` and an updater instead of classes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import optax
from flax import nnx

from d2l_local.common.board import num_examples
from d2l_local.common.fashion_mnist import size_of
from d2l_local.common.functional import (
    Means,
    OnDevice,
    Timer,
    show_predictions,
    train,
    unreported,
)
from d2l_local.jax.batch import cut, uncut
from d2l_local.jax.data import ArrayLoader, FashionMNIST
from d2l_local.jax.device import move, try_gpu
from d2l_local.jax.seed import get_key
from d2l_local.jax.steps import Compiled

Net = Callable[..., jax.Array]
Loss = Callable[[jax.Array, jax.Array], jax.Array]
Batches = Iterable[Sequence[jax.Array]]


def synthetic_data(w: jax.Array, b: float, num_examples: int) -> tuple[jax.Array, jax.Array]:
    """Return standard normal X (n, len(w)) and y (n, 1) = X w + b + noise of deviation 0.01."""
    X = jax.random.normal(get_key(), (num_examples, len(w)))
    y = X @ w.reshape(-1, 1) + b
    return X, y + 0.01 * jax.random.normal(get_key(), y.shape)


def load_array(
    data_arrays: Sequence[jax.Array], batch_size: int, is_train: bool = True
) -> ArrayLoader:
    """Return batches of equally long arrays, in a new order on each pass if `is_train`."""
    return ArrayLoader(data_arrays, batch_size, is_train)


def load_data_fashion_mnist(
    batch_size: int, resize: int | tuple[int, int] | None = None
) -> tuple[ArrayLoader, ArrayLoader]:
    """Return the batches of Fashion-MNIST's training and test sets; see `FashionMNIST`."""
    data = FashionMNIST(batch_size, size_of(resize))
    return data.get_dataloader(train=True), data.get_dataloader(train=False)


def linreg(X: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
    """Return the predictions (n, 1) of linear regression."""
    return X @ w + b


def squared_loss(y_hat: jax.Array, y: jax.Array) -> jax.Array:
    """Return half the squared error of each example."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params: Any, grads: Any, lr: float, batch_size: int) -> Any:
    """Return the parameters, moved against the mean of their gradients over the batch.

    Args:
        params: a pytree of arrays, such as a list or a dictionary of them.
        grads: the gradients of the sum of a batch's losses, in the same form.
        lr: learning rate.
        batch_size: examples in the batch.
    """
    return jax.tree.map(lambda param, grad: param - lr * grad / batch_size, params, grads)


class Updater:
    """`sgd` with its learning rate, and the parameters as they are now: `updater.params`."""

    def __init__(self, params: Any, lr: float):
        self.params = params
        self.lr = lr

    def __call__(self, batch_size: int, grads: Any) -> None:
        """Take a step with the gradients of a batch."""
        self.params = sgd(self.params, grads, self.lr, batch_size)


def accuracy(y_hat: jax.Array, y: jax.Array) -> float:
    """Return the number of correct predictions: scores (n, classes), or labels (n,) themselves."""
    return float(_num_correct(y_hat, y))


def _num_correct(y_hat: jax.Array, y: jax.Array) -> jax.Array:
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    return (y_hat.astype(y.dtype) == y).sum()


def _evaluating(net: Net, function: Callable[[Net, Any], jax.Array]) -> Callable[[Any], jax.Array]:
    """Return `function` of a network that evaluates, and of a batch or its inputs.

    With a module it is compiled, and has a copy in the mode of evaluation.
    """
    if not isinstance(net, nnx.Module):
        return functools.partial(function, net)
    copy = nnx.clone(net)
    copy.eval()
    vars(copy).pop("trainer", None)  # JAX keeps all that leads away from what it has compiled.
    compiled = nnx.cached_partial(_compiled(function), copy)
    return lambda batch: compiled(uncut(batch))


@functools.cache
def _compiled(function: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    return nnx.jit(function)


def _scores(net: Net, X: jax.Array) -> jax.Array:
    return net(X)


def _hits(net: Net, batch: Any) -> jax.Array:
    X, y = cut(batch)
    return _num_correct(net(X), y)


def evaluate_accuracy(net: Net, data_iter: Batches) -> float:
    """Return the fraction of correct predictions of a module or of a function of inputs X."""
    hits = _evaluating(net, _hits)
    correct: Any = 0
    examples = 0
    for batch in data_iter:
        correct += hits(batch)
        examples += num_examples(batch)
    return float(correct) / examples


def evaluate_accuracy_gpu(
    net: nnx.Module, data_iter: Batches, device: jax.Device | None = None
) -> float:
    """Return the fraction of correct predictions, on `device` or where the parameters are."""
    device = device or next(iter(jax.tree.leaves(nnx.state(net, nnx.Param))[0].devices()))
    return evaluate_accuracy(net, OnDevice(data_iter, lambda array: jax.device_put(array, device)))


def evaluate_loss(net: Net, data_iter: Batches, loss: Loss) -> float:
    """Return the mean loss: over examples or, if `loss` has the mean of a batch, over batches."""
    scores = _evaluating(net, _scores)
    total = count = 0.0
    for X, y in data_iter:
        out = scores(X)
        batch_loss = loss(out, y.reshape(out.shape) if y.size == out.size else y)
        total += float(batch_loss.sum())
        count += batch_loss.size
    return total / count


def train_epoch_ch3(
    net: Net,
    train_iter: Batches,
    loss: Loss,
    updater: nnx.Optimizer | Updater,
) -> tuple[float, float]:
    """Train for one epoch, and return its mean loss and its accuracy.

    What the network and the loss compute is compiled, as `jax.jit` does it.

    Args:
        net: a module of Flax, or a function of parameters and a batch of inputs, `net(params, X)`.
        train_iter: batches (X, y).
        loss: loss of (y_hat, y), of each example or their mean.
        updater: for a module, an `nnx.Optimizer`, which gets the gradient of the mean loss; for a
            function, what has the parameters as `params` and changes them when it is called with
            the batch size and the gradient of the sum, such as `d2l.Updater(params, lr)`.
    """
    return _train_epoch(net, train_iter, loss, updater, unreported)


@functools.lru_cache(maxsize=1)
def _step_of_module(net: nnx.Module, loss: Loss, optimizer: nnx.Optimizer) -> Compiled:
    """Return a function of a batch that updates a module, and returns total loss and hits."""

    def step(net: Any, optimizer: nnx.Optimizer, batch: Sequence[jax.Array]) -> Any:
        X, y = batch

        def mean_loss(net: Any) -> Any:
            y_hat = net(X)
            batch_loss = loss(y_hat, y)
            return batch_loss.mean(), (_total(batch_loss, y), _num_correct(y_hat, y))

        grads, sums = nnx.grad(mean_loss, has_aux=True)(net)
        optimizer.update(net, grads)
        return sums

    return Compiled(step, (net, optimizer))


@functools.lru_cache(maxsize=1)
def _gradient_of_function(net: Net, loss: Loss) -> Callable[..., Any]:
    """Return a function that returns gradients of the summed loss, and total loss and hits."""

    def summed_loss(params: Any, batch: Any) -> Any:
        X, y = cut(batch)
        y_hat = net(params, X)
        batch_loss = loss(y_hat, y)
        return batch_loss.sum(), (_total(batch_loss, y), _num_correct(y_hat, y))

    return jax.jit(jax.grad(summed_loss, has_aux=True))


def _total(batch_loss: jax.Array, y: jax.Array) -> jax.Array:
    """Return the sum over the examples, also of a loss that has their mean."""
    return batch_loss.sum() if batch_loss.ndim else batch_loss * y.size


def _train_epoch(
    net: Net, train_iter: Batches, loss: Loss, updater: Any, report: Callable[[Means], None]
) -> tuple[float, float]:
    """Do what `train_epoch_ch3` says; call `report` after each batch with the means so far."""

    def means() -> tuple[float, float]:
        return sum(map(float, losses)) / examples, sum(map(float, hits)) / examples

    if isinstance(updater, nnx.Optimizer):
        net.train()  # type: ignore[attr-defined]
        step = _step_of_module(net, loss, updater)
        step.start()
    else:
        gradient = _gradient_of_function(net, loss)
    losses, hits, examples = [], [], 0
    for batch in train_iter:
        if isinstance(updater, nnx.Optimizer):
            total, correct = step(batch)
        else:
            grads, (total, correct) = gradient(updater.params, uncut(batch))
            updater(num_examples(batch), grads)
        losses.append(total)
        hits.append(correct)
        examples += num_examples(batch)
        report(means)
    return means()


def train_ch3(
    net: Net,
    train_iter: Batches,
    test_iter: Batches,
    loss: Loss,
    num_epochs: int,
    updater: nnx.Optimizer | Updater,
) -> None:
    """Train for `num_epochs` epochs with a live plot; see `train_epoch_ch3`."""
    _train(net, train_iter, test_iter, loss, num_epochs, updater)


def _train(
    net: Net, train_iter: Batches, test_iter: Batches, loss: Loss, num_epochs: int, updater: Any
) -> tuple[float, float, float]:
    """Train with a live plot, and return what `common.functional.train` returns."""

    def evaluate() -> float:
        if isinstance(updater, nnx.Optimizer):
            return evaluate_accuracy(net, test_iter)
        return evaluate_accuracy(functools.partial(net, updater.params), test_iter)

    return train(
        num_epochs, lambda report: _train_epoch(net, train_iter, loss, updater, report), evaluate
    )


def predict_ch3(net: Net, test_iter: Batches, n: int = 6) -> None:
    """Show the first `n` test images with their true and their predicted classes."""
    X, y = next(iter(test_iter))
    predicted = _evaluating(net, _scores)(X).argmax(axis=1)
    show_predictions(X.reshape(-1, *X.shape[1:3])[:n], y[:n], predicted[:n])


def train_ch6(
    net: nnx.Module,
    train_iter: Batches,
    test_iter: Batches,
    num_epochs: int,
    lr: float,
    device: jax.Device | None = None,
) -> None:
    """Train a network on a device, from Xavier's initialisation, by stochastic gradient descent."""
    device = device or try_gpu()
    xavier = jax.nn.initializers.xavier_uniform()
    for _, layer in nnx.iter_graph(net):
        if isinstance(layer, (nnx.Linear, nnx.Conv)):
            layer.kernel[...] = xavier(get_key(), layer.kernel.shape)
    move(net, device)
    optimizer = nnx.Optimizer(net, optax.sgd(lr), wrt=nnx.Param)
    loss_of = optax.softmax_cross_entropy_with_integer_labels
    train_iter, test_iter = (
        OnDevice(batches, lambda array: jax.device_put(array, device))
        for batches in (train_iter, test_iter)
    )
    timer = Timer()
    loss, train_acc, test_acc = _train(net, train_iter, test_iter, loss_of, num_epochs, optimizer)
    print(f"loss {loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    print(f"{timer.stop() / num_epochs:.1f} s per epoch on {device}")
