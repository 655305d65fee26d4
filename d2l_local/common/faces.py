"""What every face does: ask for its framework, and find names when they are used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

_INSTALL = {
    "torch": ("pytorch", "pip install torch"),
    "tensorflow": ("tensorflow", "pip install tensorflow (or tensorflow-cpu)"),
}


def stand_aside(name: str) -> None:
    """Leave the name `torch`, for instance, to the framework, where Python takes a face for it.

    That happens to programs inside this package's folder, where Python looks first.
    """
    if name not in ("torch", "tensorflow", "mxnet"):
        return
    folder, path = Path(__file__).parents[1], list(sys.path)
    sys.path[:] = [entry for entry in path if Path(entry).resolve() != folder]
    del sys.modules[name]
    try:
        importlib.import_module(name)
    finally:
        sys.path[:] = path


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


def lazy_attribute(face: str, name: str) -> Any:
    """Return what `face.name` means if the face's module itself does not define it.

    Raises:
        AttributeError: if it means nothing; the message says what to use instead.
    """
    if name == "plt":
        import matplotlib.pyplot as plt

        from d2l_local.common.figures import use_svg_display

        use_svg_display()
        setattr(sys.modules[face], name, plt)  # so that the next use costs nothing
        return plt
    if name.startswith("__"):  # Python and its tools ask for such names all the time.
        raise AttributeError(f"module {face!r} has no attribute {name!r}")
    from d2l_local.compat.absent import why_absent

    raise AttributeError(why_absent(face, name, vars(sys.modules[face])))
