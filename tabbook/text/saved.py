"""The statements of a cell that `#@save` marks: those that belong into the book's library."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tabbook.text.cell_code import CellCode, parse_cell

SAVE_MARK = re.compile(r"#[ \t]*@save(?:_(?P<extent>all|cell))?\b")

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
Lines = tuple[int, int]  # the first line and the one behind the last, from 0


def saved_runs(code: CellCode, is_all: bool) -> Iterator[list[Lines]]:
    """Yield the runs of statements that are saved, each statement with the comments above it.

    Where `is_all`, they are one run. Else a mark stands behind a statement or above it. As in
    d2lbook, statements of one line go on up to an empty line or to the end of the first statement
    of several lines.
    """
    statements = list(_statements(code.tree))
    if is_all and statements:
        yield _with_comments(statements, 0)
    done = statements[-1][1] if is_all and statements else 0
    for mark in _marks(code):
        waiting = [lines for lines in statements if lines[1] > mark]
        if mark < done or not waiting:
            continue
        run = waiting[:1]
        for before, (start, end) in pairwise(waiting):
            is_short = before[1] - before[0] == 1
            if not is_short or not all(map(str.strip, code.lines[before[1] : start])):
                break
            run.append((start, end))
        done = run[-1][1]
        yield _with_comments(run, min(mark, run[0][0]))


def _marks(code: CellCode) -> list[int]:
    comments = sorted(code.comments.items())
    return [line for line, column in comments if SAVE_MARK.search(code.lines[line][column:])]


def _statements(tree: ast.Module) -> Iterator[Lines]:
    """Yield the lines of the statements of a cell; those of one line are one."""
    end = 0
    for node in tree.body:
        decorators = [each.lineno for each in getattr(node, "decorator_list", [])]
        start = min([node.lineno, *decorators]) - 1
        if start >= end:
            end = node.end_lineno or node.lineno
            yield start, end


def _with_comments(run: list[Lines], start: int) -> list[Lines]:
    """Let each statement begin where the one before it ends."""
    starts = [start, *(end for _, end in run)]
    return [(start, end) for start, (_, end) in zip(starts, run, strict=False)]


def with_note(lines: Sequence[str], note: str) -> list[str]:
    """Return the lines of a class or function with a note at the end of its docstring.

    Any other statement, and one whose body is on the line of its head, comes back as it is.
    """
    code = parse_cell(lines)
    node = code.tree.body[-1] if code and code.tree.body else None
    if code is None or not isinstance(node, DEFINITIONS):
        return list(lines)
    (line, column), _ = code.span(node.body[0])
    indent, first = lines[line][:column], node.body[0]
    if indent.strip():
        return list(lines)
    if ast.get_docstring(node) is None:
        while not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#"):
            line -= 1
        return [*lines[:line], f'{indent}"""{note}"""', *lines[line:]]
    _, (end, behind) = code.span(first)
    text, quotes = lines[end][: behind - 3], lines[end][behind - 3 : behind]
    if quotes not in ('"""', "'''"):
        return list(lines)
    above = [*lines[:end], text.rstrip()] if text.strip() else list(lines[:end])
    return [*above, "", f"{indent}{note}{quotes}{lines[end][behind:]}", *lines[end + 1 :]]
