"""Directives of MyST: which of them have prose in them, and how they are written."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from tabbook.text.fences import Fence, find_fences

# Boxes, which can be quotes; quotes; what has no title; and other things with prose in them.
BOXES = {
    *("admonition", "attention", "caution", "danger", "error", "hint", "important", "note"),
    *("seealso", "tip", "warning"),
}
QUOTES = {"epigraph", "highlights", "pull-quote", "quote"}
_FRAMES = {"container", "div", "grid", "grid-item", "tab-set"}
_PROSE = {
    *(BOXES | QUOTES | _FRAMES),
    *("card", "dropdown", "figure", "grid-item-card", "list-table", "margin", "sidebar"),
    *("tab-item", "table", "topic"),
}
# What is no prose, as far as it is known.
_CODE = {
    *("bibliography", "code", "code-block", "code-cell", "contents", "csv-table", "eval-rst"),
    *("glossary", "graphviz", "plantuml", "productionlist", "tikz"),
    *("image", "include", "index", "literalinclude", "math", "mermaid", "parsed-literal", "raw"),
    *("sourcecode", "tableofcontents", "toctree"),
}
# Directives in directives have shorter fences, so this is also how deep they go.
_LONGEST_FENCE = 32
_OPTION = re.compile(r"[ \t]*:(?P<name>[\w-]+):(?:[ \t]+(?P<value>.*?))?[ \t]*$")
_YAML_OPTION = re.compile(r"(?P<name>[\w-]+):[ \t]*(?P<value>.*?)[ \t]*$")


def holds_prose(fence: Fence) -> bool:
    """Whether a block is a directive whose text is Markdown, as it is of most extensions."""
    if not (fence.directive and fence.closed and len(fence.marker) <= _LONGEST_FENCE):
        return False
    return fence.directive[0] not in _CODE


def is_quoted(name: str) -> bool:
    """Whether notebooks show a directive as a quote: boxes are, also those that are not known."""
    return name in BOXES | QUOTES or name not in _PROSE


def title_and_words(name: str, argument: str) -> tuple[str, str]:
    """Return what stands above the text of a directive, and the words that its text begins with."""
    title = name.rpartition(":")[2].replace("-", " ").capitalize()  # `prf:theorem` is a theorem
    if name == "admonition" or name in _PROSE - BOXES:
        return ("" if name in _FRAMES else argument), ""
    if name in BOXES:
        return title, argument
    return f"{title} ({argument})" if argument else title, ""


def options_and_text(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split the body of a directive into its options and its text.

    Options are `:width: 300px`, or YAML between two lines of `---`.
    """
    if lines and lines[0].rstrip() == "---" and "---" in map(str.rstrip, lines[1:]):
        count = 2 + [line.rstrip() for line in lines[1:]].index("---")
    else:
        count = len(list(takewhile(_OPTION.match, lines)))
    return list(lines[:count]), list(lines[count:])


def option_values(lines: Sequence[str]) -> dict[str, str]:
    """Return the options of a directive, as far as they are names and values."""
    found = (_OPTION.match(line) or _YAML_OPTION.match(line) for line in lines)
    return {option["name"]: option["value"] or "" for option in found if option}


def blank_code(lines: Sequence[str], filler: str = "") -> list[str]:
    """Return the lines of a text with those of its fenced blocks as so many fillers.

    The prose that stands in a directive stays.
    """
    blanked = list(lines)
    for number in _code_lines(lines):
        blanked[number] = filler * len(lines[number])
    return blanked


def _code_lines(lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines that are no prose: fenced blocks, and of directives with prose the frame."""
    for fence in find_fences(lines, colons=True):
        if not holds_prose(fence):
            yield from range(fence.start, fence.end)
            continue
        options, text = options_and_text(unindented(lines[fence.body], fence))
        first = fence.start + 1 + len(options)
        yield from range(fence.start, first)
        yield from (first + number for number in _code_lines(text))
        yield fence.end - 1


def unindented(lines: Sequence[str], fence: Fence) -> list[str]:
    """Return the lines of a block without what stands before them in a list or a quote."""
    width = len(fence.prefix)
    return [line.lstrip(" \t>") if line[:width].strip(" \t>") else line[width:] for line in lines]


def in_place(lines: Sequence[str], fence: Fence) -> list[str]:
    """Return the lines that are to stand in place of a block in a list or a quote."""
    indent = re.sub(r"[^ \t>]", " ", fence.prefix)
    first, *others = lines
    return [fence.prefix + first, *((indent + line).rstrip() for line in others)]
