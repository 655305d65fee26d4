"""What can be referred to in a book, what refers to it, and where the two do not match."""

import difflib
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tabbook.problems import Problem
from tabbook.text.arithmetic import Number, check_arithmetic
from tabbook.text.blocks import (
    Bibliography,
    Block,
    Caption,
    Directive,
    Equation,
    Fenced,
    Figure,
    Heading,
    Table,
    Target,
    inner_blocks,
    parse_blocks,
)
from tabbook.text.fences import RAW_RST
from tabbook.text.inline import HIDDEN, find_in_prose, scan_marks
from tabbook.text.marks import label_key
from tabbook.text.quotes import CALC, QUOTES, is_format, quote
from tabbook.text.reader import Cell, Chapter, Tabs
from tabbook.text.slides import find_slides

Kind = Literal["section", "figure", "table", "equation"]

CITATIONS = ("cite", "citep", "citet")
CROSS_REFERENCES = ("numref", "ref", "eqref")
_OTHER_MARKS = ("label", "eqlabel", "width", "height", "bibliography")
_MARKS = (*CITATIONS, *CROSS_REFERENCES, *QUOTES, *_OTHER_MARKS)
# The second colon is missing.
_OPEN_MARK = re.compile(rf"(?<![\w:]):(?P<part>{'|'.join(_MARKS)})(?={HIDDEN})")
# Spaces stand inside, as machine translation puts them there.
_LOOSE_MARK = re.compile(
    rf"(?<![\w:]):(?P<part>[ \t]+(?:{'|'.join((*CITATIONS, *CROSS_REFERENCES))}):[ \t]*"
    rf"|(?:{'|'.join(_MARKS)}):[ \t]+)(?={HIDDEN})"
)
_RAW_LINE = re.compile(r"=+|-+|~+")
_RAW_TARGET = re.compile(r"[ \t]*\.\. _`?(?P<label>[^:`]+)`?:[ \t]*$")


@dataclass(frozen=True)
class Label:
    """A name for a place of the book.

    `title` is the section's title or the caption. `number` counts the labelled places of this kind
    in the chapter; two labels of one place have the same. `line` is the chapter's line of the mark.
    Sphinx numbers what has a caption, so that is a label, too: see `place_name`.
    """

    name: str
    kind: Kind
    title: str
    path: str
    line: int
    number: int
    tabs: Tabs = None


@dataclass(frozen=True)
class Reference:
    """A mark in prose that points to something: `role` is the mark's name, `name` what it names.

    `name` is a label, a citation's key, or a number with its format (`accuracy:.1%`).
    """

    role: str
    name: str
    path: str
    line: int
    tabs: Tabs = None


def find_title(chapter: Chapter) -> str:
    """Return the first heading of a chapter, empty if there is none."""
    for _, block in prose_blocks(chapter):
        if isinstance(block, Heading):
            return block.title
        if isinstance(block, Fenced) and (title := raw_title(block)):
            return title
    return ""


def raw_title(block: Fenced) -> str:
    """Return the first title in a block of reStructuredText, empty if there is none."""
    rows = [line.strip() for line in block.lines] if block.fence.language == RAW_RST else []
    return next((row for row, below in pairwise(rows) if row and _RAW_LINE.fullmatch(below)), "")


def find_bibliographies(chapter: Chapter) -> Iterator[tuple[str, int]]:
    """Yield the files of `:bibliography:` marks, relative to the book's root, and their lines."""
    for cell, block in prose_blocks(chapter):
        if isinstance(block, Bibliography):
            path = posixpath.join(posixpath.dirname(chapter.path), block.file)
            yield posixpath.normpath(path), cell.chapter_line(block.line + 1)


def prose_blocks(chapter: Chapter) -> Iterator[tuple[Cell, Block]]:
    """Yield the blocks of a chapter's prose, each with its cell."""
    for cell in chapter.cells:
        if cell.kind == "markdown":
            for block in _with_inner(parse_blocks(cell.source)):
                yield cell, block


def _with_inner(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks and those in them."""
    for block in blocks:
        yield block
        yield from _with_inner(inner_blocks(block))


def find_labels(chapter: Chapter) -> list[Label]:
    """Return the labels of a chapter in order."""
    labels: list[Label] = []
    counts: Counter[Kind] = Counter()
    section = ""
    for cell, block in prose_blocks(chapter):
        section = block.title if isinstance(block, Heading) else section
        kind, title, lines = _labelled(block, section)
        if kind in ("figure", "table") and title and not lines:
            lines = {place_name(chapter.path, cell.chapter_line(block.line + 1)): block.line}
        counts[kind] += bool(lines)
        for name, line in lines.items():
            place = chapter.path, cell.chapter_line(line + 1)
            labels.append(Label(name, kind, title, *place, counts[kind], cell.tabs))
    return labels


def place_name(path: str, line: int) -> str:
    """The name of what has a number, but no label, at a line of the chapter `path`."""
    return f"{path}:{line}"


def _labelled(block: Block, section: str) -> tuple[Kind, str, dict[str, int]]:
    """Return what a block is as the target of a reference, its title, its labels' lines."""
    match block:
        case Heading():
            return "section", block.title, block.labels
        case Figure() | Caption():
            return "figure", block.caption, block.labels
        case Table():
            return "table", block.caption, block.labels
        case Equation():
            return "equation", "", {block.label: block.label_line}
        case Directive():
            return _labelled_directive(block)
        case Target():
            kind: Kind = "equation" if block.is_equation else "section"
            return kind, section, {block.label: block.line}
        case Fenced() if block.fence.language == RAW_RST:
            found = ((_RAW_TARGET.match(text), n) for n, text in enumerate(block.lines, block.line))
            return "section", section, {match["label"]: line for match, line in found if match}
        case _:
            return "section", "", {}


def _labelled_directive(block: Directive) -> tuple[Kind, str, dict[str, int]]:
    caption = " ".join(block.text).strip() if block.name == "figure" else block.argument
    kind: Kind = "table" if block.name.endswith("table") else "section"
    return "figure" if block.name == "figure" else kind, caption, block.labels


def find_references(chapter: Chapter) -> list[Reference]:
    """Return the references, citations and values of a chapter's prose in order."""
    return [
        Reference(role, name.strip(), chapter.path, cell.chapter_line(line + 1), cell.tabs)
        for cell in chapter.cells
        if cell.kind == "markdown"
        for line, role, argument in scan_marks(cell.source.split("\n"))
        if role in (*CROSS_REFERENCES, *CITATIONS, *QUOTES)
        for name in (argument.split(",") if role in CITATIONS else [argument])
    ]


def known_labels(chapters: Iterable[Chapter]) -> dict[str, Label]:
    """Return the labels of a book by what `label_key` makes of them; the first of two counts."""
    labels: dict[str, Label] = {}
    for label in (label for chapter in chapters for label in find_labels(chapter)):
        labels.setdefault(label_key(label.name), label)
    return labels


def label_problems(chapters: Iterable[Chapter]) -> Iterator[Problem]:
    """Yield what is wrong with the labels of a book: the same twice, references to nothing."""
    chapters = list(chapters)
    labels = known_labels(chapters)
    for label in (label for chapter in chapters for label in find_labels(chapter)):
        first = labels[label_key(label.name)]
        if first != label and _share_a_tab(first, label):
            place = f"{first.path}:{first.line}"
            yield Problem(label.path, label.line, f"label '{label.name}' is also at {place}")
    hints = _Hints(labels)
    for chapter in chapters:
        for reference in find_references(chapter):
            if reference.role in CROSS_REFERENCES:
                yield from _reference_problem(reference, labels, hints)


def mark_problems(chapters: Iterable[Chapter]) -> Iterator[Problem]:
    """Yield the marks that are nearly right, as ':numef:' is, or `` :eqref`x` ``."""
    for chapter in chapters:
        for cell in (cell for cell in chapter.cells if cell.kind == "markdown"):
            near = [
                (line, name, found[0])
                for line, name, _ in scan_marks(cell.source.split("\n"))
                if name.isalpha()  # and no role of MyST
                and name not in _MARKS
                and (found := difflib.get_close_matches(name, _MARKS, 1, 0.8))
            ]
            near += [
                (line, name, name.strip(" \t:"))
                for pattern in (_OPEN_MARK, _LOOSE_MARK)
                for line, name in find_in_prose(pattern, cell.source)
            ]
            for line, name, right in near:
                message = f"':{name}' is no mark; did you mean ':{right}:`...`'?"
                yield Problem(chapter.path, cell.chapter_line(line + 1), message)
            lines = cell.source.split("\n")
            for slide in (slide for slide, is_closed in find_slides(lines) if not is_closed):
                message = f"'{lines[slide.start]}' has no ':::' in this piece of prose"
                yield Problem(chapter.path, cell.chapter_line(slide.start + 1), message)


def citation_problems(chapters: Iterable[Chapter], keys: Collection[str]) -> Iterator[Problem]:
    """Yield the citations whose key is not among `keys`, those of the bibliography."""
    hints = _Hints(keys)
    for reference in (found for chapter in chapters for found in find_references(chapter)):
        if reference.role in CITATIONS and reference.name not in keys:
            mark = f":{reference.role}:`{reference.name}`"
            message = f"'{mark}' is not in the bibliography{hints.of(reference.name)}"
            yield Problem(reference.path, reference.line, message)


def quote_problems(
    chapter: Chapter, recorded: Mapping[str, Mapping[str, Number]]
) -> Iterator[Problem]:
    """Yield the quoted numbers that no cell records, and what is wrong with the quotes.

    `recorded` has the numbers that the chapter records, by name and tab.
    """
    for reference in find_references(chapter):
        if reference.role in QUOTES:
            faults = _malformed(reference) or dict.fromkeys(_quote_faults(reference, recorded))
            yield from (_quote_problem(reference, fault) for fault in faults)


def malformed_quotes(chapters: Iterable[Chapter]) -> Iterator[Problem]:
    """Yield the quotes of numbers that are wrong whatever the chapters record."""
    for reference in (found for chapter in chapters for found in find_references(chapter)):
        if reference.role in QUOTES:
            yield from (_quote_problem(reference, fault) for fault in _malformed(reference))


def _quote_problem(reference: Reference, fault: str) -> Problem:
    message = f"':{reference.role}:`{reference.name}`': {fault}"
    return Problem(reference.path, reference.line, message)


def _quote_faults(
    reference: Reference, recorded: Mapping[str, Mapping[str, Number]]
) -> Iterator[str]:
    tabs = (recorded or {"": {}}) if reference.tabs is None else reference.tabs
    for tab in tabs:
        numbers = recorded.get(tab, {})
        try:
            quote(reference.role, reference.name, numbers)
        except KeyError as missing:
            name = missing.args[0]
            where = f"no cell of '{tab}'" if tab else "no cell"
            yield f"{where} records '{name}'{_hint(name, numbers)}"
        except ValueError as error:
            yield str(error)


def _malformed(reference: Reference) -> list[str]:
    subject, _, spec = reference.name.partition(":")
    if not is_format(spec):
        return [f"'{spec}' is not a format; expected one like '.1%'"]
    try:
        if reference.role == CALC:
            check_arithmetic(subject)
    except ValueError as error:
        return [f"{error}; expected an expression like 'a / b' of recorded numbers"]
    return []


def _share_a_tab(first: Label, second: Label) -> bool:
    """Two versions of one figure, each in the block of its tab, may have one label."""
    return first.tabs is None or second.tabs is None or bool(set(first.tabs) & set(second.tabs))


def _reference_problem(
    reference: Reference, labels: Mapping[str, Label], hints: "_Hints"
) -> Iterator[Problem]:
    mark = f"':{reference.role}:`{reference.name}`'"
    label = labels.get(label_key(reference.name))
    if label is None:
        message = f"{mark} refers to nothing: there is no such label{hints.of(reference.name)}"
        yield Problem(reference.path, reference.line, message)
    elif (label.kind == "equation") != (reference.role == "eqref"):
        right = ":eqref:" if label.kind == "equation" else ":numref:"
        message = f"{mark} refers to a {label.kind}; use {right}"
        yield Problem(reference.path, reference.line, message.replace("a equation", "an equation"))


class _Hints:
    """What was meant by names that are not known; only for the first few, as looking takes long."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.left = 50

    def of(self, name: str) -> str:
        """The end of a message; empty where no name is near, or too many have been looked for."""
        self.left -= 1
        return _hint(name, self.known) if self.left >= 0 else ""


def _hint(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
