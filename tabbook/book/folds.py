"""Sections that are folded until a reader opens them: hints and answers."""

from collections.abc import Collection, Iterable, Iterator

from tabbook.book.labels import prose_blocks
from tabbook.problems import Problem
from tabbook.text.blocks import Block, Heading, parse_blocks
from tabbook.text.reader import Chapter


def is_folded(block: Block | None, titles: Collection[str]) -> bool:
    """Whether a block is the heading of a folded section: not so the title of a chapter."""
    return isinstance(block, Heading) and block.level > 1 and block.title in titles


def fold_problems(chapters: Iterable[Chapter], titles: Collection[str]) -> Iterator[Problem]:
    """Yield the headings that fold nothing where they stand, in a tab block or a directive."""
    for chapter in chapters:
        for cell, block in prose_blocks(chapter):
            if not (isinstance(block, Heading) and block.title in titles):
                continue
            where = ""
            if block.level == 1:
                where = "as a chapter's title"
            elif cell.tabs is not None:
                where = "inside a tab block"
            elif not any(block is each for each in parse_blocks(cell.source)):
                where = "inside a directive"
            if where:
                message = f"'{block.lines[0]}' folds nothing {where}; expected a section's heading"
                yield Problem(chapter.path, cell.chapter_line(block.line + 1), message)
