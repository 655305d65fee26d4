"""The support library as each tab sees it: hashes that change when what its notebooks run does."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tabbook.book import Book
from tabbook.problems import Problem, ProblemsError


@dataclass(frozen=True)
class Support:
    """A hash of the modules that a tab's face runs, and one of each data file that it can read."""

    modules: str
    data: Mapping[Path, str]

    def data_named_in(self, code: str) -> dict[str, str]:
        """The hashes of the data files whose names, without extension, are strings in `code`."""
        strings = set(re.findall(r"""["']([^"'\n]+)["']""", code))
        named = {path: digest for path, digest in self.data.items() if path.stem in strings}
        return {path.as_posix(): digest for path, digest in named.items()}


def support_library(book: Book) -> dict[str, Support]:
    """The support library for each tab: all of its face, and what that imports of the rest.

    Docstrings, comments and layout do not count. Raises `ProblemsError` where a module that is run
    is not Python.
    """
    if not book.support:
        return {tab.name: Support("", {}) for tab in book.tabs}
    folder = book.root / book.support
    modules = {_module_name(path, folder): path for path in folder.rglob("*.py")}
    data = {
        path.relative_to(folder): _hash(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.json"))
    }
    support = {}
    for tab in book.tabs:
        face = f"{folder.name}.{tab.module}"
        names = [name for name in modules if name == face or name.startswith(f"{face}.")]
        read = _read_all(names, modules, book.root)
        digest = _hash("".join(f"{name} {read[name].digest}\n" for name in sorted(read)))
        others = {other.module for other in book.tabs} - {tab.module}
        own = {path: value for path, value in data.items() if others.isdisjoint(path.parts)}
        support[tab.name] = Support(digest, own)
    return support


def _module_name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class _Module:
    """A hash of what a module runs, and the names that may be modules that it imports."""

    digest: str
    imported: frozenset[str]


def _read_all(names: Iterable[str], modules: Mapping[str, Path], root: Path) -> dict[str, _Module]:
    """Read the modules `names` and those that they import, by the way of others, too."""
    found: dict[str, _Module] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in modules and name not in found:
            found[name] = _read(name, modules[name], root)
            waiting += [*found[name].imported, name.rpartition(".")[0]]
    return found


def _read(name: str, path: Path, root: Path) -> _Module:
    try:
        return _module_of(name, path.name == "__init__.py", path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        place = path.relative_to(root).as_posix(), error.lineno or 1
        raise ProblemsError([Problem(*place, f"not Python: {error.msg}")]) from error


@cache
def _module_of(name: str, is_package: bool, text: str) -> _Module:
    tree = _WithoutTheUnrun().visit(ast.parse(text))
    return _Module(_hash(repr(_meaning(tree))), frozenset(_imported(tree, name, is_package)))


def _imported(tree: ast.Module, module: str, is_package: bool) -> Iterator[str]:
    """The names that may be modules: of import statements, and strings such as importlib's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            above = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


class _WithoutTheUnrun(ast.NodeTransformer):
    """Takes away docstrings, and imports that are for type checkers only."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_string = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_string else node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return node.orelse if is_for_types else node


def _meaning(node: Any) -> Any:
    """A syntax tree as tuples, alike in all versions of Python: new fields are empty."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return type(node).__name__, *((name, _meaning(value)) for name, value in fields)
    return tuple(map(_meaning, node)) if isinstance(node, list) else repr(node)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
