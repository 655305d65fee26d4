"""Prose in notebooks: readable without the book, with links to it."""

from pathlib import Path
from textwrap import dedent

import pytest

from tabbook.book.citations import Citation
from tabbook.book.labels import Label, known_labels
from tabbook.book.links import LinkedChapter, Links, file_problems
from tabbook.notebook.prose import NotebookProse
from tabbook.text.reader import read_chapter

PATH = "chapters/mlp/scratch.md"
CHAPTERS = {
    PATH: LinkedChapter("From *Scratch*", "mlp/scratch.ipynb"),
    "chapters/other.md": LinkedChapter("Another", "other.ipynb"),
    "index.md": LinkedChapter("Home", "index.ipynb"),
}
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
    labels = known_labels(chapters)
    links = Links(PATH, root, site, CHAPTERS)
    return NotebookProse(links, labels, CITATIONS, VALUES).translate(text)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (":numref:`sec_other`", "[Another Chapter](../other.ipynb)"),
        (":ref:`sec_other`", "[Another Chapter](../other.ipynb)"),
        (":ref:`SEC_Other`", "[Another Chapter](../other.ipynb)"),
        (":numref:`fig_other`", "[Figure 2](../other.ipynb)"),
        (":eqref:`eq_other`", "[(1)](../other.ipynb)"),
        (":numref:`nowhere`", "`nowhere`"),
        (":cite:`a`", "(Rumelhart et al., 1986)"),
        (":cite:`a, b`", "(Rumelhart et al., 1986; LeCun and Bengio, 1995)"),
        (":citet:`a`", "Rumelhart et al. (1986)"),
        (":citep:`b,unknown`", "(LeCun and Bengio, 1995; unknown)"),
        (":value:`accuracy:.1%`", "85.3%"),
        (":value:`accuracy`", "0.8531"),
        (":value:`steps`", "2,350"),
        (":value:`missing`", "?"),
        (":value:`accuracy:nonsense`", "?"),
        (":calc:`2 * accuracy:.1%`", "170.6%"),
        (":calc:`steps / missing`", "?"),
        (":calc:`6 / 2:words` times", "three times"),
        (":class:`~a.B`, :mod:`a.b`", "`B`, `a.b`"),
        (":unknown:`x`", ":unknown:`x`"),
        ("<!-- :cite:`a` [x](y) -->", "<!-- :cite:`a` [x](y) -->"),
        ("[**bold**] (~~gone~~)", "**bold** "),
        ("`` :numref:`sec_other` ``", "`` :numref:`sec_other` ``"),
    ],
)
def test_marks_become_readable_text(mark: str, text: str) -> None:
    assert translate(f"Words {mark}.") == f"Words {text}."


def test_without_a_site_references_lead_to_the_other_notebook() -> None:
    text = translate(":numref:`sec_other`, :eqref:`eq_other`", site="")
    assert text == "[Another Chapter](../other.ipynb), [(1)](../other.ipynb)"
    own = "# Title\n:label:`sec_a`\n\nSee :numref:`sec_a`."
    assert translate(own, site="") == "# Title\n\nSee Title."


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

        **Figure 2.** Full
        """
    assert translate(text) == dedent(expected).strip("\n")


def test_files_are_found_from_where_the_notebook_is_opened() -> None:
    raw = "https://raw.example.org/me/book/main"
    text = '![a](a.png "T") <img alt="b" src="../b.png"> [data](../../d.csv) [up](#here)'
    assert translate(text, root=raw) == (
        f'![a]({raw}/chapters/mlp/a.png "T") <img alt="b" src="{raw}/chapters/b.png"> '
        f"[data]({raw}/d.csv) [up](#here)"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Go ![a](<my file.png>)", "Go ![a](<R/chapters/mlp/my file.png>)"),
        ("![a](<my file.png>)", "![a](<R/chapters/mlp/my file.png>)\n\n**Figure 1.** a"),
        ("![a][1]\n\n[1]: ../a.png", "![a][1]\n\n[1]: R/chapters/a.png"),
        ("![](a(1).png)", "![](R/chapters/mlp/a(1).png)"),
        ("[a](a.svg?raw=true)", "[a](R/chapters/mlp/a.svg?raw=true)"),
        ("[a](../../../up.png)", "[a](R/../up.png)"),
        ("<video controls src='a.mp4'>", "<video controls src='R/chapters/mlp/a.mp4'>"),
        ("[a]()", "[a]()"),
        (
            "[a](b.png 'T') [c](d.csv\n(T))",
            "[a](R/chapters/mlp/b.png 'T') [c](R/chapters/mlp/d.csv\n(T))",
        ),
    ],
)
def test_odd_ways_to_name_a_file_work_too(text: str, expected: str) -> None:
    assert translate(text, root="R") == expected


def test_links_between_chapters_lead_to_notebooks_which_are_there_offline_too() -> None:
    assert translate("[x](../other.md#part)") == "[x](../other.ipynb#part)"
    assert translate("[x](../other.md#part)", site="") == "[x](../other.ipynb#part)"
    assert translate("[x](../other.html)") == f"[x]({SITE}/chapters/other.html)"
    assert translate("[x](../../index.md)", site="") == "[x](../index.ipynb)"
    assert translate("[x](../other.ipynb)") == "[x](../other.ipynb)"
    assert translate("[x](../nothing.md)", root="R") == "[x](R/chapters/nothing.md)"


def test_a_chapter_without_a_notebook_of_the_tab_is_found_on_the_site() -> None:
    home = LinkedChapter("Home", "index.ipynb", tabs=frozenset(["pytorch"]))
    label = Label("sec_home", "section", "Home", "index.md", 1, 1)

    def in_tab(tab: str) -> NotebookProse:
        links = Links(PATH, "R", SITE, {**CHAPTERS, "index.md": home}, tab)
        return NotebookProse(links, {"sec_home": label})

    assert in_tab("jax").translate("[x](../../index.md)") == f"[x]({SITE}/index.html)"
    assert in_tab("jax").translate(":ref:`sec_home`") == f"[Home]({SITE}/index.html#sec-home)"
    assert in_tab("pytorch").translate("[x](../../index.md)") == "[x](../index.ipynb)"
    assert in_tab("pytorch").translate(":ref:`sec_home`") == "[Home](../index.ipynb)"


def test_an_exercise_leads_to_the_notebooks_of_its_tab() -> None:
    links = Links(PATH, "R", SITE, CHAPTERS, tab_folder="../../notebooks/pytorch")
    expected = "[x](../../../notebooks/pytorch/other.ipynb)"
    assert NotebookProse(links).translate("[x](../other.md)") == expected


@pytest.mark.parametrize(
    "text",
    [
        "$f[x](y)$",
        "`[x](y.md)`",
        "```\n[x](y.md)\n```",
        "[x](mailto:a@b.c)",
        "[x](/y)",
        "Words[^1]\n\n[^1]: Text",
        "[x](words with spaces)",
    ],
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
    text = "```toc\n:maxdepth: 2\n:numbered:\n\nscratch\nThe first <../other>\nb.md\n```"
    assert translate(text) == "- [From Scratch](scratch.ipynb)\n- [The first](../other.ipynb)\n- b"


def test_raw_restructuredtext_is_left_out_but_for_its_images() -> None:
    assert translate("Words.\n\n```eval_rst\n.. only:: html\n```\n\nMore.") == "Words.\n\nMore."
    figure = ".. figure:: ../a.png\n   :width: 9px\n\n   One\n   caption.\n\nNot of it."
    text = translate(f"Words.\n\n```eval_rst\n{figure}\n```\n\nMore.", root="R")
    assert text == "Words.\n\n![One caption.](R/chapters/a.png)\n\nOne caption.\n\nMore."


def test_a_bibliography_is_a_link() -> None:
    link = f"{SITE}/chapters/mlp/scratch.html"
    assert translate(":bibliography:`r.bib`") == f"[The references are online.]({link})"
    assert translate(":bibliography:`r.bib`", site="") == ""


def test_what_a_chapter_links_to_or_shows_must_be_there(tmp_path: Path) -> None:
    for name in ("a.png", "chapters/b c.csv", "chapters/other.md", "reference/torch.rst"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    text = (
        "![a](../a.png) [b](<b c.csv>) [c](b%20c.csv) [d](other.md#x) [e](other.html) [f](#g)\n\n"
        "[h](../reference/torch.html) [**bold**]: `[x](y.png)` [i](https://example.org/z.png)\n\n"
        "[**Bold**]: no link\n\n![j](nowhere.png)\n\n[k]\n\n[k]: ../gone.md\n"
    )
    problems = file_problems([read_chapter(text, "chapters/x.md", ("pytorch",))], tmp_path)
    assert [str(problem) for problem in problems] == [
        "chapters/x.md:7: 'nowhere.png' is not there: the book has no file chapters/nowhere.png",
        "chapters/x.md:11: '../gone.md' is not there: the book has no file gone.md",
    ]


def test_a_link_may_name_a_page_without_its_ending_or_a_target(tmp_path: Path) -> None:
    (tmp_path / "other.md").touch()
    texts = {
        "a.md": "[a](other) [b](a-target) [c](./nothing) [d](.) [e](./)\n",
        "b.md": "(a-target)=\n# B\n",
    }
    chapters = [read_chapter(text, path, ("pytorch",)) for path, text in texts.items()]
    assert [str(problem) for problem in file_problems(chapters, tmp_path)] == [
        "a.md:1: './nothing' is not there: the book has no file nothing"
    ]


def test_of_raw_restructuredtext_notebooks_show_title_and_images() -> None:
    raw = "```eval_rst\n.. only:: html\n\n   Sources\n   -------\n\n.. note:: x\n```"
    assert translate(raw) == "# Sources"


FIGURE_IN_A_DIRECTIVE = (
    '<img src="R/chapters/mlp/a.png" alt="Words." width="30">\n\n**Figure 1.** Words.'
)
RAW_IMAGE = "![](R/chapters/mlp/a.png)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "```{note}\nSee :cite:`b`.\n\nMore.\n```",
            "> **Note**\n>\n> See (LeCun and Bengio, 1995).\n>\n> More.",
        ),
        ("```{admonition} My title\n:class: tip\n\nWords.\n```", "> **My title**\n>\n> Words."),
        ("```{figure} a.png\n:width: 30px\n:name: f\n\nWords.\n```", FIGURE_IN_A_DIRECTIVE),
        (
            "```{figure} a.png\n---\nwidth: 30px\nname: f\n---\nWords.\n```",
            FIGURE_IN_A_DIRECTIVE,
        ),
        (
            "````{tab-set}\n```{tab-item} One\nA\n```\n```{tab-item} Two\nB\n```\n````",
            "**One**\n\nA\n\n**Two**\n\nB",
        ),
        ("```{python}\nx = 1\n```", "```python\nx = 1\n```"),
        ("```{eval-rst}\n.. x::\n```\n\n```{eval-rst}\n.. image:: a.png\n```", RAW_IMAGE),
        (":::{tip}\nSee :cite:`b`.\n:::", "> **Tip**\n>\n> See (LeCun and Bengio, 1995)."),
        (":::{note} First\nsecond.\n:::", "> **Note**\n>\n> First\n> second."),
        (
            "::::{admonition} By :citet:`b`\nA\n\n:::{hint}\nB\n:::\n::::",
            "> **By LeCun and Bengio (1995)**\n>\n> A\n>\n> > **Hint**\n> >\n> > B",
        ),
        (":::{prf:theorem} Of $x$\n:label: t\n\nA\n:::", "> **Theorem (Of $x$)**\n>\n> A"),
        ("::::{grid} 2\n:::{grid-item}\nA\n:::\n::::", "A"),
        ("- a\n\n  :::{tip}\n  B\n  :::\n", "- a\n\n  > **Tip**\n  >\n  > B"),
        ("- ```{tip}\n  B\n\n  C\n  ```", "- > **Tip**\n  >\n  > B\n  >\n  > C"),
        ("> :::{tip}\n> B\n> :::", "> > **Tip**\n> >\n> > B"),
        ("```{note}\n---\nclass: wide\n---\nA\n```", "> **Note**\n>\n> A"),
        (
            "```{image} a.png\n:width: 30px\n```",
            '<img src="R/chapters/mlp/a.png" alt="" width="30">',
        ),
        ("```{math}\nx\n```", "$$\nx\n$$"),
        ("```{math}\n:label: e\n\nx\n```\n\n{eq}`e`", "$$\nx \\tag{1}\n$$\n\n(1)"),
        ("$$x$$ (e)\n\n:eqref:`e`", "$$\nx \\tag{1}\n$$\n\n(1)"),
        ("```{code-block} python\n:linenos:\n\nx\n```", "```python\nx\n```"),
        (":::{code} c\nx\n:::", "```c\nx\n```"),
        ("```{mermaid}\nx\n```", "```mermaid\nx\n```"),
        ("```{raw} html\n<b>x</b>\n```\n\n```{raw} latex\nx\n```", "<b>x</b>"),
        ("```{toctree}\n:maxdepth: 1\n\n../other\n```", "- [Another](../other.ipynb)"),
        ("```{tableofcontents}\n```\n\nA", "A"),
        ("```{unknown}\n:option: 1\n\n**x**\n```", "> **Unknown**\n>\n> **x**"),
        ("```{prf:theorem} Big\nA *line*.\n```", "> **Theorem (Big)**\n>\n> A *line*."),
        ("% A comment\n% goes on\n\nA\n\n+++\n\nB", "A\n\nB"),
        ("Of 10\n% of it", "Of 10\n% of it"),
        ("(t)=\n## Title\n\n:ref:`t`", "## Title\n\nTitle"),
    ],
)
def test_syntax_of_myst_becomes_what_jupyter_can_show(text: str, expected: str) -> None:
    assert translate(text, site="", root="R") == expected


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("{ref}`sec_other`", "[Another Chapter](../other.ipynb)"),
        ("{ref}`there <sec_other>`", "[there](../other.ipynb)"),
        ("{ref}`there <nowhere>`", "there"),
        ("{numref}`fig_other`", "[Figure 2](../other.ipynb)"),
        ("{eq}`eq_other`", "[(1)](../other.ipynb)"),
        ("{doc}`../other`", "[Another](../other.ipynb)"),
        ("{doc}`there </chapters/other.md>`", "[there](../other.ipynb)"),
        ("{doc}`nowhere`", "nowhere"),
        ("{cite:t}`a`", "Rumelhart et al. (1986)"),
        ("{cite}`a,b`", "(Rumelhart et al., 1986; LeCun and Bengio, 1995)"),
        ("{term}`loss`", "loss"),
        ("{term}`the loss <loss>`", "the loss"),
        ("{math}`x^2`", "$x^2$"),
        ("H{sub}`2`O", "H<sub>2</sub>O"),
        ("{download}`data <../d.csv>`", "[data](R/chapters/d.csv)"),
        ("{py:func}`~a.b.c`", "`c`"),
        ("{unknown}`x`", "`x`"),
        ("`{ref}` and `` {ref}`x` ``", "`{ref}` and `` {ref}`x` ``"),
        (":numref:``fig_other``", "[Figure 2](../other.ipynb)"),
    ],
)
def test_roles_of_myst_become_readable_text(role: str, text: str) -> None:
    assert translate(role, site="", root="R") == text
