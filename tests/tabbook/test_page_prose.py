"""Prose on pages: the text that comes out, and what Sphinx makes of it."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

from tabbook.page.prose import PageProse, page_prose
from tabbook.text.reader import read_chapter


def page(text: str) -> str:
    return PageProse().translate(dedent(text).strip("\n"))


def expect(text: str) -> str:
    return dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("mark", "role"),
    [
        (":numref:`sec_oo-design`", "{numref}`sec_oo-design`"),
        (":ref:`fig_x.y`", "{ref}`fig_x.y`"),
        (":eqref:`eq_a`", "{eq}`eq_a`"),
        (":cite:`a,b`", "{cite:p}`a,b`"),
        (":citep:`a`", "{cite:p}`a`"),
        (":citet:`a`", "{cite:t}`a`"),
        (":value:`accuracy`", "{tabbook-value}`accuracy`"),
        (":value:`accuracy:.1%`", "{tabbook-value}`accuracy:.1%`"),
        (":cite:`a,\nb`", "{cite:p}`a,b`"),
        (":class:`a.B`", "{py:class}`a.B`"),
        (":func:`~a.f`", "{py:func}`~a.f`"),
        (":mod:`a`", "{py:mod}`a`"),
    ],
)
def test_marks_become_roles(mark: str, role: str) -> None:
    assert page(f"As {mark}, and ({mark}).") == f"As {role}, and ({role})."


@pytest.mark.parametrize(
    "text",
    [
        "`` :numref:`x` `` and `:cite:`",
        r"\:numref:\`x\`",
        "```\n:label:`x`\n[**y**]\n```",
        "- item\n\n  ```\n  :numref:`x` (~~y~~)\n  ```",
        "````\n```toc\nx\n```\n````",
        "`[**x**]` and `(~~y~~)`",
        ":unknown:`x` and :mark: and a:b:`c`",
        "$f[x](y)$ costs $5, `$$x$$`",
        "    :label:`x` in indented code",
        "[**a link**](b.md)",
        "$$\nx\n$$",
        "Words\n: not a caption\n\nWords",
        "![one](a.png) ![two](b.png)",
        "Words ![inline](a.png)\nwords",
        "Words\n![inline](a.png)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "![](a.png)",
        "One  \ntwo\n\n\nthree",
    ],
)
def test_code_and_what_is_no_mark_are_left_alone(text: str) -> None:
    assert PageProse().translate(text) == text


def test_labels_of_a_section_stand_before_its_heading() -> None:
    assert page("# Title\n:label:`sec_a`\n:label:`sec_b`\n\nWords.") == (
        "(sec_a)=\n(sec_b)=\n# Title\n\nWords."
    )
    assert page("Words.\n\n## Two\n\n:label:`sec_c`\nMore.") == (
        "Words.\n\n(sec_c)=\n## Two\n\nMore."
    )
    assert page("Title\n=====\n:label:`sec_d`") == "(sec_d)=\nTitle\n====="


def test_a_label_under_a_paragraph_belongs_to_the_section() -> None:
    assert page("# Title\n\nWords.\n:label:`late`") == "(late)=\n# Title\n\nWords."
    assert page("Words.\n\n:label:`alone`\n\nMore.") == "Words.\n\n(alone)=\n\nMore."


def test_labels_may_have_any_character() -> None:
    assert page("# T\n:label:`sec 第,x`\n\n:numref:`sec 第,x`") == (
        "(sec-20--7b2c--2c-x)=\n# T\n\n{numref}`sec-20--7b2c--2c-x`"
    )


def test_a_figure_has_name_size_caption_and_description() -> None:
    text = """
        Words.

        ![A *curve* from
        :cite:`a`: see [there](b.md).](../img/a(1).svg)
        :width:`300px`
        :label:`fig_a`
        :label:`fig_b`

        More.
        """
    assert page(text) == expect(
        """
        Words.

        (fig_b)=
        ```{figure} ../img/a(1).svg
        :name: fig_a
        :width: 300px
        :alt: "A curve from : see there."

        A *curve* from {cite:p}`a`: see [there](b.md).
        ```

        More.
        """
    )


def test_an_image_with_a_label_is_a_figure_even_in_a_paragraph() -> None:
    assert page("Words\n![A](a.png)\n:label:`fig_a`\nwords") == (
        'Words\n```{figure} a.png\n:name: fig_a\n:alt: "A"\n\nA\n```\nwords'
    )


def test_an_image_with_a_size_alone_stays_an_image() -> None:
    assert page("![](a.png)\n:height:`3em`") == ('```{image} a.png\n:height: 3em\n:alt: ""\n```')


def test_a_figure_in_a_list_stays_in_it() -> None:
    assert page("- item\n\n  ![A](a.png)\n  :label:`fig_a`\n\n- next") == expect(
        """
        - item

          ```{figure} a.png
          :name: fig_a
          :alt: "A"

          A
          ```

        - next
        """
    )


def test_a_table_has_caption_and_name() -> None:
    text = """
        : The *caption* with :numref:`x`,
        on two lines

        | a | b |
        |:--|--:|
        | 1 | `|` :ref:`y` |
        :label:`tab_a`
        Words.
        """
    assert page(text) == expect(
        """
        ~~~{table} The *caption* with {numref}`x`, on two lines
        :name: tab_a

        | a | b |
        |:--|--:|
        | 1 | `|` {ref}`y` |
        ~~~
        Words.
        """
    )


@pytest.mark.parametrize(
    "text",
    [
        ": A caption\n:label:`tab_a`\n\n| a |\n|---|\n| 1 |",
        ": A caption\n\n| a |\n|---|\n| 1 |\n:label:`tab_a`",
        ": A\n:label:`tab_a`\ncaption\n\n\n| a |\n|---|\n| 1 |",
    ],
)
def test_the_label_of_a_table_may_stand_below_its_caption(text: str) -> None:
    assert page(text) == "~~~{table} A caption\n:name: tab_a\n\n| a |\n|---|\n| 1 |\n~~~"


@pytest.mark.parametrize(
    "text",
    [
        "Words\n\n$$\nx = y\n$$\n:eqlabel:`eq_a`\nwords",
        "Words\n$$x = y$$\n\n:eqlabel:`eq_a`\n\nwords",
        "Words\n$$x = y$$ :eqlabel:`eq_a`\nwords",
        "Words\n[**$$x = y$$**]\n:eqlabel:`eq_a`\nwords",
    ],
)
def test_a_labelled_equation_is_a_block_of_its_own(text: str) -> None:
    assert page(text) == "Words\n\n$$\nx = y\n$$ (eq_a)\n\nwords"


def test_an_equation_without_a_label_does_not_take_the_next_ones() -> None:
    assert page("$$a$$\n\n$$b$$\n:eqlabel:`eq_b`") == "$$a$$\n\n$$\nb\n$$ (eq_b)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[**Start**] (**more**) x", "**Start** **more** x"),
        ("[**two\nlines with `code` and $a*b$**]", "**two\nlines with `code` and $a*b$**"),
        ("[**one\n\ntwo**]", "one\n\ntwo"),
        ("(**$$x$$**)", "$$x$$"),
        ("a (~~gone~~) b", "a  b"),
        ("a\n(~~gone\nand gone~~)\nb", "a\nb"),
        ("[**open", "[**open"),
        ("(** spaces **)", " **spaces** "),
    ],
)
def test_slide_marks_are_bold_or_absent(text: str, shown: str) -> None:
    assert PageProse().translate(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("也(**`x`的值**)是", "也<strong>`x`的值</strong>是"),
        ("(**先存好。**)再算", "<strong>先存好。</strong>再算"),
        ("由[**$x$ 到 $y$**]\n换行", "由<strong>$x$ 到 $y$</strong>\n换行"),
        ("用*f(x)*和*g*", "用<em>f(x)</em>和*g*"),
        ("**“词”**是**词**", "<strong>“词”</strong>是**词**"),
        ("(**先存好。**) 再算", "**先存好。** 再算"),
        ("**全部**：`*a(b)*c` $数*(x)*数$", "**全部**：`*a(b)*c` $数*(x)*数$"),
        ("2*(a + b)*c, 数*\n(x)*数", "2*(a + b)*c, 数*\n(x)*数"),
    ],
)
def test_emphasis_without_spaces_around_it_is_in_tags_where_asterisks_would_show(
    text: str, shown: str
) -> None:
    assert PageProse().translate(text) == shown


SLIDE = '::: {.slide title="A `title`"}\n[**Big**]\n\n:::: {.wide}\nx\n::::\n\n```\n:::\n```\n:::'


def test_slides_beside_the_text_are_left_out() -> None:
    assert page(f"Words.\n\n{SLIDE}\n\nMore.\n\n{SLIDE}").split() == ["Words.", "More."]
    shown = f"````\n{SLIDE}\n````"
    assert page(shown) == shown
    unclosed = "::: {.slide}\nWords."
    assert page(unclosed) == unclosed
    assert "Words." in page(":::{tip}\nWords.\n:::")


def test_spaces_inside_the_marks_of_a_figure_mean_nothing() -> None:
    figure = page("![A](a.svg)\n:width:`30px`\n:label:`fig_a`")
    assert page("![A](a.svg)\n:width:` 30px`\n:label:` fig_a `") == figure


def test_options_of_a_directive_between_lines_stay_as_they_are() -> None:
    figure = "```{figure} a.png\n---\nname: :ref:`x`\n---\n\nSee {ref}`x`.\n```"
    assert page(figure.replace("{ref}`x`.", ":ref:`x`.")) == figure


def test_figures_and_tables_with_a_label_but_no_caption_have_an_empty_one() -> None:
    assert page("![](a.svg)\n:label:`fig_a`") == (
        '```{figure} a.svg\n:name: fig_a\n:alt: ""\n\n&nbsp;\n```'
    )
    table = "| a |\n|---|\n| 1 |"
    assert page(f"{table}\n:label:`tab_a`") == (
        f"~~~{{table}} &nbsp;\n:name: tab_a\n\n{table}\n~~~"
    )


def test_contents_raw_restructuredtext_and_bibliography_become_directives() -> None:
    assert page("```toc\n:maxdepth: 2\n\na\nb\n```") == "```{tableofcontents}\n```"
    assert page("```eval_rst\n.. only:: html\n```") == "```{eval-rst}\n.. only:: html\n```"
    assert page(":bibliography:`../r.bib`") == "```{bibliography} ../r.bib\n```"


def test_of_the_attributes_of_a_fence_the_language_is_left() -> None:
    assert page("```{.python #id}\nx\n```") == "```python\nx\n```"
    assert page("```{}\nx\n```") == "```\nx\n```"


CHAPTER = r"""
# A Title with $x$
:label:`Sec_OO-Design`

## Second
:label:`sec_second`

:numref:`sec_second`, :ref:`sec_oo-design`, :numref:`fig_x.y`, :numref:`TAB_第`, :eqref:`Eq_A`,
:cite:`knuth`, :citet:`knuth`.

![A caption: "quoted" # and :cite:`knuth`](a.svg)
:width:`30px`
:label:`fig_x.y`

: A table

| a |
|---|
| 1 |
:label:`tab_第`

$$
\begin{aligned}
a &= b
\end{aligned}
$$
:eqlabel:`eq_a`

1. Item

   $$x$$
   :eqlabel:`eq_in_list`

:bibliography:`refs.bib`
"""
OTHER = """
# Another with a Bibliography of its Own

As :cite:`knuth, lamport` wrote.

:bibliography:`refs.bib`
"""
CONFIG = """
extensions = ["myst_nb", "sphinxcontrib.bibtex"]
bibtex_bibfiles = ["refs.bib"]
numfig = True
myst_enable_extensions = ["dollarmath"]
"""


def translated(text: str, path: str) -> str:
    return page_prose(read_chapter(text, path, ())).translate(text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    source = tmp_path_factory.mktemp("book")
    files = {
        "conf.py": CONFIG,
        "index.md": "# Book\n\n```{toctree}\n:numbered:\nchapter\nother\n```\n",
        "chapter.md": translated(CHAPTER, "chapter.md"),
        "other.md": translated(OTHER, "other.md"),
        "refs.bib": "@book{knuth, author={Donald Knuth}, title={T}, publisher={P}, year=1984}"
        "@book{lamport, author={Leslie Lamport}, title={L}, publisher={P}, year=1986}",
        "a.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    }
    for name, text in files.items():
        (source / name).write_text(text, encoding="utf-8")
    app = SphinxTestApp("html", srcdir=source)
    app.build()
    assert app.warning.getvalue() == ""
    yield Path(app.outdir)
    app.cleanup()


def main_part(site: Path, name: str) -> BeautifulSoup:
    html = (site / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser").find(role="main")


@pytest.fixture(scope="module")
def built(site: Path) -> BeautifulSoup:
    return main_part(site, "chapter")


def test_sphinx_numbers_everything_and_finds_every_reference(built: BeautifulSoup) -> None:
    links = {link["href"]: link.get_text() for link in built.select("p a.internal")}
    assert links["#sec-second"] == "Section 1.1"
    assert links["#sec-oo-design"] == "A Title with x"
    assert links["#fig-x-y"] == "Fig. 1.1"
    assert links["#tab-7b2c"] == "Table 1.1"
    assert links["#equation-eq-a"] == "(1.1)"
    assert {"#equation-eq-a", "#fig-x-y", "#tab-7b2c"} <= {
        f"#{tag['id']}" for tag in built(id=True)
    }


def test_sphinx_shows_caption_description_and_width_of_a_figure(built: BeautifulSoup) -> None:
    figure = built.find("figure")
    assert figure.img["alt"] == 'A caption: "quoted" # and'
    assert "30px" in figure.img["style"]
    assert figure.figcaption.get_text().strip().startswith("Fig. 1.1 A caption: “quoted” # and")


def test_sphinx_lists_the_works_that_are_cited(built: BeautifulSoup) -> None:
    assert "Donald Knuth" in built.select_one(".citation-list").get_text()
    assert len(built.select(".bibtex-citation")) == 3


def test_sphinx_lists_on_each_page_with_a_bibliography_the_works_of_that_page(site: Path) -> None:
    lists = {
        name: main_part(site, name).select_one(".citation-list") for name in ("chapter", "other")
    }
    names = {
        name: ("Knuth" in f"{works}", "Lamport" in f"{works}") for name, works in lists.items()
    }
    assert names == {"chapter": (True, False), "other": (True, True)}
    links = main_part(site, "other").select("p a.internal")
    assert all(str(link["href"]).startswith("#") for link in links)


def test_a_book_with_one_page_of_references_has_its_keys_as_they_are() -> None:
    cited = read_chapter("As :cite:`a,b`.", "a.md", ())
    assert page_prose(cited).translate("As :cite:`a,b`.") == "As {cite:p}`a,b`."
    listed = read_chapter(":bibliography:`r.bib`", "b.md", ())
    assert page_prose(listed).key_prefix == ""


def test_sphinx_keeps_an_equation_in_its_list(built: BeautifulSoup) -> None:
    assert built.select_one("li #equation-eq-in-list") is not None


def test_directives_of_myst_stay_what_they_are_with_the_marks_in_their_text() -> None:
    text = """
        ```{note}
        :class: wide

        See :numref:`sec_a`.
        ```

        ````{tab-set}
        ```{tab-item} One
        ![A](a.png)
        :label:`fig_a`
        ```
        ````

        ```{math}
        :label: e

        x :ref:`y`
        ```
        """
    assert page(text) == expect(
        """
        ```{note}
        :class: wide

        See {numref}`sec_a`.
        ```

        `````{tab-set}
        ````{tab-item} One
        ```{figure} a.png
        :name: fig_a
        :alt: "A"

        A
        ```
        ````
        `````

        $$
        x :ref:`y`
        $$ (e)
        """
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":::{tip}\nSee :ref:`a`.\n:::", "```{tip}\nSee {ref}`a`.\n```"),
        ("::::{note}\n:::{tip}\nA\n:::\n::::", "````{note}\n```{tip}\nA\n```\n````"),
        (":::{admonition} By :cite:`a`\nB\n:::", "~~~{admonition} By {cite:p}`a`\nB\n~~~"),
        (":::{math}\nx :ref:`y`\n:::", "```{math}\nx :ref:`y`\n```"),
        (":::{tip}\n```\n:ref:`a`\n```\n:::", "````{tip}\n```\n:ref:`a`\n```\n````"),
        ("- :::{tip}\n  :ref:`a`\n  :::", "- ```{tip}\n  {ref}`a`\n  ```"),
        ("> :::{tip}\n> :ref:`a`\n> :::", "> ```{tip}\n> {ref}`a`\n> ```"),
        (":::{tip}\nno end :ref:`a`", ":::{tip}\nno end {ref}`a`"),
        (":::\nno directive :ref:`a`\n:::", ":::\nno directive {ref}`a`\n:::"),
        (":::{tip}\n[**A**] (~~gone~~)\n:::", "```{tip}\n**A**\n```"),
        ("(a b)=\n# T\n\n{ref}`x <a b>`", "(a-20-b)=\n# T\n\n{ref}`x <a-20-b>`"),
        ("$$x$$ (e)", "$$\nx\n$$ (e)"),
        (
            "% A comment\n\nOf 10\n% of it, $$\n% x\n$$",
            "% A comment\n\nOf 10\n\\% of it, $$\n% x\n$$",
        ),
        ("{term}`x` {cite}`a, b`", "{term}`x` {cite}`a,b`"),
        (":numref:``a``", "{numref}`a`"),
        ("``:numref:`a` ``", "``:numref:`a` ``"),
    ],
)
def test_syntax_of_myst_is_left_to_myst_but_for_what_is_ours(text: str, expected: str) -> None:
    assert page(text) == expected


def test_citations_of_myst_have_the_keys_of_their_page() -> None:
    assert translated("As {cite:t}`a`.\n\n:bibliography:`r.bib`", "b.md").startswith(
        "As {cite:t}`b.md/a`."
    )
