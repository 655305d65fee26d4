from collections.abc import Iterator
from pathlib import Path

import pytest

from tabbook.book.checks import check_entries, check_problems, list_problems
from tabbook.book.settings import Book
from tabbook.cli import main
from tabbook.text.reader import Cell, Chapter, read_chapter
from tabbook.text.select import select

TABS = ("pytorch", "mxnet")


def read(*cells: str) -> Chapter:
    text = "\n\n".join(f"```{{.python .input}}\n{cell}\n```" for cell in cells)
    return read_chapter(text, "a.md", TABS)


def code(chapter: Chapter) -> dict[str, list[Cell]]:
    return {tab: [c for c in select(chapter, tab) if c.kind == "code"] for tab in TABS}


def said(problems: Iterator[object]) -> list[str]:
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "body", ["%%tab all\n#@check  the loss  falls ", "# @check the loss falls\n%%tab all"]
)
def test_a_check_says_in_its_first_line_what_it_checks(body: str):
    (cell,) = read(f"{body}\nimport math\nassert x").cells
    assert cell.check == "the loss falls"
    assert cell.source == "# Check: the loss falls\nimport math\nassert x"
    assert [cell.chapter_line(n) for n in (2, 3)] == [4, 5]
    assert [cell.source.split("\n")[0] for cell in code(read(body + "\nassert x"))["mxnet"]] == [
        "# Check: the loss falls"
    ]


def test_a_magic_of_the_whole_cell_stays_first():
    (cell,) = read("%%tab all\n#@check a name\n%%time\nassert x").cells
    assert cell.source == "%%time\nassert x"


@pytest.mark.parametrize(
    "body",
    [
        "assert x",
        "if not x:\n    raise ValueError",
        "np.testing.assert_allclose(a, b)",
        "assert_(x)",
    ],
)
def test_a_check_that_can_fail_is_good(body: str):
    chapter = read(f"%%tab all\n#@check\n{body}")
    assert list(check_problems(chapter, code(chapter))) == []


@pytest.mark.parametrize(
    "body",
    ["x == 1", "print('assert x')", "# assert x\nx", "assert (x < 1, 'why')", "assert True"],
)
def test_a_check_that_cannot_fail_is_reported(body: str):
    chapter = read(f"%%tab all\n#@check a name\n{body}")
    assert set(said(check_problems(chapter, code(chapter)))) == {
        "a.md:3: a check that cannot fail: it needs an 'assert', as in 'assert loss < 1'"
    }


def test_a_check_that_fails_in_another_tab_only_is_reported():
    body = "%%tab all\n#@check\nif tab.selected('mxnet'):\n    assert x\nelse:\n    x"
    chapter = read(body)
    assert len(list(check_problems(chapter, code(chapter)))) == 1


def test_a_name_that_stands_twice_in_a_notebook_is_reported():
    cell = "%%tab {}\n#@check the loss falls\nassert x"
    chapter = read(cell.format("pytorch"), cell.format("mxnet"), cell.format("mxnet"))
    assert said(check_problems(chapter, code(chapter))) == [
        "a.md:15: check 'the loss falls' of 'mxnet' is also at line 9"
    ]


def test_a_check_of_some_tabs_is_listed_with_them():
    cell = "%%tab {}\n#@check {}\nassert x"
    chapter = read(
        cell.format("all", "b"), cell.format("mxnet", "a"), "%%tab all\n#@check\nassert x"
    )
    assert list(check_entries(chapter, code(chapter))) == ["a.md: b", "a.md (mxnet): a"]


def test_a_check_that_vanished_a_new_one_and_one_without_a_name_are_reported(tmp_path: Path):
    cell = "%%tab {}\n#@check {}\nassert x"
    chapter = read(cell.format("all", "new"), "%%tab all\n#@check\nassert x")
    entries = check_entries(chapter, code(chapter))
    assert list(list_problems(tmp_path, [chapter], entries)) == []
    (tmp_path / "checks.txt").write_text("a.md: old\n", encoding="utf-8")
    assert said(list_problems(tmp_path, [chapter], entries)) == [
        "a.md:3: check 'new' is not in checks.txt; add it: `tabbook check --accept`",
        "checks.txt:1: 'a.md: old' is listed in checks.txt but the chapter has no such check; "
        "to give it up, delete the line",
        "a.md:10: a check without a name for checks.txt; expected '#@check what it checks'",
    ]


def test_accepted_checks_are_added_and_none_is_taken_out(
    executed_book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(executed_book.root)
    path = executed_book.root / "chapters/part/first.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("#@check", "#@check it is good"), encoding="utf-8")
    listed = executed_book.root / "checks.txt"
    listed.write_text("chapters/part/second.md: it was there\n", encoding="utf-8")
    assert main(["check"]) == 1
    assert "first.md:60: check 'it is good' is not in checks.txt" in capsys.readouterr().err
    assert main(["check", "--accept"]) == 1
    assert listed.read_text(encoding="utf-8") == (
        "chapters/part/first.md: it is good\nchapters/part/second.md: it was there\n"
    )
    listed.write_text("chapters/part/first.md: it is good\n", encoding="utf-8")
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    "marker",
    [
        "# NBVAL_IGNORE_OUTPUT",
        "#NBVAL_SKIP",
        "  ## NBVAL_RAISES_EXCEPTION",
        "#PYTEST_VALIDATE_IGNORE_OUTPUT",
    ],
)
def test_a_chapter_cannot_switch_its_comparison_off(marker: str):
    [problem] = said(read(f"%%tab all\nx = 1\n{marker}\nx").problems)
    assert f"4: '{marker.strip()}': a chapter's outputs are always compared" in problem


def test_words_about_the_markers_are_no_markers():
    chapter = read("%%tab all\n# NBVAL_SKIP is read by nbval\nprint('# NBVAL_SKIP')")
    assert chapter.problems == ()
