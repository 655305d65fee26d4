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


def try_all_gpus() -> list[Any]:
    """Return all GPUs of this machine, or the CPU alone."""
    return [gpu(i) for i in range(num_gpus())] or [cpu()]
