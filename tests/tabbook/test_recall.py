"""Questions with choices, read once, on pages and in notebooks."""

from textwrap import dedent
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tabbook.book.labels import find_labels, find_references
from tabbook.book.links import Links
from tabbook.book.numbers import summary, trace_numbers
from tabbook.book.recall import recall_problems
from tabbook.book.settings import Book
from tabbook.book.words import Words
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.prose import NotebookProse
from tabbook.notebook.write import read_notebook
from tabbook.page.prose import PageProse
from tabbook.text.blocks import Recall, parse_blocks
from tabbook.text.numbers import number_pattern
from tabbook.text.reader import Chapter, read_chapter

SECOND = "part/second"
QUESTION = """\
Before.

:::{recall}
What?

Really?

- [ ] One
  or two.

  No: :ref:`sec_a`.

  - a list

- [X] Three.

      ```
      x
      ```
:::

Behind.
"""


def chapter(text: str) -> Chapter:
    return read_chapter(text, "a.md", ("pytorch", "mxnet"))


def recall(text: str) -> Recall:
    (found,) = [block for block in parse_blocks(text) if isinstance(block, Recall)]
    return found


def translate(text: str, language: str = "en", **settings: Any) -> str:
    return NotebookProse(Links("a.md"), words=Words(language), **settings).translate(dedent(text))


def test_a_question_has_choices_and_they_explanations():
    found = recall(QUESTION)
    assert found.line == 2
    assert "".join(line for block in found.question for line in block.lines) == "What?Really?"
    assert [(c.line, c.is_right, c.text) for c in found.choices] == [
        (7, False, "One or two."),
        (14, True, "Three."),
    ]
    first, second = (choice.explanation for choice in found.choices)
    assert [line for block in first for line in block.lines if line] == [
        "No: :ref:`sec_a`.",
        "- a list",
    ]
    assert [block.line for block in first] == [9]
    assert [line for block in second for line in block.lines if line] == ["```", "x", "```"]


def test_labels_references_and_numbers_in_a_question_are_found():
    text = (
        "# T\n\n:::{recall}\nOf 12.5 :ref:`eq_b`?\n\n- [x] Twice as many, :value:`n`.\n\n"
        "  $$x$$\n  :eqlabel:`eq_a`\n:::\n"
    )
    assert [(label.name, label.line) for label in find_labels(chapter(text))] == [("eq_a", 9)]
    references = [(found.name, found.line) for found in find_references(chapter(text))]
    assert references == [("eq_b", 4), ("n", 6)]
    counts, problems = trace_numbers(chapter(text), {"pytorch": []}, number_pattern([]))
    assert summary(counts).endswith("1 recorded, 0 computed, 0 in code, 0 declared, 2 unbound")
    assert [problem.line for problem in problems] == [4, 6]


def test_a_notebook_folds_the_explanations():
    text = """
        :::{recall}
        What *is* it?

        - [ ] The `f(x)` of **all** in $a_1 < b_2$ & :calc:`2 * 3`, [here](https://a.org).

          None.

        - [x] That.

          - a list
        :::
        """
    assert translate(text) == dedent(
        r"""
        What *is* it?

        <details><summary>The <code>f(x)</code> of <strong>all</strong> in $a_1 \lt  b_2$ &amp; 6, <a href="https://a.org">here</a>.</summary>

        **Not so.** None.

        </details>

        <details><summary>That.</summary>

        **Right.**

        - a list

        </details>

        <br>
        """  # noqa: E501
    ).strip("\n")


def test_the_words_are_in_the_language_of_the_book():
    text = ":::{recall}\nWas?\n\n- [x] Das.\n\n  Ja.\n:::"
    assert "**Richtig.** Ja." in translate(text, "de")
    assert "**Richtig.** Ja." in PageProse(words=Words("de")).translate(text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "':::{recall}' has no choice; expected '- [ ] wrong' and '- [x] right'"),
        (
            "- [ ] No.\n\n  So.\n",
            1,
            "no choice of ':::{recall}' is right; expected one with '- [x]'",
        ),
        (
            "- [x] Yes.\n\n- [ ] No.\n\n  So.\n",
            4,
            "the choice 'Yes.' has no explanation; expected one behind an empty line, indented",
        ),
        ("- [x]\n\n  So.\n", 4, "a choice without words behind its box"),
        (
            "- [x] Yes.\n\n  So.\n\n- No box.\n",
            8,
            "'- No box.' is no choice, as '- [ ] …' is, nor indented as a part of one",
        ),
        (
            "- [x] Yes.\n\nNot indented.\n\n  So.\n",
            6,
            "'Not indented.' is no choice, as '- [ ] …' is, nor indented as a part of one",
        ),
    ],
)
def test_a_question_that_is_not_whole_is_reported(text: str, line: int, message: str):
    found = recall_problems([chapter(f":::{{recall}}\nWhat?\n\n{text}:::\n")])
    assert [(problem.line, problem.message) for problem in found] == [(line, message)]


def test_choices_without_a_question_are_reported():
    (problem,) = recall_problems([chapter(":::{recall}\n- [x] Yes.\n\n  So.\n:::\n")])
    assert problem.message == "':::{recall}' asks nothing; expected a question above the choices"
    assert list(recall_problems([chapter(QUESTION)])) == []


def test_a_book_reports_them(book: Book):
    path = book.root / f"chapters/{SECOND}.md"
    path.write_text("# T\n\n:::{recall}\nWhat?\n:::\n", encoding="utf-8")
    messages = [str(each) for each in read_manuscript(book).problems()]
    assert any(each.startswith(f"chapters/{SECOND}.md:3: ':::{{recall}}' has") for each in messages)


def test_a_notebook_of_a_book_has_them(executed_book: Book):
    notebook = read_notebook(executed_book.root / f"notebooks/mxnet/{SECOND}.ipynb")
    assert notebook
    text = "\n\n".join(cell.source for cell in notebook.cells)
    assert "<details><summary>The one with <code>f(x)</code> and $a_1$.</summary>" in text
    assert "**Not so.** It comes two layers before.\n\n</details>" in text


def test_a_page_has_an_element_for_each_question_with_its_choices_in_order(site: Book):
    html = (site.root / f"_build/html/chapters/{SECOND}.html").read_text(encoding="utf-8")
    first, second = BeautifulSoup(html, "html.parser").select(".tabbook-recall")
    assert (first["id"], second["id"]) == ("tabbook-recall-1", "tabbook-recall-2")
    assert first.p.get_text() == "Which layer is last, after Section 1?"
    assert first.p.a["href"] == "first.html#sec-first"
    choices = first.find_all(recursive=False)[1:]
    assert [(each.name, each["data-right"]) for each in choices] == [
        ("details", "false"),
        ("details", "true"),
    ]
    assert [each.summary.get_text() for each in choices] == [
        "The one with f(x) and \\(a_1\\).",
        "This one.",
    ]
    assert choices[0].summary.code.get_text() == "f(x)"
    assert choices[0].p.get_text() == "Not so. It comes two layers before."
    assert choices[1].li.get_text() == "of all"
    assert second.select_one("#equation-eq-choice") is not None
