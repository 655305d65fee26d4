"""Cut `if`/`elif`/`else` chains in the text of a cell, once it is known which branches stay."""

import ast
from collections.abc import Sequence
from typing import NamedTuple

from tabbook.text.cell_code import CellCode, Position, Token


class Line(NamedTuple):
    """A line of code and its index in the cell as it was written."""

    text: str
    origin: int


class Branch(NamedTuple):
    """One part of an `if` chain; lines count from 0.

    `test` is None for `else`; `body` is where the first statement of the body begins. The lines
    from `lead` to `end` are the branch's: the comments above its keyword, its head and its body.
    """

    keyword: Token
    colon: Token
    test: ast.expr | None
    body: Position
    lead: int
    end: int


def if_chain(code: CellCode, head: ast.If) -> list[Branch]:
    """Return the parts of an `if` statement: itself, its `elif`s and its `else`."""
    (line, column), _ = code.span(head)
    chain = [_branch(code, (line, column), head.test, head.body, column)]
    rest = head.orelse
    while rest:
        node = rest[0]
        start = (chain[-1].end, 0)
        if code.tokens[code.next_token(start)].text == "elif" and isinstance(node, ast.If):
            chain.append(_branch(code, start, node.test, node.body, column))
            rest = node.orelse
        else:
            chain.append(_branch(code, start, None, rest, column))
            rest = []
    return chain


def _branch(
    code: CellCode, start: Position, test: ast.expr | None, body: Sequence[ast.stmt], column: int
) -> Branch:
    keyword = code.next_token(start)
    colon = code.next_token(code.span(test)[1]) if test else keyword + 1
    while code.tokens[colon].text != ":":  # the parentheses around a test are not part of it
        colon += 1
    first, _ = code.span(body[0])
    end = _end(code, code.span(body[-1])[1][0] + 1, column)
    return Branch(code.tokens[keyword], code.tokens[colon], test, first, start[0], end)


def _end(code: CellCode, end: int, column: int) -> int:
    """Move the end of a body behind the indented comments that follow its last statement."""
    for index in range(end, len(code.lines)):
        text = code.lines[index].lstrip()
        if text.startswith("#") and len(code.lines[index]) - len(text) > column:
            end = index + 1
        elif text and index not in code.continued_magics:
            break
        elif text:
            end = index + 1
    return end


def fold_chain(
    code: CellCode,
    lines: list[Line],
    chain: Sequence[Branch],
    decisions: Sequence[bool | None],
    is_last: bool,
) -> None:
    """Take the branches that are decided to be False out of the lines of the cell.

    A branch decided to be True takes the place of those behind it: as the chain's `else`, or, if
    none stands before it, in place of the chain. An undecided one stays with its condition. Where
    nothing stays, and `is_last` says that its block would be empty, `pass` does.
    """
    out = _kept_branches(code, lines, chain, decisions)
    start, end = chain[0].lead, chain[-1].end
    if not out and is_last:
        out = [Line(_indent(code, chain[0].keyword.start) + "pass", lines[start].origin)]
    elif not out and not (start and lines[start - 1].text.strip()):
        while end < len(lines) and not lines[end].text.strip():
            end += 1
    while out and not out[0].text.strip():
        del out[0]
    lines[start:end] = out


def _kept_branches(
    code: CellCode,
    lines: Sequence[Line],
    chain: Sequence[Branch],
    decisions: Sequence[bool | None],
) -> list[Line]:
    out: list[Line] = []
    for branch, decision in zip(chain, decisions, strict=True):
        taken = decision or branch.test is None
        if taken and not out:
            return _unwrapped(code, lines, branch)
        if decision is not False:
            keyword = "else" if taken else "elif" if out else "if"
            out += _headed(lines, branch, keyword)
        if taken:
            break
    return out


def _headed(lines: Sequence[Line], branch: Branch, keyword: str) -> list[Line]:
    """Return a branch under a keyword that may be new; `else` has no condition."""
    line, column = branch.keyword.start
    colon_line, colon_column = branch.colon.start
    lead, first, body = lines[branch.lead : line], lines[line], lines[colon_line + 1 : branch.end]
    if keyword == "else":
        text = first.text[:column] + keyword + lines[colon_line].text[colon_column:]
        head = [Line(text, first.origin)]
    else:
        text = first.text[:column] + keyword + first.text[branch.keyword.end[1] :]
        head = [Line(text, first.origin), *lines[line + 1 : colon_line + 1]]
    return [*lead, *head, *body]


def _unwrapped(code: CellCode, lines: Sequence[Line], branch: Branch) -> list[Line]:
    """Return the body of a branch with the indentation of its `if`."""
    outer, inner = _indent(code, branch.keyword.start), _indent(code, branch.body)
    behind_colon = branch.colon.start[0] + 1
    out = list(lines[branch.lead : branch.keyword.start[0]])
    if branch.body[0] < behind_colon:
        line, column = branch.body
        out.append(Line(outer + lines[line].text[column:], lines[line].origin))
        return [*out, *lines[behind_colon : branch.end]]
    for number in range(behind_colon, branch.end):
        text = lines[number].text
        if number not in code.string_lines and text.startswith(inner):
            text = outer + text.removeprefix(inner)
        out.append(Line(text, lines[number].origin))
    return out


def _indent(code: CellCode, position: Position) -> str:
    line, column = position
    return code.lines[line][:column]
