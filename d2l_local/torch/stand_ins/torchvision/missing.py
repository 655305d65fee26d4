"""What is said of the rest of torchvision."""

from __future__ import annotations

from collections.abc import Callable


def only_in_torchvision(module: str) -> Callable[[str], object]:
    """Return a `__getattr__` for `module` that says where its other names are."""

    def missing(name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        # Of an AttributeError, `from torchvision import name` would show nothing.
        raise ImportError(
            f"{module}.{name} needs torchvision itself, which is not installed: pip install "
            "torchvision. (In its place d2l_local has datasets.FashionMNIST and "
            "transforms.Compose, Resize and ToTensor.)",
            name="torchvision",
        )

    return missing
