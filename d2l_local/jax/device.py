"""The devices of this machine."""

from __future__ import annotations

from typing import Any

import jax
from flax import nnx


def cpu() -> jax.Device:
    """Return the CPU."""
    return jax.devices("cpu")[0]


def gpu(i: int = 0) -> jax.Device:
    """Return the GPU number `i`.

    Raises:
        RuntimeError: if this machine has no GPU that JAX can use.
        IndexError: if it has fewer.
    """
    return jax.devices("gpu")[i]


def num_gpus() -> int:
    """Return the number of GPUs of this machine."""
    try:
        return len(jax.devices("gpu"))
    except RuntimeError:  # This is how JAX says that there is none.
        return 0


def try_gpu(i: int = 0) -> jax.Device:
    """Return the GPU number `i` if this machine has it, else the CPU."""
    return gpu(i) if num_gpus() > i else cpu()


def first_gpus(n: int) -> list[jax.Device]:
    """Return the first `n` GPUs of this machine, or all if it has fewer."""
    return [gpu(i) for i in range(min(n, num_gpus()))]


def try_all_gpus() -> list[jax.Device]:
    """Return all GPUs of this machine, or the CPU alone."""
    return first_gpus(num_gpus()) or [cpu()]


def move(model: Any, device: jax.Device) -> None:
    """Move the variables of a model to a device."""
    nnx.update(model, jax.device_put(nnx.state(model), device))
