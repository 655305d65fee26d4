"""How far the data of a figure are from the committed ones.

Trainings differ in their last digits between machines, and the longer they are the more. So curves
are compared by their mean distance on the axis that shows them, which a single spike hardly moves.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations
from operator import eq
from statistics import fmean
from typing import Any

from tabbook.run.texts import Near, all_agree, texts_agree, within
from tabbook.text.tolerance import Tolerance

# Images may differ by this part of the tolerance: few of their pixels are far from the mean.
IMAGE_SHARE = 0.5
# Limits follow the highest point, and a description has the ends of a curve, not the mean.
LIMIT_SHARE = 2
# Two series were exchanged if each is much nearer to the other's committed one than to its own,
# and not only by chance: by so much of the axis, at so many points.
EXCHANGED = 0.25
FARTHEST_BY_CHANCE = 0.01
FEWEST_POINTS = 4


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, on which values have places from 0 to 1."""

    low: float
    high: float
    scale: str = "linear"

    def place(self, value: float) -> float:
        """Return where a value lies; NaN where the axis has no place for it."""
        low, high, value = (self._scaled(each) for each in (self.low, self.high, value))
        return (value - low) / ((high - low) or 1)

    def _scaled(self, value: float) -> float:
        if self.scale == "log":
            return math.log(value) if value > 0 else -math.inf if value == value else value
        if self.scale == "logit":
            return math.log(value / (1 - value)) if 0 < value < 1 else math.nan
        return math.asinh(value) if self.scale in ("symlog", "asinh") else value

    def distance(self, old: float, new: float) -> float:
        """Return how far two values are from each other where they are seen, 1 at most."""
        places = [min(max(self.place(value), 0), 1) for value in (old, new)]
        gone = [math.isnan(self.place(value)) for value in (old, new)]
        if any(gone):
            return 0.0 if all(gone) else 1.0
        return abs(places[0] - places[1])

    def has(self, value: float) -> bool:
        """Whether the axis shows a value."""
        return 0 <= self.place(value) <= 1


PERCENT = Axis(0, 100)


@dataclass(frozen=True)
class Series:
    """Something drawn in axes: its `data`, the axis that each of its lists of numbers is seen on,
    what it is called in messages, and whether it may be sorted: it is an image, or has a name
    along an axis.
    """

    data: Mapping[str, Any]
    axes: Mapping[str, Axis]
    name: str
    sortable: bool = False

    @property
    def heights(self) -> set[str]:
        """The lists that depend on what was measured."""
        return {_upwards(self.data, self.axes), "feet"} & set(self.axes)

    @cached_property
    def lists(self) -> dict[str, list[float]]:
        """The lists of numbers by their fields."""
        fields = ("x", "y", "z", "feet", "colours", "pixels", "spread")
        return {field: numbers(self.data[field]) for field in fields if field in self.data}

    def resembles(self, other: "Series") -> bool:
        """Whether the two can be compared number by number."""
        return self.data["kind"] == other.data["kind"] and {
            field: len(values) for field, values in self.lists.items()
        } == {field: len(values) for field, values in other.lists.items()}

    def distance(self, new: "Series", field: str) -> float:
        """Return the mean distance of a list, seen on the axes of this one."""
        axis = self.axes.get(field, PERCENT)
        return fmean(map(axis.distance, self.lists[field], new.lists[field]))

    def farthest(self, new: "Series") -> float:
        """Return the distance of the list that is farthest away."""
        return max((self.distance(new, field) for field in self.lists), default=0.0)


def compare_figures(
    old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance
) -> Iterator[str]:
    """Yield how the data of a figure differ from the committed ones, nothing where they agree."""
    near = (lambda *_: True) if tolerance.machine else within(tolerance.distance)
    yield from _differing_texts("texts", old, new, near)
    old_axes, new_axes = old.get("axes", []), new.get("axes", [])
    if len(old_axes) != len(new_axes):
        yield f"the figure has {len(new_axes)} axes, the committed one {len(old_axes)}"
        return
    images: list[list[str]] = []
    for number, pair in enumerate(zip(old_axes, new_axes, strict=True), 1):
        name = _name(pair[0], number)
        found = [f"{name}: {each}" for each in _compare_axes(*pair, tolerance, near)]
        if tolerance.any_order and all(map(_is_image, pair)):
            images.append(found)
        else:
            yield from found
    if sum(map(bool, images)) > tolerance.distance * len(images):
        yield from chain.from_iterable(images)
    if not tolerance.machine:
        yield from _exchanged(series_of(old), series_of(new), tolerance)


def _is_image(axes: Mapping[str, Any]) -> bool:
    return any(series["kind"] == "image" for series in axes.get("series", []))


def _name(axes: Mapping[str, Any], number: int) -> str:
    title = axes.get("title") or axes.get("ylabel")
    return f"axes {number} ({title})" if title else f"axes {number}"


def _compare_axes(
    old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance, near: Near
) -> Iterator[str]:
    free = _of_the_machine(old) if tolerance.machine else set()
    fields = [axis + field for axis in "xyz" for field in ("label", "scale")]
    for field in ("legend", *fields):  # What is drawn is chosen, not measured.
        yield from _differing_texts(field, old, new, eq)
    for field in ("title", "texts"):
        if field not in free:
            yield from _differing_texts(field, old, new, near)
    for axis in "xyz":
        if not tolerance.machine:
            yield from _differing_names(f"{axis}ticks", old, new, tolerance, near)
        if f"{axis}lim" not in free:
            yield from _compare_limits(axis, old, new, tolerance)
    before, after = (_series_of_axes(axes) for axes in (old, new))
    if [each.data["kind"] for each in before] != [each.data["kind"] for each in after]:
        kinds = [", ".join(each.data["kind"] for each in series) for series in (before, after)]
        yield f"drawn are {kinds[1] or 'nothing'}, committed {kinds[0] or 'nothing'}"
        return
    for pair in zip(before, after, strict=True):
        yield from _compare_series(*pair, tolerance, near)


def _of_the_machine(axes: Mapping[str, Any]) -> set[str]:
    """Return the fields that follow from heights: limits, and predictions above images."""
    series = _series_of_axes(axes)
    heights = {f"{axis}lim" for each in series for axis in each.heights}
    return heights | ({"title"} if _is_image(axes) else set())


def _differing_texts(
    field: str, old: Mapping[str, Any], new: Mapping[str, Any], near: Near
) -> Iterator[str]:
    before, after = old.get(field, []), new.get(field, [])
    if not all_agree(_listed(before), _listed(after), near):
        yield f"{field} differs: committed {before or 'none'!r}, executed {after or 'none'!r}"


def _differing_names(
    field: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    tolerance: Tolerance,
    near: Near,
) -> Iterator[str]:
    """Compare the names along an axis, which may be sorted by what was measured."""
    in_order = sorted if tolerance.any_order else list
    before, after = ({field: in_order(axes.get(field, []))} for axes in (old, new))
    yield from _differing_texts(field, before, after, near)


def _listed(texts: str | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else texts


def _compare_limits(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance
) -> Iterator[str]:
    before, after = old.get(f"{name}lim"), new.get(f"{name}lim")
    if before is None or after is None:
        agree = before == after
    else:
        axis = _axis(old, name)
        low, high = (axis.place(limit) for limit in numbers(after))
        agree = max(abs(low), abs(high - 1)) <= LIMIT_SHARE * tolerance.distance
    if not agree:
        yield f"limits of {name} differ: committed {before}, executed {after}"


def _compare_series(old: Series, new: Series, tolerance: Tolerance, near: Near) -> Iterator[str]:
    for field in ("label", "look", "levels", "shape"):
        before, after = old.data.get(field, ""), new.data.get(field, "")
        if before != after and not (field == "levels" and texts_agree(before, after, near)):
            yield f"{field} of {old.name} differs: {_pair(old, new, field)}"
    if not old.resembles(new):
        if old.data.get("shape") == new.data.get("shape"):
            sizes = [{key: len(each) for key, each in s.lists.items()} for s in (old, new)]
            yield f"lists of {old.name} differ: committed {sizes[0]}, executed {sizes[1]}"
        return
    free = {*old.heights, "colours", "pixels", "spread"} if tolerance.machine else set()
    for field in old.lists:
        share = IMAGE_SHARE if field in ("pixels", "spread") else 1
        distance, limit = old.distance(new, field), share * tolerance.distance
        if field not in free and distance > limit:
            yield (
                f"{field} of {old.name} differs by {distance:.2f} of the axis, more than "
                f"{limit:g}: {_pair(old, new, field)}"
            )


def _pair(old: Series, new: Series, field: str) -> str:
    return f"committed {old.data.get(field, 'none')}, executed {new.data.get(field, 'none')}"


def _exchanged(old: Sequence[Series], new: Sequence[Series], tolerance: Tolerance) -> Iterator[str]:
    """Yield the pairs of series of which each is where the other was."""
    if len(old) != len(new):
        return
    for (a, new_a), (b, new_b) in combinations(zip(old, new, strict=True), 2):
        if not all(a.resembles(each) for each in (b, new_a, new_b)) or not _is_long(a):
            continue
        if tolerance.any_order and a.sortable and b.sortable:
            continue
        own = a.farthest(new_a) + b.farthest(new_b)
        crosswise = a.farthest(new_b) + b.farthest(new_a)
        if own > 2 * FARTHEST_BY_CHANCE and crosswise < EXCHANGED * own:
            yield f"{a.name} and {b.name} are exchanged"


def _is_long(series: Series) -> bool:
    return any(len(values) >= FEWEST_POINTS for values in series.lists.values())


def looks_like_another(
    old: Mapping[str, Any], new: Mapping[str, Any], others: Iterable[Mapping[str, Any]]
) -> bool:
    """Whether a figure is much nearer to one of the `others` than to the committed one."""
    own = _distance(old, new)
    if own is None or own < FARTHEST_BY_CHANCE:
        return False
    distances = [_distance(each, new) for each in others if each != old]
    return any(each is not None and each < EXCHANGED * own for each in distances)


def _distance(old: Mapping[str, Any], new: Mapping[str, Any]) -> float | None:
    """Return the mean distance of all series, or None where there is nothing to compare."""
    pairs = list(zip(series_of(old), series_of(new), strict=False))
    alike = len(series_of(old)) == len(series_of(new)) and all(a.resembles(b) for a, b in pairs)
    if not alike or not any(_is_long(a) for a, _ in pairs):
        return None
    return fmean(a.farthest(b) for a, b in pairs)


def accepts(figure: Mapping[str, Any], tolerance: Tolerance) -> Near:
    """Return whether two numbers in a description of a figure are near: they come from its curves.

    They are where they are near each other on an axis of heights that shows both. The ends of a
    curve may differ by more than its points do on average.
    """
    axes = [series.axes[name] for series in series_of(figure) for name in series.heights]
    near, limit = within(tolerance.distance), LIMIT_SHARE * tolerance.distance
    return lambda old, new: (
        tolerance.machine
        or near(old, new)
        or any(
            axis.has(old) and axis.has(new) and axis.distance(old, new) <= limit for axis in axes
        )
    )


def names_of_data(figure: Mapping[str, Any]) -> list[str]:
    """Return the texts that name data, which may be sorted: along axes and above images.

    The longest come first. A description of the figure has them, too.
    """
    names: set[str] = set()
    for axes in figure.get("axes", []):
        names.update(*(axes.get(f"{axis}ticks", []) for axis in "xyz"))
        if _is_image(axes):
            names.add(axes.get("title", ""))
    return sorted((name.replace("\n", ", ") for name in names if name), key=len, reverse=True)


def series_of(figure: Mapping[str, Any]) -> list[Series]:
    """Return all that is drawn in a figure."""
    return [each for axes in figure.get("axes", []) for each in _series_of_axes(axes)]


def _series_of_axes(axes: Mapping[str, Any]) -> list[Series]:
    found = axes.get("series", [])
    legend = axes.get("legend", [])
    seen = {name: _axis(axes, name) for name in "xyz" if f"{name}lim" in axes}
    names = legend if len(legend) == len(found) else range(1, len(found) + 1)
    sortable = _is_image(axes) or any(f"{axis}ticks" in axes for axis in "xyz")
    return [
        Series(data, _with_feet(data, seen), f"{data['kind']} {name}", sortable)
        for name, data in zip(names, found, strict=True)
    ]


def _with_feet(data: Mapping[str, Any], axes: Mapping[str, Axis]) -> Mapping[str, Axis]:
    """Return the axes of a series by its lists: bars have their feet on the axis of their ends."""
    return {**axes, "feet": axes[_upwards(data, axes)]} if "feet" in data else axes


def _upwards(data: Mapping[str, Any], axes: Mapping[str, Axis]) -> str:
    """Return the axis along which a series has its heights."""
    return "z" if "z" in axes else "x" if data["kind"] == "barh" else "y"


def _axis(axes: Mapping[str, Any], name: str) -> Axis:
    low, high = numbers(axes[f"{name}lim"])
    return Axis(low, high, axes.get(f"{name}scale", "linear"))


def numbers(text: str) -> list[float]:
    """Return a list of numbers that is written as one text."""
    return [float(number) for number in text.split()]
