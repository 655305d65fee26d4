"""Functions that have the same name in every framework: a table, and the rest.

Chapters show what the table has in place of a call of it,
as `jnp.matmul(a, b)` for `d2l.matmul(a, b)`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

ones_like = jnp.ones_like
ones = jnp.ones
zeros_like = jnp.zeros_like
zeros = jnp.zeros
tensor = jnp.array
arange = jnp.arange
meshgrid = jnp.meshgrid
linspace = jnp.linspace
eye = jnp.eye
int32 = jnp.int32
int64 = jnp.int64
float32 = jnp.float32

sin = jnp.sin
sinh = jnp.sinh
cos = jnp.cos
cosh = jnp.cosh
tanh = jnp.tanh
exp = jnp.exp
log = jnp.log
abs = jnp.abs
sigmoid = jax.nn.sigmoid

matmul = jnp.matmul
batch_matmul = jnp.matmul
concat = jnp.concatenate
stack = jnp.stack

size = jnp.size
reshape = jnp.reshape
to = jax.device_put
reduce_sum = jnp.sum
reduce_mean = jnp.mean
argmax = jnp.argmax
astype = jnp.astype
transpose = jnp.transpose
expand_dims = jnp.expand_dims
swapaxes = jnp.swapaxes
repeat = jnp.repeat


def numpy(x: Any) -> np.ndarray:
    """Return the values of `x` as a numpy array, from any device; numpy's functions do the same."""
    values = jax.device_get(x)
    return np.asarray(values)


def corr2d(X: jax.Array, K: jax.Array) -> jax.Array:
    """Return the two-dimensional cross-correlation of matrices X (h, w) and K (p, q).

    The result has shape (h - p + 1, w - q + 1); its element (i, j) is the sum of the products of
    K with the part of X that starts at (i, j).
    """
    X, K = (a.astype(jnp.float32)[None, None] for a in (X, K))
    return jax.lax.conv(X, K, (1, 1), "VALID")[0, 0]
