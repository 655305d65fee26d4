"""Curves that grow while a model trains."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from d2l_local.common.figures import Limits, as_numpy, set_axes
from d2l_local.common.hyperparameters import HyperParameters
from d2l_local.common.live import Point, Screen, screen_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ProgressBoard(HyperParameters):
    """Live plot of one or several curves.

    In Jupyter and Colab one figure is redrawn in place, a few times a second at most; in a
    terminal one line shows the latest value of each curve. `data[label]` is the list of the
    points of a curve, whether it is displayed or not.
    """

    xlabel: str | None
    xlim: Limits
    fig: Any
    axes: Any

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
        self.save_hyperparameters()
        self.raw_points: dict[str, list[tuple[float, Any]]] = {}
        self.data: dict[str, list[Point]] = {}
        self._screen: Screen | None = None

    def draw(self, x: float, y: Any, label: str, every_n: int = 1) -> None:
        """Add a point to the curve `label`.

        Args:
            x: position on the x axis.
            y: a number, or a one-element array or tensor of any framework; it is read when its
                point is made, so that a training step need not wait for it.
            label: name of the curve in the legend.
            every_n: number of calls whose mean makes one point of the curve.
        """
        waiting = self.raw_points.setdefault(label, [])
        curve = self.data.setdefault(label, [])
        waiting.append((x, y))
        if len(waiting) < every_n:
            return
        point = Point(_mean([x for x, _ in waiting]), _mean([y for _, y in waiting]))
        waiting.clear()
        if not math.isfinite(point.y) and all(math.isfinite(p.y) for p in curve):
            self._warn_of(point, label)
        curve.append(point)
        if self.display:
            self._on_screen().refresh()

    def finish(self) -> None:
        """Show the final state of the curves; called at the end of training and of a cell."""
        if self._screen is not None:
            self._screen.finish()
            self._screen = None

    def figure(self) -> Figure:
        """Return a figure of the curves as they are now."""
        figure, axes = self._canvas()
        axes.cla()
        for i, (label, curve) in enumerate(self.data.items()):
            style = {"ls": self.ls[i % len(self.ls)], "color": self.colors[i % len(self.colors)]}
            axes.plot([p.x for p in curve], [p.y for p in curve], label=label, **style)
        set_axes(
            axes,
            self.xlabel,
            self.ylabel,
            self.xlim,
            self.ylim,
            self.xscale,
            self.yscale,
            list(self.data),
        )
        return figure

    def _warn_of(self, point: Point, label: str) -> None:
        warnings.warn(
            f"{label} became {point.y} at {self.xlabel or 'x'} {point.x:.3g}: most often the "
            "learning rate is too large (try a tenth of it), or something computes log(0), 0/0 "
            "or exp of a large number",
            stacklevel=_level_of_caller(),
        )

    def _canvas(self) -> tuple[Figure, Any]:
        """Return the caller's figure and axes, or new ones that pyplot does not show again."""
        from matplotlib.figure import Figure

        if self.axes is None:
            self.fig = self.fig or Figure(figsize=self.figsize)
            self.axes = self.fig.add_subplot()
        return self.fig or self.axes.figure, self.axes

    def _on_screen(self) -> Screen:
        if self._screen is None:
            self._screen = screen_for(self)
        return self._screen


def _level_of_caller() -> int:
    """Return the stack level, for `warnings.warn`, of the code that called into this library."""
    package = __name__.partition(".")[0]
    names = (frame.frame.f_globals.get("__name__", "") for frame in inspect.stack(0)[1:])
    return next(level for level, name in enumerate(names, 1) if not name.startswith(package + "."))


def _mean(values: Sequence[Any]) -> float:
    return sum(map(_number, values)) / len(values)


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
