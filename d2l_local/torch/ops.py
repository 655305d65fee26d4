"""Functions that have the same name in every framework."""

from __future__ import annotations

from typing import Any

import torch

ones_like = torch.ones_like
ones = torch.ones
zeros_like = torch.zeros_like
zeros = torch.zeros
tensor = torch.tensor
arange = torch.arange
meshgrid = torch.meshgrid
linspace = torch.linspace
eye = torch.eye
normal = torch.normal
rand = torch.rand
randn = torch.randn
int32 = torch.int32
int64 = torch.int64
float32 = torch.float32

sin = torch.sin
sinh = torch.sinh
cos = torch.cos
cosh = torch.cosh
tanh = torch.tanh
exp = torch.exp
log = torch.log
abs = torch.abs
sigmoid = torch.sigmoid

matmul = torch.matmul
batch_matmul = torch.bmm
concat = torch.cat
stack = torch.stack


def numpy(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """Return the values of `x` as a numpy array, from any device."""
    return x.detach().cpu().numpy(*args, **kwargs)


def size(x: torch.Tensor) -> int:
    """Return the number of elements of `x`."""
    return x.numel()


def reshape(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` in another shape."""
    return x.reshape(*args, **kwargs)


def to(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` on another device."""
    return x.to(*args, **kwargs)


def reduce_sum(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return the sum of `x`, over all elements or over an axis."""
    return x.sum(*args, **kwargs)


def reduce_mean(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return the mean of `x`, over all elements or over an axis."""
    return x.mean(*args, **kwargs)


def argmax(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return the index of the largest element, over all or along an axis."""
    return x.argmax(*args, **kwargs)


def astype(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` with another element type."""
    return x.type(*args, **kwargs)


def transpose(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return the transpose of a matrix."""
    return x.t(*args, **kwargs)


def expand_dims(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` with an axis of length 1 inserted."""
    return x.unsqueeze(*args, **kwargs)


def swapaxes(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` with two axes exchanged."""
    return x.swapaxes(*args, **kwargs)


def repeat(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Return `x` tiled along its axes."""
    return x.repeat(*args, **kwargs)


def corr2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Return the two-dimensional cross-correlation of matrices X (h, w) and K (p, q).

    The result has shape (h - p + 1, w - q + 1); its element (i, j) is the sum of the products of
    K with the part of X that starts at (i, j).
    """
    X, K = (t if t.is_floating_point() else t.float() for t in (X, K))
    return torch.nn.functional.conv2d(X[None, None], K[None, None])[0, 0]


def get_seed() -> int:
    """Return a random seed, an integer from 0 up to a million."""
    return int(torch.randint(1_000_000, ()))


def get_key() -> torch.Generator:
    """Return a source of random numbers of its own, with a random seed (what JAX calls a key)."""
    return torch.Generator().manual_seed(get_seed())
