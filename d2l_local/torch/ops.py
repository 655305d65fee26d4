"""Functions that have the same name in every framework: a table, and the rest.

A method, as in `reshape = torch.Tensor.reshape`, is called with the tensor first.
Chapters show what the table has in place of a call of it,
as `torch.matmul(a, b)` for `d2l.matmul(a, b)`.
"""

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

size = torch.Tensor.numel
reshape = torch.Tensor.reshape
to = torch.Tensor.to
reduce_sum = torch.Tensor.sum
reduce_mean = torch.Tensor.mean
argmax = torch.Tensor.argmax
astype = torch.Tensor.type
transpose = torch.Tensor.t
expand_dims = torch.Tensor.unsqueeze
swapaxes = torch.Tensor.swapaxes
repeat = torch.Tensor.repeat


def numpy(x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    """Return the values of `x` as a numpy array, from any device and out of any graph."""
    return x.numpy(*args, force=True, **kwargs)


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
