"""What tests need to speak to all frameworks alike: a face, and small adapters beside it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

NAMES = ("torch", "tensorflow", "mxnet", "jax")


@dataclass(frozen=True)
class Face:
    """A framework as the tests see it."""

    name: str
    d2l: ModuleType
    tensor: Callable[[np.ndarray], Any]
    parameter: Callable[[np.ndarray], Any]
    seed: Callable[[int], Any]

    @property
    def immutable(self) -> bool:
        """Whether tensors cannot be changed; these frameworks have channels last, too."""
        return self.name in ("tensorflow", "jax")

    @property
    def eagerly(self) -> dict[str, bool]:
        """What a trainer needs so that Python runs for each batch."""
        return {"jit": False} if self.name == "jax" else {}

    def notes(self, error: BaseException) -> list[str]:
        """Return the notes that the library has added to an error."""
        added = getattr(error, "__notes__", ())
        return [
            note
            for note in added
            if "JAX has removed its internal frames" not in note and set(note) != {"-"}
        ]

    def numpy(self, tensor: Any) -> np.ndarray:
        return np.asarray(self.d2l.numpy(tensor))

    def classifier(self, weights: list[np.ndarray], lr: float = 0.1, **members: Any) -> Any:
        """A network of two layers with given weights: W1, b1, W2, b2."""
        d2l, parameter = self.d2l, self.parameter

        class MLP(d2l.Classifier):
            def __init__(self) -> None:
                super().__init__()
                self.lr = lr
                self.W1, self.b1, self.W2, self.b2 = map(parameter, weights)

            def forward(self, X: Any) -> Any:
                X = d2l.reshape(X, (X.shape[0], -1))
                H = d2l.tanh(d2l.matmul(X, self.W1) + self.b1)
                return d2l.matmul(H, self.W2) + self.b2

        for member, value in members.items():
            setattr(MLP, member, value)
        return MLP()

    def data(self, X: np.ndarray, y: np.ndarray, batch_size: int = 32, train: bool = True) -> Any:
        """A data module that trains on all rows but the last 32, which are for validation."""
        d2l, tensors = self.d2l, (self.tensor(X), self.tensor(y))

        class Rows(d2l.DataModule):
            def __init__(self) -> None:
                super().__init__()
                self.batch_size = batch_size

            def get_dataloader(self, train: bool) -> Any:
                rows = slice(0, len(X) - 32) if train else slice(len(X) - 32, None)
                return self.get_tensorloader(tensors, train, rows)

        return Rows()


def _torch() -> Face:
    import torch

    from d2l_local import torch as d2l

    return Face(
        "torch", d2l, torch.tensor, lambda a: torch.nn.Parameter(torch.tensor(a)), torch.manual_seed
    )


def _tensorflow() -> Face:
    from d2l_local import tensorflow as d2l

    import tensorflow as tf  # isort: skip

    return Face("tensorflow", d2l, tf.constant, tf.Variable, tf.random.set_seed)


def _mxnet() -> Face:
    from d2l_local import mxnet as d2l

    import mxnet as mx  # isort: skip

    def parameter(array: np.ndarray) -> Any:
        param = mx.np.array(array, dtype=array.dtype)
        param.attach_grad()
        return param

    return Face("mxnet", d2l, lambda a: mx.np.array(a, dtype=a.dtype), parameter, mx.random.seed)


def _jax() -> Face:
    import jax.numpy as jnp
    from flax import nnx

    from d2l_local import jax as d2l

    return Face("jax", d2l, jnp.asarray, lambda a: nnx.Param(jnp.asarray(a)), d2l.set_seed)


def load(name: str) -> Face:
    """Import one framework and its face."""
    importlib.import_module("d2l_local")
    return {"torch": _torch, "tensorflow": _tensorflow, "mxnet": _mxnet, "jax": _jax}[name]()
