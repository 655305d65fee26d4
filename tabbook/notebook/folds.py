"""Folded sections in notebooks.

One of prose alone is a cell, which HTML's own element folds. One with code is a heading in a cell
of its own, under which JupyterLab and Colab fold the cells behind.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tabbook.book.folds import is_folded
from tabbook.notebook.sections import headings, lines_of
from tabbook.notebook.write import FOLDED_HEADING
from tabbook.text.blocks import parse_blocks
from tabbook.text.reader import Cell


def with_folds(cells: Iterable[Cell], titles: Collection[str]) -> Iterator[Cell]:
    """Yield the cells of a notebook, cut where sections with one of the `titles` begin and end."""
    for fold, parts in groupby(_parts(cells, titles), lambda part: part[1]):
        run = [cell for cell, _ in parts if cell.source]
        yield from _folded(run) if fold else run


def _parts(cells: Iterable[Cell], titles: Collection[str]) -> Iterator[tuple[Cell, int]]:
    """Yield the parts of cells, with the number of the folded section of each, 0 for none."""
    count = fold = level = 0
    for cell in cells:
        start = None
        for heading in headings(cell):
            if fold and heading.level > level:
                continue
            begins = is_folded(heading, titles)
            if fold or begins:
                yield lines_of(cell, start, heading.line), fold
                start, level, count = heading.line, heading.level, count + begins
                fold = count if begins else 0
        yield (cell if start is None else lines_of(cell, start)), fold


def _folded(parts: Sequence[Cell]) -> Iterator[Cell]:
    """Yield the cells of one folded section."""
    first, *others = parts
    if all(part.kind == "markdown" for part in parts):
        source = "\n\n".join(part.source for part in parts)
        between = [(*part.lines, part.lines[-1]) for part in parts]
        yield replace(first, source=source, lines=tuple(sum(between, ())))
        return
    _, *behind = parse_blocks(first.source)
    end = behind[0].line if behind else None
    yield replace(lines_of(first, None, end), marks=frozenset({FOLDED_HEADING}))
    rest = lines_of(first, end) if behind else None
    if rest and rest.source:
        yield rest
    yield from others
