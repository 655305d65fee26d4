"""The support library as each tab sees it: hashes that change when what its notebooks run does."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tabbook.book.files import files_in
from tabbook.book.settings import Book
from tabbook.problems import Problem, ProblemsError


@dataclass(frozen=True)
class Support:
    """What a tab's notebooks can run and read of the support library.

    `face` has the names of the modules that belong to the tab, `modules` all of them by their
    names, and `data` a hash of each data file that is not another tab's.
    """

    face: tuple[str, ...]
    modules: "Mapping[str, _Source]"
    data: Mapping[Path, str]

    def modules_run_by(self, code: Iterable[str]) -> str:
        """A hash of the face, of what the cells in `code` import, and of all that these import.

        Docstrings, comments and layout do not count. Raises `ProblemsError` where a module that is
        run is not Python.
        """
        imported = (name for cell in code for name in _imported_by_cell(cell))
        read = _read_all([*self.face, *imported], self.modules)
        return _hash("".join(f"{name} {read[name].digest}\n" for name in sorted(read)))

    def data_named_in(self, code: str) -> dict[str, str]:
        """The hashes of the data files whose names, without extension, are strings in `code`."""
        strings = set(re.findall(r"""["']([^"'\n]+)["']""", code))
        named = {path: digest for path, digest in self.data.items() if path.stem in strings}
        return {path.as_posix(): digest for path, digest in named.items()}


def support_library(book: Book) -> dict[str, Support]:
    """The support library for each tab."""
    if not book.support:
        return {tab.name: Support((), {}, {}) for tab in book.tabs}
    folder = book.root / book.support
    sources = [_Source(path, folder, book.root) for path in files_in(folder, ".py")]
    sources.sort(key=lambda source: source.is_package)  # To Python it hides a module of its name.
    modules = {source.name: source for source in sources}
    data = {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files_in(folder, ".json")
    }
    support = {}
    for tab in book.tabs:
        name = f"{folder.name}.{tab.module}"
        face = tuple(each for each in modules if f"{each}.".startswith(f"{name}."))
        others = {other.module for other in book.tabs} - {tab.module}
        own = {path: value for path, value in data.items() if others.isdisjoint(path.parts)}
        support[tab.name] = Support(face, modules, own)
    return support


@dataclass(frozen=True)
class _Module:
    """A hash of what a module runs, and the names that may be modules that it imports."""

    digest: str
    imported: frozenset[str]


@dataclass(frozen=True)
class _Source:
    """The file of a module of the support library `folder`; it is read when it is asked for."""

    path: Path
    folder: Path
    root: Path

    @property
    def name(self) -> str:
        """What the module is imported as."""
        parts = self.path.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if self.is_package else parts)

    @property
    def is_package(self) -> bool:
        """Whether the module is the package that its folder is."""
        return self.path.name == "__init__.py"

    @cached_property
    def module(self) -> _Module:
        """What it runs; raises `ProblemsError` where it is not Python."""
        try:
            return _module_of(self.name, self.is_package, self.path.read_bytes())
        except (SyntaxError, ValueError) as error:  # a null byte is the latter in Python 3.11
            place = self.path.relative_to(self.root).as_posix(), getattr(error, "lineno", None) or 1
            message = f"not Python: {getattr(error, 'msg', error)}"
            raise ProblemsError([Problem(*place, message)]) from error


def _read_all(names: Iterable[str], sources: Mapping[str, _Source]) -> dict[str, _Module]:
    """Read the modules `names` and those that they import, by the way of others, too."""
    found: dict[str, _Module] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in sources and name not in found:
            found[name] = sources[name].module
            waiting += [*found[name].imported, name.rpartition(".")[0]]
    return found


@cache
def _module_of(name: str, is_package: bool, text: bytes) -> _Module:
    tree = _WithoutTheUnrun().visit(ast.parse(text))
    return _Module(_hash(repr(_meaning(tree))), frozenset(_imported(tree, name, is_package)))


@cache
def _imported_by_cell(code: str) -> frozenset[str]:
    """What a cell imports; the lines of IPython's magic import nothing."""
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in code.splitlines())
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return frozenset()
    return frozenset(_imported(tree, "", is_package=False))


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
