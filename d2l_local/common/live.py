"""Plots that grow while a model trains: below the running cell, or as a line in a terminal."""

from __future__ import annotations

import atexit
import base64
import io
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from d2l_local.common.figures import Limits, mime_bundle, use_svg_display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# Seconds from one frame to the next, and the share of the time that drawing may take.
_MIN_PAUSE, _MAX_PAUSE = 0.5, 2.0
_MAX_SHARE = 0.03
# Pixels per inch at which a frame is as wide as the final SVG.
_FRAME_DPI = 96


class Point(NamedTuple):
    """A point of a curve."""

    x: float
    y: float


Curves = Mapping[str, Sequence[Point]]


class LivePlot:
    """Curves that are shown while they grow, in a figure of pyplot's.

    In Jupyter and Colab the figure is redrawn in place, about once a second; elsewhere it is there
    for `plt.show()` and `savefig`, and a line of text shows the latest values.
    """

    xlabel: str | None
    _screen: Screen | None = None

    def curves(self, unfinished: bool = False) -> Curves:
        """Return the points of each curve by its label, with `unfinished` ones if there are any."""
        raise NotImplementedError

    def figure(self, unfinished: bool = False) -> Figure:
        """Return the figure with the points that `curves` returns."""
        raise NotImplementedError

    @property
    def fig(self) -> Figure:
        """The figure, with all points that were added so far."""
        return self.figure()

    def refresh(self) -> None:
        """Show the curves, unless they have been shown a moment ago."""
        if self._screen is None or self._screen.closed:
            self._screen = _screen_for(self)
        self._screen.refresh()

    def finish(self) -> None:
        """Show all points; called when training ends, however it ends."""
        if self._screen is not None and not self._screen.closed:
            self._screen.finish()

    def _ipython_display(self) -> None:
        """Show the figure, unless the running cell does so already."""
        figure = self.figure()
        if figure not in _screens:
            from IPython.display import display

            data, metadata = mime_bundle(figure)
            display(data, metadata=metadata, raw=True)


def new_figure(plot: LivePlot, figsize: tuple[float, float]) -> Figure:
    """Return a figure for `plot`, pyplot's current one from now on.

    In a thread of its own, where no window could be opened, the plot keeps it to itself.
    """
    use_svg_display()
    if threading.current_thread() is threading.main_thread():
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=figsize)
    else:
        from matplotlib.figure import Figure

        figure = Figure(figsize=figsize)
    return shown_in_place(plot, figure)


def shown_in_place(plot: LivePlot, figure: Figure) -> Figure:
    """Return the figure, which Jupyter shows in place from now on instead of once more."""
    figure._ipython_display_ = plot._ipython_display  # type: ignore[attr-defined]
    return figure


def margins(width: float, height: float) -> dict[str, float]:
    """Return what a grid of axes leaves free in a figure of that size, in inches.

    There is room for numbers and labels on the left and below, and for the legend above.
    """
    return {
        "left": 0.65 / width,
        "right": 1 - 0.1 / width,
        "bottom": 0.5 / height,
        "top": 1 - 0.3 / height,
    }


def set_points(axes: Axes, line: Line2D, points: Sequence[Point], marker: Any = "None") -> None:
    """Give a line on `axes` its points; a single one, which has no length, gets a marker."""
    line.set_data([point.x for point in points], [point.y for point in points])
    line.set_marker("o" if len(points) == 1 and marker == "None" else marker)
    axes.update_datalim(points)
    follow_points(axes)


def follow_points(axes: Axes) -> None:
    """Let the limits of the axes include all points, except for limits that somebody has set."""
    axes.autoscale(None)  # type: ignore[arg-type]  # What matplotlib documents, not its stub.


def dress(
    axes: Axes,
    xlabel: str | None,
    ylabel: str | None,
    xlim: Limits,
    ylim: Limits,
    xscale: str,
    yscale: str,
) -> None:
    """Set labels, scales and limits; limits that are None follow the points as they come."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel(xlabel or "")
    axes.set_ylabel(ylabel or "")
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    if xlabel == "epoch" and xscale == "linear":
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    if xlim is not None:
        axes.set_xlim(xlim)
    if ylim is not None:
        axes.set_ylim(ylim)
    axes.grid(True)


def legend_above(axes: Axes, lines: Sequence[Line2D], names: Sequence[str]) -> None:
    """Name the curves above the axes, where the names cover nothing."""
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0}
    look: dict[str, Any] = {"frameon": False, "fontsize": "small", "columnspacing": 1.2}
    axes.legend(lines, names, ncols=3, handlelength=2.2, **place, **look)


def _screen_for(plot: LivePlot) -> Screen:
    """Return where `plot` is shown; below a cell, plots that share a figure share its screen."""
    if not _in_notebook():
        return _TerminalScreen(plot)
    figure = plot.figure()
    if figure not in _screens:
        _screens[figure] = _NotebookScreen(plot, figure)
    return _screens[figure]


def _in_notebook() -> bool:
    """Tell whether output goes to Jupyter or Colab, without importing IPython to find out."""
    return getattr(_ipython(), "kernel", None) is not None


def _ipython() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


class Screen:
    """Shows a plot again and again, but never so often that training becomes slower."""

    closed = False

    def __init__(self, plot: LivePlot):
        self.plot = plot
        self.next_show = 0.0

    def refresh(self) -> None:
        """Show the plot, unless it has been shown a moment ago."""
        start = time.perf_counter()
        if start < self.next_show:
            return
        self.show()
        end = time.perf_counter()
        self.next_show = end + min(max(_MIN_PAUSE, (end - start) / _MAX_SHARE), _MAX_PAUSE)

    def show(self) -> None:
        """Show the plot as it is now."""
        raise NotImplementedError

    def finish(self) -> None:
        """Show all its points."""
        raise NotImplementedError


class _NotebookScreen(Screen):
    """One output of the running cell: quick frames, and when the cell ends the figure itself."""

    def __init__(self, plot: LivePlot, figure: Figure):
        super().__init__(plot)
        self.figure = figure
        self.handle: Any = None
        _call_after_cell(self.close)

    def show(self) -> None:
        """Update the frame below the cell."""
        self.plot.figure(unfinished=True)
        self._show_frame()

    def finish(self) -> None:
        """Show a frame with all points; a title, for instance, may still be added to the figure."""
        self.plot.figure()
        self._show_frame()

    def close(self) -> None:
        """Leave the figure as Jupyter shows others: as SVG, with a description."""
        del _screens[self.figure]
        self.closed = True
        if self.plot._screen is self:  # Or else the plot has begun another figure.
            self.plot.figure()
        self._display(*mime_bundle(self.figure))

    def _show_frame(self) -> None:
        with io.BytesIO() as file:
            self.figure.savefig(file, format="png", dpi=_FRAME_DPI)
            png = base64.b64encode(file.getvalue()).decode("ascii")
        self._display({"image/png": png, "text/plain": repr(self.figure)}, {})

    def _display(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        from IPython.display import display

        if self.handle is None:
            self.handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self.handle.update(data, metadata=metadata, raw=True)


# The screens below the running cell, by the figure that they show.
_screens: dict[Figure, _NotebookScreen] = {}


def _call_after_cell(function: Callable[[], None]) -> None:
    """Call `function` once, when the running cell has ended, whether well or with an error."""
    events = _ipython().events

    def once() -> None:
        events.unregister("post_execute", once)
        function()

    events.register("post_execute", once)


class _TerminalScreen(Screen):
    """One line that is written over and over; in a file or a pipe, the final line only."""

    def __init__(self, plot: LivePlot):
        super().__init__(plot)
        self.width = 0
        if _ipython() is not None:
            _call_after_cell(self.finish)

    def show(self) -> None:
        """Write over the line, where somebody watches; draw in the window, where there is one."""
        _make_current(self)
        if sys.stderr.isatty():
            self._write(self.plot.curves(unfinished=True))
            sys.stderr.flush()
        _draw_window(self.plot)

    def finish(self) -> None:
        """End the line with the latest points."""
        if self.closed:
            return
        self.closed = True
        if any(self.plot.curves().values()):
            self._write(self.plot.curves())
        if self.width:
            sys.stderr.write("\n")
        _draw_window(self.plot)

    def _write(self, curves: Curves) -> None:
        line = _line(self.plot.xlabel or "x", curves)
        if sys.stderr.isatty():
            line = line[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write("\r" + line.ljust(self.width))
        else:
            sys.stderr.write(line)
        self.width = len(line)


def _line(xlabel: str, curves: Curves) -> str:
    """Return the latest point of every curve, as in `epoch 3  train_loss 0.5100`."""
    latest = [(label, points[-1]) for label, points in curves.items() if points]
    position = max((point.x for _, point in latest), default=0.0)
    return "  ".join([f"{xlabel} {position:.3g}", *(f"{n} {_number(p.y)}" for n, p in latest)])


def _number(value: float) -> str:
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e6 else f"{value:.3e}"


def _draw_window(plot: LivePlot) -> None:
    """Let a window of pyplot's follow, if pyplot is interactive and so has opened one."""
    import matplotlib as mpl

    if mpl.is_interactive():
        canvas = plot.figure().canvas
        canvas.draw_idle()
        canvas.flush_events()


# The terminal's line that is not ended yet: a loop of one's own never says that it is over.
_current: list[_TerminalScreen] = []


def _make_current(screen: _TerminalScreen) -> None:
    if _current != [screen]:
        _finish_current()
        _current.append(screen)


@atexit.register
def _finish_current() -> None:
    """End the line of the plot that was shown last."""
    while _current:
        _current.pop().finish()
