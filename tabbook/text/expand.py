"""Aliases in a cell written out: `d2l.matmul(a, b)` becomes `torch.matmul(a, b)`.

The syntax tree says what stands where; the text between keeps its comments and its layout. A call
that cannot be written otherwise with the same meaning stays as it is.
"""

import ast
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tabbook.text.aliases import Alias, is_atom
from tabbook.text.branches import Line
from tabbook.text.cell_code import CellCode, Position, placed_nodes


def expand(code: CellCode, aliases: Mapping[str, Alias], prefixes: set[str]) -> list[Line] | None:
    """Return the lines of a cell with `aliases` written out; None where it has none of them.

    An alias has one of `prefixes` and a dot before its name.
    """
    replacements: dict[Position, list[_Piece]] = {}
    for node in placed_nodes(code.tree):
        pieces = _replacement(code, node, aliases, prefixes)
        if pieces:
            replacements.setdefault(pieces[0].start, pieces)
    if not replacements:
        return None
    text = _Text(code, replacements)
    text.add((0, 0), (len(code.lines) - 1, len(code.lines[-1])))
    return text.aligned()


@dataclass(frozen=True)
class _Piece:
    """What takes the place of the cell's text from `start` to `end`; with None, that text itself.

    `bracket` is the one in the cell whose part is played by the one at the end of `text`.
    """

    start: Position
    end: Position
    text: str | None = None
    bracket: Position | None = None


@dataclass(frozen=True)
class _Argument:
    """Where an argument of a call stands, with the parentheses around it.

    It is `bare` if it stands neither in parentheses nor before a dot without them.
    """

    start: Position
    end: Position
    bare: bool = False
    starred: bool = False


def _replacement(
    code: CellCode, node: ast.AST, aliases: Mapping[str, Alias], prefixes: set[str]
) -> list[_Piece] | None:
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
        return None
    alias = aliases.get(called.attr) if called.value.id in prefixes else None
    if alias is None or not isinstance(called.ctx, ast.Load):
        return None
    if isinstance(node, ast.Call):
        return _Call(code, node, alias).pieces() if alias.signature else None
    return None if alias.signature else [_Piece(*code.span(called), str(alias.parts[0]))]


class _Call:
    """A call that is to be written with an alias's text around its arguments."""

    def __init__(self, code: CellCode, call: ast.Call, alias: Alias) -> None:
        self.code = code
        self.call = call
        self.alias = alias
        self.start, self.end = code.span(call)
        self.bracket = code.next_token(code.span(call.func)[1])
        while code.tokens[self.bracket].text != "(":  # behind parentheses around the function
            self.bracket += 1

    def pieces(self) -> list[_Piece] | None:
        """Return what takes the place of the call; None where it has to stay."""
        if any(map(self._needs_this_call, self.call.args)):
            return None
        values = self._values()
        filled = self._filled(values) if values is not None else None
        if filled is None:
            return None
        literals, arguments = filled
        places = [(self.start, self.start), *((each.start, each.end) for each in arguments)]
        gaps = [(a[1], b[0]) for a, b in pairwise([*places, (self.end, self.end)])]
        if any(start > end for start, end in gaps):
            return None  # the arguments stand in another order
        pieces: list[_Piece] = []
        for index, (gap, literal) in enumerate(zip(gaps, literals, strict=True)):
            if pieces:
                pieces.append(_Piece(gaps[index - 1][1], gap[0]))
            is_last = index == len(gaps) - 1
            piece = self._gap(gap, literal, is_first=not index, is_last=is_last)
            if piece is None:
                return None
            pieces.append(piece)
        return pieces

    def _needs_this_call(self, node: ast.expr) -> bool:
        """Whether an argument has the call's parentheses for its own, or may have to."""
        start = self.code.tokens[self.bracket].start
        return isinstance(node, ast.NamedExpr) or self.code.span(node)[0] <= start

    def _values(self) -> dict[str, list[_Argument] | str] | None:
        """The arguments of each parameter, or its default; None where that cannot be told."""
        signature = self.alias.signature
        assert signature is not None
        positional = [each.arg for each in (*signature.posonlyargs, *signature.args)]
        named = [each.arg for each in (*signature.args, *signature.kwonlyargs)]
        values: dict[str, list[_Argument] | str] = {}
        for index, node in enumerate(self.call.args):
            argument = self._argument(node)
            if index < len(positional) and not argument.starred:
                values[positional[index]] = [argument]
            elif index >= len(positional) and signature.vararg:
                self._gather(values, signature.vararg.arg, argument)
            else:
                return None
        for keyword in self.call.keywords:
            argument = self._argument(keyword.value)
            if keyword.arg in named and keyword.arg not in values:
                values[keyword.arg] = [argument]
            elif signature.kwarg and keyword.arg not in values:
                start = self.code.span(keyword)[0]
                self._gather(values, signature.kwarg.arg, _Argument(start, argument.end))
            else:
                return None
        return values if self._add_defaults(values, signature) else None

    def _gather(self, values: dict[str, list[_Argument] | str], name: str, new: _Argument) -> None:
        gathered = values.setdefault(name, [])
        assert isinstance(gathered, list)
        gathered.append(new)

    def _add_defaults(
        self, values: dict[str, list[_Argument] | str], signature: ast.arguments
    ) -> bool:
        """Add the defaults of parameters that are not given; False where one has none.

        What `**kwargs` of the call gives is not known.
        """
        positional = [*signature.posonlyargs, *signature.args]
        defaults = [*signature.defaults, *signature.kw_defaults]
        optional = [*positional[len(positional) - len(signature.defaults) :], *signature.kwonlyargs]
        default = {each.arg: value for each, value in zip(optional, defaults, strict=True)}
        for name in (each.arg for each in (*positional, *signature.kwonlyargs)):
            value = default.get(name)
            if name in values:
                continue
            if value is None or any(keyword.arg is None for keyword in self.call.keywords):
                return False
            values[name] = ast.unparse(value)
        return True

    def _argument(self, node: ast.expr) -> _Argument:
        last = self.code.next_token(self.end) - 1
        start, end = self.code.enclosed_span(node, self.bracket + 1, last)
        if (start, end) != self.code.span(node):
            return _Argument(start, end)
        bare = not is_atom(node) or self._is_broken(start, end)
        return _Argument(start, end, bare, isinstance(node, ast.Starred))

    def _is_broken(self, start: Position, end: Position) -> bool:
        """Whether a line ends in an argument outside all of its brackets."""
        depth, line = 0, start[0]
        for token in self.code.tokens[self.code.next_token(start) : self.code.next_token(end)]:
            if not depth and token.start[0] > line:
                return True
            depth += (token.text in "([{") - (token.text in ")]}")
            line = token.end[0]
        return False

    def _filled(
        self, values: Mapping[str, list[_Argument] | str]
    ) -> tuple[list[str], list[_Argument]] | None:
        """The text before, between and behind the arguments, and the arguments."""
        literals, arguments = [""], list[_Argument]()
        behind_nothing = False  # which a comma must not be
        for part in self.alias.parts:
            if isinstance(part, str):
                literals[-1] += part.removeprefix(", ") if behind_nothing else part
                behind_nothing = False
                continue
            value = values.get(part.name, [])
            if isinstance(value, str):
                literals[-1] += value if part.is_free else f"({value})"
                continue
            if part.kind == "many" and not value:
                behind_nothing = not literals[-1].endswith(", ")
                literals[-1] = literals[-1].removesuffix(", ")
            literals[-1] += "(" * (part.kind == "tuple")
            for argument in value:
                wrapped = argument.bare and not part.is_free
                literals[-1] += ", " * (argument is not value[0]) + "(" * wrapped
                arguments.append(argument)
                literals.append(")" * wrapped)
            if part.kind == "tuple":
                literals[-1] += ",)" if len(value) == 1 else ")"
        return literals, arguments

    def _gap(
        self, gap: tuple[Position, Position], literal: str, is_first: bool, is_last: bool
    ) -> _Piece | None:
        """Return what stands between two arguments; None where a comment has no place there."""
        start, end = gap
        tokens = self.code.tokens[self.code.next_token(start) : self.code.next_token(end)]
        opens = literal.endswith("(")
        bracket = self.code.tokens[self.bracket].start if opens else None
        is_end = literal == ")" and is_last and bool(tokens) and tokens[-1].text == ")"
        if is_end or (literal == ", " and [token.text for token in tokens] == [","]):
            return _Piece(start, end)
        if not self._has_comment(start, end):
            return _Piece(start, end, literal, bracket)
        if is_first or is_last or not opens or len(tokens) > 1:
            return None
        kept = self.code.between(tokens[-1].end, end)  # what is behind the comma
        return _Piece(start, end, literal + kept)

    def _has_comment(self, start: Position, end: Position) -> bool:
        return any(start <= comment < end for comment in self.code.comments.items())


class _Text:
    """The new text of a cell while it is put together, and where its parts stood in the cell."""

    def __init__(self, code: CellCode, replacements: Mapping[Position, list[_Piece]]) -> None:
        self.code = code
        self.replacements = replacements
        self.starts = sorted(replacements)
        self.rows = [""]
        self.origins = [-1]  # nothing stands in the first row yet
        self.kept: list[tuple[Position, Position, Position]] = []  # from, to, and where it is now
        self.brackets: list[tuple[Position, Position, Position]] = []  # old, valid from, and new

    def add(self, start: Position, end: Position) -> None:
        """Add the text of the cell from `start` to `end` with its replacements."""
        while True:
            index = bisect_left(self.starts, start)
            if index == len(self.starts) or self.starts[index] >= end:
                break
            pieces = self.replacements[self.starts[index]]
            self._keep(start, pieces[0].start)
            for piece in pieces:
                if piece.text is None:
                    self.add(piece.start, piece.end)
                else:
                    self._write(piece.text, piece.start[0])
                if piece.bracket:
                    self.brackets.append((piece.bracket, piece.end, self._here(-1)))
            start = pieces[-1].end
        self._keep(start, end)

    def _here(self, offset: int = 0) -> Position:
        return len(self.rows) - 1, len(self.rows[-1]) + offset

    def _keep(self, start: Position, end: Position) -> None:
        if start < end:
            self.kept.append((start, end, self._here()))
            self._write(self.code.between(start, end), start[0])

    def _write(self, text: str, line: int) -> None:
        first, *others = text.split("\n")
        if self.origins[-1] < 0:
            self.origins[-1] = line
        self.rows[-1] += first
        self.rows += others
        self.origins += range(line + 1, line + 1 + len(others))

    def aligned(self) -> list[Line]:
        """The lines; what was aligned with the inside of a bracket still is."""
        shifts: dict[int, int] = {}
        for (line, column), bracket in _aligned_with_brackets(self.code):
            place, inside = self._place((line, column - 1)), self._bracket(bracket, (line, column))
            if place and inside and not self.rows[place[0]][: place[1]].strip():
                row, shift = place[0], inside[1] + shifts.get(inside[0], 0) - place[1]
                shifts[row] = shift
                self.rows[row] = " " * shift + self.rows[row][max(0, -shift) :]
        return [Line(*each) for each in zip(self.rows, self.origins, strict=True)]

    def _place(self, position: Position) -> Position | None:
        """Where that which stood at `position` is now, before lines are aligned."""
        index = bisect_left(self.kept, position, key=lambda kept: kept[1])
        # The first one that does not end before the position; one that ends at it is not yet it.
        for start, end, (row, column) in self.kept[index : index + 2]:
            if start <= position < end:
                line = position[0] - start[0]
                return row + line, position[1] + (0 if line else column - start[1])
        return None

    def _bracket(self, bracket: Position, before: Position) -> Position | None:
        """Where the bracket is now that the text at `before` stands in."""
        places = [new for old, since, new in self.brackets if old == bracket and since <= before]
        return places[-1] if places else self._place(bracket)


def _aligned_with_brackets(code: CellCode) -> Iterator[tuple[Position, Position]]:
    """Yield where lines begin that stand under the first thing in a bracket, and the bracket."""
    brackets: list[tuple[Position, Position]] = []  # that are open, and the first thing in each
    for before, token in pairwise(code.tokens):
        if before.text in "([{":
            brackets.append((before.start, token.start))
        elif before.text in ")]}":
            brackets.pop()
        if brackets and token.start[0] > before.end[0]:
            (row, column), first = brackets[-1]
            if first == (row, column + 1) and first[1] == token.start[1]:
                yield token.start, (row, column)
