"""Marks within a line as HTML: Markdown is not read within HTML, as in the summary of a fold."""

import re
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

_TEX = {"<": r"\lt ", ">": r"\gt "}


def inline_html(text: str) -> str:
    """Return a line of Markdown as HTML, with its mathematics still between dollar signs."""
    return str(_markdown().renderInline(text))


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").use(dollarmath_plugin, allow_digits=False)
    markdown.add_render_rule("math_inline", lambda _, tokens, at, *_rest: _tex(tokens[at].content))
    return markdown


def _tex(mathematics: str) -> str:
    """Mathematics without what would be a tag."""
    return f"${re.sub('[<>]', lambda sign: _TEX[sign[0]], mathematics)}$"
