"""The lines of a question with choices: which are the question's, and which each choice's."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

RECALL = "recall"
_CHOICE = re.compile(r"[-*+] \[(?P<mark>[ xX])\](?:[ \t]+(?P<text>.*))?$")


class ChoiceLines(NamedTuple):
    """A choice: its own text, and the lines of the explanation, which begin at `first`."""

    start: int
    is_right: bool
    text: str
    first: int
    explanation: list[str]
    strays: list[tuple[int, str]]


def split_recall(lines: Sequence[str]) -> tuple[list[str], list[ChoiceLines]]:
    """Return the lines of a question and its choices, each a list item with a box: `- [x]`.

    What stands in a choice without being indented is among its `strays`, with the line.
    """
    starts = [n for n, line in enumerate(lines) if _CHOICE.match(line)]
    ends = [*starts, len(lines)]
    return list(lines[: ends[0]]), [_choice(lines, *place) for place in pairwise(ends)]


def _choice(lines: Sequence[str], start: int, end: int) -> ChoiceLines:
    inside = range(start + 1, end)
    strays = [(n, lines[n]) for n in inside if lines[n].strip() and lines[n][0] not in " \t"]
    first = next((n for n in inside if not lines[n].strip()), end)
    found = _CHOICE.match(lines[start])
    assert found is not None
    text = " ".join([found["text"] or "", *map(str.strip, lines[start + 1 : first])]).strip()
    indent = next(_indents(lines[first:end]), 0)
    explanation = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines[first:end]]
    return ChoiceLines(start, found["mark"] != " ", text, first, explanation, strays)


def _indents(lines: Sequence[str]) -> Iterator[int]:
    return (len(line) - len(line.lstrip()) for line in lines if line.strip())
