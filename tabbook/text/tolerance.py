"""How far the figures of a cell may be from the committed ones: the mark `#@tol`."""

import re
from dataclasses import dataclass

DISTANCE = 0.1
MOST = 0.5
# Places may be of the machine, too, such as the sizes of its caches.
DISTANCE_OF_PLACES = 0.2
_MACHINE = re.compile(r"machine\b[ \t]*:?[ \t]*(?P<reason>.*)")


@dataclass(frozen=True)
class Tolerance:
    """`distance` is the largest accepted mean distance of a series, as a part of its axis.

    With `any_order`, what is shown may be sorted by values that are nearly equal: the names along
    an axis may come in another order, and such a part of the images may be others. With `machine`,
    heights and images depend on the machine and are not compared.
    """

    distance: float = DISTANCE
    any_order: bool = False
    machine: bool = False


DEFAULT = Tolerance()


def parse_tolerance(text: str) -> Tolerance:
    """Return what `text` says after the mark, such as `0.3` or `machine: it is timed`.

    Raises `ValueError` with what would be right.
    """
    if machine := _MACHINE.fullmatch(text):
        if not machine["reason"]:
            raise ValueError("say why, as in '#@tol machine: it is timed'")
        return Tolerance(DISTANCE_OF_PLACES, any_order=True, machine=True)
    try:
        distance = float(text)
    except ValueError:
        distance = 0
    if not 0 < distance <= MOST:
        raise ValueError(
            f"should be '#@tol' and a number up to {MOST:g} (a part of the axis), "
            "or '#@tol machine: ' and a reason"
        )
    return Tolerance(distance, any_order=True)
