"""Seconds per epoch of the library and of a bare loop, in each framework.

    python benchmarks/epoch.py [pytorch] [tensorflow] [mxnet] [jax] [--task fit | train_ch3 | lenet]

`fit` is `Trainer.fit` and `train_ch3` the function, both with 784-256-10 on the 60,000 images in
batches of 256; `lenet` is `Trainer.fit` with LeNet on the first 6,000 images in batches of 128. The
bare loop trains the same network in the same process, a few epochs in turn, so that what else the
machine does hits both. It keeps floats in memory, does nothing but train and validate, and is
compiled where the framework can do that. The library loads, validates and plots as it always does.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from d2l_local.common import fashion_mnist

TASKS = ("fit", "train_ch3", "lenet")
WARM_UP, EPOCHS, HIDDEN, LR = 2, 5, 256, 0.1
TRAIN_CH3_EPOCHS = 5
BATCH = {"fit": 256, "train_ch3": 256, "lenet": 128}

Epoch = Callable[[], None]


def floats(train: bool, task: str, channel: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Images as floats, flat for the MLP, with a channel axis and a tenth of them for LeNet."""
    images, labels = fashion_mnist.load(train)
    X, y = images.astype(np.float32) / 255, labels.astype(np.int32)
    if task != "lenet":
        return X.reshape(-1, 784), y
    n = len(X) // 10
    return np.expand_dims(X[:n], channel), y[:n]


# PyTorch ------------------------------------------------------------------------------------------


def net_pytorch(task: str) -> Any:
    from torch import nn

    if task != "lenet":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10)),
    )


def bare_pytorch(task: str) -> Epoch:
    import torch
    from torch import nn

    (X, y), (X_val, y_val) = (
        [torch.from_numpy(a) for a in (X, y.astype(np.int64))]
        for X, y in (floats(train, task) for train in (True, False))
    )
    net, batch = net_pytorch(task), BATCH[task]
    optimizer = torch.optim.SGD(net.parameters(), lr=LR)
    loss = nn.CrossEntropyLoss()

    def epoch() -> None:
        order = torch.randperm(len(X))
        for i in range(0, len(X), batch):
            rows = order[i : i + batch]
            optimizer.zero_grad()
            loss(net(X[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            for i in range(0, len(X_val), batch):
                scores, labels = net(X_val[i : i + batch]), y_val[i : i + batch]
                loss(scores, labels), (scores.argmax(1) == labels).float().mean()

    return epoch


def train_ch3_pytorch() -> Callable[[int], None]:
    import torch
    from torch import nn

    from d2l_local import torch as d2l

    net = net_pytorch("train_ch3")
    data = d2l.load_data_fashion_mnist(BATCH["train_ch3"])
    loss = nn.CrossEntropyLoss(reduction="none")
    updater = torch.optim.SGD(net.parameters(), lr=LR)
    return lambda epochs: d2l.train_ch3(net, *data, loss, epochs, updater)


# TensorFlow ---------------------------------------------------------------------------------------


def net_tensorflow(task: str) -> Any:
    import tensorflow as tf

    layers = tf.keras.layers
    if task != "lenet":
        return tf.keras.Sequential(
            [layers.Flatten(), layers.Dense(HIDDEN, activation="relu"), layers.Dense(10)]
        )
    return tf.keras.Sequential(
        [
            *(layers.Conv2D(6, 5, padding="same", activation="sigmoid"), layers.AvgPool2D(2)),
            *(layers.Conv2D(16, 5, activation="sigmoid"), layers.AvgPool2D(2), layers.Flatten()),
            layers.Dense(120, activation="sigmoid"),
            *(layers.Dense(84, activation="sigmoid"), layers.Dense(10)),
        ]
    )


def forward_tensorflow(task: str) -> tuple[Callable[[Any], Any], Callable[[], list[Any]]]:
    """Return the fastest plain forward pass, and its variables (there after the first pass)."""
    import tensorflow as tf

    if task == "lenet":
        net = net_tensorflow(task)
        return net, lambda: net.trainable_variables
    params = [
        tf.Variable(tf.random.normal((784, HIDDEN), stddev=0.01)),
        tf.Variable(tf.zeros(HIDDEN)),
        tf.Variable(tf.random.normal((HIDDEN, 10), stddev=0.01)),
        tf.Variable(tf.zeros(10)),
    ]
    W1, b1, W2, b2 = params
    return lambda X: tf.nn.relu(X @ W1 + b1) @ W2 + b2, lambda: params


def bare_tensorflow(task: str) -> Epoch:
    import tensorflow as tf

    (X, y), (X_val, y_val) = (
        [tf.constant(a) for a in floats(train, task, channel=-1)] for train in (True, False)
    )
    batch = BATCH[task]
    forward, variables = forward_tensorflow(task)
    forward(X[:1])

    def loss_of(X: Any, y: Any) -> tuple[Any, Any]:
        scores = forward(X)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, scores)
        return tf.reduce_mean(losses), scores

    @tf.function
    def step(rows: Any) -> None:
        with tf.GradientTape() as tape:
            loss, _ = loss_of(tf.gather(X, rows), tf.gather(y, rows))
        for param, grad in zip(variables(), tape.gradient(loss, variables()), strict=True):
            param.assign_sub(LR * grad)

    @tf.function
    def validate(X: Any, y: Any) -> tuple[Any, Any]:
        loss, scores = loss_of(X, y)
        correct = tf.argmax(scores, axis=1, output_type=tf.int32) == y
        return loss, tf.reduce_mean(tf.cast(correct, tf.float32))

    def epoch() -> None:
        order = tf.random.shuffle(tf.range(len(X)))
        for i in range(0, len(X), batch):
            step(order[i : i + batch])
        for i in range(0, len(X_val), batch):
            validate(X_val[i : i + batch], y_val[i : i + batch])

    return epoch


def train_ch3_tensorflow() -> Callable[[int], None]:
    from d2l_local import tensorflow as d2l

    import tensorflow as tf  # isort: skip

    net = net_tensorflow("train_ch3")
    data = d2l.load_data_fashion_mnist(BATCH["train_ch3"])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    updater = tf.keras.optimizers.SGD(LR)
    return lambda epochs: d2l.train_ch3(net, *data, loss, epochs, updater)


# MXNet --------------------------------------------------------------------------------------------


def net_mxnet(task: str) -> Any:
    from mxnet import init
    from mxnet.gluon import nn

    net = nn.HybridSequential()
    if task != "lenet":
        net.add(nn.Dense(HIDDEN, activation="relu"), nn.Dense(10))
    else:
        net.add(
            *(nn.Conv2D(6, 5, padding=2, activation="sigmoid"), nn.AvgPool2D(2)),
            *(nn.Conv2D(16, 5, activation="sigmoid"), nn.AvgPool2D(2)),
            *(nn.Dense(120, activation="sigmoid"), nn.Dense(84, activation="sigmoid")),
            nn.Dense(10),
        )
    net.initialize(init.Xavier())
    net.hybridize()
    return net


def forward_mxnet(task: str, X: Any) -> tuple[Callable[[Any], Any], list[Any]]:
    """Return the fastest plain forward pass, and its parameters."""
    from mxnet import np, npx

    if task == "lenet":
        net = net_mxnet(task)
        net(X[:1])
        return net, [param.data() for param in net.collect_params().values()]
    params = [
        np.random.normal(0, 0.01, (HIDDEN, 784)),
        np.zeros(HIDDEN),
        np.random.normal(0, 0.01, (10, HIDDEN)),
        np.zeros(10),
    ]
    for param in params:
        param.attach_grad()
    W1, b1, W2, b2 = params

    def forward(X: Any) -> Any:
        H = npx.relu(npx.fully_connected(X, W1, b1, num_hidden=HIDDEN))
        return npx.fully_connected(H, W2, b2, num_hidden=10)

    return forward, params


def bare_mxnet(task: str) -> Epoch:
    import d2l_local.mxnet  # noqa: F401 (MXNet cannot be imported before)

    from mxnet import autograd, gluon, np, npx  # isort: skip

    (X, y), (X_val, y_val) = (
        [np.array(a, dtype=a.dtype) for a in floats(train, task)] for train in (True, False)
    )
    batch = BATCH[task]
    forward, params = forward_mxnet(task, X)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def epoch() -> None:
        order = np.arange(len(X), dtype=np.int32)
        np.random.shuffle(order)
        for i in range(0, len(X), batch):
            rows = order[i : i + batch]
            with autograd.record():
                mean = loss(forward(X.take(rows, axis=0)), y.take(rows)).mean()
            mean.backward()
            for param in params:
                param -= LR * param.grad
        for i in range(0, len(X_val), batch):
            scores, labels = forward(X_val[i : i + batch]), y_val[i : i + batch]
            loss(scores, labels).mean(), (scores.argmax(1).astype(np.int32) == labels).mean()
        npx.waitall()

    return epoch


def train_ch3_mxnet() -> Callable[[int], None]:
    from d2l_local import mxnet as d2l

    from mxnet import gluon  # isort: skip

    net = net_mxnet("train_ch3")
    data = d2l.load_data_fashion_mnist(BATCH["train_ch3"])
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    updater = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": LR})
    return lambda epochs: d2l.train_ch3(net, *data, loss, epochs, updater)


# JAX ----------------------------------------------------------------------------------------------


def net_jax(task: str) -> Any:
    import jax
    from flax import nnx

    rngs = nnx.Rngs(0)
    flat = lambda X: X.reshape(len(X), -1)  # noqa: E731
    if task != "lenet":
        hidden, out = nnx.Linear(784, HIDDEN, rngs=rngs), nnx.Linear(HIDDEN, 10, rngs=rngs)
        return nnx.Sequential(flat, hidden, jax.nn.relu, out)
    pool = functools.partial(nnx.avg_pool, window_shape=(2, 2), strides=(2, 2))
    return nnx.Sequential(
        *(nnx.Conv(1, 6, (5, 5), rngs=rngs), jax.nn.sigmoid, pool),
        *(nnx.Conv(6, 16, (5, 5), padding="VALID", rngs=rngs), jax.nn.sigmoid, pool, flat),
        *(nnx.Linear(400, 120, rngs=rngs), jax.nn.sigmoid),
        *(nnx.Linear(120, 84, rngs=rngs), jax.nn.sigmoid, nnx.Linear(84, 10, rngs=rngs)),
    )


def bare_jax(task: str) -> Epoch:
    import jax
    import jax.numpy as jnp
    import optax
    from flax import nnx

    (X, y), (X_val, y_val) = (
        [jnp.asarray(a) for a in floats(train, task, channel=-1)] for train in (True, False)
    )
    batch = BATCH[task]
    net, state = nnx.split(net_jax(task))
    params, tree = jax.tree.flatten(state)

    def loss_of(params: Any, X: Any, y: Any) -> Any:
        scores = nnx.merge(net, jax.tree.unflatten(tree, params))(X)
        return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean(), scores

    @jax.jit
    def step(params: Any, X: Any, y: Any, rows: Any) -> Any:
        grads, _ = jax.grad(loss_of, has_aux=True)(params, X[rows], y[rows])
        return [param - LR * grad for param, grad in zip(params, grads, strict=True)]

    @jax.jit
    def validate(params: Any, X: Any, y: Any, start: Any) -> Any:
        X, y = (jax.lax.dynamic_slice_in_dim(a, start, batch) for a in (X, y))
        loss, scores = loss_of(params, X, y)
        return loss, (scores.argmax(1) == y).mean()

    key = jax.random.key(0)

    def epoch() -> None:
        nonlocal params, key
        key, now = jax.random.split(key)
        order = np.asarray(jax.random.permutation(now, len(X)))
        for i in range(0, len(X), batch):
            params = step(params, X, y, order[i : i + batch])
        for i in range(0, len(X_val), batch):
            last = validate(params, X_val, y_val, i)
        jax.block_until_ready((params, last))

    return epoch


def train_ch3_jax() -> Callable[[int], None]:
    import optax
    from flax import nnx

    from d2l_local import jax as d2l

    net = net_jax("train_ch3")
    data = d2l.load_data_fashion_mnist(BATCH["train_ch3"])
    updater = nnx.Optimizer(net, optax.sgd(LR), wrt=nnx.Param)
    loss = optax.softmax_cross_entropy_with_integer_labels
    return lambda epochs: d2l.train_ch3(net, *data, loss, epochs, updater)


# Measuring ----------------------------------------------------------------------------------------

BARE = {
    "pytorch": bare_pytorch,
    "tensorflow": bare_tensorflow,
    "mxnet": bare_mxnet,
    "jax": bare_jax,
}
NET = {"pytorch": net_pytorch, "tensorflow": net_tensorflow, "mxnet": net_mxnet, "jax": net_jax}
TRAIN_CH3 = {
    "pytorch": train_ch3_pytorch,
    "tensorflow": train_ch3_tensorflow,
    "mxnet": train_ch3_mxnet,
    "jax": train_ch3_jax,
}
FACE = {"pytorch": "torch", "tensorflow": "tensorflow", "mxnet": "mxnet", "jax": "jax"}


def seconds(function: Callable[[], None]) -> float:
    start = time.perf_counter()
    function()
    if "mxnet" in sys.modules:
        sys.modules["mxnet"].npx.waitall()
    return time.perf_counter() - start


def measure_train_ch3(framework: str, bare: Epoch) -> list[tuple[float, float]]:
    """Return seconds per epoch of both, for several whole runs of `train_ch3`."""
    train_ch3 = TRAIN_CH3[framework]()
    seconds(bare)
    times = []
    for _ in range(3):
        bare_time = statistics.median(seconds(bare) for _ in range(TRAIN_CH3_EPOCHS))
        library_time = seconds(lambda: train_ch3(TRAIN_CH3_EPOCHS)) / TRAIN_CH3_EPOCHS
        times.append((bare_time, library_time))
    return times


def measure_fit(framework: str, task: str, bare: Epoch) -> list[tuple[float, float]]:
    """Return seconds per epoch of both, after the warm-up."""
    d2l = __import__(f"d2l_local.{FACE[framework]}", fromlist=["Trainer"])
    times: list[tuple[float, float]] = []

    class Model(d2l.Classifier):
        def __init__(self) -> None:
            super().__init__()
            self.lr = LR
            self.net = NET[framework](task)

    class Data(d2l.FashionMNIST):
        def get_dataloader(self, train: bool) -> Any:
            if task == "lenet":
                X, y = floats(train, task, channel=-1 if framework in ("tensorflow", "jax") else 1)
                labels = d2l.tensor(y, dtype=d2l.int64 if framework == "pytorch" else d2l.int32)
                return self.get_tensorloader((d2l.tensor(X), labels), train)
            return super().get_dataloader(train)

    class Timed(d2l.Trainer):
        def fit_epoch(self) -> None:
            times.append((seconds(bare), seconds(super().fit_epoch)))

    Timed(max_epochs=WARM_UP + EPOCHS).fit(Model(), Data(batch_size=BATCH[task]))
    return times[WARM_UP:]


def measure(framework: str, task: str) -> None:
    """Print the median seconds per epoch of both loops, and their ratio."""
    bare = BARE[framework](task)
    if task == "train_ch3":
        times = measure_train_ch3(framework, bare)
    else:
        times = measure_fit(framework, task, bare)
    bare_time, library_time = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = library_time / bare_time
    print(
        f"{framework:<12}{task:<12}{bare_time:>10.3f}{library_time:>12.3f}{ratio:>8.2f}", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK", help=", ".join(BARE))
    parser.add_argument("--task", choices=TASKS, help="only this one")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if unknown := set(args.frameworks) - set(BARE):
        parser.error(f"no such framework: {', '.join(unknown)}; choose from {', '.join(BARE)}")
    if args.here:
        measure(args.frameworks[0], args.task)
        return
    print(f"{'framework':<12}{'task':<12}{'bare, s':>10}{'library, s':>12}{'ratio':>8}", flush=True)
    for task in [args.task] if args.task else TASKS:
        for framework in args.frameworks or BARE:
            # A process each: thread pools of two frameworks in one process slow both down.
            command = [sys.executable, __file__, "--here", framework, "--task", task]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
