"""The devices of this machine."""

from __future__ import annotations

import torch


def cpu() -> torch.device:
    """Return the CPU."""
    return torch.device("cpu")


def gpu(i: int = 0) -> torch.device:
    """Return the GPU number `i`."""
    return torch.device(f"cuda:{i}")


def num_gpus() -> int:
    """Return the number of GPUs of this machine."""
    return torch.cuda.device_count()


def try_gpu(i: int = 0) -> torch.device:
    """Return the GPU number `i` if this machine has it, else the CPU."""
    return gpu(i) if num_gpus() > i else cpu()


def try_all_gpus() -> list[torch.device]:
    """Return all GPUs of this machine, or the CPU alone."""
    return [gpu(i) for i in range(num_gpus())] or [cpu()]
