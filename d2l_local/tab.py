"""Live tabs in Jupyter: `%load_ext d2l_local.tab` makes a chapter's own cells run for one tab.

Afterwards `tab.interact_select([...])` lets you choose, `%%tab NAME` runs a cell where its tab is
chosen (`all` is every tab), and `tab.selected(NAME)` tells code which one is. The notebooks of this
book need none of it: each is one tab already.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

__all__ = ["interact_select", "select", "selected"]

ALL = "all"
_chosen: str | None = None


class TabCellError(Exception):
    """A cell under `%%tab` failed; its own traceback has been shown already."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def select(tab: str) -> None:
    """Choose a tab: from now on, cells that are not for it are skipped."""
    global _chosen
    _chosen = tab
    print(f"Cells for {tab} run, those for other tabs are skipped.")


def interact_select(*tabs: str | Sequence[str]) -> None:
    """Let the reader choose among tabs; until then the first is chosen, or what was chosen before.

    Without ipywidgets there is nothing to click on: a line says how to choose.
    """
    names = _names(tabs)
    if not names:
        raise UsageError("name the tabs: tab.interact_select(['pytorch', 'mxnet'])")
    chosen = _chosen if _chosen in names else names[0]
    if find_spec("ipywidgets"):
        from ipywidgets import interact

        interact(select, tab=[chosen, *(name for name in names if name != chosen)])
        return
    select(chosen)
    others = " or ".join(f"tab.select({name!r})" for name in names if name != chosen)
    if others:
        print(f"To choose another: {others}")


def selected(*tabs: str | Sequence[str]) -> bool:
    """Whether the chosen tab is one of `tabs`, which may also be one list."""
    return _chosen in _names(tabs)


def _names(tabs: Sequence[str | Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for item in tabs for name in ([item] if isinstance(item, str) else item))


def _choice() -> str:
    if _chosen is None:
        return "no tab is chosen yet (tab.select('pytorch') chooses one)"
    return f"{_chosen} is chosen"


def _run_for(shell: InteractiveShell, names: list[str], cell: str) -> None:
    if ALL not in names and not selected(names):
        print(f"Skipped: this cell is for {', '.join(names)}, and {_choice()}.")
    elif not shell.run_cell(cell).success:
        raise TabCellError(f"This cell, which is for {', '.join(names)}, has failed.")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magic, and make this module known to the notebook as `tab`."""

    def tab(line: str, cell: str) -> None:
        """Run the cell if one of its tabs is chosen: `%%tab pytorch, mxnet` or `%%tab all`."""
        _run_for(shell, [name.strip() for name in line.partition("#")[0].split(",")], cell)

    shell.magics_manager.register_function(tab, "cell")
    shell.push({"tab": sys.modules[__name__]})
