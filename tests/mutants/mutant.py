"""A change of one place in one module, and whether it is more than a constant or an operator."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """A change of `old` to `new` at the character `start` of a module.

    `module` is the path of the file in its package, without `.py`, such as "common/board".
    `plain` says that it exchanges a constant or an operator and nothing else.
    """

    module: str
    category: str
    words: str
    start: int
    old: str
    new: str
    plain: bool

    @property
    def id(self) -> str:
        """A name that stays while the change does, wherever in the module it has moved to."""
        content = "\0".join([self.category, self.old, self.new, self.words])
        return f"{self.module}:{hashlib.sha1(content.encode()).hexdigest()[:8]}"

    def applied_to(self, source: str) -> str:
        """Return the module's text with the change."""
        end = self.start + len(self.old)
        if source[self.start : end] != self.old:
            raise ValueError(f"{self.module} has changed: {self.old!r} is not where it was")
        return source[: self.start] + self.new + source[end:]

    def lines(self, source: str) -> range:
        """Return the numbers of the lines that the change touches."""
        first = source.count("\n", 0, self.start) + 1
        return range(first, first + self.old.rstrip("\n").count("\n") + 1)


def file_of(package: Path, module: str) -> Path:
    """Return the file of a module of the package at `package`."""
    return package / f"{module}.py"


def is_plain(source: str, changed: str) -> bool:
    """Tell whether two texts differ in numbers, truth values, None and operators only."""
    return _alike(source, changed, _without_constants_and_operators)


def means_the_same(source: str, changed: str) -> bool:
    """Tell whether two texts differ in annotations at most, which nobody reads at run time."""
    return _alike(source, changed, _without_annotations)


def _alike(source: str, changed: str, simplified: Callable[[str], str]) -> bool:
    before, after = _statements(source), _statements(changed)
    # Most statements are the same text; to write out their trees would take seconds.
    return len(before) == len(after) and all(
        one == other or simplified(one) == simplified(other)
        for one, other in zip(before, after, strict=True)
    )


@functools.cache
def _statements(source: str) -> list[str]:
    """Return the texts of the statements of a module, which must be valid Python."""
    lines = source.splitlines()
    texts = []
    for node in ast.parse(source).body:
        decorators = getattr(node, "decorator_list", [])
        start = min(part.lineno for part in [node, *decorators])
        texts.append("\n".join(lines[start - 1 : node.end_lineno]))
    return texts


def _without_annotations(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if hasattr(node, field):
                setattr(node, field, None)
    return ast.dump(tree)


def _without_constants_and_operators(source: str) -> str:
    return ast.dump(_Plainer().visit(ast.parse(source)))


class _Plainer(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return node if isinstance(node.value, (str, bytes)) else ast.Constant(0)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        node.op = ast.Add()
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        node.op = ast.And()
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        node.ops = [ast.Eq() for _ in node.ops]
        return self.generic_visit(node)
