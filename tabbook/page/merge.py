"""All tabs of a chapter as one notebook: what the page of the chapter is made from.

A code cell for several tabs is told once where it is the same in all of them; where only its
outputs differ, its source stands once and the outputs in tabs. Everything that belongs to a tab
says so in `metadata.tabbook_tab`; the page folds neighbours that do into tab sets.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tabbook.book.labels import value_problems
from tabbook.book.links import Links
from tabbook.book.settings import Book, Tab
from tabbook.notebook.draft import Draft, absence, drafts_of
from tabbook.notebook.prose import NotebookProse
from tabbook.notebook.values import MIME_TYPE, Value, recorded_values
from tabbook.notebook.write import CHECK, PYTHON, SET_UP, read_notebook
from tabbook.page.prose import PageProse, page_prose
from tabbook.page.svg import SVG, svg_size
from tabbook.problems import Problem
from tabbook.run.support import support_library
from tabbook.text.reader import Cell, Chapter, read_chapter
from tabbook.text.select import has_cells

TAB = "tabbook_tab"
IMAGES = "tabbook_images"


@dataclass(frozen=True)
class Page:
    """The merged notebook of a chapter and what goes with it, by tab where it differs.

    `values` are the recorded numbers, `links` texts with their targets, `absences` what is said of
    tabs that the chapter is not written for, `dependencies` the files besides the chapter that the
    page is made from.
    """

    notebook: NotebookNode
    values: dict[str, dict[str, Value]]
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
    chapter = read_chapter(text, path, book.tab_names)
    prose = NotebookProse(Links(path))
    drafts = drafts_of(book, chapter, prose, support_library(book))
    drafts = [draft for draft in drafts if draft.has_code]
    built = [(draft, read_notebook(book.root / draft.path)) for draft in drafts]
    notebooks = [(draft, draft.notebook(old)) for draft, old in built]
    parts = list(_with_absences(book, _parts(book, chapter, notebooks)))
    values = {draft.tab.name: recorded_values(notebook) for draft, notebook in notebooks}
    # What is not executed has no values yet, and one report of that is enough.
    missing = list(_unexecuted(built)) or value_problems(chapter, values)
    return Page(
        notebook=new_notebook(
            cells=[part.cell for part in parts],
            metadata={**PYTHON, "source_map": [part.line - 1 for part in parts]},
        ),
        values=values,
        links={draft.tab.name: _links(draft) for draft in drafts},
        absences=_absent_tabs(book, chapter) if drafts else {},
        dependencies=tuple(draft.path for draft in drafts),
        problems=(*chapter.problems, *missing),
    )


def _absent_tabs(book: Book, chapter: Chapter) -> dict[str, str]:
    tabs = (tab for tab in book.tabs if not has_cells(chapter, tab.name))
    return {tab.name: absence(tab) for tab in tabs}


def _unexecuted(built: Iterable[tuple[Draft, NotebookNode | None]]) -> Iterator[Problem]:
    for draft, old in built:
        if old is None:
            message = f"{draft.path.as_posix()} is not there: run `tabbook execute`"
            yield Problem(draft.chapter.path, 1, message)
        elif draft.is_stale(old):
            message = f"{draft.path.as_posix()} is out of date: run `tabbook execute`"
            yield Problem(draft.chapter.path, 1, message)


def _links(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Where the notebook of one tab can be opened and read."""
    book, path = draft.book, draft.path.as_posix()
    if not book.repository:
        return ()
    blob = f"{book.repository}/blob/{book.branch}"
    colab = blob.replace("https://github.com/", "https://colab.research.google.com/github/")
    notebook = ("Notebook", f"{blob}/{path}")
    source = ("Source", f"{blob}/{draft.chapter.path}")
    about = draft.path.relative_to(book.notebooks).with_suffix("").as_posix()
    discussion = ("Discussion", f"{book.repository}/discussions?discussions_q={quote(about)}")
    links = ("Open in Colab", f"{colab}/{path}"), notebook, source, discussion
    if not draft.has_solution:
        return links
    exercise = book.exercise(draft.tab, draft.chapter.path).as_posix()
    return (("Try it yourself in Colab", f"{colab}/{exercise}"), *links)


def _parts(
    book: Book, chapter: Chapter, notebooks: list[tuple[Draft, NotebookNode]]
) -> Iterator[_Part]:
    code = _code_by_place(chapter, notebooks)
    prose = page_prose(chapter)
    for place, cell in enumerate(chapter.cells):
        if cell.kind == "markdown":
            yield from _prose(cell, prose)
        elif CHECK not in cell.marks:
            yield from _code(cell, code.get(place, {}), len(book.tabs))


def _code_by_place(
    chapter: Chapter, notebooks: list[tuple[Draft, NotebookNode]]
) -> dict[int, dict[str, NotebookNode]]:
    """The notebooks' code cells by the chapter's cell that they come from, then by tab."""
    lines = [cell.line for cell in chapter.cells]
    places: dict[int, dict[str, NotebookNode]] = {}
    for draft, notebook in notebooks:
        for cell, built in zip(draft.cells, notebook.cells, strict=True):
            if cell.kind == "code" and SET_UP not in cell.marks:
                place = bisect_right(lines, cell.line) - 1
                places.setdefault(place, {})[draft.tab.name] = built
    return places


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
    if len(built) == number_of_tabs and _all_equal(each.source for each in built):
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
    """Media types that a page does not show: records, and a second picture beside an SVG."""
    pictures = {kind for kind in data if kind.startswith("image/")}
    return {MIME_TYPE} | (pictures - {SVG} if SVG in pictures else set())


def _images(outputs: Iterable[NotebookNode]) -> Iterator[dict[str, Any]]:
    """The images among the outputs, in order: description and, where it is known, size."""
    for output in outputs:
        for kind, data in output.get("data", {}).items():
            if kind.startswith("image/"):
                description = output.metadata.get(kind, {}).get("alt", "")
                yield {"alt": description, "size": svg_size(data) if kind == SVG else ()}


def _with_absences(book: Book, parts: Iterable[_Part]) -> Iterator[_Part]:
    """Say so where a run of parts in tabs has none for a tab of the book."""
    for in_tabs, group in groupby(parts, lambda part: bool(part.tab)):
        run = list(group)
        yield from run
        if in_tabs:
            present = {part.tab for part in run}
            missing = [tab for tab in book.tabs if tab.name not in present]
            yield from (_absence(tab, run) for tab in missing if _has_code(run))


def _has_code(run: Iterable[_Part]) -> bool:
    return any(part.cell.cell_type == "code" for part in run)


def _absence(tab: Tab, run: list[_Part]) -> _Part:
    hidden = [part.cell.metadata.get("tags") == ["remove-input"] for part in run]
    what = f"output in {tab.title}" if all(hidden) else f"{tab.title} version"
    return _tab_prose(tab.name, f"*This part has no {what}.*", run[-1].line)


def _all_equal(values: Iterable[Any]) -> bool:
    first, *others = values
    return all(other == first for other in others)
