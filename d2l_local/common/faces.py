"""What every face does: ask for its framework, and find names when they are used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import NamespaceLoader
from pathlib import Path
from types import NoneType
from typing import Any


@contextmanager
def frameworks_first() -> Iterator[None]:
    """Let `import torch`, for instance, find the framework where Python takes a face for it.

    That happens to programs inside this package's folder, where Python looks first.
    """
    folder = Path(__file__).parents[1]
    inside = [entry for entry in sys.path if Path(entry).resolve() == folder]
    for entry in inside:
        sys.path.remove(entry)
    try:
        yield
    finally:
        sys.path[:0] = inside


def stand_aside(name: str) -> None:
    """Leave the name `torch`, for instance, to the framework, where a face is imported as that."""
    if (Path(__file__).parents[1] / name).is_dir():
        del sys.modules[name]
        with frameworks_first():
            importlib.import_module(name)


def is_installed(framework: str) -> bool:
    """Whether the package `framework` is there, which a mere folder of that name is not.

    Python takes such a folder on `sys.path` for a package without modules. It has no loader before
    it is imported and a `NamespaceLoader` after; what Sphinx mocks has a loader, but no file.
    """
    spec = importlib.util.find_spec(framework)
    return spec is not None and not isinstance(spec.loader, (NoneType, NamespaceLoader))


def require(framework: str, tab: str, install: str) -> None:
    """Import the framework that a tab needs.

    Args:
        framework: name of the package.
        tab: name of the tab.
        install: command that installs it.

    Raises:
        ModuleNotFoundError: if it is not installed; the message says what to do.
    """
    with frameworks_first():
        if not is_installed(framework):
            raise ModuleNotFoundError(
                f"The {tab} tab needs the package {framework}, which is not installed: {install}. "
                f"The other tabs do not need it.",
                name=framework,
            )
        importlib.import_module(framework)


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
