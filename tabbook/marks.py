"""Prose with d2lbook's marks as MyST Markdown for a page (`notebook_prose` is for notebooks).

What stands in code is left alone, and so are marks that are not known.
"""

import json
import re
from collections.abc import Iterable

from tabbook.blocks import (
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
from tabbook.inline import resolve_slide_marks, translate_marks
from tabbook.labels import CROSS_REFERENCES

_PAGE_ROLES = {
    "cite": "cite:p",
    "citep": "cite:p",
    "citet": "cite:t",
    "eqref": "eq",
    "numref": "numref",
    "ref": "ref",
    "value": "tabbook-value",
}
_NOT_IN_TARGET = re.compile(r"[^A-Za-z0-9*./_+-]")
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)")


def to_page(source: str) -> str:
    """Translate the source of a markdown cell to MyST Markdown for Jupyter Book."""
    return join_blocks(_page_lines(block) for block in shown_blocks(source))


def page_target(label: str) -> str:
    """Return a label in the characters that MyST allows; others become their code points."""
    return _NOT_IN_TARGET.sub(lambda found: f"-{ord(found[0]):x}-", label)


def shown_blocks(source: str) -> list[Block]:
    """Return the blocks of a cell without slide marks; a line that was for slides only is gone."""
    lines = source.split("\n")
    resolved = zip(lines, resolve_slide_marks(lines), strict=True)
    return parse_blocks([new for old, new in resolved if new.strip() or not old.strip()])


def join_blocks(blocks: Iterable[list[str]]) -> str:
    """Join the lines of blocks; of the blank lines that two neighbours bring, one's are left."""
    text = ""
    for block in filter(None, blocks):
        lines = "\n".join(block) + "\n"
        text += lines.lstrip("\n") if not text or text.endswith("\n\n") else lines
    return text.strip("\n")


def _page_lines(block: Block) -> list[str]:
    match block:
        case Text() | Heading():
            targets = _page_targets(block.labels) if isinstance(block, Heading) else []
            return [*targets, _page_text("\n".join(block.lines))]
        case Figure():
            return _page_figure(block)
        case Table():
            return _page_table(block)
        case Equation():
            lines = ["$$", *block.body, f"$$ ({page_target(block.label)})"]
            return ["", *indented(lines, block.indent), ""]
        case Target():
            return _page_targets([block.label])
        case Bibliography():
            return [f"```{{bibliography}} {block.file}", "```"]
        case Fenced():
            return _page_fence(block)


def _page_text(text: str) -> str:
    return translate_marks(text, _page_role)


def _page_role(name: str, argument: str) -> str | None:
    if name not in _PAGE_ROLES:
        return None
    argument = " ".join(argument.split())
    target = page_target(argument) if name in CROSS_REFERENCES else argument
    return f"{{{_PAGE_ROLES[name]}}}`{target}`"


def _page_targets(labels: Iterable[str]) -> list[str]:
    targets = [f"({page_target(label)})=" for label in labels]
    return ["", *targets] if targets else []


def _page_figure(figure: Figure) -> list[str]:
    if not (figure.caption or figure.labels or figure.options):
        return [f"{figure.indent}![]({figure.path})"]
    first, *others = [*figure.labels, ""]
    named = {"name": page_target(first)} if first else {}
    alt = {"alt": json.dumps(plain_text(figure.caption), ensure_ascii=False)}
    directive = "figure" if figure.caption or first else "image"
    options = [f":{name}: {value}" for name, value in (named | figure.options | alt).items()]
    caption = ["", _page_text(figure.caption)] if figure.caption else []
    lines = [f"```{{{directive}}} {figure.path}", *options, *caption, "```"]
    return [*_page_targets(others[:-1]), *indented(lines, figure.indent)]


def indented(lines: Iterable[str], indent: str) -> list[str]:
    """Return the lines of a block that stands in a list."""
    return [(indent + line).rstrip() for line in lines]


def _page_table(table: Table) -> list[str]:
    rows = [_page_text(row) for row in table.rows]
    if not (table.caption or table.labels):
        return indented(rows, table.indent)
    first, *others = [*table.labels, ""]
    name = [f":name: {page_target(first)}"] if first else []
    caption = _page_text(table.caption)
    head = [f"```{{table}} {caption}".rstrip(), *name, ""]
    return [*_page_targets(others[:-1]), *indented([*head, *rows, "```"], table.indent)]


def _page_fence(block: Fenced) -> list[str]:
    fence = block.fence
    if fence.info == "toc":
        return ["```{tableofcontents}", "```"]
    info = "{eval-rst}" if fence.info == "eval_rst" else language(block)
    return [f"{fence.prefix}{fence.marker}{info}", *block.lines[1:]]


def language(block: Fenced) -> str:
    """Return the info string; of pandoc's attributes only the language, the rest means nothing."""
    classes = [name[1:] for name in block.fence.attributes if name.startswith(".")]
    return "".join(classes[:1]) if block.fence.info.startswith("{") else block.fence.info


def plain_text(text: str) -> str:
    """Return text for places that show no markup: without marks, emphasis and links."""
    bare = translate_marks(text, lambda _name, _argument: "")
    return " ".join(re.sub(r"\*+|`", "", _LINK.sub(r"\g<text>", bare)).split())
