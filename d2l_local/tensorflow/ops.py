"""Functions that have the same name in every framework."""

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
