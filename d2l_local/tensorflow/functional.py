"""Training with plain functions: `net`, `loss` and an updater instead of classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from d2l_local.common.fashion_mnist import size_of
from d2l_local.common.functional import Means, Timer, show_predictions, train, unreported
from d2l_local.tensorflow.core import Module
from d2l_local.tensorflow.data import FashionMNIST, batches_of
from d2l_local.tensorflow.device import try_gpu
from d2l_local.tensorflow.steps import Compiled, advise, are_ours, finite, methods, passes_over

Net = Callable[[Any], Any]
Loss = Callable[[Any, Any], Any]
Batches = Iterable[Sequence[Any]]


def synthetic_data(w: Any, b: float, num_examples: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return standard normal X (n, len(w)) and y (n, 1) = X w + b + noise of deviation 0.01."""
    X = tf.random.normal((num_examples, len(w)))
    y = tf.matmul(X, tf.reshape(tf.cast(w, tf.float32), (-1, 1))) + b
    return X, y + tf.random.normal(y.shape, stddev=0.01)


def load_array(
    data_arrays: Sequence[Any], batch_size: int, is_train: bool = True
) -> tf.data.Dataset:
    """Return batches of equally long tensors, in a new order on each pass if `is_train`."""
    return batches_of(data_arrays, batch_size, is_train)


def load_data_fashion_mnist(
    batch_size: int, resize: int | tuple[int, int] | None = None
) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Return the batches of Fashion-MNIST's training and test sets; see `FashionMNIST`."""
    data = FashionMNIST(batch_size, size_of(resize))
    return data.get_dataloader(train=True), data.get_dataloader(train=False)


def linreg(X: Any, w: Any, b: Any) -> tf.Tensor:
    """Return the predictions (n, 1) of linear regression."""
    return tf.matmul(X, w) + b


def squared_loss(y_hat: Any, y: Any) -> tf.Tensor:
    """Return half the squared error of each example."""
    return (y_hat - tf.reshape(y, y_hat.shape)) ** 2 / 2


def sgd(params: Iterable[Any], grads: Iterable[Any], lr: float, batch_size: int) -> None:
    """Move each variable against the mean of its gradients over the batch."""
    for param, grad in zip(params, grads, strict=True):
        param.assign_sub(lr * grad / batch_size)


class Updater:
    """`sgd` with its variables and learning rate: `updater(batch_size, grads)`."""

    def __init__(self, params: Iterable[Any], lr: float):
        self.params = list(params)
        self.lr = lr

    def __call__(self, batch_size: int, grads: Iterable[Any]) -> None:
        """Take a step with the gradients of a batch."""
        sgd(self.params, grads, self.lr, batch_size)


def accuracy(y_hat: Any, y: Any) -> float:
    """Return the number of correct predictions: scores (n, classes), or labels (n,) themselves."""
    return float(_num_correct(y_hat, y))


def _num_correct(y_hat: Any, y: Any) -> tf.Tensor:
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = tf.argmax(y_hat, axis=1)
    return tf.reduce_sum(tf.cast(tf.cast(y_hat, y.dtype) == y, tf.float32))


def evaluate_accuracy(net: Net, data_iter: Batches) -> float:
    """Return the fraction of correct predictions."""
    return _fraction_correct(_prediction(net), data_iter)


def _prediction(net: Net) -> Compiled:
    """Return a function of a batch that returns the number of correct predictions."""

    def num_correct(batch: Sequence[Any]) -> tf.Tensor:
        X, y = batch
        return _num_correct(_apply(net, X, training=False), y)

    return Compiled(num_correct, lambda: _read_by(net))


def _read_by(net: Net) -> list[Any]:
    """Return what a network runs: for a `Module`, its methods and its `net`; see `Compiled`."""
    if isinstance(net, Module):
        names = ("__call__", "call", "forward", "net", "trainable_variables")
        return [vars(net).get("net", ...), *methods(net, names)]
    return [net]


def _fraction_correct(num_correct: Callable[[Any], Any], data_iter: Batches) -> float:
    correct, examples = [], 0
    for batch in finite(data_iter):
        correct.append(num_correct(batch))
        examples += _size(batch[1])
    return _sum(correct) / examples


def _size(tensor: Any) -> int:
    return math.prod(tensor.shape)


def _sum(tensors: Iterable[Any]) -> float:
    """Add up in Python, in the end: an operation for each batch would take longer."""
    return sum(float(tensor) for tensor in tensors)


def _apply(net: Net, X: Any, training: bool) -> Any:
    """Return the output of a Keras model in training or inference mode, or of a function."""
    return net(X, training=training) if isinstance(net, keras.layers.Layer) else net(X)


def _loss_of(loss: Loss, y_hat: Any, y: Any) -> Any:
    """Return the loss; Keras' own take the targets first."""
    return loss(y, y_hat) if isinstance(loss, keras.losses.Loss) else loss(y_hat, y)


def evaluate_loss(net: Net, data_iter: Batches, loss: Loss) -> float:
    """Return the mean loss: over examples or, if `loss` has the mean of a batch, over batches."""
    total = count = 0.0
    for X, y in finite(data_iter):
        batch_loss = _loss_of(loss, _apply(net, X, training=False), y)
        total += float(tf.reduce_sum(batch_loss))
        count += _size(batch_loss)
    return total / count


def train_epoch_ch3(
    net: Net,
    train_iter: Batches,
    loss: Loss,
    updater: keras.optimizers.Optimizer | Callable[[int, Any], Any],
) -> tuple[float, float]:
    """Train for one epoch, and return its mean loss and its accuracy.

    Functions of yours run eagerly, unless you decorate them with `tf.function`. A network, a loss
    and an optimizer of Keras' own parts run as a graph: that is faster, with the same result.

    Args:
        net: a Keras model, or a function of a batch of inputs.
        train_iter: batches (X, y).
        loss: a Keras loss, which is called with (y, y_hat), or a function of (y_hat, y).
        updater: a Keras optimizer, or a function of the batch size and the gradients of the
            variables in its attribute `params`.
    """
    return _train_epoch(_training_step(net, loss, updater), train_iter, unreported)


def _training_step(net: Net, loss: Loss, updater: Any) -> Compiled:
    """Return a function of a batch that updates the variables, and returns loss and hits."""
    with_keras = isinstance(updater, keras.optimizers.Optimizer)

    def step(batch: Sequence[Any]) -> tuple[Any, Any]:
        X, y = batch
        with tf.GradientTape() as tape:
            y_hat = _apply(net, X, training=True)
            batch_loss = _loss_of(loss, y_hat, y)
        variables = net.trainable_variables if with_keras else updater.params  # type: ignore[attr-defined]
        grads = tape.gradient(batch_loss, variables)
        if with_keras:
            updater.apply_gradients(zip(grads, variables, strict=True))
        else:
            updater(X.shape[0], grads)
        total = tf.reduce_sum(batch_loss) if batch_loss.shape.rank else batch_loss * _count(y)
        return total, _num_correct(y_hat, y)

    return Compiled(step, lambda: [*_read_by(net), loss, updater])


def _count(y: Any) -> Any:
    """Return the number of elements, as a tensor where a graph is made for any number."""
    n = y.shape.num_elements()
    return tf.cast(tf.size(y), tf.float32) if n is None else float(n)


def _train_epoch(
    step: Callable[[Any], Any], train_iter: Batches, report: Callable[[Means], None]
) -> tuple[float, float]:
    """Take a step with each batch, and call `report` after it with the means so far."""

    def means() -> tuple[float, float]:
        return _sum(losses) / examples, _sum(correct) / examples

    losses, correct, examples = [], [], 0
    for batch in finite(train_iter):
        batch_loss, batch_correct = step(batch)
        losses.append(batch_loss)
        correct.append(batch_correct)
        examples += _size(batch[1])
        report(means)
    return means()


def train_ch3(
    net: Net,
    train_iter: Batches,
    test_iter: Batches,
    loss: Loss,
    num_epochs: int,
    updater: keras.optimizers.Optimizer | Callable[[int, Any], Any],
) -> None:
    """Train for `num_epochs` epochs with a live plot; see `train_epoch_ch3`."""
    _train(net, train_iter, test_iter, loss, num_epochs, updater)


def _train(
    net: Net, train_iter: Batches, test_iter: Batches, loss: Loss, num_epochs: int, updater: Any
) -> tuple[float, float, float]:
    """Train with a live plot, and return what `common.functional.train` returns."""
    step, num_correct = _training_step(net, loss, updater), _prediction(net)
    train_iter, test_iter = passes_over(train_iter), passes_over(test_iter)
    if not are_ours(step.read()):
        advise(
            num_epochs * _num_batches(train_iter),
            "This training",
            "@tf.function above your functions",
        )
    return train(
        num_epochs,
        lambda report: _train_epoch(step, train_iter, report),
        lambda: _fraction_correct(num_correct, test_iter),
    )


def _num_batches(loader: Any) -> int:
    """Return the number of batches, or 0 if the loader does not know."""
    try:
        return len(loader)
    except TypeError:
        return 0


def predict_ch3(net: Net, test_iter: Batches, n: int = 6) -> None:
    """Show the first `n` test images with their true and their predicted classes."""
    X, y = next(iter(test_iter))
    predicted = tf.argmax(_apply(net, X, training=False), axis=1)
    images = tf.reshape(X, (-1, *X.shape[1:3]))
    show_predictions(images[:n], y[:n], predicted[:n])


def train_ch6(
    net_fn: Callable[[], Any],
    train_iter: Batches,
    test_iter: Batches,
    num_epochs: int,
    lr: float,
    device: Any = None,
) -> Any:
    """Make a network on a device, train it by stochastic gradient descent, and return it."""
    with device or try_gpu():
        net = net_fn()
        optimizer = keras.optimizers.SGD(learning_rate=lr)
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        timer = Timer()
        loss, train_acc, test_acc = _train(
            net, train_iter, test_iter, loss_of, num_epochs, optimizer
        )
    print(f"loss {loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    print(f"{timer.stop() / num_epochs:.1f} s per epoch")
    return net
