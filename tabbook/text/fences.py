"""Where the fenced blocks of a Markdown text are: the places whose content is not prose."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

# A fence may stand in a block quote or in a list item, so it may follow their marks.
_OPENING = re.compile(
    r"(?P<prefix>[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*)"
    r"(?P<marker>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$"
)
_CLOSING = re.compile(r"[ \t>]*(?P<marker>`{3,}|~{3,})[ \t]*$")
_BARE_INPUT = re.compile(r"\{\.[^{}]*\.input\b[^{}]*\}[ \t]*$")
_DIRECTIVE = re.compile(r"\{(?P<name>[a-zA-Z][\w:-]*)\}[ \t]*(?P<argument>.*)")
# What R Markdown and others have in braces, too.
_LANGUAGES = ("bash", "javascript", "julia", "python", "r", "sh", "sql")
# Directives of MyST whose text is prose: boxes, and those that hold other things.
BOXES = {
    *("admonition", "attention", "caution", "danger", "error", "hint", "important", "note"),
    *("seealso", "tip", "warning"),
}
PROSE_DIRECTIVES = BOXES | {
    *("card", "dropdown", "epigraph", "figure", "grid", "grid-item", "grid-item-card"),
    *("list-table", "margin", "sidebar", "tab-item", "tab-set", "topic"),
}
_OPTION = re.compile(r"[ \t]*:[\w-]+:(?:[ \t]|$)")
_ATTRIBUTE = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")


@dataclass(frozen=True)
class Fence:
    """A fenced block: `lines[start]` opens it, `lines[end - 1]` closes it if `closed`.

    `prefix` is what stands before the opening marker: indentation, `> `, or a list item's mark.
    """

    start: int
    end: int
    prefix: str
    marker: str
    info: str
    closed: bool

    @property
    def body(self) -> slice:
        """The lines between the opening and the closing one."""
        return slice(self.start + 1, self.end - 1 if self.closed else self.end)

    @property
    def is_input(self) -> bool:
        """Whether this is the input of a code cell, as in `{.python .input  n=3}`."""
        return not self.prefix and ".input" in self.attributes

    @property
    def is_output(self) -> bool:
        """Whether this is the kept output of a code cell, as in `{.json .output n=1}`."""
        return not self.prefix and {".output", ".json"} <= set(self.attributes)

    @property
    def directive(self) -> tuple[str, str] | None:
        """The name and the argument, if this is a directive of MyST, as in `{figure} a.png`."""
        found = _DIRECTIVE.match(self.info)
        if found is None or found["name"].lower() in _LANGUAGES:
            return None
        return found["name"], found["argument"]

    @property
    def holds_prose(self) -> bool:
        """Whether this is a directive of MyST, with an end, whose text is prose."""
        return self.closed and self.directive is not None and self.directive[0] in PROSE_DIRECTIVES

    @property
    def language(self) -> str:
        """The info string; of pandoc's attributes only the first class, the rest means nothing."""
        found = _DIRECTIVE.match(self.info)
        if found and found["name"].lower() in _LANGUAGES:
            return found["name"]
        classes = [name[1:] for name in self.attributes if name.startswith(".")]
        return "".join(classes[:1]) if self.info.startswith("{") else self.info

    @property
    def attributes(self) -> list[str]:
        """The parts of the info string: `.class`, `#id`, `key=value` or a word alone."""
        return _ATTRIBUTE.findall(self.info.strip("{}"))


def find_fences(lines: Sequence[str]) -> Iterator[Fence]:
    """Yield the fenced blocks of a text in order; what is inside a block is not looked at.

    A fence without an end runs to the end of the text, as CommonMark has it. Two cases are read
    otherwise, because they are nearly always a forgotten end: code cells do not nest, so the next
    code cell ends an open one; and a fence in a list or a quote that has no end there is none. And
    a code cell, which may write Markdown, ends with as many backticks as it began with, if such a
    line comes before the next cell.
    """
    index = 0
    while index < len(lines):
        fence = _fence_at(lines, index)
        if fence is None:
            index += 1
        else:
            yield fence
            index = fence.end


def blank_code(lines: Sequence[str], filler: str = "") -> list[str]:
    """Return the lines of a text with those of its fenced blocks as so many fillers.

    The prose that stands in a directive stays.
    """
    blanked = list(lines)
    for fence in find_fences(lines):
        inner: list[str] = []
        if fence.holds_prose:
            inner = blank_code(lines[fence.body], filler)
        for index in range(fence.start, fence.end):
            blanked[index] = filler * len(lines[index])
        blanked[fence.start + 1 : fence.start + 1 + len(inner)] = inner
    return blanked


def lost_inputs(
    lines: Sequence[str], fences: Sequence[Fence]
) -> Iterator[tuple[int, Fence | None]]:
    """Yield the lines that open a code cell but are read as something else, with what holds them.

    Such a line stands in a fenced block, which is therefore without its end; with None, it has lost
    its own backticks. A block of more backticks is there to show code cells, and holds none.
    """
    inside = {index: fence for fence in fences for index in range(len(lines))[fence.body]}
    for index in range(len(lines)):
        fence, opening = inside.get(index), _opening_at(lines, index)
        if fence is None and _BARE_INPUT.match(lines[index]):
            yield index, None
        elif fence and opening and opening.is_input and len(opening.marker) >= len(fence.marker):
            yield index, fence


def options_and_text(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split the body of a directive into its options, as in `:width: 300px`, and its text."""
    options = list(takewhile(_OPTION.match, lines))
    return options, list(lines[len(options) :])


def _opening_at(lines: Sequence[str], start: int) -> Fence | None:
    opening = _OPENING.match(lines[start])
    if opening is None or (opening["marker"][0] == "`" and "`" in opening["info"]):
        return None
    prefix, marker, info = opening.group("prefix", "marker", "info")
    return Fence(start, len(lines), prefix, marker, info, closed=False)


def _fence_at(lines: Sequence[str], start: int) -> Fence | None:
    found = _opening_at(lines, start)
    if found is None:
        return None
    longer: Fence | None = None
    for index in range(start + 1, len(lines)):
        if _closes(lines[index], found):
            closed = replace(found, end=index + 1, closed=True)
            if not found.is_input or lines[index].strip() == found.marker:
                return closed
            longer = longer or closed
        if found.prefix and _leaves_container(lines[index], found.prefix):
            return None
        if found.is_input and _next_input(lines, index, found.marker):
            return longer or replace(found, end=index)
    return longer or found


def _closes(line: str, fence: Fence) -> bool:
    closing = _CLOSING.match(line)
    if closing is None or (not fence.prefix and not re.match(r" {0,3}[`~]", line)):
        return False
    return closing["marker"][0] == fence.marker[0] and len(closing["marker"]) >= len(fence.marker)


def _leaves_container(line: str, prefix: str) -> bool:
    if ">" in prefix:
        return not line.lstrip().startswith(">")
    in_list = bool(prefix.strip()) or len(prefix.expandtabs(4)) > 3
    return in_list and bool(line.strip()) and line[0] not in " \t"


def _next_input(lines: Sequence[str], index: int, marker: str) -> bool:
    opening = _opening_at(lines, index)
    return opening is not None and opening.is_input and len(opening.marker) >= len(marker)
