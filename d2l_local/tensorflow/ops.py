"""Functions that have the same name in every framework: a table, and the rest.

Chapters show what the table has in place of a call of it,
as `tf.matmul(a, b)` for `d2l.matmul(a, b)`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

ones_like = tf.ones_like
ones = tf.ones
zeros_like = tf.zeros_like
zeros = tf.zeros
tensor = tf.constant
arange = tf.range
meshgrid = tf.meshgrid
linspace = tf.linspace
eye = tf.eye
normal = tf.random.normal
rand = tf.random.uniform
int32 = tf.int32
int64 = tf.int64
float32 = tf.float32

sin = tf.sin
sinh = tf.sinh
cos = tf.cos
cosh = tf.cosh
tanh = tf.tanh
exp = tf.exp
log = tf.math.log
abs = tf.abs
sigmoid = tf.sigmoid

matmul = tf.matmul
batch_matmul = tf.matmul
concat = tf.concat
stack = tf.stack
reshape = tf.reshape
transpose = tf.transpose
reduce_sum = tf.reduce_sum
reduce_mean = tf.reduce_mean
argmax = tf.argmax
astype = tf.cast
expand_dims = tf.expand_dims
repeat = tf.repeat


def randn(*size: int) -> tf.Tensor:
    """Return standard normal numbers in shape `size`, as `torch.randn` does."""
    return tf.random.normal(size)


def numpy(x: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the values of `x` as a numpy array, from any device."""
    return x.numpy(*args, **kwargs)


def size(x: Any) -> Any:
    """Return the number of elements of `x`."""
    return tf.size(x).numpy()


def to(x: Any, device: Any) -> tf.Tensor:
    """Return a copy of `x` on another device, as from `d2l.gpu()`."""
    with device:
        return tf.identity(x)


def corr2d(X: Any, K: Any) -> tf.Tensor:
    """Return the two-dimensional cross-correlation of matrices X (h, w) and K (p, q).

    The result has shape (h - p + 1, w - q + 1); its element (i, j) is the sum of the products of
    K with the part of X that starts at (i, j).
    """
    X, K = (tf.convert_to_tensor(t) for t in (X, K))
    X, K = (t if t.dtype.is_floating else tf.cast(t, tf.float32) for t in (X, K))
    return tf.nn.conv2d(X[None, :, :, None], K[:, :, None, None], 1, "VALID")[0, :, :, 0]


def get_seed() -> int:
    """Return a random seed, an integer from 0 up to a million."""
    return int(tf.random.uniform((), maxval=1_000_000, dtype=tf.int32))


def get_key() -> tf.random.Generator:
    """Return a source of random numbers of its own, with a random seed (what JAX calls a key)."""
    return tf.random.Generator.from_seed(get_seed())
