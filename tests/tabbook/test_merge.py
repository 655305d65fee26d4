from pathlib import Path

import pytest
from nbformat import NotebookNode

from tabbook.book.settings import Book
from tabbook.notebook.figure_data import MIME_TYPE as FIGURE
from tabbook.notebook.write import WIDGET, read_notebook, write_notebook
from tabbook.page.merge import IMAGES, TAB, Page, merge

FIRST = "chapters/part/first.md"


def page(book: Book, text: str | None = None) -> Page:
    return merge(book, FIRST, text or (book.root / FIRST).read_text(encoding="utf-8"))


def fence(tab: str, source: str) -> str:
    return f"```{{.python .input}}\n%%tab {tab}\n{source}\n```\n\n"


def told(cells: list[NotebookNode]) -> list[tuple[str, str, list[str]]]:
    """Tab, source and tags of the code cells."""
    return [
        (cell.metadata.get(TAB, ""), cell.source, cell.metadata.get("tags", []))
        for cell in cells
        if cell.cell_type == "code"
    ]


def test_a_cell_that_is_the_same_in_every_tab_is_told_once(executed_book: Book):
    cells = [cell for cell in page(executed_book).notebook.cells if "everywhere" in cell.source]
    assert len(cells) == 1
    assert TAB not in cells[0].metadata
    assert cells[0].outputs[0].text == "the same everywhere\n"


def test_the_same_source_with_other_outputs_stands_once_above_the_outputs(executed_book: Book):
    cells = [c for c in page(executed_book).notebook.cells if c.source == "print(framework.NAME)"]
    assert told(cells) == [
        ("", "print(framework.NAME)", ["remove-output"]),
        ("pytorch", "print(framework.NAME)", ["remove-input"]),
        ("tensorflow", "print(framework.NAME)", ["remove-input"]),
        ("mxnet", "print(framework.NAME)", ["remove-input"]),
    ]
    assert [cell.outputs[0].text for cell in cells[1:]] == ["pytorch\n", "tensorflow\n", "mxnet\n"]


def test_different_sources_stand_in_their_tabs(executed_book: Book):
    cells = [cell for cell in page(executed_book).notebook.cells if "accuracy = 0" in cell.source]
    assert [tab for tab, _, _ in told(cells)] == ["pytorch", "tensorflow", "mxnet"]


def test_prose_of_a_tab_stands_in_its_tab(executed_book: Book):
    (cell,) = [cell for cell in page(executed_book).notebook.cells if "MXNet wants" in cell.source]
    assert cell.source == "```{tabbook-tab} mxnet\nMXNet wants *its own* words.\n```"


def test_prose_with_a_fence_gets_a_longer_fence_around_it(executed_book: Book):
    text = "# T\n\n:begin_tab:`mxnet`\n````text\nx\n````\n:end_tab:\n"
    (_, cell) = page(executed_book, text).notebook.cells
    assert cell.source == "`````{tabbook-tab} mxnet\n````text\nx\n````\n`````"


def test_prose_for_two_tabs_stands_in_both(executed_book: Book):
    cells = page(executed_book, "# T\n\n:begin_tab:`mxnet, pytorch`\nBoth.\n:end_tab:\n").notebook
    assert [cell.source.splitlines()[0][3:] for cell in cells.cells[1:]] == [
        "{tabbook-tab} mxnet",
        "{tabbook-tab} pytorch",
    ]


def test_a_tab_without_code_where_others_have_some_says_so(executed_book: Book):
    sources = [cell.source for cell in page(executed_book).notebook.cells]
    after = sources[sources.index("1 + 1") + 2]
    assert after == "```{tabbook-tab} mxnet\n*This part has no MXNet version.*\n```"


def test_a_tab_without_output_where_others_have_some_says_so(executed_book: Book):
    text = "# T\n\n" + fence("all", "print(framework.NAME)")
    path = executed_book.root / "notebooks/mxnet/part/first.ipynb"
    text_of_notebook = path.read_text(encoding="utf-8")
    path.write_text(text_of_notebook.replace("framework.NAME", "None"), encoding="utf-8")
    assert (
        "*This part has no output in MXNet.*" in page(executed_book, text).notebook.cells[-1].source
    )


def test_prose_for_one_tab_alone_needs_no_word_about_the_others(executed_book: Book):
    text = "# T\n\n:begin_tab:`mxnet`\nA note.\n:end_tab:\n\nMore.\n"
    assert "no PyTorch" not in "".join(
        cell.source for cell in page(executed_book, text).notebook.cells
    )


def test_checks_are_not_on_the_page(executed_book: Book):
    assert not [cell for cell in page(executed_book).notebook.cells if "assert" in cell.source]


def test_a_branch_for_each_framework_is_unfolded_into_tabs(executed_book: Book):
    branches = "if tab.selected('mxnet'):\n    x = 1\nelse:\n    x = 2"
    cells = page(executed_book, "# T\n\n" + fence("all", branches)).notebook.cells
    assert told(cells) == [
        ("pytorch", "x = 2", []),
        ("tensorflow", "x = 2", []),
        ("mxnet", "x = 1", []),
    ]


def test_lines_lead_to_the_chapter(executed_book: Book):
    chapter = (executed_book.root / FIRST).read_text(encoding="utf-8").splitlines()
    merged = page(executed_book).notebook
    for cell, line in zip(merged.cells, merged.metadata.source_map, strict=True):
        if cell.cell_type == "code":
            assert chapter[line] == cell.source.splitlines()[0]


def test_values_and_links_are_there_for_each_tab(executed_book: Book):
    found = page(executed_book)
    assert {tab: numbers["accuracy"] for tab, numbers in found.numbers.items()} == {
        "pytorch": 0.853,
        "tensorflow": 0.861,
        "mxnet": 0.847,
    }
    assert found.links["mxnet"] == (
        (
            "Open in Colab",
            "https://colab.research.google.com/github/someone/a-book/blob/trunk/notebooks/mxnet/part/first.ipynb",
        ),
        (
            "Notebook",
            "https://github.com/someone/a-book/blob/trunk/notebooks/mxnet/part/first.ipynb",
        ),
        ("Source", "https://github.com/someone/a-book/blob/trunk/chapters/part/first.md"),
        (
            "Discussion",
            "https://github.com/someone/a-book/discussions?discussions_q=mxnet/part/first",
        ),
    )


def test_images_keep_their_descriptions(executed_book: Book):
    cells = [cell for cell in page(executed_book).notebook.cells if "SVG(" in cell.source]
    images = [image for cell in cells[1:] for image in cell.metadata[IMAGES]]
    assert [image["alt"] for image in images] == [
        f"A drawing by {tab}." for tab in ("pytorch", "tensorflow", "mxnet")
    ]
    assert all(len(image["size"]) == 2 for image in images)


def test_the_page_depends_on_its_notebooks(executed_book: Book):
    assert page(executed_book).dependencies == tuple(
        Path(f"notebooks/{tab}/part/first.ipynb") for tab in ("pytorch", "tensorflow", "mxnet")
    )


def test_an_executed_book_has_no_problems(executed_book: Book):
    assert page(executed_book).problems == ()


def test_missing_and_stale_notebooks_are_reported(executed_book: Book):
    (executed_book.root / "notebooks/mxnet/part/first.ipynb").unlink()
    path = executed_book.root / "notebooks/pytorch/part/first.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("framework.NAME", "None"), "utf-8")
    assert [str(problem) for problem in page(executed_book).problems] == [
        f"{FIRST}:1: notebooks/pytorch/part/first.ipynb is out of date: run `tabbook execute`",
        f"{FIRST}:1: notebooks/mxnet/part/first.ipynb is not there: run `tabbook execute`",
    ]


def test_a_notebook_that_ran_other_code_before_is_out_of_date(executed_book: Book):
    text = (executed_book.root / FIRST).read_text(encoding="utf-8")
    name = fence("all", "print(framework.NAME)").rstrip()
    assert name in text
    for edited in (text.replace(name, ""), text.replace(name, "") + name):
        said = [str(problem) for problem in page(executed_book, edited).problems]
        assert len([each for each in said if "is out of date" in each]) == 3


def test_a_page_shows_one_picture_of_a_figure_and_not_its_data(
    executed_book: Book,
):
    path = executed_book.root / "notebooks" / "pytorch" / "part" / "first.ipynb"
    notebook = read_notebook(path)
    assert notebook is not None
    drawings = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
    ]
    for output in drawings:
        output.data["image/png"] = "iVBORw0KGgo="
        output.data[FIGURE] = {"axes": []}
        output.data[WIDGET] = {"model_id": "a"}
    write_notebook(notebook, path)
    shown = [
        output.data
        for cell in page(executed_book).notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert drawings
    assert not any({"image/png", FIGURE, WIDGET} & set(data) for data in shown)


def test_numbers_that_are_recorded_together_are_one_output(executed_book: Book):
    cells = page(executed_book).notebook.cells
    texts = [
        output.data["text/plain"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "accuracy = " in output.get("data", {}).get("text/plain", "")
    ]
    # The source stands once, with outputs that are hidden.
    assert texts[1:] == [f"accuracy = {number}\nimages = 60000" for number in (0.853, 0.861, 0.847)]


@pytest.mark.parametrize("source", ['print("the same everywhere")', "print(framework.NAME)"])
@pytest.mark.parametrize(
    ("mark", "shows_code", "shows_output"),
    [
        ("#@hide_code", False, True),
        ("#@hide_output", True, False),
        ("#@hide_outputs", True, False),
        ("# hide code", False, True),
        ("# Hide outputs", True, False),
        ("#@hide", False, False),
        ("#@hide_all", False, False),
        ("# we hide code", True, True),
        ("; x = '#@hide'", True, True),
    ],
)
def test_marks_hide_code_and_outputs_on_the_page(
    book: Book, with_notebooks, source: str, mark: str, shows_code: bool, shows_output: bool
):
    text = "# T\n\n" + fence("all", f"{source}{mark}")
    (book.root / FIRST).write_text(text, encoding="utf-8")
    cells = page(with_notebooks(book), text).notebook.cells[1:]
    tags = [set(cell.metadata.get("tags", [])) for cell in cells]
    assert any("remove-input" not in each for each in tags) == shows_code
    outputs = [
        c.outputs for c, each in zip(cells, tags, strict=True) if "remove-output" not in each
    ]
    assert any(outputs) == shows_output
    is_kept = mark.startswith(("; ", "# we"))
    assert all((mark in cell.source) == is_kept for cell in cells)


def test_hide_all_hides_what_follows_too(executed_book: Book):
    text = "# T\n\n" + "".join(
        fence("all", source) for source in ("first = 1", "second = 2  #@hide_all", "third = 3")
    )
    assert [source for _, source, _ in told(page(executed_book, text).notebook.cells)] == [
        "first = 1"
    ]


def test_a_chapter_with_nothing_but_a_choice_of_tabs_has_a_page(book: Book):
    text = "# A\n\n```{.python .input}\ntab.interact_select(['mxnet', 'pytorch'])\n```\n"
    page = merge(book, "chapters/part/second.md", text)
    assert [cell.cell_type for cell in page.notebook.cells] == ["markdown"]
