"""Questions with choices: what is wrong with them, and how the explanation of a choice begins."""

import re
from collections.abc import Iterable, Iterator

from tabbook.book.labels import prose_blocks
from tabbook.book.words import Words
from tabbook.problems import Problem
from tabbook.text.blocks import Choice, Recall, Text
from tabbook.text.reader import Chapter

# What a word in front of it would keep from being what it is: lists, quotes, tables, displays.
_NO_PARAGRAPH = re.compile(r"[-*+>|#][ \t|]|\d+[.)][ \t]|\$\$|```|~~~|:::|!\[|    |<[a-z/!]")


def explained(choice: Choice, lines: list[str], words: Words) -> list[str]:
    """Return the translated lines of an explanation, behind the word that says who is right."""
    word = f"**{words.say('Right.' if choice.is_right else 'Not so.')}**"
    shown = "\n".join(lines).strip("\n").split("\n")
    if _NO_PARAGRAPH.match(shown[0]):
        return [word, "", *shown]
    return [f"{word} {shown[0]}", *shown[1:]]


def recall_problems(chapters: Iterable[Chapter]) -> Iterator[Problem]:
    """Yield what is wrong with the questions of chapters."""
    for chapter in chapters:
        for cell, block in prose_blocks(chapter):
            for line, fault in _faults(block) if isinstance(block, Recall) else ():
                yield Problem(chapter.path, cell.chapter_line(line + 1), fault)


def _faults(recall: Recall) -> Iterator[tuple[int, str]]:
    opening = f"'{recall.fence.marker}{{recall}}'"
    if not any(map(_is_shown, recall.question)):
        yield recall.line, f"{opening} asks nothing; expected a question above the choices"
    if not recall.choices:
        yield recall.line, f"{opening} has no choice; expected '- [ ] wrong' and '- [x] right'"
    elif not any(choice.is_right for choice in recall.choices):
        yield recall.line, f"no choice of {opening} is right; expected one with '- [x]'"
    for choice in recall.choices:
        if not choice.text:
            yield choice.line, "a choice without words behind its box"
        elif not any(map(_is_shown, choice.explanation)):
            expected = "expected one behind an empty line, indented"
            yield choice.line, f"the choice '{choice.text}' has no explanation; {expected}"
    for line, stray in recall.strays.items():
        yield line, f"'{stray}' is no choice, as '- [ ] …' is, nor indented as a part of one"


def _is_shown(block: object) -> bool:
    return not isinstance(block, Text) or any(map(str.strip, block.lines))
