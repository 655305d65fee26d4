"""Aliases: what the functions of a library are called in the framework itself.

A table of aliases is Python: `matmul = torch.matmul`, or `reshape = torch.Tensor.reshape` for a
method, or a function that only returns an expression, as `def size(x): return x.size`. It is read
as a syntax tree and never imported.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeGuard

# The classes of arrays in frameworks that do not write classes with a capital.
_CLASSES = {"ndarray"}
# What stands before a dot, a bracket or an operator without parentheses; numbers do not.
_ATOMS = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Tuple),
    *(ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr),
)


@dataclass(frozen=True)
class Hole:
    """The place of a parameter in an expression.

    Where `kind` is 'many', any number of arguments may stand there, and where it is 'tuple', a
    tuple of them. `is_free` says that an expression may stand there without parentheses.
    """

    name: str
    kind: Literal["one", "many", "tuple"]
    is_free: bool


@dataclass(frozen=True)
class Alias:
    """What takes the place of `d2l.name`, or of a call of it where there is a `signature`.

    `parts` is the new text with the holes for the arguments; `roots` are the names that it needs.
    """

    name: str
    parts: tuple[str | Hole, ...]
    roots: frozenset[str]
    signature: ast.arguments | None = None


@dataclass(frozen=True)
class AliasTable:
    """The aliases of a tab by name, and where the names that they need come from.

    `origins` says for a name like `np` what it stands for, as 'mxnet.np'; where that is '',
    anything imported by that name will do. `library` is the module that notebooks import, or ''
    where it is always called `d2l`.
    """

    aliases: Mapping[str, Alias] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    library: str = ""


@cache
def read_aliases(source: str, library: str = "") -> AliasTable:
    """Read a table of aliases; raises `SyntaxError` where it is not Python.

    Where the table imports nothing, the first names of what it calls are taken to be modules.
    """
    tree = ast.parse(source)
    aliases = {alias.name: alias for node in tree.body for alias in _alias(node)}
    own = vars(builtins).keys() - _defined(tree)
    roots = {root for alias in aliases.values() for root in alias.roots}
    origins = imported_names(tree) or dict.fromkeys(roots - own, "")
    known = origins.keys() | own
    usable = {name: alias for name, alias in aliases.items() if alias.roots <= known}
    return AliasTable(usable, origins, library)


def imported_names(tree: ast.AST) -> dict[str, str]:
    """The names that import statements bind, with what they stand for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                names[each.asname or top] = each.name if each.asname else top
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                names[each.asname or each.name] = f"{node.module}.{each.name}"
    return names


def is_atom(node: ast.expr) -> bool:
    """Whether an expression can stand before a dot or an operator as it is."""
    is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_string or isinstance(node, _ATOMS)


def _defined(tree: ast.Module) -> set[str]:
    """The names that the table itself defines."""
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    assignments = (node for node in tree.body if isinstance(node, ast.Assign))
    targets = (target for node in assignments for target in node.targets)
    return {node.name for node in functions} | {ast.unparse(target) for target in targets}


def _alias(node: ast.stmt) -> Iterator[Alias]:
    """Yield the alias that a statement of the table defines; anything else defines none."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name, value = node.targets[0].id, node.value
        if isinstance(value, ast.Lambda):
            yield from _function(name, value.args, value.body)
        elif _is_method(value):
            text = f"lambda x, /, *args, **kwargs: x.{value.attr}(*args, **kwargs)"
            method = ast.parse(text, mode="eval").body
            assert isinstance(method, ast.Lambda)
            yield from _function(name, method.args, method.body)
        elif root := _root(value):
            yield Alias(name, (ast.unparse(value),), frozenset({root}))
    elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value:
            yield from _function(node.name, node.args, body[0].value)


def _root(node: ast.expr) -> str:
    """The first name of a dotted one; '' for any other expression."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_method(value: ast.expr) -> TypeGuard[ast.Attribute]:
    if not isinstance(value, ast.Attribute) or not isinstance(value.value, ast.Attribute):
        return False
    owner = value.value.attr
    return owner[0].isupper() or owner in _CLASSES


def _function(name: str, signature: ast.arguments, value: ast.expr) -> Iterator[Alias]:
    """Yield an alias if each parameter is used once, in the order in which they are given."""
    each = [*signature.posonlyargs, *signature.args, signature.vararg, *signature.kwonlyargs]
    names = [parameter.arg for parameter in [*each, signature.kwarg] if parameter]
    text = ast.unparse(value)
    tree = ast.parse(text, mode="eval").body
    nodes = list(ast.walk(tree))
    used = [node for node in nodes if isinstance(node, ast.Name) and node.id in names]
    used.sort(key=lambda node: node.col_offset)
    is_plain = text.isascii() and "\n" not in text
    # An inner scope has names of its own, and may run what stands in it many times or never.
    if not is_plain or any(isinstance(node, ast.Lambda | ast.comprehension) for node in nodes):
        return
    holes = [_hole(nodes, node, signature) for node in used]
    if [node.id for node in used] != names or None in holes:
        return
    parts: list[str | Hole] = ["" if is_atom(tree) else "("]
    end = 0
    for node, hole in zip(used, holes, strict=True):
        assert hole is not None
        literal = text[end : node.col_offset]
        parts += [literal.rstrip("*") if hole.kind == "many" else literal, hole]
        end = node.end_col_offset or 0
    parts += [text[end:], "" if is_atom(tree) else ")"]
    roots = {node.id for node in nodes if isinstance(node, ast.Name)} - set(names)
    yield Alias(name, tuple(part for part in parts if part), frozenset(roots), signature)


def _hole(nodes: list[ast.AST], name: ast.Name, signature: ast.arguments) -> Hole | None:
    """Return the hole that a name leaves; None where what stands there is no argument's value."""
    is_many = signature.vararg is not None and name.id == signature.vararg.arg
    is_named = signature.kwarg is not None and name.id == signature.kwarg.arg
    for node in nodes:
        if isinstance(node, ast.Call):
            if any(isinstance(each, ast.Starred) and each.value is name for each in node.args):
                return Hole(name.id, "many" if is_many else "one", is_many)
            if any(each.value is name and each.arg is None for each in node.keywords):
                return Hole(name.id, "many" if is_named else "one", is_named)
            if name in node.args or any(each.value is name for each in node.keywords):
                return None if is_named else Hole(name.id, "tuple" if is_many else "one", True)
    return None if is_named else Hole(name.id, "tuple" if is_many else "one", False)
