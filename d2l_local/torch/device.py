"""The devices of this machine."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


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


def first_gpus(n: int) -> list[torch.device]:
    """Return the first `n` GPUs of this machine, or all if it has fewer."""
    return [gpu(i) for i in range(min(n, num_gpus()))]


def try_all_gpus() -> list[torch.device]:
    """Return all GPUs of this machine, or the CPU alone."""
    return first_gpus(num_gpus()) or [cpu()]


def move(model: nn.Module, device: torch.device) -> None:
    """Move the parameters of a model to a device, plain ones too."""
    model.to(device)
    for tensor in plain_parameters(model):
        # In place: the model may hold it under several names, in lists, in functions.
        torch.utils.swap_tensors(tensor, tensor.detach().to(device).requires_grad_())


def on_device(loader: Any, device: torch.device) -> Any:
    """Return the loader with its tensors on `device`, if it can move them; else as it is."""
    return loader.to(device) if hasattr(loader, "to") else loader


def plain_parameters(model: nn.Module) -> list[torch.Tensor]:
    """Return the tensors that require gradients, but that PyTorch does not know as parameters.

    They are attributes of the model or of a module inside, alone or in lists, tuples and
    dictionaries.
    """
    found: dict[int, torch.Tensor] = {}

    def look_at(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            if value.requires_grad and value.is_leaf:
                found[id(value)] = value
        elif isinstance(value, (list, tuple)):
            for item in value:
                look_at(item)
        elif isinstance(value, dict):
            look_at(list(value.values()))

    for module in model.modules():
        look_at({k: v for k, v in vars(module).items() if k not in ("_parameters", "_modules")})
    known = {id(parameter) for parameter in model.parameters()}
    return [tensor for key, tensor in found.items() if key not in known]
