"""What holds for any text: generated chapters, well formed or not, through reader and selection."""

import ast
import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tabbook.book.labels import find_labels, find_references
from tabbook.book.links import Links
from tabbook.notebook.prose import NotebookProse
from tabbook.page.prose import PageProse
from tabbook.text.reader import Chapter, read_chapter
from tabbook.text.select import select
from tabbook.text.unfold import unfold

TABS = ("pytorch", "tensorflow", "mxnet")
MARK = re.compile(r"\s*$|:begin_tab:|:end_tab:| {0,3}[`~]{3,}|\s*(#[ \t]*@(tab|check)|%%tab)")

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
tab_lists = st.lists(st.sampled_from([*TABS, "all", "pytroch"]), min_size=1, max_size=3).map(
    ", ".join
)
lines = st.one_of(
    words,
    st.sampled_from(
        [
            "",
            "# Title",
            "```",
            "````",
            "~~~",
            "```python",
            "```{.python .input}",
            "```{.python .input  n=3}",
            "  ```",
            "> ```",
            "- ```bash",
            ":end_tab:",
            ":begin_tab:",
            ":label:`sec_a`",
            ":width:`3px`",
            ":eqlabel:`eq_a`",
            "$$",
            "$$x$$",
            "![a](b.svg)",
            ": caption",
            "| a | b |",
            "|---|---|",
            "[**bold",
            "**] and (~~gone",
            "~~) :numref:`sec_a` `code",
            "#@check",
            "if tab.selected('mxnet'):",
            "    if not tab.selected('pytorch', 'mxnet'): x = 1",
            "elif tab.selected(['tensorflow']) and y:",
            "else:",
            "    x = 1 if tab.selected('mxnet') else '''",
            "'''",
            "%matplotlib inline",
            "class A:  #@save",
            "\tx = 1",
        ]
    ),
    tab_lists.map("%%tab {}".format),
    tab_lists.map("#@tab {}".format),
    tab_lists.map(":begin_tab:`{}`".format),
)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])
chapters = st.builds(
    lambda end, text, last: end.join(text) + last,
    line_ends,
    st.lists(lines, max_size=30),
    st.sampled_from(["", "\n"]),
)
quick = settings(max_examples=200, deadline=None)


def read(text: str) -> Chapter:
    return read_chapter(text, "chapter.md", TABS)


@quick
@given(st.one_of(chapters, st.text()))
def test_no_text_makes_the_reader_or_anything_behind_it_fail(text: str) -> None:
    chapter = read(text)
    for tab in TABS:
        select(chapter, tab)
    for cell in chapter.cells:
        PageProse().translate(cell.source)
        NotebookProse(Links("chapter.md")).translate(cell.source)
    find_labels(chapter)
    find_references(chapter)


@quick
@given(chapters)
def test_every_line_that_is_no_mark_is_in_exactly_one_cell(text: str) -> None:
    wanted = Counter(line for line in re.split("\r\n|\n|\r", text) if not MARK.match(line))
    found = Counter(line for cell in read(text).cells for line in cell.source.split("\n"))
    assert {line: found[line] for line in wanted} == wanted


@quick
@given(chapters)
def test_each_line_of_a_cell_stands_where_the_cell_says(text: str) -> None:
    lines = re.split("\r\n|\n|\r", text)
    for cell in read(text).cells:
        for number, line in enumerate(cell.source.split("\n"), 1):
            assert lines[cell.chapter_line(number) - 1] == line


@quick
@given(chapters)
def test_a_tab_never_shows_a_cell_of_another(text: str) -> None:
    chapter = read(text)
    for tab in TABS:
        for cell in select(chapter, tab):
            assert cell.tabs is None or tab in cell.tabs


@quick
@given(chapters)
def test_reading_the_same_text_again_gives_the_same(text: str) -> None:
    assert read(text) == read(text)
    assert select(read(text), "mxnet") == select(read(text), "mxnet")


conditions = st.recursive(
    st.sampled_from(["tab.selected('a')", "tab.selected('b', 'c')", "tab.selected(['a', 'b'])"]),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or ({pair[1]})"),
        st.tuples(inner, st.just("flag")).map(lambda pair: f"({pair[0]}) and {pair[1]}"),
    ),
    max_leaves=4,
)


def indented(block: str) -> str:
    return "".join(f"    {line}\n" for line in block.splitlines())


def chain(parts: list[tuple[str, str]], last: str | None) -> str:
    text = "".join(
        f"{'elif' if number else 'if'} {condition}:\n    # why\n{indented(block)}"
        for number, (condition, block) in enumerate(parts)
    )
    return text + (f"else:\n{indented(last)}" if last else "")


statements = st.integers(0, 9).map("trace.append({})\n".format)
blocks = st.recursive(
    statements,
    lambda inner: st.one_of(
        st.builds(
            chain,
            st.lists(st.tuples(conditions, inner), min_size=1, max_size=3),
            st.one_of(st.none(), inner),
        ),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        inner.map(lambda block: f"for _ in range(2):\n{indented(block)}"),
    ),
    max_leaves=6,
)


class Tab:
    def __init__(self, name: str) -> None:
        self.name = name

    def selected(self, *names: str | list[str]) -> bool:
        return self.name in (names[0] if isinstance(names[0], list) else names)


def trace(code: str, tab: str, flag: bool) -> list[int]:
    steps: list[int] = []
    exec(code, {"tab": Tab(tab), "trace": steps, "flag": flag})
    return steps


@quick
@given(blocks, st.sampled_from("abc"), st.booleans())
def test_unfolded_code_does_what_the_code_does_with_the_tab_selected(
    code: str, tab: str, flag: bool
) -> None:
    unfolded = "\n".join(line.text for line in unfold(code, tab))
    assert "tab.selected" not in unfolded
    ast.parse(unfolded)
    assert trace(unfolded, tab, flag) == trace(code, tab, flag)
