"""Seconds per epoch of models written by hand, in the trainer and in a bare loop.

    python benchmarks/by_hand.py [pytorch] [tensorflow] [mxnet] [jax]

Both loops use the same forward pass, from arrays and operators; in TensorFlow both run eagerly, in
JAX both are compiled. `tiny` is linear regression with two inputs on 10,000 rows in batches of 10,
where a step is so short that every call counts. `wide` has 784 inputs, 256 hidden units and 10
outputs, on 10,240 rows in batches of 256. The epochs of the two loops take turns, so that what else
the machine does hits both. The bare loop does nothing but train; the library loads, shuffles and
plots as always.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from epoch import FACE, seconds

WIDTHS = {"tiny": (2, 1), "wide": (784, 256, 10)}
ROWS, BATCH = {"tiny": 10_000, "wide": 10_240}, {"tiny": 10, "wide": 256}
WARM_UP, EPOCHS, LR = 1, 5, 0.01


def arrays(task: str) -> list[np.ndarray]:
    """Return inputs and targets of a random task."""
    rng = np.random.default_rng(0)
    shapes = [(ROWS[task], width) for width in (WIDTHS[task][0], WIDTHS[task][-1])]
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def start(task: str) -> list[np.ndarray]:
    """Return initial weights and biases, layer after layer."""
    rng = np.random.default_rng(0)
    shapes = [
        shape
        for m, n in zip(WIDTHS[task], WIDTHS[task][1:], strict=False)
        for shape in ((m, n), (n,))
    ]
    return [rng.normal(0, 0.01, shape).astype(np.float32) for shape in shapes]


def forward(d2l: Any, params: list[Any], X: Any) -> Any:
    for i in range(0, len(params), 2):
        X = d2l.matmul(X if i == 0 else d2l.tanh(X), params[i]) + params[i + 1]
    return X


def loss(d2l: Any, y_hat: Any, y: Any) -> Any:
    return d2l.reduce_mean((y_hat - y) ** 2 / 2)


def pytorch(d2l: Any, task: str) -> tuple[list[Any], Callable[[], None], list[Any]]:
    import torch

    params = [torch.nn.Parameter(torch.tensor(a)) for a in start(task)]
    X, y = map(torch.tensor, arrays(task))

    def epoch() -> None:
        for rows in torch.randperm(len(X)).split(BATCH[task]):
            value = loss(d2l, forward(d2l, params, X[rows]), y[rows])
            for p in params:
                p.grad = None
            value.backward()
            with torch.no_grad():
                for p in params:
                    p -= LR * p.grad

    return [torch.nn.Parameter(torch.tensor(a)) for a in start(task)], epoch, [X, y]


def tensorflow(d2l: Any, task: str) -> tuple[list[Any], Callable[[], None], list[Any]]:
    import tensorflow as tf

    params = list(map(tf.Variable, start(task)))
    X, y = map(tf.constant, arrays(task))

    def epoch() -> None:
        order = tf.random.shuffle(tf.range(len(X)))
        for i in range(0, len(X), BATCH[task]):
            rows = order[i : i + BATCH[task]]
            with tf.GradientTape() as tape:
                value = loss(d2l, forward(d2l, params, tf.gather(X, rows)), tf.gather(y, rows))
            for p, grad in zip(params, tape.gradient(value, params), strict=True):
                p.assign_sub(LR * grad)

    return list(map(tf.Variable, start(task))), epoch, [X, y]


def mxnet(d2l: Any, task: str) -> tuple[list[Any], Callable[[], None], list[Any]]:
    from mxnet import autograd, np, npx

    def parameters() -> list[Any]:
        params = [np.array(a, dtype=a.dtype) for a in start(task)]
        for p in params:
            p.attach_grad()
        return params

    params = parameters()
    X, y = (np.array(a, dtype=a.dtype) for a in arrays(task))

    def epoch() -> None:
        order = np.arange(len(X), dtype=np.int32)
        np.random.shuffle(order)
        for i in range(0, len(X), BATCH[task]):
            rows = order[i : i + BATCH[task]]
            with autograd.record():
                value = loss(d2l, forward(d2l, params, X.take(rows, axis=0)), y.take(rows, axis=0))
            value.backward()
            for p in params:
                p -= LR * p.grad
        npx.waitall()

    return parameters(), epoch, [X, y]


def jax(d2l: Any, task: str) -> tuple[list[Any], Callable[[], None], list[Any]]:
    import jax
    import jax.numpy as jnp
    from flax import nnx

    params = list(map(jnp.asarray, start(task)))
    X, y = map(jnp.asarray, arrays(task))
    key = jax.random.key(0)

    @jax.jit
    def step(params: Any, X: Any, y: Any, rows: Any) -> Any:
        loss_of = lambda params: loss(d2l, forward(d2l, params, X[rows]), y[rows])  # noqa: E731
        grads = jax.grad(loss_of)(params)
        return [p - LR * grad for p, grad in zip(params, grads, strict=True)]

    def epoch() -> None:
        nonlocal params, key
        key, now = jax.random.split(key)
        order = np.asarray(jax.random.permutation(now, len(X)))
        for i in range(0, len(X), BATCH[task]):
            params = step(params, X, y, order[i : i + BATCH[task]])
        jax.block_until_ready(params)

    return [nnx.Param(jnp.asarray(a)) for a in start(task)], epoch, [X, y]


MAKE = {"pytorch": pytorch, "tensorflow": tensorflow, "mxnet": mxnet, "jax": jax}


def measure(framework: str, task: str) -> None:
    """Print the median seconds per epoch of both loops, and their ratio."""
    d2l = __import__(f"d2l_local.{FACE[framework]}", fromlist=["Trainer"])
    params, bare, tensors = MAKE[framework](d2l, task)
    times: list[tuple[float, float]] = []

    class ByHand(d2l.Module):
        def __init__(self) -> None:
            super().__init__()
            self.board.display = False
            for i, param in enumerate(params):
                setattr(self, f"p{i}", param)

        def forward(self, X: Any) -> Any:
            return forward(d2l, [getattr(self, f"p{i}") for i in range(len(params))], X)

        def loss(self, y_hat: Any, y: Any) -> Any:
            return loss(d2l, y_hat, y)

        def configure_optimizers(self) -> Any:
            return d2l.SGD(LR) if framework in ("tensorflow", "jax") else d2l.SGD(params, LR)

    class Data(d2l.DataModule):
        batch_size = BATCH[task]

        def get_dataloader(self, train: bool) -> Any:
            return self.get_tensorloader(tensors, True) if train else None

    class Timed(d2l.Trainer):
        def fit_epoch(self) -> None:
            times.append((seconds(bare), seconds(super().fit_epoch)))

    Timed(max_epochs=WARM_UP + EPOCHS).fit(ByHand(), Data())
    bare_time, library_time = map(statistics.median, zip(*times[WARM_UP:], strict=True))
    ratio = library_time / bare_time
    print(
        f"{framework:<12}{task:<8}{bare_time:>10.3f}{library_time:>12.3f}{ratio:>8.2f}", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK", help=", ".join(MAKE))
    parser.add_argument("--here", choices=WIDTHS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if unknown := set(args.frameworks) - set(MAKE):
        parser.error(f"no such framework: {', '.join(unknown)}; choose from {', '.join(MAKE)}")
    if args.here:
        measure(args.frameworks[0], args.here)
        return
    print(f"{'framework':<12}{'task':<8}{'bare, s':>10}{'library, s':>12}{'ratio':>8}", flush=True)
    for task in WIDTHS:
        for framework in args.frameworks or MAKE:
            command = [sys.executable, __file__, framework, "--here", task]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
