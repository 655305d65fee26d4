"""What to say where a framework is not installed."""

from __future__ import annotations

import importlib.util

_INSTALL = {
    "torch": ("pytorch", "pip install torch"),
    "tensorflow": ("tensorflow", "pip install tensorflow (or tensorflow-cpu)"),
}


def require(framework: str) -> None:
    """Raise ModuleNotFoundError with what to do, if the framework is not installed."""
    if importlib.util.find_spec(framework) is None:
        tab, install = _INSTALL[framework]
        raise ModuleNotFoundError(
            f"The {tab} tab needs the package {framework}, which is not installed: {install}. "
            f"The other tabs do not need it.",
            name=framework,
        )
