"""`tab.selected(...)` decided for one tab: the branches of the other tabs leave the code.

The syntax tree says what to cut; the cuts are made in the text, so what stays keeps its comments
and its layout. The outermost constructs are rewritten first, then those that stood in them.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

from tabbook.text.branches import Branch, Line, fold_chain, if_chain
from tabbook.text.cell_code import CellCode, parse_cell, placed_children, placed_nodes


@dataclass(frozen=True)
class Selection:
    """A call of `tab.selected`: its line in the cell, from 1, and its tabs, None if not literal."""

    line: int
    tabs: tuple[str, ...] | None


def find_selections(source: str) -> list[Selection]:
    """Return the calls of `tab.selected` in a cell; raises SyntaxError if the cell is no Python."""
    if "tab.selected" not in source:
        return []
    code = parse_cell(source.split("\n"))
    if code is None:
        return []
    reachable = set(placed_nodes(code.tree))
    return [
        Selection(node.lineno, _selected_tabs(node) if node in reachable else None)
        for node in ast.walk(code.tree)
        if _is_selection(node)
    ]


def lines_without_self(source: str) -> list[int]:
    """Return the lines, from 1, that use `self` in a branch of a class body, outside any method.

    Such a branch was meant for the method above it. Raises SyntaxError if the cell is no Python.
    """
    code = parse_cell(source.split("\n")) if "tab.selected" in source else None
    classes = (
        (node for node in ast.walk(code.tree) if isinstance(node, ast.ClassDef)) if code else ()
    )
    branches = (
        node
        for each in classes
        for node in each.body
        if isinstance(node, ast.If) and any(map(_is_selection, ast.walk(node)))
    )
    return sorted({line for branch in branches for line in _lines_with_self(branch)})


def _lines_with_self(branch: ast.If) -> Iterator[int]:
    waiting: list[ast.AST] = [branch]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id == "self":
            yield node.lineno
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def unfold(source: str, tab: str) -> list[Line]:
    """Return the lines of a cell's code for `tab`, each with its index in `source`.

    Code that does not parse comes back as it is.
    """
    lines = [Line(text, index) for index, text in enumerate(source.split("\n"))]
    while any("tab.selected" in line.text for line in lines):
        try:
            code = parse_cell([line.text for line in lines])
        except SyntaxError:
            break
        if code is None or not _fold_outermost(code, lines, tab):
            break
    return lines


def _is_selection(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "selected"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "tab"
    )


def _selected_tabs(node: ast.expr) -> tuple[str, ...] | None:
    """Return the tabs that `tab.selected(...)` names; None for anything else."""
    if not _is_selection(node) or node.keywords:
        return None
    names = node.args
    if len(names) == 1 and isinstance(names[0], ast.List | ast.Tuple | ast.Set):
        names = names[0].elts
    values = [name.value for name in names if isinstance(name, ast.Constant)]
    tabs = tuple(value for value in values if isinstance(value, str))
    return tabs if len(tabs) == len(names) else None


def _decide(test: ast.expr, tab: str) -> bool | None:
    """Return what a condition is for `tab`, None where it depends on something else too."""
    tabs = _selected_tabs(test)
    if tabs is not None:
        return tab.lower() in map(str.lower, tabs)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        is_negated = False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, is_negated = test.operand, not is_negated
        value = _decide(test, tab)
        return None if value is None else value != is_negated
    if isinstance(test, ast.BoolOp):
        values = [_decide(operand, tab) for operand in test.values]
        deciding = isinstance(test.op, ast.Or)  # one True decides `or`, one False decides `and`
        if deciding in values:
            return deciding
        return None if None in values else not deciding
    return None


class _Chain(NamedTuple):
    """An `if` statement, its parts, and what each part's condition is for the tab."""

    node: ast.If
    branches: list[Branch]
    decisions: list[bool | None]

    @property
    def vanishes(self) -> bool:
        return all(decision is False for decision in self.decisions)


class _Expression(NamedTuple):
    """An expression, and the text that takes its place."""

    node: ast.expr
    text: str


def _fold_outermost(code: CellCode, lines: list[Line], tab: str) -> bool:
    """Rewrite in `lines` the outermost constructs that `tab` decides at least in part, if any.

    It goes from the bottom up, so that the tree's places are right for what is still to do.
    """
    found = sorted(_outermost(code, tab), key=lambda each: code.span(each.node)[0], reverse=True)
    vanishing = {each.node for each in found if isinstance(each, _Chain) and each.vanishes}
    last = _last_of_blocks(code.tree, vanishing)
    for each in found:
        if isinstance(each, _Chain):
            fold_chain(code, lines, each.branches, each.decisions, each.node in last)
        else:
            _replace(code, lines, each)
    return bool(found)


def _outermost(code: CellCode, tab: str) -> Iterator[_Chain | _Expression]:
    waiting: list[ast.AST] = [code.tree]
    while waiting:
        node = waiting.pop()
        found: _Chain | _Expression | None = None
        if isinstance(node, ast.If):
            found = _decided_chain(code, node, tab)
        elif isinstance(node, ast.expr):
            text = _folded_expression(code, node, tab)
            found = None if text is None else _Expression(node, text)
        if found:
            yield found
        else:
            waiting.extend(placed_children(node))


def _decided_chain(code: CellCode, node: ast.If, tab: str) -> _Chain | None:
    if code.tokens[code.next_token(code.span(node)[0])].text == "elif":
        return None  # its chain, which has been looked at
    branches = if_chain(code, node)
    decisions = [_decide(branch.test, tab) if branch.test else None for branch in branches]
    is_decided = any(decision is not None for decision in decisions)
    return _Chain(node, branches, decisions) if is_decided else None


def _last_of_blocks(tree: ast.Module, vanishing: set[ast.If]) -> set[ast.If]:
    """Return the last statement of each block that would be empty; the module's own may be."""
    return {
        block[-1]
        for parent in ast.walk(tree)
        if parent is not tree
        for _, block in ast.iter_fields(parent)
        if block and isinstance(block, list) and vanishing.issuperset(block)
    }


def _folded_expression(code: CellCode, node: ast.expr, tab: str) -> str | None:
    """Return the text that takes the place of an expression, None if it is to stay."""
    if isinstance(node, ast.IfExp):
        value = _decide(node.test, tab)
        return None if value is None else code.text(node.body if value else node.orelse, node)
    value = _decide(node, tab)
    if value is not None:
        return str(value)
    if isinstance(node, ast.BoolOp):
        open_operands = [operand for operand in node.values if _decide(operand, tab) is None]
        if len(open_operands) < len(node.values):
            word = " or " if isinstance(node.op, ast.Or) else " and "
            return word.join(code.text(operand, node) for operand in open_operands)
    return None


def _replace(code: CellCode, lines: list[Line], expression: _Expression) -> None:
    (first, start), (last, end) = code.span(expression.node)
    whole = lines[first].text[:start] + expression.text + lines[last].text[end:]
    indices = [line.origin for line in lines[first : last + 1]]
    lines[first : last + 1] = [
        Line(row, indices[min(k, len(indices) - 1)]) for k, row in enumerate(whole.split("\n"))
    ]
