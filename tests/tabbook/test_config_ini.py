"""Books that were made for d2lbook: what `config.ini` and the tables of contents say."""

from pathlib import Path

import pytest

from tabbook.book.d2lbook import read_ini_book
from tabbook.book.settings import Book
from tabbook.problems import ProblemsError


@pytest.fixture
def read(tmp_path: Path):
    """A function that writes a book of these settings and chapters, and reads it."""

    def write_and_read(settings: str, **chapters: str) -> Book:
        (tmp_path / "config.ini").write_text(settings, encoding="utf-8")
        for name, text in {"index": "# Index\n", **chapters}.items():
            path = tmp_path / f"{name.replace('__', '/')}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return read_ini_book(tmp_path)

    return write_and_read


def problems(book: Book) -> list[str]:
    return [str(problem) for problem in book.problems]


def test_tabs_are_in_lower_case_and_the_first_is_the_default(read):
    assert read("[build]\ntabs = PyTorch, mxnet,jax").tab_names == ("pytorch", "mxnet", "jax")


def test_tabs_have_the_titles_that_are_written(read):
    (tab,) = read("[build]\ntabs = R").tabs
    assert (tab.name, tab.title) == ("r", "R")


@pytest.mark.parametrize("settings", ["", "[build]\ntabs =", "[project]\nname = x"])
def test_a_book_without_tabs_has_one(read, settings: str):
    assert read(settings).tab_names == ("all",)


def test_notebooks_are_what_the_patterns_say(read):
    settings = """
[build]
# A comment
notebooks = *.md */*.md
exclusions = README.md
             */*_origin.md contrib
non-notebooks = a/raw.md
"""
    files = ("README", "a__b", "a__b_origin", "a__raw", "contrib__x", "a__deep__c", "_build__d")
    assert read(settings, **dict.fromkeys(files, "")).chapters == ("index.md", "a/b.md")


def test_by_default_every_markdown_file_is_a_notebook_except_what_was_built(read):
    book = read("", a__b="", a__b__c="", _build__eval__d="")
    assert book.chapters == ("index.md", "a/b.md", "a/b/c.md")


def test_chapters_come_in_the_order_of_the_tables_of_contents(read):
    book = read(
        "",
        index="```toc\n:maxdepth: 2\n\nz/index\n```\n\n```toc\n:numbered:\n\na\n```\n",
        z__index="```{.toc}\ny\nThe X <x>\n../index\n```\n",
        z__x="",
        z__y="",
        a="",
        left="",
    )
    assert book.chapters == ("index.md", "z/index.md", "z/y.md", "z/x.md", "a.md", "left.md")
    assert book.problems == ()


def test_an_entry_without_a_file_is_reported_and_the_others_are_read(read):
    book = read("", index="# Index\n\n```toc\nno\na/b\n```\n", a__b="")
    assert book.chapters == ("index.md", "a/b.md")
    assert problems(book) == ["index.md:4: 'no': there is no file no.md"]


def test_an_entry_may_name_a_page_that_is_no_notebook(read, tmp_path: Path):
    (tmp_path / "api.rst").touch()
    settings = "[build]\nnon-notebooks = raw.md"
    assert read(settings, index="```toc\napi\nraw\n```\n", raw="").problems == ()


def test_a_missing_index_is_reported(read):
    book = read("[build]\nindex = home", a="")
    assert (book.chapters, problems(book)) == (
        ("a.md", "index.md"),
        ["config.ini: 'home': there is no file home.md"],
    )


def test_settings_of_others_are_not_looked_at(read):
    settings = "[build]\nsphinx_configs =\n    x = {'a': '100 %', 'b': '%%s'}\ntabs = a\ntabs = b\n"
    assert read(settings).tab_names == ("b",)


def test_the_bibliography_is_that_of_the_printed_book(read):
    assert read("[pdf]\nbibfile = a.bib").bibliography == ("a.bib",)


def test_chapters_may_lie_in_a_folder_of_their_own(read, tmp_path: Path):
    book = read("[build]\nsource_dir = src", src__index="# Index\n")
    assert (book.root, book.chapters) == (tmp_path / "src", ("index.md",))


def test_what_is_no_ini_file_is_reported_at_its_line(read):
    with pytest.raises(ProblemsError, match=r"^config\.ini:2: not an INI file: "):
        read("[build]\nnonsense\n")
    with pytest.raises(ProblemsError, match=r"^config\.ini:1: not an INI file: "):
        read("tabs = a\n")


@pytest.mark.parametrize("setting", ["source_dir", "index", "notebooks", "exclusions", "tabs"])
def test_a_null_byte_is_reported_at_its_line(read, setting: str):
    with pytest.raises(ProblemsError) as error:
        read(f"[build]\n{setting} = a\0b\n")
    assert str(error.value) == "config.ini:2: a null byte, which no name can have"


@pytest.mark.parametrize("pattern", ["../*.md", "chapter/../../*.md"])
def test_a_pattern_that_leads_out_of_the_folder_is_refused(read, tmp_path: Path, pattern: str):
    secret = tmp_path.parent / f"{tmp_path.name}.md"
    secret.write_text("# Secret\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"config.ini:3: 'notebooks' should match files of"):
        read(f"[build]\ntabs = R\nnotebooks = {pattern}\n", chapter__one="# One\n")
