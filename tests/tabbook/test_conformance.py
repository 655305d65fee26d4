"""Our reader against d2lbook 1.0.3: the cells of every tab, on the corpus and on every chapter.

Blank lines are not compared (d2lbook adds some around fences and drops some behind branches), and
neither are `#@save` and `#@hide`, which d2lbook leaves in notebooks, and our own `#@check` and
`#@tol`.
"""

import re
import warnings
from pathlib import Path

import pytest

from tabbook.text.reader import read_chapter
from tabbook.text.select import has_cells, select

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from d2lbook import notebook as oracle

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
DOCUMENTS = {path.stem: path for path in sorted(CORPUS.glob("*.md"))} | {
    path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "chapters").rglob("*.md"))
}
TABS = ("pytorch", "tensorflow", "mxnet")
ALL = set(TABS)

# The documents that d2lbook reads otherwise than we do: in which tabs, and why ours is right.
DIFFERENCES: dict[str, tuple[set[str], str]] = {
    "byte-order-mark": ({"pytorch"}, "d2lbook leaves the mark in the first cell"),
    "byte-order-mark-before-code": (ALL, "d2lbook does not see a fence behind the mark"),
    "chapters/beyond/devices.md": ({"pytorch", "mxnet"}, "as in selected-with-a-condition"),
    "chapters/foundations/fashion-mnist.md": (ALL, "as in selected-in-an-expression"),
    "code-bare-word-input": (ALL, "d2lbook takes the language 'input' for the class '.input'"),
    "code-empty": ({"pytorch"}, "d2lbook joins the prose around an empty cell"),
    "code-empty-without-a-line": ({"pytorch"}, "d2lbook reads on to the end of the next cell"),
    "code-fence-end-longer": (ALL, "d2lbook wants as many backticks at the end as at the start"),
    "code-fence-end-with-spaces": (ALL, "d2lbook sees no end of a fence that has spaces behind it"),
    "code-fence-unclosed": (ALL, "to d2lbook it is prose; we report it"),
    "code-fence-unclosed-before-another": ({"pytorch"}, "d2lbook joins the cells; we report it"),
    "code-interactive-own-extension": ({"pytorch"}, "d2lbook does not know our extension"),
    "code-in-julia": ({"pytorch"}, "d2lbook runs every language as Python; we report it"),
    "code-only-tab-all": (
        {"tensorflow", "mxnet"},
        "'all' is every tab; d2lbook has a notebook for the default tab only",
    ),
    "code-interactive": ({"pytorch"}, "as in code-tab-all-and-one-tab"),
    "code-tab-all-and-one-tab": (
        {"pytorch"},
        "code for every tab is not enough where other code is for single ones, the default or not",
    ),
    "code-tab-all-and-another": ({"tensorflow", "mxnet"}, "'all' among other tabs is still all"),
    "code-tab-in-capitals": ({"pytorch", "mxnet"}, "d2lbook knows tabs in small letters only"),
    "code-tab-mark-alone": ({"pytorch"}, "d2lbook has an empty cell; we report it"),
    "code-tab-mark-behind-code": (
        {"pytorch", "mxnet"},
        "d2lbook takes a comment behind code for the mark, and drops the code",
    ),
    "code-that-writes-longer-fences": ({"pytorch"}, "as in code-tab-all-and-one-tab"),
    "code-unknown-tab": ({"pytorch"}, "as in code-tab-all-and-one-tab"),
    "empty": (ALL, "d2lbook fails on a file without text"),
    "myst-front-matter": ({"pytorch"}, "d2lbook takes front matter for a heading"),
    "no-final-newline-after-code": (ALL, "d2lbook needs a line end behind the last fence"),
    "only-blank-lines": (ALL, "d2lbook fails on a file without text"),
    "prose-fence-unclosed": (ALL, "d2lbook adds the end that is not there; we report it"),
    "prose-fence-with-blank-lines": (
        {"pytorch"},
        "d2lbook takes the indentation of the first line",
    ),
    "prose-indented-code": (ALL, "d2lbook fails on indented code"),
    "prose-list-with-paragraphs": (ALL, "d2lbook fails: it takes the paragraph for indented code"),
    "prose-tab-block-for-several": ({"pytorch"}, "as in code-tab-all-and-one-tab"),
    "prose-tab-block-empty": ({"pytorch", "mxnet"}, "d2lbook joins the prose around the block"),
    "prose-tab-block-indented": (ALL, "d2lbook ignores a mark with a space before it"),
    "prose-tab-block-unopened": ({"pytorch"}, "d2lbook ignores the mark; we report it"),
    "prose-tab-block-without-name": ({"pytorch"}, "d2lbook ignores the mark; we report it"),
    "prose-tab-blocks-of-one-tab-side-by-side": ({"mxnet"}, "d2lbook joins the two blocks"),
    "prose-toc-for-jupyter": ({"pytorch"}, "d2lbook drops the space at the start of a block"),
    "prose-unicode-line-separators": ({"pytorch"}, "d2lbook ends lines at characters of the text"),
    "selected-all-of-a-cell": ({"pytorch", "tensorflow"}, "d2lbook leaves an empty cell"),
    "selected-comment-between-branches": (ALL, "d2lbook does not know 'else'"),
    "selected-does-not-parse": (ALL, "d2lbook looks at lines, not at syntax; we report it"),
    "selected-elif-and-else": (ALL, "d2lbook does not know 'else'"),
    "selected-else": (ALL, "d2lbook does not know 'else'"),
    "selected-in-a-string": (ALL, "d2lbook takes the string for a branch"),
    "selected-in-an-expression": (ALL, "d2lbook knows the statement only"),
    "selected-multi-line-condition": ({"mxnet"}, "d2lbook looks for the tab in the first line"),
    "selected-multi-line-string": (
        {"pytorch", "tensorflow"},
        "d2lbook takes the text of a string for the end of the branch",
    ),
    "selected-nested": ({"mxnet"}, "d2lbook leaves the inner branch indented"),
    "selected-not": (ALL, "d2lbook does not know 'not'"),
    "selected-on-one-line": ({"mxnet"}, "d2lbook drops what is behind the colon"),
    "selected-one-level-too-high": (
        ALL,
        "d2lbook's cutting of columns puts the branch into the method above it; we report it",
    ),
    "selected-only-line-of-a-function": (
        {"pytorch", "tensorflow"},
        "d2lbook leaves a function without a body",
    ),
    "selected-tab-indentation": (ALL, "d2lbook wants spaces"),
    "selected-two-space-indentation": ({"mxnet"}, "d2lbook cuts four characters off every line"),
    "spaces-behind-tab-marks": ({"pytorch"}, "as in code-tab-all-and-one-tab"),
    "selected-with-a-condition": ({"mxnet"}, "d2lbook drops the other half of the condition"),
}

MARKS = r"@save(?:_\w+)?|@hide\w*|hide (?:code|outputs)|@check.*|@tol.*|Check: .*"
Cells = list[tuple[str, str]] | None | str


def comparable(kind: str, source: str) -> tuple[str, str]:
    lines = (re.sub(rf"[ \t]*#[ \t]*(?:{MARKS})", "", line).rstrip() for line in source.split("\n"))
    return kind, "\n".join(line for line in lines if line)


def our_cells(path: Path, tab: str) -> Cells:
    chapter = read_chapter(path.read_bytes().decode(), path.name, TABS)
    if not has_cells(chapter, tab):
        return None
    return [comparable(cell.kind, cell.source) for cell in select(chapter, tab)]


def oracle_cells(path: Path, tab: str) -> Cells:
    """The cells that d2lbook makes; None where it makes no notebook, a text where it fails."""
    try:
        notebook = oracle.split_markdown_cell(oracle.read_markdown(path.read_text("utf-8")))
        notebook = oracle.get_tab_notebook(notebook, tab, TABS[0])
    except Exception as error:
        return f"d2lbook raises {type(error).__name__}"
    if notebook is None:
        return None
    return [comparable(cell.cell_type, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_cells_are_d2lbooks_except_where_the_table_says_why_not(name: str) -> None:
    path = DOCUMENTS[name]
    cells = {tab: (our_cells(path, tab), oracle_cells(path, tab)) for tab in TABS}
    different = {tab for tab, (ours, theirs) in cells.items() if ours != theirs}
    tabs, reason = DIFFERENCES.get(name, (set(), "nothing is known to differ"))
    assert different == tabs, f"{reason}; (ours, d2lbook's): {cells}"


def test_the_table_names_documents_that_exist() -> None:
    assert set(DIFFERENCES) <= set(DOCUMENTS)
