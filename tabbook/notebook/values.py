"""Numbers that notebooks record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

MIME_TYPE = "application/vnd.d2l-local.record+json"
RELATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Value:
    """A recorded number; `tolerance` is the largest accepted difference of a re-execution, or None
    for a number that must come out the same up to rounding.
    """

    name: str
    number: int | float
    tolerance: float | None

    def accepts(self, number: int | float) -> bool:
        """Whether a re-execution may come out at `number`."""
        tolerance = self.tolerance
        if tolerance is None:
            tolerance = RELATIVE_TOLERANCE * abs(self.number)
        return abs(number - self.number) <= tolerance


def value_of(output: NotebookNode) -> Value | None:
    """The value that an output records; None for any other output."""
    match output.get("data", {}).get(MIME_TYPE):
        case {"name": str(name), "value": int() | float() as number, **others}:
            tolerance = others.get("tol")
            return Value(name, number, tolerance if isinstance(tolerance, int | float) else None)
    return None


def recorded_values(cells: Iterable[NotebookNode]) -> dict[str, Value]:
    """The values that cells of a notebook record, by name; the last of a name counts."""
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    values = (value_of(output) for output in outputs)
    return {value.name: value for value in values if value is not None}


def recorded_numbers(cells: Iterable[NotebookNode]) -> dict[str, int | float]:
    """The numbers that cells of a notebook record, by name; the last of a name counts."""
    return {name: value.number for name, value in recorded_values(cells).items()}
