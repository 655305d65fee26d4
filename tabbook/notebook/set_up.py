"""The first cell of a notebook: on Colab it installs what is missing, elsewhere it does nothing."""

import json
import shlex

from tabbook.book.settings import Book, Tab
from tabbook.notebook.write import SET_UP
from tabbook.text.reader import Cell, Chapter
from tabbook.text.select import required_libs

# A process for pip, not `%pip`: that is a comment in a script, goes on where pip fails, and tells
# readers to restart even where nothing was there before.
_HEAD = """\
# On Colab this installs what the notebook needs; anywhere else it does nothing.
import importlib.util
import subprocess
import sys

if "google.colab" in sys.modules:
    def install(*needed):
        pip = [sys.executable, "-m", "pip", "install", "-q", *needed]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"Try this cell once more; pip said:\\n{done.stderr}")

"""


def set_up_cells(book: Book, chapter: Chapter, tab: Tab) -> tuple[Cell, ...]:
    """Return the set-up cell of a notebook; none where nothing is to be installed.

    It installs the support library, from the wheel that the settings name or else from the book's
    repository, the modules that `tabbook_tabs` names under `colab`, and the packages that the
    chapter asks for with `# required_libs([…])`. Only the last can change what Colab has, since
    that is what they are for.
    """
    missing = [*_support_library(book), *tab.colab]
    libraries = required_libs(chapter, tab.name)
    if not book.repository or not (missing or libraries):
        return ()
    lines = [
        f'    if not importlib.util.find_spec("{module}"):\n        {_install(arguments)}'
        for module, arguments in missing
    ]
    if libraries:
        lines.append(f"    {_install(shlex.join(libraries))}")
    source = _HEAD + "\n".join(lines)
    numbers = (1,) * len(source.split("\n"))
    return (Cell("code", source, 1, marks=frozenset({SET_UP}), lines=numbers),)


def _install(arguments: str) -> str:
    return f"install({', '.join(map(json.dumps, shlex.split(arguments)))})"


def _support_library(book: Book) -> list[tuple[str, str]]:
    branch = f"@{book.branch}" if book.branch else ""
    wheel = book.wheel or f"git+{book.repository}{branch}"
    return [(book.support, wheel)] if book.support else []
