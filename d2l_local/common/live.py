"""Showing curves while they grow: a figure in Jupyter and Colab, a line in a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from d2l_local.common.figures import mime_bundle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Redraw at most this often (seconds), and spend at most this share of the time on drawing.
_MIN_PAUSE = 0.5
_MAX_SHARE = 0.03


class Point(NamedTuple):
    """A point of a curve."""

    x: float
    y: float


class Curves(Protocol):
    """What is shown: curves by label, which can be drawn as a figure."""

    xlabel: str | None

    @property
    def data(self) -> Mapping[str, Sequence[Point]]:
        """The points of each curve, by its label."""

    def figure(self) -> Figure:
        """Return a figure of the curves as they are now."""

    def finish(self) -> None:
        """Show the final state of the curves."""


def screen_for(curves: Curves) -> Screen:
    """Return where `curves` are shown: below the running cell, or in the terminal."""
    return _NotebookScreen(curves) if _in_notebook() else _TerminalScreen(curves)


def _in_notebook() -> bool:
    """Tell whether output goes to Jupyter or Colab, without importing IPython to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class Screen:
    """Shows curves again and again, but never so often that training becomes slower."""

    def __init__(self, curves: Curves):
        self.curves = curves
        self.next_show = 0.0

    def refresh(self) -> None:
        """Show the curves, unless they have been shown a moment ago."""
        start = time.perf_counter()
        if start < self.next_show:
            return
        self.show()
        end = time.perf_counter()
        self.next_show = end + max(_MIN_PAUSE, (end - start) / _MAX_SHARE)

    def show(self) -> None:
        """Show the curves as they are now."""
        raise NotImplementedError

    def finish(self) -> None:
        """Show the curves for the last time."""
        raise NotImplementedError


class _NotebookScreen(Screen):
    """One output of the cell, updated in place until the cell ends."""

    def __init__(self, curves: Curves):
        super().__init__(curves)
        self.handle: Any = None
        # Whoever draws in a loop of their own never says that the last point has come.
        _call_after_cell(curves.finish)

    def show(self) -> None:
        """Update the figure below the cell."""
        from IPython.display import display

        data, metadata = mime_bundle(self.curves.figure())
        if self.handle is None:
            self.handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self.handle.update(data, metadata=metadata, raw=True)

    def finish(self) -> None:
        """Leave the final figure."""
        self.show()


def _call_after_cell(function: Callable[[], None]) -> None:
    """Call `function` once, when the running cell has ended, whether well or with an error."""
    from IPython import get_ipython

    events = get_ipython().events

    def once() -> None:
        events.unregister("post_execute", once)
        function()

    events.register("post_execute", once)


class _TerminalScreen(Screen):
    """One line that is written over and over; in a file or a pipe, the final line only."""

    def show(self) -> None:
        """Write over the line, where somebody watches."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + self.line())
            sys.stderr.flush()

    def finish(self) -> None:
        """Write the final line."""
        start = "\r" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{start}{self.line()}\n")

    def line(self) -> str:
        """Return the latest point of every curve, as in `epoch 3  train_loss 0.51`."""
        curves = [(label, points[-1]) for label, points in self.curves.data.items() if points]
        position = max((point.x for _, point in curves), default=0.0)
        values = "  ".join(f"{label} {point.y:.4f}" for label, point in curves)
        return f"{self.curves.xlabel or 'x'} {position:.3g}  {values}"
