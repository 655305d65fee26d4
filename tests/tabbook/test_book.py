from pathlib import Path

import pytest

from tabbook.book.settings import Book, read_book
from tabbook.problems import ProblemsError


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def messages(root: Path) -> list[str]:
    with pytest.raises(ProblemsError) as error:
        read_book(root)
    return [str(problem) for problem in error.value.problems]


def test_tabs_come_in_the_order_of_the_configuration(book: Book):
    assert book.tab_names == ("pytorch", "tensorflow", "mxnet")
    assert [tab.title for tab in book.tabs] == ["PyTorch", "TensorFlow", "MXNet"]


def test_a_tab_without_a_module_has_one_of_its_own_name(book: Book):
    assert [tab.module for tab in book.tabs] == ["torch", "tensorflow", "mxnet"]


def test_chapters_come_in_reading_order(book: Book):
    assert book.chapters == ("index.md", "chapters/part/first.md", "chapters/part/second.md")


def test_sections_of_a_chapter_come_before_the_next_chapter(root: Path):
    (root / "chapters/part/section.md").write_text("# Section\n", encoding="utf-8")
    nested = "part/first\n        sections:\n          - file: chapters/part/section"
    edit(root / "_toc.yml", "part/first", nested)
    assert read_book(root).chapters[1:] == (
        "chapters/part/first.md",
        "chapters/part/section.md",
        "chapters/part/second.md",
    )


def test_chapters_may_be_named_by_a_pattern_and_by_their_suffix(root: Path):
    (root / "chapters/more").mkdir()
    for name in ("b.md", "a.md", "c.rst", "d.ipynb", "d-checkpoint.txt"):
        (root / "chapters/more" / name).write_text("# Title\n", encoding="utf-8")
    edit(root / "_toc.yml", "chapters/part/first", "chapters/part/first.md")
    edit(root / "_toc.yml", "- file: chapters/part/second", "- glob: chapters/*/[!f]*")
    book = read_book(root)
    assert book.chapters == (
        *("index.md", "chapters/part/first.md"),
        *("chapters/more/a.md", "chapters/more/b.md", "chapters/part/second.md"),
    )
    assert book.pages == ("chapters/more/c.rst", "chapters/more/d.ipynb")
    assert book.problems == ()


def test_a_problem_is_said_in_one_line(root: Path):
    (root / "_toc.yml").write_text("format: jb-book\nroot: [a,\n", encoding="utf-8")
    (message,) = messages(root)
    assert "\n" not in message


def test_addresses_are_read_where_jupyter_book_has_them(book: Book):
    assert book.repository == "https://github.com/someone/a-book"
    assert book.branch == "trunk"
    assert book.site == "https://someone.example/a-book"


def test_a_notebook_lies_in_its_tab_under_the_chapters_path(book: Book):
    path = book.notebook(book.tab("mxnet"), "chapters/part/first.md")
    assert path == Path("notebooks/mxnet/part/first.ipynb")


def test_an_entry_without_a_file_is_reported_at_its_line(root: Path):
    edit(root / "_toc.yml", "part/second", "part/secnod")
    book = read_book(root)
    assert book.chapters == ("index.md", "chapters/part/first.md")
    assert list(map(str, book.problems)) == [
        "_toc.yml:7: 'chapters/part/secnod': there is no file chapters/part/secnod.md",
        "chapters/part/second.md:1: the chapter is missing from _toc.yml",
    ]


def test_a_book_without_tabs_is_reported(root: Path):
    edit(root / "_config.yml", "tabbook_tabs", "other_tabs")
    assert "'tabbook_tabs' under 'sphinx: config:' names no tab" in messages(root)[0]


def test_a_configuration_that_is_not_yaml_is_reported_at_its_line(root: Path):
    edit(root / "_config.yml", "author: Nobody", "author: [Nobody")
    assert messages(root)[0].startswith("_config.yml:3: not YAML")


def test_a_folder_without_a_book_is_reported(tmp_path: Path):
    assert "there is no such file" in messages(tmp_path)[0]


def test_the_repository_lists_its_tabs_once():
    root = Path(__file__).parents[2]
    assert read_book(root).tab_names == ("pytorch", "tensorflow", "mxnet", "jax")


def test_settings_that_are_not_known_are_reported_with_the_nearest(root: Path):
    edit(root / "_config.yml", "tabbook_tabs:", "tabbook_solutoin: Answer\n    tabbook_tabs:")
    edit(root / "_config.yml", "title: PyTorch", "tilte: PyTorch")
    problems = [str(problem) for problem in read_book(root).problems]
    assert [problem.partition(": ")[2] for problem in problems] == [
        "unknown setting 'tabbook_solutoin'; did you mean 'tabbook_solution'?",
        "unknown setting 'tilte'; did you mean 'title'?",
    ]
    lines = (root / "_config.yml").read_text(encoding="utf-8").splitlines()
    for problem in problems:
        line = lines[int(problem.split(":")[1]) - 1]
        assert "tabbook_solutoin" in line or "tilte" in line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("html:\n  baseurl: https://someone.example/a-book", "html: 5", "settings, indented"),
        ("mxnet: {title: MXNet}", "mxnet: MXNet", "settings, indented"),
        ("tabbook_tabs:", "tabbook_packages: [5]\n    tabbook_tabs:", "a list of names"),
        ("tabbook_tabs:", "tabbook_support: [a]\n    tabbook_tabs:", "text"),
        ("author: Nobody", "bibtex_bibfiles: {a: b}", "a list of names"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_reported_at_its_line(
    root: Path, old: str, new: str, said: str
):
    edit(root / "_config.yml", old, new)
    lines = (root / "_config.yml").read_text(encoding="utf-8").splitlines()
    key = new.split(":")[0]
    line = next(n for n, text in enumerate(lines, 1) if text.lstrip().startswith(f"{key}:"))
    [message] = messages(root)
    assert message.startswith(f"_config.yml:{line}: '{key}: ")
    assert f" should be {said}" in message


def test_a_file_that_is_no_mapping_is_reported(root: Path):
    (root / "_config.yml").write_text("- a\n", encoding="utf-8")
    assert messages(root) == [
        "_config.yml:1: '_config.yml: ['a']' should be settings, indented below it"
    ]


def test_a_title_may_be_a_number(root: Path):
    edit(root / "_config.yml", "title: A Small Book", "title: 2048")
    assert read_book(root).title == "2048"


def test_copies_that_jupyter_keeps_are_no_chapters(root: Path):
    folder = root / "chapters/part/.ipynb_checkpoints"
    folder.mkdir()
    (folder / "first-checkpoint.md").write_text("# Copy\n", encoding="utf-8")
    assert read_book(root).problems == ()


@pytest.mark.parametrize("entry", ["../secret", "chapters/../../secret", "/secret"])
@pytest.mark.parametrize("kind", ["file", "glob"])
def test_an_entry_outside_the_book_is_refused(root: Path, entry: str, kind: str):
    edit(root / "_toc.yml", "- file: chapters/part/second", f"- {kind}: {entry}")
    assert messages(root) == [f"_toc.yml:7: '{entry}': it should lie in the book's folder"]
