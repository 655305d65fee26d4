"""The devices of this machine."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def cpu() -> Any:
    """Return the CPU, to be used as `with d2l.cpu():`."""
    return tf.device("/CPU:0")


def gpu(i: int = 0) -> Any:
    """Return the GPU number `i`, to be used as `with d2l.gpu(i):`."""
    return tf.device(f"/GPU:{i}")


def num_gpus() -> int:
    """Return the number of GPUs of this machine."""
    return len(tf.config.list_physical_devices("GPU"))


def try_gpu(i: int = 0) -> Any:
    """Return the GPU number `i` if this machine has it, else the CPU."""
    return gpu(i) if num_gpus() > i else cpu()


def first_gpus(n: int) -> list[Any]:
    """Return the first `n` GPUs of this machine, or all if it has fewer."""
    return [gpu(i) for i in range(min(n, num_gpus()))]


def try_all_gpus() -> list[Any]:
    """Return all GPUs of this machine, or the CPU alone."""
    return first_gpus(num_gpus()) or [cpu()]
