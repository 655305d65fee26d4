"""What older notebooks import beside a framework: pandas, matplotlib, IPython.

Each is mended once it has been imported, before or after the library, and is imported for no other
reason. `pandas_compat` has what pandas needs. What is mended here is an error in current versions,
so nothing that works is changed.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def mend_companions() -> None:
    """Mend what has been imported now, and the rest whenever it is."""
    after_import("pandas", lambda: importlib.import_module("d2l_local.compat.pandas_compat").mend())
    after_import("matplotlib.pyplot", _mend_matplotlib)
    after_import("IPython.display", _mend_ipython)


def after_import(name: str, run: Callable[[], None]) -> None:
    """Call `run` after the import of the module `name`: at once if it has been imported.

    Of several calls for one module that has not been imported, the first one counts.
    """
    if name in sys.modules:
        run()
    elif not any(isinstance(f, _AfterImport) and f.name == name for f in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport(name, run))  # type: ignore[arg-type]


class _AfterImport:
    """Finds one module, as the other finders do, and has `run` called when it is there."""

    def __init__(self, name: str, run: Callable[[], None]):
        self.name = name
        self.run = run

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != self.name:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next(filter(None, specs), None)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            loader.exec_module = functools.partial(self._execute, loader.exec_module)
        return spec

    def _execute(self, execute: Callable[[ModuleType], None], module: ModuleType) -> None:
        execute(module)
        if self in sys.meta_path:
            sys.meta_path.remove(self)  # type: ignore[arg-type]
            self.run()


def _mend_matplotlib() -> None:
    """Put back `cm.get_cmap`, `plt.gca(projection="3d")` and the styles named `seaborn`."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    cm: Any = mpl.cm
    if not hasattr(cm, "get_cmap"):
        cm.get_cmap = plt.get_cmap
    for name, style in list(mpl.style.library.items()):
        mpl.style.library.setdefault(name.replace("-v0_8", ""), style)
    if not hasattr(plt.gca, "__wrapped__"):
        plt.gca = _gca_of(plt.gca, plt.gcf)


def _gca_of(gca: Callable[..., Any], gcf: Callable[[], Any]) -> Callable[..., Any]:
    @functools.wraps(gca)
    def call(projection: str | None = None, **kwargs: Any) -> Any:
        if projection is None or (gcf().axes and gca().name == projection):
            return gca(**kwargs)
        return gcf().add_subplot(projection=projection, **kwargs)

    return call


def _mend_ipython() -> None:
    """Put back `display.set_matplotlib_formats` and `set_matplotlib_close`."""
    display: Any = importlib.import_module("IPython.display")
    for name in ("set_matplotlib_formats", "set_matplotlib_close"):
        if not hasattr(display, name):
            setattr(display, name, functools.partial(_of_matplotlib_inline, name))


def _of_matplotlib_inline(name: str, *args: Any, **kwargs: Any) -> None:
    getattr(importlib.import_module("matplotlib_inline.backend_inline"), name)(*args, **kwargs)
