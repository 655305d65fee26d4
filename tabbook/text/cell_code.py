"""The Python of a code cell: its syntax tree and tokens, with IPython's own lines masked."""

import ast
import io
import re
import tokenize
import warnings
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# What only IPython understands: a magic, a shell command or a question, also after `name =`.
_IPYTHON_LINE = re.compile(r"[ \t]*(?:[\w., \t]+=[ \t]*)?[%!?]|.*\?[ \t]*$")
_CELL_MAGIC = re.compile(r"[ \t]*%%(\w*)")
# Cell magics whose body is Python in the cell's own name space.
_PYTHON_MAGICS = {"capture", "prun", "time", "timeit"}
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
    # From Python 3.12 on, the text of an f-string, which may be a bracket.
    getattr(tokenize, "FSTRING_MIDDLE", tokenize.NL),
}

Position = tuple[int, int]  # line and column in characters, both from 0


@dataclass(frozen=True)
class Token:
    """A token that is no layout: neither a comment, a line end nor indentation."""

    text: str
    start: Position
    end: Position


@dataclass(frozen=True)
class CellCode:
    """A cell's lines as they stand, and the syntax tree and the tokens that Python sees in them.

    Lines count from 0. `comments` has the column of each line's comment, `string_lines` begin
    inside a string, `continued_magics` are what a backslash adds to an IPython line.
    """

    lines: Sequence[str]
    tree: ast.Module
    tokens: Sequence[Token]
    comments: Mapping[int, int]
    string_lines: frozenset[int]
    continued_magics: frozenset[int]

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[Position, Position]:
        """Return where a node begins and ends; the syntax tree itself counts columns in bytes."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._position(node.lineno, node.col_offset), self._position(end_line, end_column)

    def _position(self, line: int, column: int) -> Position:
        return line - 1, len(self.lines[line - 1].encode()[:column].decode(errors="ignore"))

    def next_token(self, position: Position) -> int:
        """Return the index of the first token that begins at `position` or behind it."""
        return bisect_left(self.tokens, position, key=lambda token: token.start)

    def text(self, node: ast.expr, parent: ast.expr) -> str:
        """Return the text of an operand of `parent`, with the parentheses around the operand."""
        low, high = self.span(parent)
        return self.between(*self.enclosed_span(node, self.next_token(low), self.next_token(high)))

    def between(self, start: Position, end: Position) -> str:
        """Return the text from one position to another."""
        (line, column), (end_line, end_column) = start, end
        rows = [*self.lines[line:end_line], self.lines[end_line][:end_column]]
        rows[0] = rows[0][column:]
        return "\n".join(rows)

    def enclosed_span(self, node: ast.expr, low: int, high: int) -> tuple[Position, Position]:
        """Return where a node and the parentheses around it begin and end.

        Only the tokens from `low` to before `high` are looked at.
        """
        start, end = self.span(node)
        first, last = self.next_token(start), self.next_token(end) - 1
        while low < first and last < high - 1 and self._enclosed(first, last):
            first, last = first - 1, last + 1
        return self.tokens[first].start, self.tokens[last].end

    def _enclosed(self, first: int, last: int) -> bool:
        return self.tokens[first - 1].text == "(" and self.tokens[last + 1].text == ")"


def parse_cell(lines: Sequence[str]) -> CellCode | None:
    """Parse a cell, or return None if a cell magic says that it is in another language.

    A line is masked with `pass` only where Python stumbles over it: `% b` inside an expression
    stays. Raises SyntaxError where masking does not help.
    """
    masked = list(lines)
    continued: set[int] = set()
    magic = _CELL_MAGIC.match(lines[0])
    if magic:
        if magic[1] not in _PYTHON_MAGICS:
            return None
        _mask(masked, 0)
    while True:
        try:
            tree, tokens = _parse("\n".join(masked))
        except SyntaxError as error:
            index = (error.lineno or 0) - 1
            if not (0 <= index < len(masked) and _IPYTHON_LINE.match(masked[index])):
                raise
            continued |= _mask(masked, index)
        else:
            real = [Token(t.string, *_place(t)) for t in tokens if t.type not in _LAYOUT]
            comments = {t.start[0] - 1: t.start[1] for t in tokens if t.type == tokenize.COMMENT}
            strings = _lines_inside_strings(tokens)
            return CellCode(lines, tree, real, comments, strings, frozenset(continued))


def comments_of(source: str) -> dict[int, str]:
    """Return the comments of a cell by their lines, from 0; none where it is not Python."""
    lines = source.split("\n")
    try:
        code = parse_cell(lines)
    except SyntaxError:
        code = None
    return {line: lines[line][column:] for line, column in code.comments.items()} if code else {}


def placed_nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk breadth-first, not into f-strings."""
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        waiting.extend(placed_children(node))


def placed_children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node; before Python 3.12 nothing in an f-string has a place."""
    if not isinstance(node, ast.JoinedStr):
        yield from ast.iter_child_nodes(node)


def _parse(source: str) -> tuple[ast.Module, list[tokenize.TokenInfo]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is the kernel's to report
        try:
            tree = ast.parse(source)
            tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
        except (ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
            raise SyntaxError(str(error)) from error
    return tree, tokens


def _place(token: tokenize.TokenInfo) -> tuple[Position, Position]:
    return (token.start[0] - 1, token.start[1]), (token.end[0] - 1, token.end[1])


def _lines_inside_strings(tokens: Sequence[tokenize.TokenInfo]) -> frozenset[int]:
    lines: set[int] = set()
    open_f_strings: list[int] = []  # from Python 3.12 on, an f-string is more than one token
    for token in tokens:
        (first, _), (last, _) = _place(token)
        if token.type == tokenize.STRING:
            lines.update(range(first + 1, last + 1))
        elif tokenize.tok_name[token.type] == "FSTRING_START":
            open_f_strings.append(first)
        elif tokenize.tok_name[token.type] == "FSTRING_END":
            lines.update(range(open_f_strings.pop() + 1, last + 1))
    return frozenset(lines)


def _mask(lines: list[str], index: int) -> set[int]:
    """Put `pass` in the place of a line; blank and return the lines that a backslash adds to it."""
    line = lines[index]
    lines[index] = line[: len(line) - len(line.lstrip())] + "pass"
    continued: set[int] = set()
    while line.endswith("\\") and index + 1 < len(lines):
        index += 1
        line, lines[index] = lines[index], ""
        continued.add(index)
    return continued
