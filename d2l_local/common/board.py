"""Curves that grow while a model trains."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from d2l_local.common.figures import Limits, as_numpy
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.live import Curves, LivePlot, Point, new_figure, shown_in_place
from d2l_local.common.panels import Panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A value that is this many times its curve's first one is on its way to infinity.
_EXPLOSION = 1e4


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

    def begin(self, xlabel: str | None = None) -> None:
        """Start new curves over `xlabel`, in a new figure unless one was given.

        Each training does so. What still waits for its mean, after an interruption for instance, is
        dropped.
        """
        self.xlabel = xlabel or self.xlabel
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
        """Return the points of each curve, with `unfinished` the means so far, too."""
        if not unfinished:
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
    if isinstance(value, (int, float)):
        return value
    array = as_numpy(value)
    if array.size != 1:
        raise ValueError(
            f"a point of a curve is one number, but this value has shape {array.shape}; "
            "take its mean, as in self.plot('loss', l.mean(), train=True)"
        )
    return float(array.item())
