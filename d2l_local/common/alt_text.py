"""A sentence on what a figure shows, for readers who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# More bars than these have no names that could be read out.
_MOST_BARS = 12


def describe(figure: Figure) -> str:
    """Return a sentence on each of the figure's axes: its kind, its labels, and its curves.

    A curve is named with its first and its last value, and a bar with its length.
    """
    shown = [axes for axes in figure.axes if axes.has_data() or axes.get_title()]
    if len(shown) > 1 and all(axes.images for axes in shown):
        return f"{len(shown)} images: {'; '.join(map(_title, shown))}."
    return " ".join(map(_describe_axes, shown)) or "Empty figure."


def _title(axes: Axes) -> str:
    return axes.get_title().replace("\n", ", ") or "untitled"


def _describe_axes(axes: Axes) -> str:
    curves = ", ".join(_curves(axes))
    subject = " against ".join(filter(None, [axes.get_ylabel() or curves, axes.get_xlabel()]))
    text = f"{_kind(axes)} of {subject}" if subject else _kind(axes)
    if axes.get_title():
        text = f"{_title(axes)}: {text}"
    if curves and axes.get_ylabel():
        text = f"{text}; curves: {curves}"
    elif not curves and len(axes.lines) == 1:
        text += _range(axes.lines[0])
    bars = ", ".join(_bars(axes))
    return f"{text}; bars: {bars}." if bars else f"{text}."


def _kind(axes: Axes) -> str:
    from matplotlib.container import BarContainer
    from matplotlib.contour import QuadContourSet

    if axes.images:
        return "Image"
    if any(isinstance(drawn, BarContainer) for drawn in axes.containers):
        return "Bar chart"
    if any(isinstance(drawn, QuadContourSet) for drawn in axes.collections):
        return "Contour plot"
    return "Plot"


def _curves(axes: Axes) -> list[str]:
    """Return what the legend names or, without one, the curves that have a label."""
    from matplotlib.container import ErrorbarContainer

    legend = axes.get_legend()
    lines = {str(line.get_label()): line for line in axes.lines}
    for drawn in axes.containers:
        if isinstance(drawn, ErrorbarContainer):
            lines[str(drawn.get_label())] = drawn.lines[0]
    if legend is None:
        names = [name for name in lines if not name.startswith("_")]
    else:
        names = [text.get_text() for text in legend.get_texts()]
        if len(names) == len(axes.lines) and not set(names) <= set(lines):
            lines = dict(zip(names, axes.lines, strict=True))
    return [name + _range(lines.get(name)) for name in names]


def _range(line: Line2D | None) -> str:
    """Return the first and the last value of a curve that has more than one point."""
    if line is None or line.get_linestyle() == "None":
        return ""
    values = np.asarray(line.get_ydata(), dtype=float)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return ""
    first, last = map(_rounded, values[[0, -1]])
    return f" ({first})" if first == last else f" ({first} to {last})"


def _bars(axes: Axes) -> list[str]:
    """Return the name and the length of each bar, where an axis names them."""
    from matplotlib.container import BarContainer

    bars = [each for each in axes.containers if isinstance(each, BarContainer)]
    if len(bars) != 1 or len(bars[0]) > _MOST_BARS:
        return []
    horizontal = bars[0].orientation == "horizontal"
    axis = axes.yaxis if horizontal else axes.xaxis
    names = [label.get_text() for label in axis.get_ticklabels()]
    if len(names) != len(bars[0]) or not all(names):
        return []
    lengths = [bar.get_width() if horizontal else bar.get_height() for bar in bars[0]]
    return [f"{name} {_rounded(length)}" for name, length in zip(names, lengths, strict=True)]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
