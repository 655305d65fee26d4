"""All tabs of a chapter as one notebook: what the page of the chapter is made from.

A code cell for several tabs is told once where it is the same in all of them; where only its
outputs differ, its source stands once and the outputs in tabs. Everything that belongs to a tab
says so in `metadata.tabbook_tab`; the page folds neighbours that do into tab sets.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tabbook.book.aliases import as_written, cells_of, is_for
from tabbook.book.labels import quote_problems
from tabbook.book.settings import Book, Tab
from tabbook.notebook.draft import absence
from tabbook.notebook.figure_data import MIME_TYPE as FIGURE
from tabbook.notebook.solutions import has_solution
from tabbook.notebook.values import MIME_TYPE, recorded_numbers
from tabbook.notebook.write import (
    CHECK,
    LEFT_OUT,
    METADATA,
    PYTHON,
    WIDGET,
    carry_outputs,
    code_cells,
    read_notebook,
)
from tabbook.page.prose import PageProse, page_prose
from tabbook.page.svg import SVG, svg_size
from tabbook.problems import Problem
from tabbook.text.arithmetic import Number
from tabbook.text.reader import Cell, Chapter, read_chapter

TAB = "tabbook_tab"
IMAGES = "tabbook_images"


@dataclass(frozen=True)
class Page:
    """The merged notebook of a chapter and what goes with it, by tab where it differs.

    `numbers` are the recorded ones, `links` texts with their targets, `absences` what is said of
    tabs that the chapter is not written for, `dependencies` the files besides the chapter that the
    page is made from.
    """

    notebook: NotebookNode
    numbers: dict[str, dict[str, Number]]
    links: dict[str, tuple[tuple[str, str], ...]]
    absences: dict[str, str]
    dependencies: tuple[Path, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Part:
    """A cell of the merged notebook; `line` is the chapter's line that its source starts at."""

    cell: NotebookNode
    line: int
    tab: str = ""


def merge(book: Book, path: str, text: str) -> Page:
    """Merge the executed notebooks of all tabs of a chapter."""
    chapter = as_written(book, read_chapter(text, path, book.tab_names))
    code = {tab: _code_cells(book, chapter, tab) for tab in book.tabs}
    tabs = [tab for tab, cells in code.items() if cells]
    notebooks = {tab: read_notebook(book.root / book.notebook(tab, path)) for tab in tabs}
    executed = {tab.name: _executed(code[tab], notebooks[tab]) for tab in tabs}
    written = [tab for tab in book.tabs if is_for(chapter, tab)]
    parts = list(_with_absences(book, written, _parts(book, chapter, executed, len(written))))
    numbers = {tab: recorded_numbers(cells.values()) for tab, cells in executed.items()}
    absent = [tab for tab in book.tabs if tabs and not is_for(chapter, tab)]
    unexecuted = [
        Problem(path, 1, f"{book.notebook(tab, path).as_posix()} is {state}: run `tabbook execute`")
        for tab in tabs
        if (state := _lack(notebooks[tab], executed[tab.name].values()))
    ]
    return Page(
        notebook=new_notebook(
            cells=[part.cell for part in parts],
            metadata={**chapter.front, **PYTHON, "source_map": [part.line - 1 for part in parts]},
        ),
        numbers=numbers,
        links={tab.name: _links(book, chapter, tab) for tab in tabs},
        absences={tab.name: absence(book, tab) for tab in absent},
        dependencies=tuple(book.notebook(tab, path) for tab in tabs),
        # What is not executed has no values yet, and one report of that is enough.
        problems=(*chapter.problems, *(unexecuted or quote_problems(chapter, numbers))),
    )


def _code_cells(book: Book, chapter: Chapter, tab: Tab) -> list[Cell]:
    return [cell for cell in cells_of(book, chapter, tab) if cell.kind == "code"]


def _executed(cells: Iterable[Cell], notebook: NotebookNode | None) -> dict[int, NotebookNode]:
    """The code cells with the outputs that a notebook has for them, by their place in the chapter.

    One that the notebook does not have, or has not executed, has no `execution_count`.
    """
    made = {cell.index: new_code_cell(cell.source) for cell in cells}
    carry_outputs([] if notebook is None else notebook.cells, made.values())
    return made


def _lack(notebook: NotebookNode | None, cells: Iterable[NotebookNode]) -> str:
    """What keeps a notebook from being shown: nothing if it has run all its code as it is now."""
    if notebook is None:
        return "not there"
    is_marked = notebook.metadata.get(METADATA, {}).get("hash") == ""
    counts = [cell.execution_count or 0 for cell in cells]
    # What has run in another order, or after code that is gone, may have had other outputs.
    is_in_order = 0 not in counts and counts == sorted(counts)
    own = [cell for cell in code_cells(notebook) if cell.metadata.get("tags") != LEFT_OUT["tags"]]
    is_whole = len(own) == len(counts)
    return "" if is_in_order and is_whole and not is_marked else "out of date"


def _links(book: Book, chapter: Chapter, tab: Tab) -> tuple[tuple[str, str], ...]:
    """Where the notebook of one tab can be opened and read."""
    if not book.repository:
        return ()
    path = book.notebook(tab, chapter.path)
    blob = f"{book.repository}/blob/{book.branch}"
    colab = blob.replace("https://github.com/", "https://colab.research.google.com/github/")
    about = path.relative_to(book.notebooks).with_suffix("").as_posix()
    say = book.words.say
    links = (
        (say("Open in Colab"), f"{colab}/{quote(path.as_posix())}"),
        (say("Notebook"), f"{blob}/{quote(path.as_posix())}"),
        (say("Source"), f"{blob}/{quote(chapter.path)}"),
        (say("Discussion"), f"{book.repository}/discussions?discussions_q={quote(about)}"),
    )
    if not has_solution(chapter.cells, book.solution):
        return links
    exercise = quote(book.exercise(tab, chapter.path).as_posix())
    return ((say("Try it yourself in Colab"), f"{colab}/{exercise}"), *links)


def _parts(
    book: Book,
    chapter: Chapter,
    executed: Mapping[str, Mapping[int, NotebookNode]],
    number_of_tabs: int,
) -> Iterator[_Part]:
    prose = page_prose(chapter, book.words)
    for cell in chapter.cells:
        if cell.kind == "markdown":
            yield from _prose(cell, prose)
        elif CHECK not in cell.marks:
            found = {
                tab: cells[cell.index] for tab, cells in executed.items() if cell.index in cells
            }
            yield from _visible(cell, _code(cell, found, number_of_tabs))


def _visible(cell: Cell, parts: Iterable[_Part]) -> Iterator[_Part]:
    """Yield the parts of a code cell that its marks do not hide."""
    for part in parts:
        shown = part.cell
        if "hide-output" in cell.marks:
            shown.outputs = []
            shown.metadata.pop(IMAGES, None)
        if "hide-code" in cell.marks:
            shown.metadata["tags"] = sorted({*shown.metadata.get("tags", []), "remove-input"})
        tags = shown.metadata.get("tags", [])
        if "remove-input" not in tags or (shown.outputs and "remove-output" not in tags):
            yield part


def _prose(cell: Cell, prose: PageProse) -> Iterator[_Part]:
    text = prose.translate(cell.source)
    if cell.tabs is None:
        yield _Part(new_markdown_cell(text), cell.line)
    for tab in cell.tabs or ():
        yield _tab_prose(tab, text, cell.line)


def _tab_prose(tab: str, text: str, line: int) -> _Part:
    """Prose of one tab, in the directive that the page folds into a tab set."""
    fence = "`" * max(3, _longest_fence(text) + 1)
    # The directive's own line stands before the text's first line.
    return _Part(
        new_markdown_cell(f"{fence}{{tabbook-tab}} {tab}\n{text}\n{fence}"), max(1, line - 1), tab
    )


def _longest_fence(text: str) -> int:
    lines = (line.lstrip() for line in text.splitlines())
    return max((len(line) - len(line.lstrip("`")) for line in lines), default=0)


def _code(cell: Cell, tabs: dict[str, NotebookNode], number_of_tabs: int) -> Iterator[_Part]:
    """One cell for all tabs, one source with outputs in tabs, or a cell for each tab."""
    built = list(tabs.values())
    if built and len(built) == number_of_tabs and _all_equal(each.source for each in built):
        if _all_equal(_shown(each.outputs) for each in built):
            yield _code_part(cell, built[0])
            return
        yield _code_part(cell, built[0], tags=["remove-output"])
        for tab, each in tabs.items():
            if each.outputs:
                yield _code_part(cell, each, tab, tags=["remove-input"])
        return
    for tab, each in tabs.items():
        yield _code_part(cell, each, tab)


def _code_part(cell: Cell, built: NotebookNode, tab: str = "", tags: Iterable[str] = ()) -> _Part:
    outputs = _shown(built.outputs)
    metadata: dict[str, Any] = {TAB: tab} if tab else {}
    if images := list(_images(outputs)):
        metadata[IMAGES] = images
    if tags:
        metadata["tags"] = list(tags)
    return _Part(new_code_cell(built.source, outputs=outputs, metadata=metadata), cell.line, tab)


def _shown(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Outputs as a page shows them: without numbering, and recorded values as lines of one text."""
    shown = []
    for is_record, run in groupby(outputs, _is_record):
        copies = [_unnumbered(output) for output in run]
        if is_record:
            lines = [copy["data"]["text/plain"] for copy in copies]
            copies = [NotebookNode(copies[0], data={"text/plain": "\n".join(lines)})]
        shown += copies
    return shown


def _is_record(output: NotebookNode) -> bool:
    return MIME_TYPE in output.get("data", {})


def _unnumbered(output: NotebookNode) -> NotebookNode:
    copy = NotebookNode(output)
    if "execution_count" in copy:
        copy["execution_count"] = None
    if "data" in copy:
        unused = _unused(output.data)
        copy["data"] = {kind: data for kind, data in output.data.items() if kind not in unused}
    return copy


def _unused(data: Mapping[str, Any]) -> set[str]:
    """Media types that a page does not show: records, widgets, and what stands beside an SVG."""
    pictures = {kind for kind in data if kind.startswith("image/")}
    return {MIME_TYPE, FIGURE, WIDGET} | (pictures - {SVG} if SVG in pictures else set())


def _images(outputs: Iterable[NotebookNode]) -> Iterator[dict[str, Any]]:
    """The images among the outputs, in order: description and, where it is known, size."""
    for output in outputs:
        for kind, data in output.get("data", {}).items():
            if kind.startswith("image/"):
                description = output.metadata.get(kind, {}).get("alt", "")
                yield {"alt": description, "size": svg_size(data) if kind == SVG else ()}


def _with_absences(book: Book, tabs: Sequence[Tab], parts: Iterable[_Part]) -> Iterator[_Part]:
    """Say so where a run of parts in tabs has none for one of the tabs that the chapter is for."""
    for in_tabs, group in groupby(parts, lambda part: bool(part.tab)):
        run = list(group)
        yield from run
        if in_tabs:
            present = {part.tab for part in run}
            missing = [tab for tab in tabs if tab.name not in present]
            yield from (_absence(book, tab, run) for tab in missing if _has_code(run))


def _has_code(run: Iterable[_Part]) -> bool:
    return any(part.cell.cell_type == "code" for part in run)


def _absence(book: Book, tab: Tab, run: list[_Part]) -> _Part:
    hidden = [part.cell.metadata.get("tags") == ["remove-input"] for part in run]
    sentence = "This part has no {tab} version."
    if all(hidden):
        sentence = "This part has no output in {tab}."
    return _tab_prose(tab.name, f"*{book.words.say(sentence, tab=tab.title)}*", run[-1].line)


def _all_equal(values: Iterable[Any]) -> bool:
    first, *others = values
    return all(other == first for other in others)
