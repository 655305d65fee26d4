"""A sentence on what a figure shows, for readers who cannot see it."""

from __future__ import annotations

import re
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# More bars than these have no names that could be read out.
_MOST_BARS = 12
_MIDNIGHT = re.compile(r"[T ]00:00:00(\.0+)?$")

# Axes that lie upon each other, as those of `twinx` do, the lowest first.
Panel = list["Axes"]


class _Curve(NamedTuple):
    axes: Axes
    name: str
    line: Line2D | None


def describe(figure: Figure) -> str:
    """Return a sentence on each of the figure's panels: its kind, its labels, and its curves.

    A curve is named with its first and its last value, and a bar with its length.
    """
    panels = _panels(figure)
    if len(panels) > 1 and all(any(axes.images for axes in panel) for panel in panels):
        titles = "; ".join(_title(panel) or "untitled" for panel in panels)
        return f"{len(panels)} images: {titles}."
    return " ".join(map(_describe_panel, panels)) or "Empty figure."


def _panels(figure: Figure) -> list[Panel]:
    """Return what shows something: axes, insets, and axes upon axes as one panel."""
    from matplotlib.axes import Axes

    insets = [each for axes in figure.axes for each in axes.child_axes if isinstance(each, Axes)]
    panels: list[Panel] = []
    for axes in [*figure.axes, *insets]:
        below = next((panel for panel in panels if _lies_upon(axes, panel[0])), None)
        if below is None:
            panels.append([axes])
        else:
            below.append(axes)
    return [panel for panel in panels if _with_data(panel) or _title(panel)]


def _lies_upon(axes: Axes, other: Axes) -> bool:
    shared = (axes.get_shared_x_axes(), axes.get_shared_y_axes())
    places = [each.get_position(original=True).bounds for each in (axes, other)]
    return places[0] == places[1] and any(group.joined(axes, other) for group in shared)


def _with_data(panel: Panel) -> Panel:
    return [axes for axes in panel if axes.has_data()]


def _title(panel: Panel) -> str:
    return next(filter(None, (axes.get_title() for axes in panel)), "").replace("\n", ", ")


def _describe_panel(panel: Panel) -> str:
    main, *others = _with_data(panel) or panel[:1]
    named = _curves(panel)
    curves = _list_of(named, main)
    across, up = _labels(main)
    across = across or panel[0].get_xlabel()  # `twinx` leaves it to the axes below
    text = _kind(main)
    if subject := up or curves or ("" if main.lines else across):  # of bars that lie
        text += f" of {subject}"
    if across and subject != across:
        text += f" against {across}"
    if title := _title(panel):
        text = f"{title}: {text}"
    if curves and up:
        text = f"{text}; curves: {curves}"
    elif not curves and len(main.lines) == 1:
        text += _range(main.lines[0])
    for other in others:
        text += _describe_second(other, _list_of(named, other))
    bars = ", ".join(_bars(main))
    return f"{text}; bars: {bars}." if bars else f"{text}."


def _describe_second(axes: Axes, curves: str) -> str:
    """Return what the axis at the right or at the top adds."""
    text = " ".join(filter(None, ["; second axis", axes.get_ylabel() or axes.get_xlabel()]))
    if curves:
        return f"{text}: {curves}"
    return text + _range(axes.lines[0]) if len(axes.lines) == 1 else text


def _list_of(curves: list[_Curve], axes: Axes) -> str:
    return ", ".join(name + _range(line) for owner, name, line in curves if owner is axes)


def _labels(axes: Axes) -> tuple[str, str]:
    """Return what is written on the axes that values are drawn over, and on that of the values."""
    if axes.name == "3d":
        floor = " and ".join(filter(None, [axes.get_xlabel(), axes.get_ylabel()]))
        return floor, axes.get_zlabel()  # type: ignore[attr-defined]
    return axes.get_xlabel(), axes.get_ylabel()


def _kind(axes: Axes) -> str:
    from matplotlib.container import BarContainer
    from matplotlib.contour import QuadContourSet

    if axes.images:
        return "Image"
    if axes.get_label() == "<colorbar>":  # matplotlib's own mark
        return "Colour bar"
    if any(isinstance(drawn, BarContainer) for drawn in axes.containers):
        return "Bar chart"
    if any(isinstance(drawn, QuadContourSet) for drawn in axes.collections):
        return "Contour plot"
    return {"polar": "Polar plot", "3d": "3D plot"}.get(axes.name, "Plot")


def _curves(panel: Panel) -> list[_Curve]:
    """Return what legends name, and from axes without one the curves that have a label."""
    known = [curve for axes in panel for curve in _labelled(axes)]
    curves: list[_Curve] = []
    for axes in panel:
        if (legend := axes.get_legend()) is not None:
            names = [text.get_text() for text in legend.get_texts()]
            curves += _in_legend(names, axes, panel, known)
    taken = [curve.line for curve in curves]
    return curves + [
        curve
        for curve in known
        if curve.axes.get_legend() is None
        and curve.line not in taken
        and not curve.name.startswith("_")
    ]


def _labelled(axes: Axes) -> list[_Curve]:
    from matplotlib.container import ErrorbarContainer

    bars = [each for each in axes.containers if isinstance(each, ErrorbarContainer)]
    curves = [(line, line) for line in axes.lines] + [(each, each.lines[0]) for each in bars]
    return [_Curve(axes, str(drawn.get_label()), line) for drawn, line in curves]


def _in_legend(names: list[str], axes: Axes, panel: Panel, known: list[_Curve]) -> list[_Curve]:
    """Return the curves that the legend of `axes` names, which may belong to axes upon it."""
    if not set(names) <= {curve.name for curve in known}:  # `legend(names)` leaves labels alone
        for place in ([axes], panel):
            lines = [(owner, line) for owner in place for line in owner.lines]
            if len(lines) == len(names):
                pairs = zip(names, lines, strict=True)
                return [_Curve(owner, name, line) for name, (owner, line) in pairs]
    curves, free = [], sorted(known, key=lambda curve: curve.axes is not axes)
    for name in names:
        curve = next((each for each in free if each.name == name), _Curve(axes, name, None))
        free = [each for each in free if each is not curve]
        curves.append(curve)
    return curves


def _range(line: Line2D | None) -> str:
    """Return the first and the last value of a curve that has more than one point."""
    if line is None or line.get_linestyle() == "None":
        return ""
    values, numbers = _values(line)
    places = np.flatnonzero(np.isfinite(numbers))
    if len(places) < 2:
        return ""
    first, last = (_text(values[place]) for place in places[[0, -1]])
    return f" ({first})" if first == last else f" ({first} to {last})"


def _values(line: Line2D) -> tuple[np.ndarray, np.ndarray]:
    """Return a curve's values as they were given (dates, names), and as numbers on the axis."""
    if hasattr(line, "get_data_3d"):  # the rest of such a line is its projection
        height = np.asarray(line.get_data_3d()[2], dtype=float)
        return height, height
    return np.asarray(line.get_ydata(orig=True)), np.asarray(line.get_ydata(orig=False))


def _text(value: Any) -> str:
    return _rounded(float(value)) if isinstance(value, Real) else _MIDNIGHT.sub("", str(value))


def _bars(axes: Axes) -> list[str]:
    """Return the name and the length of each bar, where an axis names them."""
    from matplotlib.container import BarContainer

    bars = [each for each in axes.containers if isinstance(each, BarContainer)]
    if len(bars) != 1 or len(bars[0]) > _MOST_BARS:
        return []
    horizontal = bars[0].orientation == "horizontal"
    axis = axes.yaxis if horizontal else axes.xaxis
    ticks = tick_names(axis)
    boxes = [bar.get_bbox() for bar in bars[0]]
    names = [
        _name_between(ticks, *(box.intervaly if horizontal else box.intervalx)) for box in boxes
    ]
    if len(ticks) != len(boxes) or not all(names):
        return []
    lengths = [box.width if horizontal else box.height for box in boxes]
    return [f"{name} {_rounded(length)}" for name, length in zip(names, lengths, strict=True)]


def tick_names(axis: Axis) -> dict[float, str]:
    """Return the texts at the ticks of an axis, also where only another panel shows them."""
    places = np.asarray(axis.get_majorticklocs()).tolist()
    return dict(zip(places, axis.get_major_formatter().format_ticks(places), strict=True))


def _name_between(ticks: dict[float, str], low: float, high: float) -> str:
    """Return the name of the only tick at the foot of a bar, or nothing: ticks have their order."""
    names = [name for place, name in ticks.items() if low <= place <= high]
    return names[0] if len(names) == 1 else ""


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.3g}"
