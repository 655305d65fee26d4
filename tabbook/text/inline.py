"""Marks inside a line of prose, found without looking into code."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from tabbook.text.directives import blank_code
from tabbook.text.slides import find_slides

_CODE_SPAN = r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
# Where a code cell stands inside a comment, its first part has no end.
_COMMENT = r"<!--(?:(?!-->).)*"
# Some authors double the backticks, as reStructuredText does for code.
_MARK = (
    r"(?P<mark>(?::(?P<name>[a-z]+):|(?P<role>\{[a-zA-Z][\w:.+-]*\}))"
    r"(?P<quote>``?)(?!`)(?P<argument>[^`]+)(?P=quote))"
)
_INLINE = re.compile(rf"\\.|{_COMMENT}|{_MARK}|{_CODE_SPAN}", re.DOTALL)
# A dollar sign before a space opens no mathematics, one after a space or before a digit ends none.
_MATH = r"\$\$(?:(?!\$\$).)+\$\$|\$(?!\s)(?:(?!\n[ \t]*\n)[^$\\]|\\.)+(?<!\s)\$(?!\d)"
_HIDDEN_SPAN = re.compile(rf"\\.|{_COMMENT}|{_CODE_SPAN}|{_MATH}", re.DOTALL)
# Where it has no end, the next comment ends it: so time is linear.
_DECLARATION = re.compile(r"<!--\s*numbers?\s(?P<said>(?:(?!<!--|-->).)*)-->", re.DOTALL)
HIDDEN = "\0"

_SHOWN = re.compile(
    r"\[\*\*(?P<first>(?:(?!\[\*\*).)+?)\*\*\](?!\()|\(\*\*(?P<more>(?:(?!\(\*\*).)+?)\*\*\)",
    re.DOTALL,
)
_ABSENT = re.compile(r"\(~~(?:(?!\(~~).)+?~~\)|\[~~(?:(?!\[~~).)+?~~\](?!\()", re.DOTALL)
_EMPHASIS = re.compile(
    r"(?<![*\\])(?P<mark>\*\*?)(?P<text>(?![\s*])(?:(?!\n[ \t]*\n)[^*])+(?<![\s\\]))(?P=mark)(?!\*)"
)


def translate_marks(text: str, translate: Callable[[str, str], str | None]) -> str:
    """Replace the marks `` :name:`argument` `` by `translate(name, argument)`, unless it is None.

    MyST's roles are marks, too; their names are in braces. What stands in a code span, in a
    comment, or behind a backslash, is left alone.
    """

    def replacement(found: re.Match[str]) -> str:
        name = found["name"] or found["role"]
        new = translate(name, found["argument"]) if found["mark"] else None
        return found[0] if new is None else new

    return _INLINE.sub(replacement, text)


def scan_marks(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield the marks of a markdown cell, but not those in code: line from 0, name, argument.

    MyST's roles are marks, too; their names are in braces.
    """
    text = "\n".join(lines)
    line = counted = 0
    for start, name, argument in find_marks(text):
        line += text.count("\n", counted, start)
        counted = start
        yield line, name, argument


def find_marks(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the marks of a text, but not those in code: place, name, argument."""
    bare = "\n".join(blank_code(text.split("\n"), HIDDEN))
    for found in _INLINE.finditer(bare):
        if found["mark"]:
            yield found.start(), found["name"] or found["role"], found["argument"]


def text_and_target(argument: str) -> tuple[str, str]:
    """Split the argument of a role of MyST, as in `the text <target>`; mostly there is no text."""
    text, is_split, target = argument.removesuffix(">").rpartition("<")
    if not (text and is_split and argument.endswith(">")):
        text, target = "", argument
    return text.rstrip(), " ".join(target.split())


def resolve_slide_marks(lines: Sequence[str]) -> list[str]:
    """Make slide marks bold, and empty what is for slides only; the number of lines stays."""
    text = replace_in_prose(_ABSENT, _without_text, "\n".join(_without_slides(lines)))
    return _in_tags(replace_in_prose(_SHOWN, _bold, text)).split("\n")


def replace_in_prose(pattern: re.Pattern[str], new: Callable[[str], str], text: str) -> str:
    """Replace what matches `pattern` outside code and mathematics by `new` of it.

    If the pattern has a group `part`, only the text of that group is replaced.
    """
    parts, copied = [], 0
    for found in pattern.finditer(hide_code_and_math(text)):
        start, end = found.span("part" if "part" in pattern.groupindex else 0)
        parts += [text[copied:start], new(text[start:end])]
        copied = end
    return "".join([*parts, text[copied:]])


def find_in_prose(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Yield what the group `part` of a pattern matches outside code and mathematics.

    With its line, from 0. To the pattern, code and mathematics are `HIDDEN` characters.
    """
    line = counted = 0
    for found in pattern.finditer(hide_code_and_math(text)):
        start, end = found.span("part")
        line += text.count("\n", counted, start)
        counted = start
        yield line, text[start:end]


def find_declarations(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the comments `<!-- number 0.5: why -->` stand, and what each says."""
    if "<!--" not in text:
        return
    bare = "\n".join(blank_code(text.split("\n"), HIDDEN))
    for comment in _INLINE.finditer(bare):
        if comment[0].startswith("<!--"):
            found = _DECLARATION.match(text, comment.start())
            if found:
                yield found.start(), found.end(), found["said"]


def without_declarations(lines: Sequence[str]) -> list[str]:
    """Return lines without the comments that declare numbers; the number of lines stays."""
    text = "\n".join(lines)
    for start, end, _ in reversed(list(find_declarations(text))):
        text = text[:start].rstrip(" \t") + "\n" * text.count("\n", start, end) + text[end:]
    return text.split("\n")


def _without_slides(lines: Sequence[str]) -> list[str]:
    shown = list(lines)
    for slide in (slide for slide, is_closed in find_slides(lines) if is_closed):
        shown[slide.start : slide.stop] = [""] * len(slide)
    return shown


def _in_tags(text: str) -> str:
    """Put emphasis in tags where Markdown takes its asterisks for text.

    These are asterisks between a letter and a punctuation mark, code or mathematics, as they stand
    in languages that have no spaces between words.
    """
    hidden = hide_code_and_math(text)
    for found in reversed(list(_EMPHASIS.finditer(hidden))):
        (start, end), (first, last) = found.span(), found.span("text")
        edges = (
            (hidden[start - 1 : start], hidden[first]),
            (hidden[end : end + 1], hidden[last - 1]),
        )
        if any(_is_stuck(outside, inside, found["mark"]) for outside, inside in edges):
            tag = "strong" if found["mark"] == "**" else "em"
            text = f"{text[:start]}<{tag}>{text[first:last]}</{tag}>{text[end:]}"
    return text


def _is_stuck(outside: str, inside: str, mark: str) -> bool:
    """Whether the asterisks between two characters are text; a product has single ones, too."""
    is_letter = outside.isalnum() and (mark == "**" or not outside.isascii())
    return is_letter and (inside == HIDDEN or unicodedata.category(inside)[0] in "PS")


def _without_text(marked: str) -> str:
    return "\n" * marked.count("\n")


def _bold(marked: str) -> str:
    """Return the text between slide marks, bold if it is one paragraph without an equation."""
    text = marked[3:-3]
    if "$$" in text or "**" in text or re.search(r"\n[ \t]*\n", text):
        return text
    inner = text.strip()
    return text.replace(inner, f"**{inner}**") if inner else text


@lru_cache(maxsize=4096)  # Several patterns are looked for in one text, and in several tabs.
def hide_code_and_math(text: str) -> str:
    """Blot out code and mathematics; every other character keeps its place."""
    bare = "\n".join(blank_code(text.split("\n"), HIDDEN))
    return _HIDDEN_SPAN.sub(lambda found: HIDDEN * len(found[0]), bare)
