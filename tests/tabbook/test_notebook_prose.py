"""Prose in notebooks: readable without the book, with links to it."""

from textwrap import dedent

import pytest

from tabbook.citations import Citation
from tabbook.labels import find_labels
from tabbook.notebook_prose import NotebookProse
from tabbook.reader import read_chapter

PATH = "chapters/mlp/scratch.md"
SITE = "https://example.org/book"
OTHER = """
# Another *Chapter*
:label:`sec_other`

![A figure](a.svg)

![Another](a.svg)
:label:`fig_other`

$$x$$
:eqlabel:`eq_other`
"""
CITATIONS = {"a": Citation("Rumelhart et al.", "1986"), "b": Citation("LeCun and Bengio", "1995")}
VALUES = {"accuracy": 0.8531, "steps": 2350}


def translate(text: str, site: str = SITE, root: str = "../../..") -> str:
    text = dedent(text).strip("\n")
    chapters = [
        read_chapter(text, PATH, ("pytorch",)),
        read_chapter(OTHER, "chapters/other.md", ("pytorch",)),
    ]
    labels = {label.name: label for chapter in chapters for label in find_labels(chapter)}
    return NotebookProse(PATH, root, site, labels, CITATIONS, VALUES).translate(text)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (":numref:`sec_other`", f"[Another Chapter]({SITE}/chapters/other.html#sec-other)"),
        (":ref:`sec_other`", f"[Another Chapter]({SITE}/chapters/other.html#sec-other)"),
        (":numref:`fig_other`", f"[Figure 1]({SITE}/chapters/other.html#fig-other)"),
        (":eqref:`eq_other`", f"[(1)]({SITE}/chapters/other.html#equation-eq-other)"),
        (":numref:`nowhere`", "`nowhere`"),
        (":cite:`a`", "(Rumelhart et al., 1986)"),
        (":cite:`a, b`", "(Rumelhart et al., 1986; LeCun and Bengio, 1995)"),
        (":citet:`a`", "Rumelhart et al. (1986)"),
        (":citep:`b,unknown`", "(LeCun and Bengio, 1995; unknown)"),
        (":value:`accuracy:.1%`", "85.3%"),
        (":value:`accuracy`", "0.8531"),
        (":value:`steps`", "2,350"),
        (":value:`missing`", "?"),
        (":value:`accuracy:nonsense`", "0.8531"),
        (":unknown:`x`", ":unknown:`x`"),
        ("[**bold**] (~~gone~~)", "**bold** "),
        ("`` :numref:`sec_other` ``", "`` :numref:`sec_other` ``"),
    ],
)
def test_marks_become_readable_text(mark: str, text: str) -> None:
    assert translate(f"Words {mark}.") == f"Words {text}."


def test_without_a_site_references_are_text_alone() -> None:
    assert translate(":numref:`sec_other`, :eqref:`eq_other`", site="") == "Another Chapter, (1)"


def test_a_title_that_refers_to_itself_is_no_trap() -> None:
    text = translate("# See :numref:`sec_self`\n:label:`sec_self`")
    assert text == f"# See [See]({SITE}/chapters/mlp/scratch.html#sec-self)"


def test_label_lines_vanish() -> None:
    assert translate("# Title\n:label:`sec_a`\n\nWords.\n:label:`sec_b`") == "# Title\n\nWords."
    assert translate(":label:`sec_b`") == ""


def test_figures_resolve_and_keep_description_width_and_caption() -> None:
    text = """
        ![A curve, *steep*](../img/a.svg)
        :width:`300px`
        :label:`fig_a`

        ![](../img/b.png)

        ![Full](https://example.org/c.png)
        :width:`50%`
        """
    expected = """
        <img src="../../../chapters/img/a.svg" alt="A curve, steep" width="300">

        **Figure 1.** A curve, *steep*

        ![](../../../chapters/img/b.png)

        <img src="https://example.org/c.png" alt="Full" width="50%">

        Full
        """
    assert translate(text) == dedent(expected).strip("\n")


def test_files_are_found_from_where_the_notebook_is_opened() -> None:
    raw = "https://raw.example.org/me/book/main"
    text = '![a](a.png "T") <img alt="b" src="../b.png"> [data](../../d.csv) [up](#here)'
    assert translate(text, root=raw) == (
        f'![a]({raw}/chapters/mlp/a.png "T") <img alt="b" src="{raw}/chapters/b.png"> '
        f"[data]({raw}/d.csv) [up](#here)"
    )


def test_links_between_chapters_lead_to_the_site_or_to_the_notebook() -> None:
    assert translate("[x](../other.md#part)") == f"[x]({SITE}/chapters/other.html#part)"
    assert translate("[x](../other.md)", site="") == "[x](../other.ipynb)"


@pytest.mark.parametrize(
    "text", ["$f[x](y)$", "`[x](y.md)`", "```\n[x](y.md)\n```", "[x](mailto:a@b.c)", "[x](/y)"]
)
def test_what_is_no_relative_link_is_left_alone(text: str) -> None:
    assert translate(text) == text


def test_equations_are_numbered_in_their_notebook() -> None:
    text = "$$x$$\n:eqlabel:`eq_a`\n\n$$\ny\n$$\n:eqlabel:`eq_b`\n\nBy :eqref:`eq_b`."
    link = f"{SITE}/chapters/mlp/scratch.html#equation-eq-b"
    assert translate(text) == f"$$\nx \\tag{{1}}\n$$\n\n$$\ny \\tag{{2}}\n$$\n\nBy [(2)]({link})."


def test_the_number_of_a_display_stands_inside_it() -> None:
    text = "$$\n\\begin{align}\na &= b\n\\end{align}\n$$\n:eqlabel:`eq_a`"
    assert translate(text) == "$$\n\\begin{align}\na &= b \\tag{1}\n\\end{align}\n$$"
    text = "$$\\begin{aligned}a\\end{aligned}$$\n:eqlabel:`eq_a`"
    assert translate(text) == "$$\n\\begin{aligned}a\\end{aligned} \\tag{1}\n$$"


def test_tables_are_numbered_above() -> None:
    text = ": The caption\n\n| a |\n|---|\n| 1 |\n:label:`tab_a`\n\nSee :numref:`tab_a`."
    link = f"{SITE}/chapters/mlp/scratch.html#tab-a"
    assert translate(text) == (
        f"**Table 1.** The caption\n\n| a |\n|---|\n| 1 |\n\nSee [Table 1]({link})."
    )


def test_contents_link_to_notebooks() -> None:
    text = "```toc\n:maxdepth: 2\n:numbered:\n\nintro\nThe first <mlp/scratch>\nb.md\n```"
    assert (
        translate(text)
        == "- [intro](intro.ipynb)\n- [The first](mlp/scratch.ipynb)\n- [b](b.ipynb)"
    )


def test_raw_restructuredtext_is_left_out() -> None:
    assert translate("Words.\n\n```eval_rst\n.. only:: html\n```\n\nMore.") == "Words.\n\nMore."


def test_a_bibliography_is_a_link() -> None:
    link = f"{SITE}/chapters/mlp/scratch.html"
    assert translate(":bibliography:`r.bib`") == f"[The references]({link}) are online."
    assert translate(":bibliography:`r.bib`", site="") == ""
