"""Seconds per epoch of `Trainer.fit` and of a bare loop, in each framework.

    python benchmarks/epoch.py [pytorch] [tensorflow] [mxnet]

Both train the same network (784-256-10, batches of 256, plain gradient descent) on the same 60,000
images in the same process, epoch by epoch in turn, so that what else the machine does hits both.
The bare loop keeps floats in memory, does nothing but train and validate, and is compiled where the
framework can do that. `Trainer.fit` loads, validates and plots as it always does.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from d2l_local.common import fashion_mnist

WARM_UP, EPOCHS, BATCH, HIDDEN, LR = 2, 5, 256, 256, 0.1


def floats(train: bool) -> tuple[np.ndarray, np.ndarray]:
    images, labels = fashion_mnist.load(train)
    return images.reshape(-1, 784).astype(np.float32) / 255, labels.astype(np.int32)


def bare_pytorch() -> Callable[[], None]:
    import torch
    from torch import nn

    (X, y), (X_val, y_val) = (
        [torch.from_numpy(a) for a in (X, y.astype(np.int64))]
        for X, y in map(floats, (True, False))
    )
    net = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=LR)
    loss = nn.CrossEntropyLoss()

    def epoch() -> None:
        order = torch.randperm(len(X))
        for i in range(0, len(X), BATCH):
            rows = order[i : i + BATCH]
            optimizer.zero_grad()
            loss(net(X[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            for i in range(0, len(X_val), BATCH):
                scores, labels = net(X_val[i : i + BATCH]), y_val[i : i + BATCH]
                loss(scores, labels), (scores.argmax(1) == labels).float().mean()

    return epoch


def bare_tensorflow() -> Callable[[], None]:
    import tensorflow as tf

    (X, y), (X_val, y_val) = ([tf.constant(a) for a in floats(train)] for train in (True, False))
    params = [
        tf.Variable(tf.random.normal((784, HIDDEN), stddev=0.01)),
        tf.Variable(tf.zeros(HIDDEN)),
        tf.Variable(tf.random.normal((HIDDEN, 10), stddev=0.01)),
        tf.Variable(tf.zeros(10)),
    ]

    def loss_of(X: Any, y: Any) -> tuple[Any, Any]:
        W1, b1, W2, b2 = params
        scores = tf.nn.relu(X @ W1 + b1) @ W2 + b2
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores)
        return tf.reduce_mean(losses), scores

    @tf.function
    def step(rows: Any) -> None:
        with tf.GradientTape() as tape:
            loss, _ = loss_of(tf.gather(X, rows), tf.gather(y, rows))
        for param, grad in zip(params, tape.gradient(loss, params), strict=True):
            param.assign_sub(LR * grad)

    @tf.function
    def validate(X: Any, y: Any) -> tuple[Any, Any]:
        loss, scores = loss_of(X, y)
        correct = tf.argmax(scores, axis=1, output_type=tf.int32) == y
        return loss, tf.reduce_mean(tf.cast(correct, tf.float32))

    def epoch() -> None:
        order = tf.random.shuffle(tf.range(len(X)))
        for i in range(0, len(X), BATCH):
            step(order[i : i + BATCH])
        for i in range(0, len(X_val), BATCH):
            validate(X_val[i : i + BATCH], y_val[i : i + BATCH])

    return epoch


def bare_mxnet() -> Callable[[], None]:
    from d2l_local.mxnet_compat import import_mxnet

    import_mxnet()
    from mxnet import autograd, gluon, np, npx

    npx.set_np()
    (X, y), (X_val, y_val) = (
        [np.array(a, dtype=a.dtype) for a in floats(train)] for train in (True, False)
    )
    params = [
        np.random.normal(0, 0.01, (HIDDEN, 784)),
        np.zeros(HIDDEN),
        np.random.normal(0, 0.01, (10, HIDDEN)),
        np.zeros(10),
    ]
    for param in params:
        param.attach_grad()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def net(X: Any) -> Any:
        W1, b1, W2, b2 = params
        H = npx.relu(npx.fully_connected(X, W1, b1, num_hidden=HIDDEN))
        return npx.fully_connected(H, W2, b2, num_hidden=10)

    def epoch() -> None:
        order = np.arange(len(X), dtype=np.int32)
        np.random.shuffle(order)
        for i in range(0, len(X), BATCH):
            rows = order[i : i + BATCH]
            with autograd.record():
                mean = loss(net(X.take(rows, axis=0)), y.take(rows)).mean()
            mean.backward()
            for param in params:
                param -= LR * param.grad
        for i in range(0, len(X_val), BATCH):
            scores, labels = net(X_val[i : i + BATCH]), y_val[i : i + BATCH]
            loss(scores, labels).mean(), (scores.argmax(1).astype(np.int32) == labels).mean()
        npx.waitall()

    return epoch


def library_pytorch() -> tuple[Any, Any]:
    from torch import nn

    from d2l_local import torch as d2l

    class MLP(d2l.Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.lr = LR
            self.net = nn.Sequential(
                nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10)
            )

    return d2l, MLP()


def library_tensorflow() -> tuple[Any, Any]:
    import tensorflow as tf

    from d2l_local import tensorflow as d2l

    class MLP(d2l.Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.lr = LR
            self.net = tf.keras.Sequential(
                [
                    tf.keras.layers.Flatten(),
                    tf.keras.layers.Dense(HIDDEN, activation="relu"),
                    tf.keras.layers.Dense(10),
                ]
            )

    return d2l, MLP()


def library_mxnet() -> tuple[Any, Any]:
    from d2l_local import mxnet as d2l

    from mxnet.gluon import nn  # isort: skip

    class MLP(d2l.Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.lr = LR
            self.net = nn.HybridSequential()
            self.net.add(nn.Dense(HIDDEN, activation="relu"), nn.Dense(10))
            self.net.initialize()
            self.net.hybridize()

    return d2l, MLP()


BARE = {"pytorch": bare_pytorch, "tensorflow": bare_tensorflow, "mxnet": bare_mxnet}
LIBRARY = {"pytorch": library_pytorch, "tensorflow": library_tensorflow, "mxnet": library_mxnet}


def seconds(epoch: Callable[[], None]) -> float:
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


def measure(framework: str) -> None:
    """Print the median seconds per epoch of both loops, and their ratio."""
    bare_epoch = BARE[framework]()
    d2l, model = LIBRARY[framework]()
    times: list[tuple[float, float]] = []

    class Timed(d2l.Trainer):
        def fit_epoch(self) -> None:
            def library_epoch() -> None:
                super(Timed, self).fit_epoch()
                if framework == "mxnet":
                    sys.modules["mxnet"].npx.waitall()

            times.append((seconds(bare_epoch), seconds(library_epoch)))

    Timed(max_epochs=WARM_UP + EPOCHS).fit(model, d2l.FashionMNIST(batch_size=BATCH))
    bare, library = (statistics.median(column) for column in zip(*times[WARM_UP:], strict=True))
    print(f"{framework:<12}{bare:>10.3f}{library:>14.3f}{library / bare:>8.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK", help=", ".join(BARE))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if unknown := set(args.frameworks) - set(BARE):
        parser.error(f"no such framework: {', '.join(unknown)}; choose from {', '.join(BARE)}")
    if args.here:
        measure(args.frameworks[0])
        return
    print(f"{'framework':<12}{'bare, s':>10}{'Trainer, s':>14}{'ratio':>8}", flush=True)
    for framework in args.frameworks or BARE:
        # A process each: thread pools of two frameworks in one process slow both down.
        subprocess.run([sys.executable, __file__, "--here", framework], check=True)


if __name__ == "__main__":
    main()
