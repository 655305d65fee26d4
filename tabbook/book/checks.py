"""The checks of a book, `#@check name`: what they are called, and that none vanishes unseen.

`checks.txt` in the book's root lists them, one in a line: the chapter, the tabs if the check is not
for all of the chapter's, and the name.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tabbook.problems import Problem
from tabbook.text.cell_code import parse_cell
from tabbook.text.reader import Cell, Chapter, read_text

CHECKS = "checks.txt"
CHECK = "check"

Code = Mapping[str, Sequence[Cell]]
"""The code cells of a chapter by tab."""


def check_problems(chapter: Chapter, code: Code) -> Iterator[Problem]:
    """Yield the checks that cannot fail, and names that stand twice in a notebook."""
    for tab, cells in code.items():
        lines: dict[str, int] = {}
        for cell in (cell for cell in cells if CHECK in cell.marks):
            if not _can_fail(cell.source):
                message = "a check that cannot fail: it needs an 'assert', as in 'assert loss < 1'"
                yield Problem(chapter.path, cell.line, message)
            first = lines.setdefault(cell.check, cell.line)
            if cell.check and first != cell.line:
                message = f"check '{cell.check}' of '{tab}' is also at line {first}"
                yield Problem(chapter.path, cell.line, message)


@cache  # Most checks are the same in all tabs.
def _can_fail(source: str) -> bool:
    try:
        code = parse_cell(source.split("\n"))
    except SyntaxError:
        return True  # It fails at once, and executing it says why.
    nodes = ast.walk(code.tree) if code else ()
    return any(
        isinstance(node, ast.Raise)
        # A tuple is true, whatever is in it: `assert (a < b, "why")`.
        or (isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant | ast.Tuple))
        or (isinstance(node, ast.Call) and _name(node.func).startswith("assert"))
        for node in nodes
    )


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def check_entries(chapter: Chapter, code: Code) -> dict[str, Problem]:
    """The lines that the named checks of a chapter have in the list; what is said if one lacks."""
    tabs: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    for tab, cells in code.items():
        for cell in (cell for cell in cells if cell.check):
            tabs.setdefault(cell.check, []).append(tab)
            places.setdefault(cell.check, cell.line)
    entries = {}
    for name, line in places.items():
        some = "" if set(tabs[name]) == set(code) else f" ({', '.join(dict.fromkeys(tabs[name]))})"
        message = f"check '{name}'{some} is not in {CHECKS}; add it: `tabbook check --accept`"
        entries[f"{chapter.path}{some}: {name}"] = Problem(chapter.path, line, message)
    return entries


def list_problems(
    root: Path, chapters: Iterable[Chapter], entries: Mapping[str, Problem]
) -> Iterator[Problem]:
    """Yield where the list of a book, if it has one, and the `entries` of its checks differ."""
    if not (root / CHECKS).is_file():
        return
    listed = read_checks(root)
    yield from (entries[entry] for entry in entries.keys() - listed.keys())
    for entry in listed.keys() - entries.keys():
        message = f"'{entry}' is listed in {CHECKS} but the chapter has no such check"
        yield Problem(CHECKS, listed[entry], f"{message}; to give it up, delete the line")
    for chapter in chapters:
        for cell in chapter.cells:
            if CHECK in cell.marks and not cell.check:
                message = f"a check without a name for {CHECKS}; expected '#@check what it checks'"
                yield Problem(chapter.path, cell.line, message)


def read_checks(root: Path) -> dict[str, int]:
    """The checks that the list of a book names, and their lines; none where there is no list."""
    path = root / CHECKS
    lines = read_text(path).splitlines() if path.is_file() else []
    return {line.strip(): n for n, line in enumerate(lines, 1) if line.strip()}


def accept_checks(root: Path, entries: Iterable[str]) -> None:
    """Add checks to the list of a book; none is ever taken out."""
    lines = sorted({*read_checks(root), *entries})
    (root / CHECKS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
