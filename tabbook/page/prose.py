"""Prose with d2lbook's marks as MyST Markdown for Jupyter Book.

What stands in code is left alone, and so are marks that are not known.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tabbook.book.contents import TOC
from tabbook.book.labels import CITATIONS, CROSS_REFERENCES, find_bibliographies, find_references
from tabbook.text.blocks import (
    RAW_RST,
    Bibliography,
    Block,
    Equation,
    Fenced,
    Figure,
    Heading,
    Table,
    Target,
    Text,
    parse_blocks,
)
from tabbook.text.fences import options_and_text
from tabbook.text.inline import translate_marks
from tabbook.text.marks import (
    indented,
    join_blocks,
    page_target,
    plain_text,
)
from tabbook.text.quotes import QUOTES
from tabbook.text.reader import Chapter

_ROLES = {
    "cite": "cite:p",
    "citep": "cite:p",
    "citet": "cite:t",
    "eqref": "eq",
    "numref": "numref",
    "ref": "ref",
    **{name: f"tabbook-{name}" for name in QUOTES},
}


def page_prose(chapter: Chapter) -> "PageProse":
    """What the page of a chapter is written with."""
    cites = any(reference.role in CITATIONS for reference in find_references(chapter))
    is_listed = cites and any(find_bibliographies(chapter))
    return PageProse(f"{page_target(chapter.path)}/" if is_listed else "")


@dataclass(frozen=True)
class PageProse:
    """What the prose of one page is written with.

    `key_prefix` stands before the keys of its citations: Sphinx lists a key in one bibliography
    only, so a page with a bibliography of its own has keys of its own.
    """

    key_prefix: str = ""

    def translate(self, source: str) -> str:
        """Translate the source of a markdown cell."""
        return join_blocks(self._lines(block) for block in parse_blocks(source))

    def _lines(self, block: Block) -> list[str]:
        match block:
            case Text() | Heading():
                targets = _targets(block.labels) if isinstance(block, Heading) else []
                return [*targets, self._text("\n".join(block.lines))]
            case Figure():
                return self._figure(block)
            case Table():
                return self._table(block)
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

    def _text(self, text: str) -> str:
        return translate_marks(text, self._role)

    def _role(self, name: str, argument: str) -> str | None:
        if name not in _ROLES:
            return None
        target = " ".join(argument.split())
        if name in CROSS_REFERENCES:
            target = page_target(target)
        elif name in CITATIONS:
            target = ",".join(f"{self.key_prefix}{key.strip()}" for key in target.split(","))
        return f"{{{_ROLES[name]}}}`{target}`"

    def _figure(self, figure: Figure) -> list[str]:
        if not (figure.caption or figure.labels or figure.options):
            return [f"{figure.indent}![]({figure.path})"]
        first, *others = [*figure.labels, ""]
        named = {"name": page_target(first)} if first else {}
        alt = {"alt": json.dumps(plain_text(figure.caption), ensure_ascii=False)}
        directive = "figure" if figure.caption or first else "image"
        options = [f":{name}: {value}" for name, value in (named | figure.options | alt).items()]
        caption = ["", self._text(figure.caption)] if figure.caption else []
        lines = [f"```{{{directive}}} {figure.path}", *options, *caption, "```"]
        return [*_targets(others[:-1]), *indented(lines, figure.indent)]

    def _table(self, table: Table) -> list[str]:
        rows = [self._text(row) for row in table.rows]
        if not (table.caption or table.labels):
            return indented(rows, table.indent)
        first, *others = [*table.labels, ""]
        name = [f":name: {page_target(first)}"] if first else []
        caption = self._text(table.caption)
        # Behind backticks a caption could have none: Markdown would see no fence.
        head = [f"~~~{{table}} {caption}".rstrip(), *name, ""]
        return [*_targets(others[:-1]), *indented([*head, *rows, "~~~"], table.indent)]

    def _fence(self, block: Fenced) -> list[str]:
        fence = block.fence
        if fence.directive:
            return self._directive(block)
        if fence.language == TOC:
            return ["```{tableofcontents}", "```"]
        info = "{eval-rst}" if fence.language == RAW_RST else fence.language
        return [f"{fence.prefix}{fence.marker}{info}", *block.lines[1:]]

    def _directive(self, block: Fenced) -> list[str]:
        """Leave a directive of MyST as it is, but for the marks in its text.

        What these become may be fences, too, so its own have to be longer.
        """
        fence = block.fence
        if not fence.holds_prose or fence.prefix or not fence.closed:
            return list(block.lines)
        options, text = options_and_text(block.lines[1:-1])
        lines = self.translate("\n".join(text)).split("\n")
        inner = (line.lstrip() for line in lines)
        longest = max(len(line) - len(line.lstrip(fence.marker[0])) for line in inner)
        marker = fence.marker[0] * max(len(fence.marker), longest + 1)
        return [f"{marker}{fence.info}", *options, *([""] if options else []), *lines, marker]


def _targets(labels: Iterable[str]) -> list[str]:
    targets = [f"({page_target(label)})=" for label in labels]
    return ["", *targets] if targets else []
