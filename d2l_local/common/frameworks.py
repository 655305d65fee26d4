"""What to say where a framework is not installed."""

from __future__ import annotations

import importlib.util

_INSTALL = {
    "torch": ("pytorch", "pip install torch"),
    "tensorflow": ("tensorflow", "pip install tensorflow (or tensorflow-cpu)"),
}


def is_installed(framework: str) -> bool:
    """Whether the package `framework` is there, which a mere folder of that name is not.

    Python takes such a folder on `sys.path` for a package without modules.
    """
    spec = importlib.util.find_spec(framework)
    return spec is not None and spec.origin is not None


def require(framework: str) -> None:
    """Raise ModuleNotFoundError with what to do, if the framework is not installed."""
    if not is_installed(framework):
        tab, install = _INSTALL[framework]
        raise ModuleNotFoundError(
            f"The {tab} tab needs the package {framework}, which is not installed: {install}. "
            f"The other tabs do not need it.",
            name=framework,
        )
