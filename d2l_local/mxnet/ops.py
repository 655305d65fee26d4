"""Functions that have the same name in every framework: a table, and the rest.

A method, as in `reshape = np.ndarray.reshape`, is called with the array first.
Chapters show what the table has in place of a call of it, as `np.dot(a, b)` for `d2l.matmul(a, b)`.
"""

from __future__ import annotations

import numpy as onp
from mxnet import np, npx

ones_like = np.ones_like
ones = np.ones
zeros_like = np.zeros_like
zeros = np.zeros
tensor = np.array
arange = np.arange
meshgrid = np.meshgrid
linspace = np.linspace
eye = np.eye
normal = np.random.normal
rand = np.random.rand
randn = np.random.randn
int32 = np.int32
int64 = np.int64
float32 = np.float32

sin = np.sin
sinh = np.sinh
cos = np.cos
cosh = np.cosh
tanh = np.tanh
exp = np.exp
log = np.log
abs = np.abs
sigmoid = npx.sigmoid

matmul = np.dot
batch_matmul = npx.batch_dot
concat = np.concatenate
stack = np.stack
transpose = np.transpose
expand_dims = np.expand_dims
swapaxes = np.swapaxes
repeat = np.repeat

numpy = np.ndarray.asnumpy
reshape = np.ndarray.reshape
to = np.ndarray.as_in_ctx
reduce_sum = np.ndarray.sum
reduce_mean = np.ndarray.mean
argmax = np.ndarray.argmax
astype = np.ndarray.astype


def size(x: np.ndarray) -> int:
    """Return the number of elements of `x`."""
    return x.size


def corr2d(X: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return the two-dimensional cross-correlation of matrices X (h, w) and K (p, q).

    The result has shape (h - p + 1, w - q + 1); its element (i, j) is the sum of the products of
    K with the part of X that starts at (i, j).
    """
    X, K = (a.astype(np.float32).reshape(1, 1, *a.shape) for a in (X, K))
    return npx.convolution(X, K, kernel=K.shape[2:], num_filter=1, no_bias=True)[0, 0]


def get_seed() -> int:
    """Return a random seed, an integer from 0 up to a million."""
    return int(np.random.randint(0, 1_000_000))


def get_key() -> onp.random.Generator:
    """Return a source of random numbers of its own, with a random seed (what JAX calls a key).

    MXNet has one source for each device, so this is numpy's.
    """
    return onp.random.default_rng(get_seed())
