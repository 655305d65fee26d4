"""The cells of a notebook with the framework's own calls in place of a library's aliases."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from tabbook.text.aliases import Alias, AliasTable, imported_names
from tabbook.text.cell_code import CellCode, parse_cell
from tabbook.text.expand import expand
from tabbook.text.reader import Cell

_LIBRARY = "d2l"


def with_native_calls(cells: Sequence[Cell], table: AliasTable) -> tuple[Cell, ...]:
    """Return the cells of a notebook with the aliases in `table` written out.

    An alias is, where the notebook has imported what it needs by the same name, and uses that name
    for nothing else.
    """
    if not table.aliases:
        return tuple(cells)
    needed = {*table.origins, *(root for alias in table.aliases.values() for root in alias.roots)}
    # Cells that may bind one of the names; those that use them are many.
    binds = re.compile(rf"\bimport\b|\b(?:{_any_of(needed)})\b(?![.(])")
    code = [_parse(cell.source) if _is_code(cell, binds) else None for cell in cells]
    imports = [imported_names(each.tree) if each else {} for each in code]
    meanings = _meanings(code, imports)
    bound: dict[str, str] = {}
    out = []
    for cell, names in zip(cells, imports, strict=True):
        bound |= {name: origin for name, origin in names.items() if len(meanings[name]) == 1}
        prefixes = {name for name, origin in bound.items() if origin == table.library}
        out.append(_native(cell, _usable(table, bound, meanings), prefixes or _prefixes(table)))
    return tuple(out)


def _is_code(cell: Cell, pattern: re.Pattern[str]) -> bool:
    return cell.kind == "code" and pattern.search(cell.source) is not None


def _any_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names)))


@cache
def _parse(source: str) -> CellCode | None:
    """Parse a cell once: a shared one is in every tab. None where it is not Python."""
    try:
        return parse_cell(source.split("\n"))
    except SyntaxError:
        return None


def _prefixes(table: AliasTable) -> set[str]:
    return set() if table.library else {_LIBRARY}


def _meanings(
    code: Sequence[CellCode | None], imports: Sequence[Mapping[str, str]]
) -> defaultdict[str, set[str]]:
    """What each name stands for in a notebook: what is imported, or '' for anything else."""
    meanings: defaultdict[str, set[str]] = defaultdict(set)
    for each, names in zip(code, imports, strict=True):
        for name, origin in names.items():
            meanings[name].add(origin)
        for name in _assigned(each.tree) if each else ():
            meanings[name].add("")
    return meanings


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif not isinstance(node, ast.alias) and isinstance(name := getattr(node, "name", 0), str):
            yield name  # of a function, a class or a caught exception


def _usable(
    table: AliasTable, bound: Mapping[str, str], meanings: Mapping[str, set[str]]
) -> dict[str, Alias]:
    """The aliases whose names mean in the notebook, as far as it goes, what they mean in `table`.

    What the table does not import is one of Python's own names, and must not mean anything else.
    """

    def is_meant(name: str) -> bool:
        if name not in table.origins:
            return name not in meanings
        return name in bound and table.origins[name] in ("", bound[name])

    return {name: alias for name, alias in table.aliases.items() if all(map(is_meant, alias.roots))}


def _native(cell: Cell, aliases: Mapping[str, Alias], prefixes: set[str]) -> Cell:
    called = re.compile(rf"\b(?:{_any_of(prefixes)})\b")
    code = _parse(cell.source) if prefixes and _is_code(cell, called) else None
    lines = expand(code, aliases, prefixes) if code else None
    if lines is None:
        return cell
    source = "\n".join(line.text for line in lines)
    numbers = tuple(cell.chapter_line(line.origin + 1) for line in lines)
    return replace(cell, source=source, line=numbers[0], lines=numbers)
