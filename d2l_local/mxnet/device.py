"""The devices of this machine."""

from __future__ import annotations

from mxnet import Context, npx


def cpu() -> Context:
    """Return the CPU."""
    return npx.cpu()


def gpu(i: int = 0) -> Context:
    """Return the GPU number `i`."""
    return npx.gpu(i)


def num_gpus() -> int:
    """Return the number of GPUs of this machine."""
    return npx.num_gpus()


def try_gpu(i: int = 0) -> Context:
    """Return the GPU number `i` if this machine has it, else the CPU."""
    return gpu(i) if num_gpus() > i else cpu()


def first_gpus(n: int) -> list[Context]:
    """Return the first `n` GPUs of this machine, or all if it has fewer."""
    return [gpu(i) for i in range(min(n, num_gpus()))]


def try_all_gpus() -> list[Context]:
    """Return all GPUs of this machine, or the CPU alone."""
    return first_gpus(num_gpus()) or [cpu()]
