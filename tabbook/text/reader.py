"""Tabbed Markdown: the text of a chapter becomes its cells, each with its tabs and its line."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tabbook.problems import Problem
from tabbook.text.cell_code import comments_of
from tabbook.text.fences import Fence, find_fences, lost_inputs
from tabbook.text.front_matter import read_front_matter
from tabbook.text.tolerance import parse_tolerance
from tabbook.text.unfold import find_selections, lines_without_self

Tabs = tuple[str, ...] | None  # None for every tab of the book

_BEGIN_TAB = re.compile(r":begin_tab:[ \t]*`(?P<tabs>[^`]*)`[ \t]*$")
# A list of links for Jupyter, which has no tables of contents: prose of every tab.
_BEGIN_TOC = re.compile(r":begin_tab:[ \t]*toc[ \t]*$")
_END_TAB = re.compile(r":end_tab:[ \t]*(?:`[^`]*`)?[ \t]*$")
_TAB_MARK = re.compile(
    r"[ \t]*(?:#[ \t]*@tab|(?:#[ \t]*)?%%tab)(?:[ \t]+(?P<tabs>.*)|[ \t]*(?:#.*)?)$"
)
_CHECK_MARK = re.compile(r"[ \t]*#[ \t]*@check(?:[ \t]+(?P<name>.*\S))?[ \t]*$")
# In a comment; the one in words is older, and the whole of its comment.
HIDE_MARK = re.compile(
    r"#[ \t]*(?:@hide(?:_(?P<what>all|code|outputs?))?\b|hide (?P<older>code|outputs)[ \t]*$)",
    re.IGNORECASE,
)
_TOLERANCE_MARK = re.compile(r"[ \t]*#[ \t]*@tol\b[ \t]*(?P<text>.*?)[ \t]*$")
# What turns the comparison of nbval off.
_NBVAL_MARK = re.compile(r"[ \t]*#+[ \t]*(?:NBVAL_\w+|PYTEST_VALIDATE_\w+)[ \t]*$")
# Not what may be a decorator that somebody has switched off, `#@jax.jit` or `#@cache()`.
_ANY_MARK = re.compile(r"[ \t]*#[ \t]*@(?P<name>\w+)(?![\w.(])")
_MARKS = (
    *("tab", "check", "tol", "save", "save_all", "save_cell"),
    *("hide", "hide_all", "hide_code", "hide_output", "hide_outputs"),
)
_INTERACT = re.compile(r"^[ \t]*(?:%load_ext[ \t]+\w+\.tab\b|tab\.interact_select\()", re.MULTILINE)
_CELL = "'```{.python .input}'"
# Classes of a fence that name a language other than Python, and the cell magic that runs it.
_CELL_MAGICS = {".bash": "%%bash", ".r": "%%R", ".ruby": "%%ruby"}


@dataclass(frozen=True)
class Cell:
    """A piece of a chapter: a code cell, or the prose between two code cells.

    `source` has no fence and no mark of its first lines. `line` is the chapter's line, from 1, of
    the first line of `source`. `tabs` is None for every tab of the book. `marks` of a code cell may
    have 'check', 'interact', 'hide-code' and 'hide-output'; `check` is the name of a check. `lines`
    has the chapter's line of each line of `source`: marks, and the branches for other tabs, are cut
    out of code, so counting on from `line` is not enough. `tolerance` is what `#@tol` says.
    `index` is the cell's place in its chapter, -1 for a cell that is not from one.
    """

    kind: Literal["code", "markdown"]
    source: str
    line: int
    tabs: Tabs = None
    marks: frozenset[str] = frozenset()
    lines: tuple[int, ...] = ()
    check: str = ""
    tolerance: str = ""
    index: int = field(default=-1, compare=False)

    def chapter_line(self, number: int) -> int:
        """Return the chapter's line of the source's line `number`; both count from 1."""
        return self.lines[number - 1] if number <= len(self.lines) else self.line + number - 1

    def belongs_to(self, tab: str) -> bool:
        """Whether this cell is for `tab`."""
        return self.tabs is None or tab in self.tabs


@dataclass(frozen=True)
class Chapter:
    """The cells of one Markdown file, for all tabs, and what is wrong in it.

    `front` is its front matter, which MyST reads: no cell shows it.
    """

    path: str
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()
    front: Mapping[str, Any] = field(default_factory=dict)


def read_chapter(text: str, path: str, tabs: Sequence[str]) -> Chapter:
    """Split a chapter into cells; whatever is wrong goes into `problems`, nothing is raised.

    `tabs` are the book's tabs in order. Code without a tab mark belongs to the first of them, prose
    to all. In a book without tabs every cell belongs to all. Outputs that a chapter has kept
    (`{.json .output}`) are left out: they come from execution.
    """
    named = tuple(tab for tab in tabs if tab != "all")  # which is what a book without tabs has
    reading = _Reading(path, named, split_lines(text))
    front = reading.take_front_matter()
    cells = tuple(replace(cell, index=index) for index, cell in enumerate(reading.cells()))
    return Chapter(path, cells, tuple(sorted(set(reading.problems))), front)


def read_chapter_file(root: Path, path: str, tabs: Sequence[str]) -> Chapter:
    """Read the chapter `path` of the book in `root`; where it is not UTF-8 is a problem of it."""
    chapter = read_chapter(read_text(root / path), path, tabs)
    try:
        (root / path).read_bytes().decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(path, line, f"not UTF-8: byte {error.object[error.start]:#x}")
        return replace(chapter, problems=tuple(sorted({*chapter.problems, problem})))
    return chapter


def read_text(path: Path) -> str:
    """Return the text of a chapter as far as it is UTF-8, with its own line ends."""
    return path.read_bytes().decode(errors="replace")


def split_lines(text: str) -> list[str]:
    """Split at line feeds and carriage returns only: `str.splitlines` knows more line ends."""
    return re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))


class _Reading:
    """One pass over a chapter, which gives its cells and gathers its problems."""

    def __init__(self, path: str, tabs: tuple[str, ...], lines: list[str]) -> None:
        self.path = path
        self.tabs = tabs
        self.lines = lines
        self.problems: list[Problem] = []
        self.toc_marks: set[int] = set()
        self.hides_all = False

    def take_front_matter(self) -> dict[str, Any]:
        """Read the front matter and blank its lines."""
        front = read_front_matter(self.lines)
        if front.fault:
            line, message = front.fault
            self._report(line, f"the front matter is not YAML: {message}")
        self.lines[: front.length] = [""] * front.length
        return front.settings

    def cells(self) -> Iterator[Cell]:
        start = 0
        fenced: set[int] = set()
        fences = list(find_fences(self.lines))
        for index, outer in lost_inputs(self.lines, fences):
            where = f"inside the block of line {outer.start + 1}" if outer else "without backticks"
            self._report(index, f"'{self.lines[index].strip()}' opens a code cell {where}")
        for fence in fences:
            self._check_fence(fence)
            if fence.is_input or fence.is_output:
                yield from self._prose(start, fence.start, fenced)
                start = fence.end
            if fence.is_input:
                yield from self._code(fence)
            fenced.update(range(fence.start, fence.end))
        yield from self._prose(start, len(self.lines), fenced)

    def _check_fence(self, fence: Fence) -> None:
        opening = self.lines[fence.start]
        if not fence.closed:
            self._report(fence.start, f"'{opening}' has no closing fence")
        if fence.foreign_language:
            language = f"a code cell in {fence.foreign_language}"
            self._report(
                fence.start, f"'{opening}' is {language}; cells are in python, bash, r or ruby"
            )
        if fence.is_input and ".output" in fence.attributes:
            right = "'{.json .output}' for an output that is kept, '{.python .input}' for code"
            self._report(fence.start, f"'{opening}' is run as code; expected {right}")
        if fence.directive and fence.directive[0] == "code-cell":
            self._report(fence.start, f"'{opening}' runs nowhere here; write {_CELL}")

    def _prose(self, start: int, end: int, fenced: set[int]) -> Iterator[Cell]:
        """Yield the markdown cells of the prose between two code cells; a tab block is one."""
        opened: int | None = None
        tabs: Tabs = None
        in_toc = False
        for index in range(start, end):
            line = _unindented(self.lines[index])
            if index in fenced or not line.startswith((":begin_tab:", ":end_tab:")):
                continue
            if _BEGIN_TOC.match(line) or (in_toc and _END_TAB.match(line)):
                self.toc_marks.add(index)
                in_toc = not in_toc
                continue
            begin = _BEGIN_TAB.match(line)
            if not self._is_block_mark(index, opened):
                continue
            yield from self._markdown(start, index, tabs)
            start = index + 1
            opened = index if begin else None
            tabs = self._named_tabs(index, begin["tabs"]) if begin else None
        if opened is not None:
            before = f" before the code cell of line {end + 1}" if end < len(self.lines) else ""
            self._report(opened, f"'{self.lines[opened].rstrip()}' has no ':end_tab:'{before}")
        yield from self._markdown(start, end, tabs)

    def _is_block_mark(self, index: int, opened: int | None) -> bool:
        """Report what is wrong with a mark of a tab block; one that cannot be read is prose."""
        line = _unindented(self.lines[index]).rstrip()
        begins, ends = _BEGIN_TAB.match(line), _END_TAB.match(line)
        if begins and opened is not None:
            self._report(index, f"'{line}' stands inside the tab block of line {opened + 1}")
        elif ends and opened is None:
            self._report(index, "':end_tab:' without ':begin_tab:'")
        elif not begins and not ends:
            self._report(index, f"'{line}' should be ':begin_tab:`tab`' or ':end_tab:', alone")
        return bool(begins or ends)

    def _markdown(self, start: int, end: int, tabs: Tabs) -> Iterator[Cell]:
        kept = [index for index in range(start, end) if index not in self.toc_marks]
        while kept and not self.lines[kept[0]].strip():
            del kept[0]
        while kept and not self.lines[kept[-1]].strip():
            del kept[-1]
        if kept:
            source = "\n".join(self.lines[index] for index in kept)
            numbers = tuple(index + 1 for index in kept)
            self._check_directives(kept)
            yield Cell("markdown", source, numbers[0], tabs, lines=numbers)

    def _check_directives(self, kept: list[int]) -> None:
        """Report the directives between colons that go on where the text of a cell ends."""
        for fence in find_fences([self.lines[index] for index in kept], colons=True):
            if fence.marker[0] == ":" and not fence.closed:
                line = self.lines[kept[fence.start]].strip()
                end = f"'{fence.marker}' before the text ends"
                message = f"'{line}' has no {end}: no code cell or tab block can be in it"
                self._report(kept[fence.start], message)

    def _code(self, fence: Fence) -> Iterator[Cell]:
        """Yield the code cell of a fence, unless there is no code in it."""
        body = range(len(self.lines))[fence.body]
        tab_marks = [index for index in body if _TAB_MARK.match(self.lines[index])]
        kept = [index for index in body if index not in tab_marks]
        tolerance = self._tolerance(kept)
        marks, name, check_line = set(), "", 0
        if kept and (check := _CHECK_MARK.match(self.lines[kept[0]])):
            marks.add("check")
            name, check_line = " ".join((check["name"] or "").split()), kept.pop(0) + 1
        tabs = self._code_tabs(tab_marks)
        numbered = [(self.lines[index], index + 1) for index in kept]
        if not any(text.strip() for text, _ in numbered):
            self._report(fence.start, "the code cell is empty")
            return
        if name and not numbered[0][0].startswith("%%"):
            # A folded cell shows its first line.
            numbered.insert(0, (f"# Check: {name}", check_line))
        numbered[:0] = [(magic, fence.start + 1) for magic in _cell_magic(fence)]
        source = "\n".join(text for text, _ in numbered)
        if _INTERACT.search(source):
            marks.add("interact")
        marks |= self._hidden(source)
        lines = tuple(number for _, number in numbered)
        self._check_marks(source, lines)
        self._check_selections(source, lines)
        yield Cell("code", source, lines[0], tabs, frozenset(marks), lines, name, tolerance)

    def _check_marks(self, source: str, lines: tuple[int, ...]) -> None:
        """Report what is nearly a mark, and `#@check` where it is not on the first line."""
        marks = [(i, _ANY_MARK.match(line)) for i, line in enumerate(source.split("\n"))]
        wrong = {i: mark for i, mark in marks if mark and _wrong_mark(mark["name"])}
        comments = comments_of(source) if wrong else {}
        for i in wrong.keys() & comments.keys():
            self._report(lines[i] - 1, f"'{comments[i].strip()}' {_wrong_mark(wrong[i]['name'])}")

    def _tolerance(self, kept: list[int]) -> str:
        """Take the marks `#@tol` out of the lines of a cell, and return what the first says."""
        found = [index for index in kept if _TOLERANCE_MARK.match(self.lines[index])]
        first_code = next((i for i in kept if not self.lines[i].lstrip().startswith("#")), None)
        texts: list[str] = []
        for index in found:
            kept.remove(index)
            mark = _TOLERANCE_MARK.match(self.lines[index])
            text = mark["text"] if mark else ""
            try:
                parse_tolerance(text)
            except ValueError as error:
                self._report(index, f"'{self.lines[index].strip()}': {error}")
                continue
            if texts:
                self._report(index, f"'{self.lines[index].strip()}' is the cell's second '#@tol'")
            elif first_code is not None and index > first_code:
                self._report(index, "'#@tol' belongs on the first lines of its cell")
            texts.append(text)
        for index in kept:
            if _NBVAL_MARK.match(self.lines[index]):
                message = "a chapter's outputs are always compared; '#@tol' widens that of figures"
                self._report(index, f"'{self.lines[index].strip()}': {message}")
        return texts[0] if texts else ""

    def _hidden(self, source: str) -> set[str]:
        """What a cell's marks hide on the page; `#@hide_all` hides all that follows, too."""
        comments = comments_of(source) if "hide" in source.lower() else {}
        marks = filter(None, map(HIDE_MARK.match, comments.values()))
        named = {(mark["what"] or mark["older"] or "").lower() for mark in marks}
        self.hides_all |= "all" in named
        hidden = {"hide-code"} if self.hides_all or named & {"", "code"} else set()
        return hidden | ({"hide-output"} if self.hides_all or named - {"all", "code"} else set())

    def _code_tabs(self, marks: list[int]) -> Tabs:
        """Return the tabs of a code cell from the lines of its tab marks; the first one counts."""
        for index in marks[1:]:
            self._report(index, f"'{self.lines[index].strip()}' is the cell's second tab mark")
        default = self.tabs[:1] or None
        if not marks:
            return default
        mark = _TAB_MARK.match(self.lines[marks[0]])
        named = self._named_tabs(marks[0], mark["tabs"] if mark else None)
        return default if named == () else named

    def _named_tabs(self, index: int, names: str | None) -> Tabs:
        """Return the tabs of a mark, as the book calls them; unknown ones are reported and kept.

        Capitals make no difference. Where the book has no tabs, marks mean nothing.
        """
        if not self.tabs:
            return None
        text = re.split(r"(?:^|[ \t])#", names or "", maxsplit=1)[0]  # `C#` is a name
        known = {tab.lower(): tab for tab in (*self.tabs, "all")}
        said = (name.strip() for name in text.split(","))
        tabs = tuple(dict.fromkeys(known.get(name.lower(), name) for name in said))
        mark = self.lines[index].strip()
        if not any(tabs):
            self._report(index, f"'{mark}' names no tab; {self._known_tabs()}")
        for tab in filter(None, tabs):
            self._check_tab(index + 1, tab, mark)
        return None if "all" in tabs else tuple(filter(None, tabs))

    def _check_tab(self, line: int, tab: str, mark: str) -> None:
        if tab.lower() in (*map(str.lower, self.tabs), "all"):
            return
        close = difflib.get_close_matches(tab, [*self.tabs, "all"], n=1)
        hint = f"did you mean '{close[0]}'?" if close else self._known_tabs()
        self._report(line - 1, f"unknown tab '{tab}' in '{mark}'; {hint}")

    def _known_tabs(self) -> str:
        return f"the tabs are {', '.join(self.tabs)}, or all"

    def _check_selections(self, source: str, lines: tuple[int, ...]) -> None:
        """Report what keeps `tab.selected` from being unfolded, and tabs that it does not know."""
        try:
            selections = find_selections(source)
        except SyntaxError as error:
            line = lines[min(max(error.lineno or 1, 1), len(lines)) - 1]
            self._report(line - 1, f"code with tab.selected that does not parse: {error.msg}")
            return
        for number in lines_without_self(source)[:1]:
            text = self.lines[lines[number - 1] - 1].strip()
            message = f"'{text}' stands in a branch of a class, not of a method: there is no 'self'"
            self._report(lines[number - 1] - 1, message)
        for selection in selections:
            line = lines[selection.line - 1]
            if selection.tabs is None:
                message = "tab.selected needs the tabs' names as strings, outside any f-string"
                self._report(line - 1, message)
            for tab in selection.tabs or ():
                self._check_tab(line, tab, self.lines[line - 1].strip())

    def _report(self, index: int, message: str) -> None:
        self.problems.append(Problem(self.path, index + 1, message))


def _unindented(line: str) -> str:
    """A line without the spaces that may stand before a block in Markdown."""
    return re.sub(r"^ {1,3}(?=\S)", "", line)


def _wrong_mark(name: str) -> str:
    """What is wrong with a mark that no earlier step has taken; empty where it is fine."""
    if name == "check":
        return "belongs on the first line of its cell"
    if name in _MARKS or HIDE_MARK.match(f"#@{name}"):
        return ""
    near = difflib.get_close_matches(name.lower(), _MARKS, 1, 0.7)
    near = near or [mark for mark in _MARKS if name.startswith(mark)]
    return f"is no mark; did you mean '#@{near[-1]}'?" if near else ""


def _cell_magic(fence: Fence) -> list[str]:
    return [magic for name, magic in _CELL_MAGICS.items() if name in fence.attributes]
