"""What pages and notebooks have in common in the way they read prose with d2lbook's marks."""

import re
from collections.abc import Iterable

from tabbook.text.inline import translate_marks

# Names of Python's things, which lead to where Sphinx documents them.
PYTHON_NAMES = ("class", "func", "mod")
_NOT_IN_TARGET = re.compile(r"[^A-Za-z0-9*./_+-]")
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)")


def label_key(name: str) -> str:
    """Return what two names of one label have in common: Sphinx compares them without case."""
    return " ".join(name.split()).lower()


def page_target(label: str) -> str:
    """Return a label in the characters that MyST allows; others become their code points."""
    return _NOT_IN_TARGET.sub(lambda found: f"-{ord(found[0]):x}-", label_key(label))


def join_blocks(blocks: Iterable[list[str]]) -> str:
    """Join the lines of blocks; of the blank lines that two neighbours bring, one's are left."""
    text = ""
    for block in filter(None, blocks):
        lines = "\n".join(block) + "\n"
        text += lines.lstrip("\n") if not text or text.endswith("\n\n") else lines
    return text.strip("\n")


def indented(lines: Iterable[str], indent: str) -> list[str]:
    """Return the lines of a block that stands in a list."""
    return [(indent + line).rstrip() for line in lines]


def plain_text(text: str) -> str:
    """Return text for places that show no markup: without marks, emphasis and links."""
    bare = translate_marks(text, lambda name, said: python_name(said) * (name in PYTHON_NAMES))
    return " ".join(re.sub(r"\*+|`|</?(?:em|strong)>", "", _LINK.sub(r"\g<text>", bare)).split())


def python_name(name: str) -> str:
    """Return how the name of a thing in Python is shown: `~a.b` as `b`."""
    return name.rpartition(".")[2] if name.startswith("~") else name
