"""The structure of a piece of prose: what marks on lines of their own belong to.

`:label:` stands under a heading, a figure, a table or a caption, `:width:` under a figure,
`:eqlabel:` under an equation, and a caption above a table or at the start, for what a cell shows.
Everything else is text and comes out as it went in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tabbook.text.directives import holds_prose, option_values, options_and_text, unindented
from tabbook.text.fences import Fence, find_fences
from tabbook.text.inline import resolve_slide_marks, without_declarations
from tabbook.text.recall import RECALL, split_recall

_MARKS = r"(?P<marks>(?::(?:label|width|height):`+[^`]+`+[ \t]*)+)$"
_MARK_LINE = re.compile(r"[ \t]*" + _MARKS)
_MARKS_BEHIND = re.compile(r"(?P<text>.*\S)[ \t]+" + _MARKS)
_MARK = re.compile(r":(label|width|height):`+([^`]+)`+")
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<title>.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"(?:={2,}|-{2,})[ \t]*$")
_FIGURE = re.compile(
    r"(?P<indent>[ \t]*)!\[(?P<caption>.*)\]"
    r"\((?P<path><[^<>\n]+>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)[ \t]*$",
    re.DOTALL,
)
_EQUATION = re.compile(
    r"(?P<indent>[ \t]*)\$\$(?P<body>(?:(?!\$\$).)+)\$\$(?P<point>[.,;]?)"
    r"(?:\s*:eqlabel:`+(?P<label>[^`]+)`+|[ \t]*\((?P<name>[^()\s]+)\))[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_LONE_EQUATION_LABEL = re.compile(r"[ \t]*:eqlabel:`+(?P<label>[^`]+)`+[ \t]*$")
_TARGET = re.compile(r"\((?P<label>[^()\n]+)\)=[ \t]*$")
_UNSHOWN = re.compile(r" {0,3}%|\+\+\+(?:[ \t]|$)")
_TABLE_RULE = re.compile(r":?-+:?")
_CAPTION = re.compile(r":(?![-\w]+:`)[ \t]*(?P<text>\S.*)$")
_BIBLIOGRAPHY = re.compile(r"[ \t]*:bibliography:`(?P<file>[^`]+)`[ \t]*$")


@dataclass
class Text:
    """Lines that need no more than their inline marks translated."""

    line: int
    lines: list[str]


@dataclass
class Fenced:
    """A fenced block, with its fences."""

    line: int
    fence: Fence
    lines: list[str]


@dataclass
class Unshown:
    """What MyST shows nowhere: lines of a comment, or the break between two blocks."""

    line: int
    lines: list[str]


@dataclass
class Directive:
    """A directive of MyST; `options` are its lines, `text` those behind, `blocks` if it is prose.

    What stands before the lines in a list or a quote is left out.
    """

    line: int
    fence: Fence
    options: list[str]
    text: list[str]
    blocks: list["Block"]
    labels: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Which directive it is."""
        return self.fence.directive[0] if self.fence.directive else ""

    @property
    def argument(self) -> str:
        """What stands behind its name."""
        return self.fence.directive[1] if self.fence.directive else ""


@dataclass
class Choice:
    """A possible answer to a question, and the explanation that is shown when it is chosen."""

    line: int
    is_right: bool
    text: str
    explanation: list["Block"]


@dataclass
class Recall:
    """A question with choices, `:::{recall}`; `strays` are lines that are no part of a choice."""

    line: int
    fence: Fence
    question: list["Block"]
    choices: list[Choice]
    strays: dict[int, str]


@dataclass
class Heading:
    """A section's title; `lines` are the heading as it is written.

    Here and below, `labels` has the line of each label.
    """

    line: int
    title: str
    lines: list[str]
    labels: dict[str, int] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """1 for the largest kind of heading, 6 for the smallest."""
        if len(self.lines) > 1:
            return 1 if self.lines[1].startswith("=") else 2
        return len(self.lines[0]) - len(self.lines[0].lstrip("#"))


@dataclass
class Figure:
    """An image that is a paragraph of its own."""

    line: int
    indent: str
    caption: str
    path: str
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)


@dataclass
class Table:
    """A pipe table with the caption above it."""

    line: int
    indent: str
    caption: str
    rows: list[str]
    labels: dict[str, int] = field(default_factory=dict)


@dataclass
class Caption:
    """The caption of what the code cell above the prose shows."""

    line: int
    caption: str
    labels: dict[str, int] = field(default_factory=dict)


@dataclass
class Equation:
    """A displayed equation that has a label; `body` has the lines between the dollar signs."""

    line: int
    indent: str
    body: list[str]
    label: str
    label_line: int


@dataclass
class Target:
    """A label with nothing that could carry it; `is_equation` if it is an `:eqlabel:`.

    `is_above` if it is one of MyST's, `(label)=`, which stand above what they are for.
    """

    line: int
    label: str
    is_equation: bool = False
    is_above: bool = False


@dataclass
class Bibliography:
    """The place of the list of references."""

    line: int
    file: str


Block = (
    Text
    | Fenced
    | Unshown
    | Directive
    | Recall
    | Heading
    | Figure
    | Table
    | Caption
    | Equation
    | Target
    | Bibliography
)


@cache
def parse_blocks(source: str) -> tuple[Block, ...]:
    """Split a piece of prose into blocks, in order; `line` counts the lines of `source` from 0.

    Slide marks are resolved and declarations of numbers left out, with the lines that were nothing
    else. A cell is the same in every tab, so it is parsed once.
    """
    lines = source.split("\n")
    resolved = enumerate(zip(lines, resolve_slide_marks(without_declarations(lines)), strict=True))
    kept = {n: new for n, (old, new) in resolved if new.strip() or not old.strip()}
    blocks, numbers = _Parser(list(kept.values()), is_cell=True).parse(), list(kept)
    return tuple(_numbered(block, numbers) for block in blocks)


def _numbered(block: Block, numbers: Sequence[int]) -> Block:
    """The block with the lines `numbers` in the place of those that it was parsed from."""
    block.line = numbers[block.line]
    if isinstance(block, Directive | Heading | Figure | Table | Caption):
        block.labels = {name: numbers[line] for name, line in block.labels.items()}
    elif isinstance(block, Equation):
        block.label_line = numbers[block.label_line]
    elif isinstance(block, Recall):
        for choice in block.choices:
            choice.line = numbers[choice.line]
        block.strays = {numbers[line]: stray for line, stray in block.strays.items()}
    for inner in inner_blocks(block):
        _numbered(inner, numbers)
    return block


def inner_blocks(block: Block) -> list[Block]:
    """The blocks that stand right in another one, in order."""
    match block:
        case Directive():
            return block.blocks
        case Recall():
            return sum((choice.explanation for choice in block.choices), block.question)
    return []


class _Parser:
    """Reads blocks from the top; each `_take...` returns the line behind what it took, or None.

    `is_cell` says that the lines are all of a cell, and not what is in a directive.
    """

    def __init__(self, lines: Sequence[str], is_cell: bool = False) -> None:
        self.lines = lines
        self.is_cell = is_cell
        self.fences = {fence.start: fence for fence in find_fences(lines, colons=True)}
        self.blocks: list[Block] = []
        self.lasts: dict[tuple[type[Block], ...], tuple[int, Any]] = {}

    def parse(self) -> list[Block]:
        takes = (
            self._take_fence,
            self._take_comment,
            self._take_unshown,
            self._take_target,
            self._take_marks,
            self._take_heading,
            self._take_figure,
            self._take_equation,
            self._take_table,
            self._take_caption,
            self._take_bibliography,
            self._take_text,
        )
        line = 0
        while line < len(self.lines):
            ends = (take(line) for take in takes)
            line = next(end for end in ends if end is not None)
        return self.blocks

    def _is_blank(self, line: int) -> bool:
        return not 0 <= line < len(self.lines) or not self.lines[line].strip()

    def _is_behind_text(self, line: int) -> bool:
        return not (self._is_blank(line - 1) or _TARGET.match(self.lines[line - 1]))

    def _take_fence(self, line: int) -> int | None:
        fence = self.fences.get(line)
        if fence is None:
            return None
        lines = list(self.lines[line : fence.end])
        if fence.directive and fence.closed:
            self.blocks.append(_directive(fence, lines))
        elif fence.marker[0] == ":":
            self.blocks.append(Text(line, lines))
        else:
            self.blocks.append(Fenced(line, fence, lines))
        return fence.end

    def _take_comment(self, line: int) -> int | None:
        if not self.lines[line].lstrip().startswith("<!--"):
            return None
        end = line
        while end + 1 < len(self.lines) and "-->" not in self.lines[end]:
            end += 1
        for number in range(line, end + 1):
            self._take_text(number)
        return end + 1

    def _take_unshown(self, line: int) -> int | None:
        last = self.blocks[-1] if self.blocks else None
        goes_on = isinstance(last, Unshown) and last.line + len(last.lines) == line
        if not _UNSHOWN.match(self.lines[line]) or (self._is_behind_text(line) and not goes_on):
            return None  # a line of a paragraph may well begin with a per cent sign
        if isinstance(last, Unshown) and goes_on:
            last.lines.append(self.lines[line])
        else:
            self.blocks.append(Unshown(line, [self.lines[line]]))
        return line + 1

    def _take_target(self, line: int) -> int | None:
        found = _TARGET.match(self.lines[line])
        if found is None:
            return None
        self.blocks.append(Target(line, found["label"], is_above=True))
        return line + 1

    def _labels_above(self) -> dict[str, int]:
        """Take away MyST's targets right above here: they are labels of what follows."""
        start = len(self.blocks)
        while start and _is_between(self.blocks[start - 1]):
            start -= 1
        above = [block for block in self.blocks[start:] if isinstance(block, Target)]
        if above:
            del self.blocks[start:]
        return {target.label: target.line for target in above}

    def _take_marks(self, line: int) -> int | None:
        if not _MARK_LINE.match(self.lines[line]):
            return None
        self._add_marks(line, self.lines[line])
        return line + 1

    def _add_marks(self, line: int, marks: str) -> None:
        for name, argument in _MARK.findall(marks):
            if name == "label":
                self._add_label(line, argument.strip())
            else:
                self._add_option(name, argument.strip())

    def _without_marks(self, line: int) -> tuple[str, str]:
        """The text of a line and the marks that stand behind it."""
        found = _MARKS_BEHIND.match(self.lines[line])
        return (found["text"], found["marks"]) if found else (self.lines[line], "")

    def _add_label(self, line: int, label: str) -> None:
        block = self._last(Heading, Figure, Table, Caption)
        if block is None:
            self.blocks.append(Target(line, label))
        else:
            block.labels[label] = line

    def _add_option(self, name: str, value: str) -> None:
        figure = self._last(Figure)
        if figure is not None:
            figure.options[name] = value

    def _last(self, *kinds: type[Block]) -> Any:
        """The last block of one of these kinds; what was looked at before is not again."""
        seen, last = self.lasts.get(kinds, (0, None))
        new = (block for block in reversed(self.blocks[seen:]) if isinstance(block, kinds))
        last = next(new, last)
        self.lasts[kinds] = len(self.blocks), last
        return last

    def _take_heading(self, line: int) -> int | None:
        text, marks = self._without_marks(line)
        heading = _HEADING.match(text)
        if heading:
            labels = self._labels_above()
            self.blocks.append(Heading(line, heading["title"], [text], labels))
            self._add_marks(line, marks)
            return line + 1
        underlined = line + 1 < len(self.lines) and _UNDERLINE.match(self.lines[line + 1])
        if underlined and not self._is_behind_text(line) and re.match(r"[^\s|>#*+-]", text):
            lines, labels = list(self.lines[line : line + 2]), self._labels_above()
            self.blocks.append(Heading(line, text.strip(), lines, labels))
            return line + 2
        return None

    def _take_figure(self, line: int) -> int | None:
        if not self.lines[line].lstrip().startswith("!["):
            return None
        end = line + 1
        while not self._is_blank(end) and not _MARK_LINE.match(self.lines[end]):
            end += 1
        if self._is_blank(end) and self._is_behind_text(line):
            return None  # the last line of a paragraph
        last, marks = self._without_marks(end - 1)
        figure = _FIGURE.match("\n".join([*self.lines[line : end - 1], last]))
        if figure is None or not _is_balanced(figure["caption"]):
            return None
        caption = " ".join(figure["caption"].split())
        place, path = (line, figure["indent"]), figure["path"].strip("<>")
        self.blocks.append(Figure(*place, caption, path, labels=self._labels_above()))
        self._add_marks(end - 1, marks)
        return end

    def _take_equation(self, line: int) -> int | None:
        lone = _LONE_EQUATION_LABEL.match(self.lines[line])
        if lone:
            self.blocks.append(Target(line, lone["label"], is_equation=True))
            return line + 1
        if not self.lines[line].lstrip().startswith("$$"):
            return None
        found = _EQUATION.match("\n".join(self.lines[line : self._end_of_equation(line)]))
        if found is None:
            return None
        indent, end = found["indent"], line + found[0].count("\n")
        rows = (found["body"].strip() + found["point"]).split("\n")
        body = [row.removeprefix(indent) for row in rows]
        self.blocks.append(Equation(line, indent, body, found["label"] or found["name"], end))
        return end + 1

    def _end_of_equation(self, line: int) -> int:
        """Where the line behind an equation's end has been read, which may be its label."""
        marks = 0
        while line < len(self.lines) and marks < 2:
            marks += self.lines[line].count("$$")
            line += 1
        while line < len(self.lines) and self._is_blank(line):
            line += 1
        return line + 1

    def _take_table(self, line: int) -> int | None:
        caption, marks, start = self._caption(line)
        if not self._is_table(start):
            return None
        end = start
        while not self._is_blank(end) and "|" in self.lines[end]:
            end += 1
        rows = [row.strip() for row in self.lines[start:end]]
        indent = self.lines[start][: self.lines[start].index(rows[0][0])]
        self.blocks.append(Table(line, indent, caption, rows, self._labels_above()))
        for number in marks:
            self._add_marks(number, self.lines[number])
        return end

    def _take_caption(self, line: int) -> int | None:
        is_first = self.is_cell and not line
        if not (is_first and re.match(r":[ \t]", self.lines[line])):
            return None
        caption, marks, end = self._caption(line)
        if not caption:
            return None
        self.blocks.append(Caption(line, caption))
        for number in marks:
            self._add_marks(number, self.lines[number])
        return end

    def _caption(self, line: int) -> tuple[str, list[int], int]:
        """Return the caption that begins here, its lines of marks, and where the next block is.

        The caption is empty where none begins.
        """
        first = _CAPTION.match(self.lines[line])
        if first is None or not self._is_blank(line - 1):
            return "", [], line
        words, marks = [first["text"]], []
        line += 1
        while not self._is_blank(line):
            if _MARK_LINE.match(self.lines[line]):
                marks.append(line)
            else:
                words.append(self.lines[line].strip())
            line += 1
        while line < len(self.lines) and self._is_blank(line):
            line += 1
        return " ".join(words).rstrip(), marks, line

    def _is_table(self, line: int) -> bool:
        head, rule = ("".join(self.lines[at : at + 1]) for at in (line, line + 1))
        if "|" not in head or "|" not in rule:
            return False
        cells = rule.strip().removeprefix("|").removesuffix("|").split("|")
        return all(_TABLE_RULE.fullmatch(cell.strip()) for cell in cells)

    def _take_bibliography(self, line: int) -> int | None:
        found = _BIBLIOGRAPHY.match(self.lines[line])
        if found is None:
            return None
        self.blocks.append(Bibliography(line, found["file"]))
        return line + 1

    def _take_text(self, line: int) -> int | None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Text) and last.line + len(last.lines) == line:
            last.lines.append(self.lines[line])
        else:
            self.blocks.append(Text(line, [self.lines[line]]))
        return line + 1


def _directive(fence: Fence, lines: Sequence[str]) -> Block:
    """Return a directive, or the labelled equation that it is."""
    options, text = options_and_text(unindented(lines[1:-1], fence))
    values = option_values(options)
    first = fence.start + 1 + len(options)
    if fence.directive and fence.directive[0] == RECALL:
        return _recall(fence, text, first)
    directive = Directive(fence.start, fence, options, text, [])
    if directive.name == "math" and [*values] == ["label"] and not fence.prefix.strip():
        body = "\n".join([directive.argument, *text]).strip().split("\n")
        return Equation(fence.start, fence.prefix, body, values["label"], fence.start + 1)
    if "name" in values:
        directive.labels = {values["name"]: fence.start + 1}
    if holds_prose(fence):
        directive.blocks = _inner(text, first)
    return directive


def _inner(lines: Sequence[str], first: int) -> list[Block]:
    """The blocks of lines of which the first stands at the line `first` of the whole."""
    return [_numbered(block, range(first, first + len(lines))) for block in _Parser(lines).parse()]


def _recall(fence: Fence, lines: Sequence[str], first: int) -> Recall:
    """The question in a fence, whose lines begin at the line `first` of the whole."""
    question, choices = split_recall(lines)
    return Recall(
        fence.start,
        fence,
        _inner(question, first),
        [
            Choice(
                first + choice.start,
                choice.is_right,
                choice.text,
                _inner(choice.explanation, first + choice.first),
            )
            for choice in choices
        ],
        {first + line: text for choice in choices for line, text in choice.strays},
    )


def _is_between(block: Block) -> bool:
    """Whether a block may stand between a target of MyST and what it is for."""
    if isinstance(block, Text):
        return not any(map(str.strip, block.lines))
    return isinstance(block, Target) and block.is_above


def _is_balanced(caption: str) -> bool:
    """Whether brackets close only what was opened: not so in the text between two images."""
    depth = 0
    for character in caption:
        depth += (character == "[") - (character == "]")
        if depth < 0:
            return False
    return True
