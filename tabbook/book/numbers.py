"""Where the numbers of a book's prose come from.

A number is *recorded* by a cell (`:value:`), *computed* from such numbers (`:calc:`), a literal
*in code* of its section, or *declared*: by a comment `<!-- number 0.5: why -->` in or behind its
paragraph, or by a citation in its sentence. Any other is unbound.
"""

import ast
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from tabbook.book.labels import CITATIONS, prose_blocks
from tabbook.problems import Problem
from tabbook.text.blocks import Heading
from tabbook.text.cell_code import parse_cell
from tabbook.text.inline import (
    HIDDEN,
    find_declarations,
    find_marks,
    hide_code_and_math,
    resolve_slide_marks,
)
from tabbook.text.numbers import TypedNumber, find_numbers, rounded
from tabbook.text.quotes import CALC, QUOTES, VALUE
from tabbook.text.reader import Cell, Chapter

RECORDED, COMPUTED, IN_CODE, DECLARED, UNBOUND = (
    "recorded",
    "computed",
    "in code",
    "declared",
    "unbound",
)
SOURCES = (RECORDED, COMPUTED, IN_CODE, DECLARED, UNBOUND)
MOST_DECLARED = 0.05
MOST_QUOTES = 2
_LARGEST = 1e300  # An int can be too large for a float.

Counts = Counter[str]
"""How many numbers come from each of `SOURCES`."""

# What is not read: targets of links, definitions, tags, addresses, numbering, and marks' names.
_UNREAD = re.compile(
    r"(?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|(?<=\])\[[^\[\]\n]*\]"
    r"|^[ \t]*\[[^\^\]\n][^\]\n]*\]:[^\n]*|\[\^[^\[\]\n]+\]"
    r"|</?[a-zA-Z][^<>]*>|\b(?:https?://|ftp://|mailto:|www\.|doi:|arXiv:)\S+"
    r"|^[ \t>]*\d{1,2}[.)](?=\s)|^#{1,6}[ \t]+\d+(?:\.\d+)*\.?(?=\s)"
    rf"|:[a-z_]+:(?={HIDDEN})|-->",
    re.MULTILINE,
)
_END_OF_SENTENCE = re.compile(
    rf"(?<!\be\.g)(?<!\bi\.e)(?<!\bal)(?<!\bcf)[.!?][\"')\]]*\s+(?=[^\W\da-z_]|{HIDDEN})"
)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_BLANK_LINES = re.compile(r"\n[ \t]*\n")


@dataclass
class _Paragraph:
    """A piece of prose between blank lines; `text` has code, comments and marks blotted out.

    `start` is its place in the cell. `cited` are the places of citations, `quotes` counts the
    `:value:` and `:calc:`, `declared` has what comments say, with their places.
    """

    start: int
    text: str
    cited: list[int] = field(default_factory=list)
    quotes: Counts = field(default_factory=Counter)
    declared: list[tuple[int, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether a reader sees nothing here, or code or mathematics only."""
        return not self.text.strip(f"{HIDDEN} \t\n") and not self.quotes

    @property
    def size(self) -> int:
        """How many paragraphs it is for a reader, who sees one in each item of a list.

        A heading or a table is none.
        """
        lines = self.text.lstrip("\n").split("\n")
        if lines[0].lstrip().startswith(("#", "|")):
            return 0
        return 1 + sum(bool(_LIST_ITEM.match(line)) for line in lines[1:])

    def numbers(self, pattern: re.Pattern[str]) -> Iterator[tuple[TypedNumber, bool]]:
        """Yield the numbers, and whether the sentence of each has a citation."""
        ends = [found.end() for found in _END_OF_SENTENCE.finditer(self.text)]
        cited = {bisect_right(ends, place - self.start) for place in self.cited}
        for number in find_numbers(pattern, self.text):
            yield number, bisect_right(ends, number.start) in cited


def _paragraphs(source: str) -> list[_Paragraph]:
    """The paragraphs of a cell in which a reader sees something."""
    text = _UNREAD.sub(lambda found: HIDDEN * len(found[0]), hide_code_and_math(source))
    ends = [*(found.end() for found in _BLANK_LINES.finditer(text)), len(text)]
    pieces = [
        _Paragraph(start, text[start:end]) for start, end in zip([0, *ends], ends, strict=False)
    ]
    for place, name, _ in find_marks(source):
        if name in QUOTES:
            pieces[bisect_right(ends, place)].quotes[name] += 1
        elif name in CITATIONS:
            pieces[bisect_right(ends, place)].cited.append(place)
    shown = [piece for piece in pieces if not piece.is_empty]
    starts = [piece.start for piece in shown]
    for place, _, said in find_declarations(source):
        if at := bisect_right(starts, place):
            shown[at - 1].declared.append((place, said))
        else:
            shown.insert(0, _Paragraph(place, "", declared=[(place, said)]))
            starts.insert(0, place)
    return shown


class _Literals:
    """The numbers in a chapter's code: which tabs have them in which sections."""

    def __init__(self, chapter: Chapter, code: Mapping[str, Sequence[Cell]]) -> None:
        headings = [
            (cell.chapter_line(block.line + 1), block.level)
            for cell, block in prose_blocks(chapter)
            if isinstance(block, Heading)
        ]
        self.tabs = tuple(code)
        self.lines = [0, *(line for line, _ in headings)]
        self.ends, self.parents = _outline([0, *(level for _, level in headings)])
        self.sections: dict[tuple[str, float], list[int]] = defaultdict(list)
        for tab, cells in code.items():
            for cell in cells:
                for literal in _literals(cell.source):
                    self.sections[tab, literal].append(self.section(cell.line))

    def section(self, line: int) -> int:
        """The section in which a line of the chapter stands."""
        return bisect_right(self.lines, line) - 1

    def has(self, tab: str, amount: float, line: int) -> bool:
        """Whether code has a number: in the section of a line, or right under one around it."""
        found = self.sections.get((tab, amount), [])
        section = self.section(line)
        at = bisect_left(found, section)
        if at < len(found) and found[at] < self.ends[section]:
            return True
        while (section := self.parents[section]) >= 0:
            at = bisect_left(found, section)
            if at < len(found) and found[at] == section:
                return True
        return False


def _outline(levels: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return where each section ends, and the section around it (-1 if there is none)."""
    ends, parents = [len(levels)] * len(levels), [-1] * len(levels)
    around: list[int] = []
    for section, level in enumerate(levels):
        while around and levels[around[-1]] >= level:
            ends[around.pop()] = section
        parents[section] = around[-1] if around else -1
        around.append(section)
    return ends, parents


@cache
def _literals(source: str) -> frozenset[float]:
    """The numbers that are written in the code of a cell."""
    try:
        code = parse_cell(source.split("\n"))
    except SyntaxError:
        return frozenset()
    nodes = ast.walk(code.tree) if code else ()
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return frozenset(rounded(number) for number in numbers if number < _LARGEST)


def trace_numbers(
    chapter: Chapter, code: Mapping[str, Sequence[Cell]], pattern: re.Pattern[str]
) -> tuple[Counts, list[Problem]]:
    """Return how many numbers of a chapter come from where, and what is wrong with them.

    `code` has the code cells of each tab that the chapter is written for; `pattern` is that of
    `number_pattern`.
    """
    tracing = _Tracing(chapter, _Literals(chapter, code), pattern)
    for cell in chapter.cells:
        if cell.kind == "markdown":
            tracing.read(cell)
    if tracing.quotes > MOST_QUOTES * tracing.paragraphs:
        mean = tracing.quotes / max(tracing.paragraphs, 1)
        many = f"its paragraphs quote {mean:.1f} numbers on average, at most {MOST_QUOTES} may be"
        tracing.report(0, f"{many}; a table can take them")
    return tracing.counts, tracing.problems


def too_many_declared(counts: Counts) -> str:
    """What is wrong with the numbers of a book together; empty if nothing is."""
    share = counts[DECLARED] / max(counts.total(), 1)
    if counts[DECLARED] <= max(1, MOST_DECLARED * counts.total()):
        return ""
    return f"{share:.1%} of the numbers in prose are declared, at most {MOST_DECLARED:.0%} may be"


def summary(counts: Counts) -> str:
    """The counts as one line."""
    parts = ", ".join(f"{counts[source]} {source}" for source in SOURCES)
    return f"{counts.total()} numbers in prose: {parts}"


class _Tracing:
    """One pass over the prose of a chapter, which counts its numbers and gathers problems."""

    def __init__(self, chapter: Chapter, literals: _Literals, pattern: re.Pattern[str]) -> None:
        self.path = chapter.path
        self.literals = literals
        self.pattern = pattern
        self.counts: Counts = Counter()
        self.paragraphs = 0
        self.quotes = 0
        self.problems: list[Problem] = []

    def read(self, cell: Cell) -> None:
        """Count the numbers of a cell of prose, and report the unbound ones."""
        source = "\n".join(resolve_slide_marks(cell.source.split("\n")))
        breaks = [place for place, character in enumerate(source) if character == "\n"]

        def line(place: int) -> int:
            return cell.chapter_line(bisect_left(breaks, place) + 1)

        for paragraph in _paragraphs(source):
            self.counts[RECORDED] += paragraph.quotes[VALUE]
            self.counts[COMPUTED] += paragraph.quotes[CALC]
            if paragraph.size:
                self.paragraphs += paragraph.size
                self.quotes += paragraph.quotes.total()
            numbers = list(paragraph.numbers(self.pattern))
            written = {number.text.casefold() for number, _ in numbers}
            declared: set[str] = set()
            for place, said in paragraph.declared:
                declared |= self._declared(line(place), said, written)
            for number, is_cited in numbers:
                place = line(paragraph.start + number.start)
                is_declared = is_cited or number.text.casefold() in declared
                source_ = DECLARED if is_declared else self._in_code(cell, number, place)
                self.counts[source_] += 1

    def _declared(self, line: int, said: str, written: Collection[str]) -> set[str]:
        """The numbers that a comment declares, with a report of what is wrong with it."""
        before, _, reason = said.partition(":")
        numbers = [" ".join(number.split()) for number in re.split(r",\s+", before.strip())]
        mark = f"'<!-- number {', '.join(numbers)}: … -->'"
        if not reason.strip():
            self.report(line, f"{mark} gives no reason behind a colon")
        stated = ", ".join(sorted(written)) or "none"
        for number in numbers:
            if number.casefold() not in written:
                there = f"but the numbers of its paragraph are {stated}"
                self.report(line, f"{mark} declares {number}, {there}")
        return {number.casefold() for number in numbers}

    def _in_code(self, cell: Cell, number: TypedNumber, line: int) -> str:
        """Where a number comes from that is not declared: a report if it is nowhere."""
        tabs = self.literals.tabs if cell.tabs is None else cell.tabs
        if number.amount is None:
            fault = "is not computed; write it as :calc:`a / b:words`"
        else:
            missing = [tab for tab in tabs if not self.literals.has(tab, number.amount, line)]
            if tabs and not missing:
                return IN_CODE
            of = f" of {', '.join(missing)}" if len(missing) < len(tabs) else ""
            fault = f"is in no code{of} of this section; quote it by :value: or :calc:"
        message = (
            f"the number '{number.text}' {fault}, or say why: '<!-- number {number.text}: … -->'"
        )
        self.report(line, message)
        return UNBOUND

    def report(self, line: int, message: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(self.path, line, message))
