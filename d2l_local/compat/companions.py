"""What older notebooks import beside a framework: pandas, matplotlib, IPython.

Each is mended once it has been imported, before or after the library, and is imported for no other
reason. `pandas_compat` has what pandas needs. What is mended here is an error in current versions,
so nothing that works is changed.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from wrapt import register_post_import_hook


@functools.cache
def mend_companions() -> None:
    """Mend what has been imported now, and the rest whenever it is."""
    register_post_import_hook(_mend_pandas, "pandas")
    register_post_import_hook(_mend_matplotlib, "matplotlib.pyplot")
    register_post_import_hook(_mend_ipython, "IPython.display")


def _mend_pandas(pandas: ModuleType) -> None:
    from d2l_local.compat.pandas_compat import mend

    mend()


def _mend_matplotlib(plt: Any) -> None:
    """Put back `cm.get_cmap`, `plt.gca(projection="3d")` and the styles named `seaborn`."""
    from matplotlib import cm, style

    if not hasattr(cm, "get_cmap"):
        vars(cm)["get_cmap"] = plt.get_cmap
    for name, settings in list(style.library.items()):
        style.library.setdefault(name.replace("-v0_8", ""), settings)
    if not hasattr(plt.gca, "__wrapped__"):
        plt.gca = _gca_of(plt.gca, plt.gcf)


def _gca_of(gca: Callable[..., Any], gcf: Callable[[], Any]) -> Callable[..., Any]:
    @functools.wraps(gca)
    def call(projection: str | None = None, **kwargs: Any) -> Any:
        if projection is None or (gcf().axes and gca().name == projection):
            return gca(**kwargs)
        return gcf().add_subplot(projection=projection, **kwargs)

    return call


def _mend_ipython(display: ModuleType) -> None:
    """Put back `display.set_matplotlib_formats` and `set_matplotlib_close`."""
    for name in ("set_matplotlib_formats", "set_matplotlib_close"):
        if not hasattr(display, name):
            setattr(display, name, functools.partial(_of_matplotlib_inline, name))


def _of_matplotlib_inline(name: str, *args: Any, **kwargs: Any) -> None:
    getattr(importlib.import_module("matplotlib_inline.backend_inline"), name)(*args, **kwargs)
