"""Curves that grow while a model trains: below the running cell, or as a line in a terminal."""

from __future__ import annotations

import atexit
import base64
import contextlib
import functools
import inspect
import io
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from d2l_local.common.figures import Limits, as_numpy, mime_bundle, use_svg_display
from d2l_local.common.hyperparameters import HyperParameters

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
    if _in_notebook():
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

    def _display(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
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
    return "  ".join([f"{xlabel} {position:.3g}", *(f"{n} {_short(p.y)}" for n, p in latest)])


def _short(value: float) -> str:
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


# A value that is this many times its curve's first one is on its way to infinity.
_EXPLOSION = 1e4
# `Module.plot` makes labels of these: "train_loss", "val_acc".
_SPLITS = {"train": "training", "val": "validation", "test": "test"}
_QUANTITIES = {"acc": "accuracy"}
# Accuracies have no unit in common with losses, and a range of their own.
_MAIN, _ACCURACY = "main", "accuracy"
# The width of each of two panels, relative to that of one alone.
_SHARE = 0.8


class ProgressBoard(LivePlot, HyperParameters):
    """Live plot of one or several curves, with a panel of their own for accuracies.

    In Jupyter and Colab the figure is redrawn in place, about once a second; elsewhere it is
    pyplot's current figure, and a line of text shows the latest value of each curve.
    `data[label]` is the list of the points of a curve, whether it is displayed or not.

    Args:
        ls, colors: line styles and colours of the curves, in their order.
        fig, axes: where to draw, instead of a new figure; `axes` take all curves.
        figsize: width and height of one panel, in inches.
        display: whether to show the curves while they grow.
    """

    xlabel: str | None
    xlim: Limits
    _panels: Panels | None = None
    _given: tuple[Any, Any] = (None, None)

    def __init__(
        self,
        xlabel: str | None = None,
        ylabel: str | None = None,
        xlim: Limits = None,
        ylim: Limits = None,
        xscale: str = "linear",
        yscale: str = "linear",
        ls: Sequence[str] = ("-", "--", "-.", ":"),
        colors: Sequence[str] = ("C0", "C1", "C2", "C3"),
        fig: Figure | None = None,
        axes: Any = None,
        figsize: tuple[float, float] = (3.5, 2.5),
        display: bool = True,
    ):
        self.save_hyperparameters(ignore=["fig", "axes"])
        self._given = (fig, axes)
        self.begin()

    def begin(self, xlabel: str | None = None, val_name: str = _SPLITS["val"]) -> None:
        """Start new curves over `xlabel`, in a new figure unless one was given.

        Each training does so. What still waits for its mean, after an interruption for instance, is
        dropped. `val_name` is what curves such as "val_loss" are called.
        """
        self.xlabel = xlabel or self.xlabel
        self.val_name = val_name
        self.finish()
        if self._given[1] is not None and self._panels is not None:
            self._panels.clear()
        self._panels = self._screen = None
        self.raw_points: dict[str, list[tuple[float, Any, float]]] = {}
        self.data: dict[str, list[Point]] = {}
        self._running: Callable[[], Mapping[str, Point]] = dict
        self._first: dict[str, float] = {}
        self._warned: set[str] = set()

    def draw(self, x: float, y: Any, label: str, every_n: int = 1, weight: float = 1) -> None:
        """Add a point to the curve `label`.

        Args:
            x: position on the x axis.
            y: a number, or a one-element array or tensor of any framework; it is read when it is
                shown, so that a training step need not wait for it.
            label: name of the curve; "train_loss" is shown as the loss in training.
            every_n: number of calls whose mean makes one point of the curve.
            weight: of `y` in that mean, such as the number of examples that it is about.
        """
        self._running = dict
        waiting = self.raw_points.setdefault(label, [])
        curve = self.data.setdefault(label, [])
        waiting.append((x, y, weight))
        if len(waiting) >= every_n:
            values = _read(waiting)
            waiting.clear()
            self._first.setdefault(label, values[0][1])
            curve.append(_mean(values))
            self._warn_of_divergence(label, curve[-1])
            if self._panels is not None:
                self._panels.extend(label, self.data)
            elif self.display:
                self.figure()
        if self.display:
            self.refresh()

    def draw_running(self, x: float, means: Callable[[], Mapping[str, float]]) -> None:
        """Show means that still change as the last points of their curves, until `draw` is called.

        Args:
            x: position on the x axis.
            means: returns the mean for each label; it is called only when the curves are shown.
        """
        self._running = lambda: {label: Point(x, y) for label, y in means().items()}
        if self.display:
            self.refresh()

    def curves(self, unfinished: bool = False) -> Curves:
        """Return the points of each curve.

        With `unfinished`, and as long as there is no point at all, the means so far belong to them.
        """
        if not unfinished and any(self.data.values()):
            return self.data
        waiting = {label: _mean(_read(raw)) for label, raw in self.raw_points.items() if raw}
        last = {**waiting, **self._running()}
        labels = dict.fromkeys([*self.data, *last])
        return {
            label: [*self.data.get(label, []), *([last[label]] if label in last else [])]
            for label in labels
        }

    def figure(self, unfinished: bool = False) -> Figure:
        """Return the figure of the curves as they are now."""
        if self._panels is None:
            self._panels = self._new_panels()
        self._panels.update(self.curves(unfinished))
        return self._panels.figure

    @property
    def axes(self) -> Axes:
        """The axes that were given, or else those of the first panel."""
        figure = self.figure()
        return self._given[1] or figure.axes[0]

    def _new_panels(self) -> Panels:
        figure, axes = self._given
        if axes is not None:
            figure = figure or axes.figure
        if figure is not None:
            return Panels(self, shown_in_place(self, figure), axes)
        return Panels(self, new_figure(self, self.figsize), figsize=self.figsize)

    def _warn_of_divergence(self, label: str, point: Point) -> None:
        """Warn once for a curve, when it is no number any more or on its way there."""
        limit = _EXPLOSION * max(1.0, abs(self._first[label]))
        if label in self._warned or abs(point.y) < limit:  # NaN is not smaller.
            return
        self._warned.add(label)
        warnings.warn(
            f"{label} became {point.y:.4g} at {self.xlabel or 'x'} {point.x:.3g}: most often the "
            "learning rate is too large (try a tenth of it), or something computes log(0), 0/0 "
            "or exp of a large number",
            stacklevel=_level_of_caller(),
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a file keeps: the points, but not where they are shown."""
        return {
            **vars(self),
            "_screen": None,
            "_panels": None,
            "_given": (None, None),
            "_running": dict,
        }


@contextlib.contextmanager
def new_curves(board: Any, data: Any) -> Iterator[None]:
    """Start the curves of a training, and show all their points when it ends, however it ends.

    Where the `data` to validate on are the test set, their `val_name` says so. A board of
    somebody's own has to draw and no more.
    """
    ours = isinstance(board, ProgressBoard)
    if ours:
        board.begin("epoch", getattr(data, "val_name", _SPLITS["val"]))
    try:
        yield
    finally:
        if ours:
            board.finish()


def add_to_curve(model: Any, key: str, value: Any, train: bool) -> None:
    """Add `value` to the curve "train_<key>" or "val_<key>" of a model in training.

    `plot_train_per_epoch` and `plot_valid_per_epoch` of the model say how many points an epoch
    makes: of n batches, one point for each such part of an epoch, at the mean of its batches. A
    batch counts as often as it has examples. A board of somebody's own, whose `draw` has no
    `weight`, is not told how many these are.

    Raises:
        RuntimeError: if no `Trainer` is training the model.
        TypeError: if the value is None.
    """
    trainer = getattr(model, "trainer", None)
    if trainer is None:
        raise RuntimeError(
            "plot needs a trainer, for the position on the x axis: "
            "call it during Trainer(...).fit(model, data)"
        )
    if value is None:
        raise TypeError(f"plot({key!r}, ...) got None, not a number")
    if train:
        done, num_batches = trainer.train_batch_idx, trainer.num_train_batches
        x, points = done / num_batches, model.plot_train_per_epoch
    else:  # A loop of somebody's own may not count what it validates.
        done, num_batches = getattr(trainer, "val_batch_idx", 0), trainer.num_val_batches
        x, points = trainer.epoch + 1, model.plot_valid_per_epoch
    board: Any = model.board
    label = ("train_" if train else "val_") + key
    options: dict[str, int] = {"every_n": _batches_of_point(done, num_batches, points)}
    board.xlabel = "epoch"
    if _takes_weight(getattr(board.draw, "__func__", board.draw)):
        options["weight"] = num_examples(getattr(trainer, "batch", None))
    # Without its graph, which would keep all of a step in memory until the point is drawn.
    board.draw(x, value.detach() if hasattr(value, "detach") else value, label, **options)


def _batches_of_point(done: int, num_batches: int, points: float) -> int:
    """Return of how many batches the next point is the mean, when `done` batches have been.

    The points cut the batches of all epochs into parts as equal as can be: 235 batches at 2 points
    an epoch are 118 and 117, so that no batch of an epoch waits for the next one.
    """
    point = done * points // num_batches
    start, end = (-(-number * num_batches // points) for number in (point, point + 1))
    return int(end - start)


@functools.cache
def _takes_weight(draw: Callable[..., None]) -> bool:
    return "weight" in inspect.signature(draw).parameters


def num_examples(batch: Any) -> int:
    """Return the number of targets of a batch, or 1 for a batch of another kind."""
    try:
        return int(batch.num_examples) if hasattr(batch, "num_examples") else len(batch[-1])
    except (TypeError, LookupError):
        return 1


def _level_of_caller() -> int:
    """Return the stack level, for `warnings.warn`, of the code that called into this library."""
    package = __name__.partition(".")[0]
    level, frame = 0, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith(package + "."):
        level, frame = level + 1, frame.f_back
    return level


def _read(waiting: Iterable[tuple[float, Any, float]]) -> list[tuple[float, float, float]]:
    return [(x, _number(y), weight) for x, y, weight in waiting]


def _mean(values: Sequence[tuple[float, float, float]]) -> Point:
    """Return the mean position, and the mean of the values by their weights."""
    total = sum(weight for _, _, weight in values)
    y = sum(y * weight for _, y, weight in values) / total
    return Point(sum(x for x, _, _ in values) / len(values), y)


def _number(value: Any) -> float:
    if getattr(value, "shape", ()) == ():
        with contextlib.suppress(TypeError):  # Some frameworks' scalars are no numbers.
            return float(value.detach() if hasattr(value, "detach") else value)
    array = as_numpy(value)
    if array.size != 1:
        raise ValueError(
            f"a point of a curve is one number, but this value has shape {array.shape}; "
            "take its mean, as in self.plot('loss', l.mean(), train=True)"
        )
    return float(array.item())


class Panels:
    """The curves of a board in a figure.

    Args:
        board: what has the curves, and says how they look.
        figure: where they are drawn.
        axes: those of all curves; if None, panels are made.
        figsize: width and height of one panel, in inches; if None, the figure keeps its size.
    """

    def __init__(
        self,
        board: ProgressBoard,
        figure: Figure,
        axes: Axes | None = None,
        figsize: tuple[float, float] | None = None,
    ):
        self.board = board
        self.figure = figure
        self.given = axes
        self.figsize = figsize
        self.axes: dict[str, Axes] = {}
        self.lines: dict[str, Line2D] = {}

    def update(self, curves: Curves) -> None:
        """Draw the curves as they are now."""
        if not self.axes or list(self.lines) != list(curves):
            self._arrange(list(curves))
        for label, points in curves.items():
            set_points(self.axes[self._panel(label)], self.lines[label], points)
        board = self.board
        for panel, axes in self.axes.items():
            ylabel, ylim, yscale = self._quantity(panel), None, "linear"
            if panel == _MAIN:
                ylabel, ylim, yscale = board.ylabel or ylabel, board.ylim, board.yscale
            dress(axes, board.xlabel, ylabel, board.xlim, ylim, board.xscale, yscale)
            axes.relim()
            follow_points(axes)

    def extend(self, label: str, curves: Curves) -> None:
        """Draw the new point of the curve `label`; quicker than `update`."""
        if list(self.lines) == list(curves):
            set_points(self.axes[self._panel(label)], self.lines[label], curves[label])
        else:
            self.update(curves)

    def clear(self) -> None:
        """Take the curves off the axes; what else was drawn there stays."""
        for line in self.lines.values():
            line.remove()
        self.lines = {}

    def _arrange(self, labels: Sequence[str]) -> None:
        """Make the panels that `labels` need, with a line for each, alike for alike names."""
        self.clear()
        self._make_axes({self._panel(label) for label in labels} or {_MAIN})
        styles: dict[str, int] = {}
        lines = {}
        for panel, axes in self.axes.items():
            own = [label for label in labels if self._panel(label) == panel]
            names = [self._name(label, in_full=not self._common(own)) for label in own]
            for label, name in zip(own, names, strict=True):
                i = styles.setdefault(name, len(styles))
                ls, color = (kinds[i % len(kinds)] for kinds in (self.board.ls, self.board.colors))
                (lines[label],) = axes.plot([], [], ls=ls, color=color, label=name)
            legend_above(axes, [lines[label] for label in own], names)
        self.lines = {label: lines[label] for label in labels}

    def _panel(self, label: str) -> str:
        is_accuracy = self.given is None and self._words(label)[1] == _ACCURACY
        return _ACCURACY if is_accuracy else _MAIN

    def _quantity(self, panel: str) -> str | None:
        return self._common(label for label in self.lines if self._panel(label) == panel)

    def _make_axes(self, panels: set[str]) -> None:
        """Put the panels side by side; axes that are there already stay the same objects."""
        if self.given is not None:
            self.axes = {_MAIN: self.given}
            return
        if self.figsize is not None:
            width, height = self.figsize
            self.figure.set_size_inches(width * (2 * _SHARE if len(panels) == 2 else 1), height)
        width, height = self.figure.get_size_inches()
        grid = self.figure.add_gridspec(1, len(panels), wspace=0.45, **margins(width, height))
        made = {}
        for i, panel in enumerate(sorted(panels, reverse=True)):
            place = grid[i]
            made[panel] = self.axes.get(panel) or self.figure.add_subplot(place)
            made[panel].set_subplotspec(place)
        for panel in self.axes.keys() - panels:
            self.axes[panel].remove()
        self.axes = made
        self.figure.sca(next(iter(made.values())))

    def _words(self, label: str) -> tuple[str, str | None]:
        """Return ("training", "loss") for "train_loss", and (label, None) for other labels."""
        split, _, quantity = label.partition("_")
        if split not in _SPLITS or not quantity:
            return label, None
        name = self.board.val_name if split == "val" else _SPLITS[split]
        return name, _QUANTITIES.get(quantity, quantity.replace("_", " "))

    def _name(self, label: str, in_full: bool) -> str:
        split, quantity = self._words(label)
        return f"{split} {quantity}" if in_full and quantity else split

    def _common(self, labels: Iterable[str]) -> str | None:
        """Return the quantity of the labels, if it is the same for all."""
        quantities = {self._words(label)[1] for label in labels}
        return quantities.pop() if len(quantities) == 1 else None
