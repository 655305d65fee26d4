"""What a figure shows as numbers and texts, small enough to stand beside its pictures.

A re-execution compares them: the pictures of two trainings never agree pixel by pixel. Numbers
come as one string for each list, since a notebook's file gives each item of a list its own line.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from d2l_local.common.alt_text import tick_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.collections import Collection
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

MIME_TYPE = "application/vnd.d2l-local.figure+json"
# What is empty or usual (a linear scale) is left out.
FIGURE_FIELDS = {
    "axes": "its axes and insets, in the order in which they were made",
    "texts": "texts and legends that belong to no axes",
    "pictures": "the first digits of the SHA-256 of each picture, by its media type",
}
AXES_FIELDS = {
    **{"title": "at the left, centre and right", "legend": "its texts", "texts": "other texts"},
    **{f"{axis}label": f"what the {axis} axis shows" for axis in "xyz"},
    **{f"{axis}scale": f"log, ... of the {axis} axis" for axis in "xyz"},
    **{f"{axis}lim": f"limits of the {axis} axis" for axis in "xyz"},
    **{f"{axis}ticks": f"names along the {axis} axis; numbers are left out" for axis in "xyz"},
    "series": "what is drawn",
}
SERIES_FIELDS = {
    "kind": "line, points, bars (upright), barh (lying), outline, shapes, contours or image",
    "label": "its own, not that of a legend",
    "look": "colours, and the style of a line or the name of a colour map",
    "levels": "of contours",
    "shape": "number of points, or rows and columns (and channels)",
    **{axis: f"{axis} of some points" for axis in "xyz"},
    "feet": "where bars begin that do not all begin at zero",
    "colours": "of some points, in percent of the range of the colours",
    "pixels": "some of the pixels, row by row, in percent of the range of the colours",
    "spread": "mean and standard deviation of all pixels, in percent of the range of the colours",
}
# Of how many points and pixels a figure tells, and the least and the most of a series.
_POINTS, _FEWEST, _MOST = 600, 6, 24
_PIXELS, _SHORTEST_SIDE, _LONGEST_SIDE = 800, 5, 16
# What is smaller than this part of the range of the numbers is noise.
_RESOLUTION = 1e-3
_MOST_DIGITS = 12
_MOST_COLOURS = 10
_HASH_DIGITS = 16
# How matplotlib writes numbers: with a minus sign of its own, and powers as mathematics.
_NUMBER = re.compile(r"\$[^$]*\$|[\d\s.,+\N{MINUS SIGN}-]*(?:e[+\N{MINUS SIGN}-]?\d+)?%?")


class _Drawn(NamedTuple):
    """Something in axes: points with their coordinates by axis, or the pixels of an image."""

    kind: str
    label: str
    look: str
    points: Mapping[str, np.ndarray]
    pixels: np.ndarray | None = None
    levels: np.ndarray | None = None


def figure_data(figure: Figure, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what a figure shows, and a hash of each picture of it, by media type.

    The fields of the figure, of its axes and of their series are those of the tables above.
    """
    from matplotlib.axes import Axes

    insets = [each for axes in figure.axes for each in axes.child_axes if isinstance(each, Axes)]
    shown = [axes for axes in [*figure.axes, *insets] if axes.get_visible()]
    drawn = [list(_drawn(axes)) for axes in shown]
    images = sum(each.pixels is not None for series in drawn for each in series)
    lists = sum(len(each.points) for series in drawn for each in series)
    points = min(max(_POINTS // max(lists, 1), _FEWEST), _MOST)
    side = min(max(math.isqrt(_PIXELS // max(images, 1)), _SHORTEST_SIDE), _LONGEST_SIDE)
    data = {
        "axes": [
            _axes_data(axes, [_series_data(axes, each, points, side) for each in series])
            for axes, series in zip(shown, drawn, strict=True)
        ],
        "texts": [text.get_text() for text in figure.texts]
        + [text for legend in figure.legends for text in _legend_texts(legend)],
        "pictures": {
            kind: hashlib.sha256(picture).hexdigest()[:_HASH_DIGITS]
            for kind, picture in pictures.items()
        },
    }
    return _not_empty(data)


def _axes_data(axes: Axes, series: list[dict[str, Any]]) -> dict[str, Any]:
    titles = [axes.get_title(loc) for loc in ("left", "center", "right")]
    data: dict[str, Any] = {"title": " ".join(filter(None, titles))}
    written = getattr(axes, "_axis3don", axes.axison)
    for name, axis in axes._axis_map.items():  # type: ignore[attr-defined]
        scale = axis.get_scale()
        if written:
            data[f"{name}label"] = axis.get_label_text()
            data[f"{name}ticks"] = _names(axis)
        if written or not all("pixels" in each for each in series):
            data[f"{name}scale"] = "" if scale == "linear" else scale
            data[f"{name}lim"] = _numbers(np.asarray(axis.get_view_interval()), scale)
    legend = axes.get_legend()
    data["legend"] = _legend_texts(legend) if legend else []
    data["texts"] = [text.get_text() for text in axes.texts]
    return _not_empty({**data, "series": series})


def _legend_texts(legend: Any) -> list[str]:
    texts = [text.get_text() for text in [legend.get_title(), *legend.get_texts()]]
    return [text for text in texts if text]


def _names(axis: Axis) -> list[str]:
    """Return the labels of the ticks, if not all are numbers, which follow from the limits."""
    low, high = sorted(axis.get_view_interval())
    names = [name for place, name in tick_names(axis).items() if low <= place <= high]
    return [] if all(map(_NUMBER.fullmatch, names)) else names


def _series_data(axes: Axes, drawn: _Drawn, points: int, side: int) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": drawn.kind, "label": drawn.label, "look": drawn.look}
    if drawn.levels is not None:
        data["levels"] = _numbers(drawn.levels)
    if drawn.pixels is not None:
        data["shape"] = " ".join(map(str, drawn.pixels.shape))
        data["pixels"] = " ".join(f"{pixel:.0f}" for pixel in _thinned_image(drawn.pixels, side))
        seen = drawn.pixels[np.isfinite(drawn.pixels)]
        data["spread"] = f"{seen.mean():.1f} {seen.std():.1f}" if seen.size else ""
    for name, values in drawn.points.items():
        axis = axes._axis_map.get(name)  # type: ignore[attr-defined]
        scale = axis.get_scale() if axis else "linear"
        data["shape"] = str(len(values))
        data[name] = _numbers(values[_thinned(len(values), points)], scale)
    return _not_empty(data)


def _drawn(axes: Axes) -> Iterator[_Drawn]:
    """Yield what is in the axes: lines, bars, other patches, collections, images."""
    from matplotlib.container import BarContainer

    for line in axes.lines:
        style = line.get_linestyle()
        look = f"{_hex(line.get_color())} {style} {line.get_marker()}"
        yield _Drawn("line", _label(line), look, _line_points(line))
    bars = [each for each in axes.containers if isinstance(each, BarContainer)]
    for container in bars:
        yield _bars(container)
    in_bars = {id(bar) for container in bars for bar in container}
    others = (patch for patch in axes.patches if id(patch) not in in_bars)
    for kind, patches in groupby(others, type):
        yield from _patches(kind, list(patches))
    for collection in axes.collections:
        yield _collection(collection)
    for image in axes.images:
        yield _Drawn("image", "", str(image.get_cmap().name), {}, _percent(image))


def _label(artist: Any) -> str:
    """Return the label that somebody has given; matplotlib's own begin with an underscore."""
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _line_points(line: Any) -> dict[str, np.ndarray]:
    if hasattr(line, "get_data_3d"):
        points = line.get_data_3d()
    else:
        points = line.get_xdata(orig=False), line.get_ydata(orig=False)
    return _by_axis(*(np.ma.filled(np.ma.asarray(each, float), np.nan) for each in points))


def _by_axis(*coordinates: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip("xyz", coordinates, strict=False))


def _bars(container: Any) -> _Drawn:
    boxes = [bar.get_bbox() for bar in container]
    lying = container.orientation == "horizontal"
    places = [(box.y0 + box.y1 if lying else box.x0 + box.x1) / 2 for box in boxes]
    spans = [box.intervalx if lying else box.intervaly for box in boxes]
    feet, ends = np.reshape(spans, (-1, 2)).T
    x, y = (ends, np.array(places)) if lying else (np.array(places), ends)
    look = _colours([bar.get_facecolor() for bar in container])
    kind = "barh" if lying else "bars"
    standing_on = {"feet": feet} if np.any(feet) else {}
    return _Drawn(kind, _label(container), look, {**_by_axis(x, y), **standing_on})


def _patches(kind: type, patches: list[Patch]) -> Iterator[_Drawn]:
    from matplotlib.patches import Polygon

    if issubclass(kind, Polygon):  # such as a histogram without lines between its bars
        for patch in patches:
            look = _colours([patch.get_facecolor()])
            outline = np.asarray(patch.get_path().vertices, float).T
            yield _Drawn("outline", _label(patch), look, _by_axis(*outline))
        return
    boxes = [
        patch.get_patch_transform().transform_path(patch.get_path()).get_extents()
        for patch in patches
    ]
    centres = np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes]).T
    look = _colours([patch.get_facecolor() for patch in patches])
    yield _Drawn("shapes", "", look, _by_axis(*centres))


def _collection(collection: Collection) -> _Drawn:
    from matplotlib.collections import PathCollection, QuadMesh
    from matplotlib.contour import ContourSet

    label = _label(collection)
    if isinstance(collection, QuadMesh):
        return _Drawn("image", label, collection.get_cmap().name, {}, _percent(collection))
    faces = collection.get_facecolor()
    look = _colours(faces if len(faces) else collection.get_edgecolor())
    if isinstance(collection, ContourSet):
        levels = np.asarray(collection.levels, float)
        corners = [_corners(path.vertices) for path in collection.get_paths()]
        points = _by_axis(*np.concatenate(corners).T)
        return _Drawn("contours", label, collection.get_cmap().name, points, levels=levels)
    if isinstance(collection, PathCollection):
        offsets = np.ma.filled(np.ma.asarray(collection.get_offsets(), float), np.nan)
        points = _by_axis(*offsets.T)
        if collection.get_array() is not None:
            look, points["colours"] = collection.get_cmap().name, _percent(collection).ravel()
        return _Drawn("points", label, look, points)
    outlines = [np.asarray(path.vertices, float) for path in collection.get_paths()]
    outline = np.concatenate(outlines) if outlines else np.empty((0, 2))
    return _Drawn("outline", label, look, _by_axis(*outline.T))


def _corners(vertices: Any) -> np.ndarray:
    """Return the corners of the box around a contour, which has as many points as chance wills."""
    if not len(vertices):
        return np.full((2, 2), np.nan)
    return np.array([np.min(vertices, axis=0), np.max(vertices, axis=0)])


def _percent(mappable: Any) -> np.ndarray:
    """Return an image's pixels in percent of the range of its colours, of each colour if it has."""
    array = np.ma.asarray(mappable.get_array())
    if array.ndim == 3:
        scaled = array / 255 if array.dtype.kind in "ui" else array
    else:
        scaled = mappable.norm(np.atleast_2d(array).astype(float))
    return np.clip(np.ma.filled(100 * np.ma.asarray(scaled, float), np.nan), 0, 100)


def _thinned_image(pixels: np.ndarray, side: int) -> Iterable[float]:
    rows, columns = (_thinned(length, side) for length in pixels.shape[:2])
    return pixels[np.ix_(rows, columns)].ravel()


def _thinned(length: int, most: int) -> np.ndarray:
    """Return places in a list of that length, the first and the last among them, evenly spaced."""
    return np.linspace(0, length - 1, min(length, most)).round().astype(int)


def _colours(colours: Iterable[Any]) -> str:
    return " ".join(list(dict.fromkeys(map(_hex, colours)))[:_MOST_COLOURS])


def _hex(colour: Any) -> str:
    from matplotlib.colors import to_hex

    return to_hex(colour)


def _numbers(values: np.ndarray, scale: str = "linear") -> str:
    """Return numbers as text, with no more digits than their range, or their scale, has use for."""
    finite = values[np.isfinite(values)]
    span = np.ptp(finite) if finite.size else 0.0
    if scale != "linear" or not span > 0:
        return " ".join(f"{value + 0.0:.4g}" for value in values)
    unit = 10.0 ** math.floor(math.log10(span * _RESOLUTION))
    digits = 1 + math.ceil(math.log10(max(np.max(np.abs(finite)) / unit, 1)))
    digits = min(digits, _MOST_DIGITS)
    return " ".join(f"{np.round(value / unit) * unit + 0.0:.{digits}g}" for value in values)


def _not_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in ("", [], {})}
