"""What the builder itself says, in the language of the book."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tabbook.book.citations import read_citations
from tabbook.book.labels import known_labels
from tabbook.book.links import Links
from tabbook.book.settings import Book, read_book
from tabbook.book.words import SENTENCES, TRANSLATIONS, Words
from tabbook.notebook.prose import NotebookProse
from tabbook.text.reader import read_chapter


@pytest.mark.parametrize(
    ("language", "figure", "notebook", "note"),
    [
        ("en", "Figure 1", "Notebook", "Note"),
        ("", "Figure 1", "Notebook", "Note"),
        ("de", "Abb. 1", "Notebook", "Bemerkung"),
        ("pt-BR", "Fig. 1", "Notebook", "Nota"),
        ("zh", "图 1", "笔记本", "备注"),
        ("zh_TW", "圖 1", "Notebook", "備註"),
        ("en_GB", "Figure 1", "Notebook", "Note"),
        ("ko", "그림 1", "Notebook", "참고"),
        ("no such", "Figure 1", "Notebook", "Note"),
    ],
)
def test_words_are_in_the_language_or_else_in_english(
    language: str, figure: str, notebook: str, note: str
):
    say = Words(language).say
    said = say("Figure {number}", number=1), say("Notebook"), say("Note")
    assert said == (figure, notebook, note)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_has_every_sentence_with_its_parts(language: str):
    parts = [{part for part in ("{tab}", "{first}", "{second}") if part in s} for s in SENTENCES]
    said = TRANSLATIONS[language]
    assert [{part for part in ("{tab}", "{first}", "{second}") if part in s} for s in said] == parts


def test_a_book_has_the_last_word():
    words = Words("de", {"Show the solution": "Zeig mal"})
    assert words.say("Show the solution") == "Zeig mal"
    assert words.say("Open in Colab") == "In Colab öffnen"


def test_notebooks_speak_the_language_of_the_book():
    text = "![A](a.svg)\n:label:`fig_a`\n\n:numref:`fig_a`\n\n```{note}\nB\n```"
    labels = known_labels([read_chapter(text, "a.md", ())])
    prose = NotebookProse(Links("a.md"), labels, words=Words("de"))
    assert prose.translate(text) == (
        "![A](./a.svg)\n\n**Abb. 1.** A\n\nAbb. 1\n\n> **Bemerkung**\n>\n> B"
    )
    two = "@misc{key, author={A B and C D}, year=2000}"
    assert read_citations(two, "r.bib", Words("fr"))[0]["key"].authors == "B et D"


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_pages_speak_the_language_of_the_book(
    root: Path, with_notebooks: Callable[[Book], Book], build_pages: Callable[[Book], str]
):
    config = root / "_config.yml"
    settings = "    language: de\n    tabbook_words: {Source: Woher}\n    tabbook_tabs:"
    english = config.read_text(encoding="utf-8")
    german = english.replace("    tabbook_tabs:", settings)
    config.write_text(german, encoding="utf-8")
    assert build_pages(with_notebooks(read_book(root))) == ""
    html = (root / "_build/html/chapters/part/second.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").find("article")
    assert article is not None
    assert "In Colab öffnen · Notebook · Woher · Diskussion" in article.get_text()
    assert "Lösung zeigen" in article.get_text()
    first = (root / "_build/html/chapters/part/first.html").read_text(encoding="utf-8")
    assert article.select_one("p a.reference.internal").get_text() == "Abschnitt 1"
    assert "Diesen Teil gibt es nicht für MXNet." in first
    # The next book of the same process speaks its own.
    config.write_text(english, encoding="utf-8")
    assert build_pages(with_notebooks(read_book(root))) == ""
    html = (root / "_build/html/chapters/part/second.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").find("article")
    assert article is not None
    assert article.select_one("p a.reference.internal").get_text() == "Section 1"
