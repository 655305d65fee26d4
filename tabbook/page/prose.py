"""Prose with d2lbook's marks as MyST Markdown for Jupyter Book.

What stands in code is left alone, and so are marks that are not known.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tabbook.book.contents import TOC
from tabbook.book.labels import CITATIONS, CROSS_REFERENCES, find_bibliographies
from tabbook.book.recall import explained
from tabbook.book.words import ENGLISH, Words
from tabbook.text.blocks import (
    Bibliography,
    Block,
    Caption,
    Directive,
    Equation,
    Fenced,
    Figure,
    Heading,
    Recall,
    Table,
    Target,
    Text,
    Unshown,
    parse_blocks,
)
from tabbook.text.directives import in_place
from tabbook.text.fences import RAW_RST, Fence
from tabbook.text.inline import replace_in_prose, scan_marks, text_and_target, translate_marks
from tabbook.text.marks import (
    PYTHON_NAMES,
    indented,
    join_blocks,
    page_target,
    plain_text,
)
from tabbook.text.quotes import QUOTES
from tabbook.text.reader import Cell, Chapter

# MyST takes a line for a comment that begins so, also within a paragraph.
_PER_CENT = re.compile(r"^ {0,3}(?P<part>%)", re.MULTILINE)
_ROLES = {
    "cite": "cite:p",
    "citep": "cite:p",
    "citet": "cite:t",
    "eqref": "eq",
    "numref": "numref",
    "ref": "ref",
    **{name: f"tabbook-{name}" for name in QUOTES},
    **{name: f"py:{name}" for name in PYTHON_NAMES},
}
# Sphinx numbers nothing that has no caption.
_NO_CAPTION = "&nbsp;"


def page_prose(chapter: Chapter, words: Words = ENGLISH) -> "PageProse":
    """What the page of a chapter is written with."""
    cites = any(_cites(cell) for cell in chapter.cells if cell.kind == "markdown")
    is_listed = cites and any(find_bibliographies(chapter))
    return PageProse(f"{page_target(chapter.path)}/" if is_listed else "", words)


def _cites(cell: Cell) -> bool:
    names = (name for _, name, _ in scan_marks(cell.source.split("\n")))
    return any(name in CITATIONS or name.startswith("{cite") for name in names)


@dataclass(frozen=True)
class PageProse:
    """What the prose of one page is written with.

    `key_prefix` stands before the keys of its citations: Sphinx lists a key in one bibliography
    only, so a page with a bibliography of its own has keys of its own.
    """

    key_prefix: str = ""
    words: Words = ENGLISH

    def translate(self, source: str) -> str:
        """Translate the source of a markdown cell."""
        return self._join(parse_blocks(source))

    def _join(self, blocks: Iterable[Block]) -> str:
        return join_blocks(self._lines(block) for block in blocks)

    def _lines(self, block: Block) -> list[str]:
        match block:
            case Text():
                text = "\n".join(block.lines)
                if _PER_CENT.search(text):
                    text = replace_in_prose(_PER_CENT, lambda sign: f"\\{sign}", text)
                return [self._text(text)]
            case Heading():
                return [*_targets(block.labels), self._text("\n".join(block.lines))]
            case Figure():
                return self._figure(block)
            case Table():
                return self._table(block)
            case Caption():
                names = map(page_target, block.labels)
                head = " ".join(["~~~{tabbook-caption}", *names])
                return [head, self._text(block.caption), "~~~", ""]
            case Equation():
                lines = ["$$", *block.body, f"$$ ({page_target(block.label)})"]
                return ["", *indented(lines, block.indent), ""]
            case Target():
                return _targets([block.label])
            case Bibliography():
                prefix = [f":keyprefix: {self.key_prefix}"] if self.key_prefix else []
                return [f"```{{bibliography}} {block.file}", *prefix, "```"]
            case Fenced():
                return self._fence(block)
            case Directive():
                return self._directive(block)
            case Recall():
                return self._recall(block)
            case Unshown():
                return block.lines

    def _text(self, text: str) -> str:
        return translate_marks(text, self._role)

    def _role(self, name: str, argument: str) -> str | None:
        if name.startswith("{"):
            return self._role_of_myst(name, argument)
        if name not in _ROLES:
            return None
        target = " ".join(argument.split())
        if name in CROSS_REFERENCES:
            target = page_target(target)
        elif name in CITATIONS:
            target = ",".join(f"{self.key_prefix}{key.strip()}" for key in target.split(","))
        return f"{{{_ROLES[name]}}}`{target}`"

    def _role_of_myst(self, name: str, argument: str) -> str | None:
        """Return a reference or a citation with our labels and keys; other roles stay."""
        text, target = text_and_target(argument)
        if name.startswith("{cite"):
            target = ",".join(f"{self.key_prefix}{key.strip()}" for key in target.split(","))
        elif name in ("{ref}", "{numref}", "{eq}"):
            target = page_target(target)
        else:
            return None
        return f"{name}`{text} <{target}>`" if text else f"{name}`{target}`"

    def _figure(self, figure: Figure) -> list[str]:
        if not (figure.caption or figure.labels or figure.options):
            return [f"{figure.indent}![]({figure.path})"]
        first, *others = [*figure.labels, ""]
        named = {"name": page_target(first)} if first else {}
        alt = {"alt": json.dumps(plain_text(figure.caption), ensure_ascii=False)}
        directive = "figure" if figure.caption or first else "image"
        options = [f":{name}: {value}" for name, value in (named | figure.options | alt).items()]
        caption = ["", self._text(figure.caption) or _NO_CAPTION] if directive == "figure" else []
        lines = [f"```{{{directive}}} {figure.path}", *options, *caption, "```"]
        return [*_targets(others[:-1]), *indented(lines, figure.indent)]

    def _table(self, table: Table) -> list[str]:
        rows = [self._text(row) for row in table.rows]
        if not (table.caption or table.labels):
            return indented(rows, table.indent)
        first, *others = [*table.labels, ""]
        name = [f":name: {page_target(first)}"] if first else []
        caption = self._text(table.caption) or _NO_CAPTION
        # Behind backticks a caption could have none: Markdown would see no fence.
        head = [f"~~~{{table}} {caption}".rstrip(), *name, ""]
        return [*_targets(others[:-1]), *indented([*head, *rows, "~~~"], table.indent)]

    def _fence(self, block: Fenced) -> list[str]:
        fence = block.fence
        if fence.language == TOC:
            return ["```{tableofcontents}", "```"]
        info = "{eval-rst}" if fence.language == RAW_RST else fence.language
        return [f"{fence.prefix}{fence.marker}{info}", *block.lines[1:]]

    def _directive(self, block: Directive) -> list[str]:
        """Leave a directive of MyST as it is, but for the marks in its text.

        What these become may be fences, too, so its own have to be longer. Backticks are understood
        without MyST's extension for colons.
        """
        lines = self._join(block.blocks).split("\n") if block.blocks else block.text
        gap = [""] if block.options and block.blocks else []
        info = f"{{{block.name}}} {self._text(block.argument)}".rstrip()
        marker = _longer_fence(block.fence, info, lines)
        return in_place([f"{marker}{info}", *block.options, *gap, *lines, marker], block.fence)

    def _recall(self, recall: Recall) -> list[str]:
        """Return a question as a directive, with one for each choice in it."""
        lines = self._join(recall.question).split("\n")
        for choice in recall.choices:
            said = self._join(choice.explanation).split("\n")
            inner = [self._text(choice.text), "", *explained(choice, said, self.words)]
            info = f"{{tabbook-choice}} {'right' if choice.is_right else 'wrong'}"
            marker = _longer_fence(recall.fence, "", inner)
            lines += ["", f"{marker}{info}", *inner, marker]
        marker = _longer_fence(recall.fence, "", lines)
        return in_place([f"{marker}{{tabbook-recall}}", *lines, marker], recall.fence)


def _targets(labels: Iterable[str]) -> list[str]:
    targets = [f"({page_target(label)})=" for label in labels]
    return ["", *targets] if targets else []


def _longer_fence(fence: Fence, info: str, lines: Iterable[str]) -> str:
    """Return the fence of a block, of backticks rather than colons, that nothing in it ends."""
    sign = "~" if "`" in info else fence.marker[0].replace(":", "`")
    inner = (line.lstrip() for line in lines)
    longest = max((len(line) - len(line.lstrip(sign)) for line in inner), default=0)
    return sign * max(len(fence.marker), longest + 1, 3)
