from textwrap import dedent

import pytest

from tabbook.problems import Problem, ProblemsError
from tabbook.text.reader import Cell, Chapter, Tabs, read_chapter
from tabbook.text.unfold import unfold

PATH = "chapters/mlp/scratch.md"
TABS = ("pytorch", "tensorflow", "mxnet")


def read(text: str) -> Chapter:
    return read_chapter(dedent(text), PATH, TABS)


def only_cell(text: str) -> Cell:
    (cell,) = read(text).cells
    return cell


def messages(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def code(body: str, info: str = "{.python .input}") -> str:
    return f"```{info}\n{body}\n```\n"


def test_a_chapter_is_prose_and_code_in_order_with_their_lines() -> None:
    chapter = read("# Title\n\nWords.\n\n" + code("%%tab all\nx = 1\ny = 2") + "\nMore.\n")
    found = [(cell.kind, cell.source, cell.line, cell.lines) for cell in chapter.cells]
    assert found == [
        ("markdown", "# Title\n\nWords.", 1, (1, 2, 3)),
        ("code", "x = 1\ny = 2", 7, (7, 8)),
        ("markdown", "More.", 11, (11,)),
    ]
    assert chapter.problems == ()


@pytest.mark.parametrize(
    ("mark", "tabs"),
    [
        ("%%tab pytorch", ("pytorch",)),
        ("#@tab tensorflow", ("tensorflow",)),
        ("# @tab tensorflow", ("tensorflow",)),
        ("%%tab mxnet, tensorflow", ("mxnet", "tensorflow")),
        ("#@tab mxnet,tensorflow,mxnet", ("mxnet", "tensorflow")),
        ("%%tab mxnet  # until 2.0", ("mxnet",)),
        ("# %%tab mxnet", ("mxnet",)),
        ("#%%tab mxnet, pytorch", ("mxnet", "pytorch")),
        ("%%tab all", None),
        ("%%tab pytorch, all", None),
    ],
)
def test_a_tab_mark_says_which_tabs_a_code_cell_belongs_to(
    mark: str, tabs: tuple[str, ...] | None
) -> None:
    cell = only_cell(code(f"{mark}\nx = 1"))
    assert (cell.source, cell.line, cell.tabs) == ("x = 1", 3, tabs)


def test_code_without_a_tab_mark_belongs_to_the_first_tab() -> None:
    assert only_cell(code("x = 1")).tabs == ("pytorch",)


def test_code_under_a_mark_without_a_name_is_reported_and_not_lost() -> None:
    chapter = read(code("%%tab\nx = 1"))
    assert [(cell.source, cell.tabs) for cell in chapter.cells] == [("x = 1", ("pytorch",))]
    assert "names no tab" in str(chapter.problems[0])


@pytest.mark.parametrize("tabs", [(), ("all",)])
def test_a_book_without_tabs_has_its_cells_in_all(tabs: tuple[str, ...]) -> None:
    text = code("%%tab mine\nx = 1") + code("y = 1") + ":begin_tab:`his`\nText.\n:end_tab:\n"
    chapter = read_chapter(text, PATH, tabs)
    assert [(cell.source, cell.tabs) for cell in chapter.cells] == [
        ("x = 1", None),
        ("y = 1", None),
        ("Text.", None),
    ]
    assert chapter.problems == ()


@pytest.mark.parametrize(
    "body", ["#@check\n%%tab mxnet\nassert x", "%%tab mxnet\n#@check\nassert x"]
)
def test_a_check_is_marked_before_or_after_the_tab(body: str) -> None:
    cell = only_cell(code(body))
    assert (cell.source, cell.line, cell.tabs) == ("assert x", 4, ("mxnet",))
    assert cell.marks == {"check"}


def test_a_check_mark_below_the_first_line_is_a_comment() -> None:
    assert only_cell(code("x = 1\n#@check\ny = 1")).marks == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        "%%tab all\n#@tol 0.3\nplot()",
        "#@tol 0.3\n%%tab all\nplot()",
        "%%tab all\n# @tol  0.3 \n#@check\nplot()",
        "%%tab all\n#@check\n#@save\n#@tol 0.3\nplot()",
    ],
)
def test_a_cell_says_on_its_first_lines_how_far_its_figures_may_be(body: str) -> None:
    cell = only_cell(code(body))
    assert cell.tolerance == "0.3"
    assert "@tol" not in cell.source
    assert ("check" in cell.marks) == ("@check" in body)
    assert cell.chapter_line(cell.source.count("\n") + 1) == body.count("\n") + 2
    assert messages(code(body)) == []


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("#@tol 5\nplot()", 2, "'#@tol 5': should be '#@tol' and a number up to 0.5"),
        ("#@tol\nplot()", 2, "'#@tol': should be '#@tol' and a number up to 0.5"),
        ("#@tol machine\nplot()", 2, "say why, as in '#@tol machine: it is timed'"),
        ("plot()\n#@tol 0.3", 3, "'#@tol' belongs on the first lines of its cell"),
        ("#@tol 0.3\n#@tol 0.2\nplot()", 3, "'#@tol 0.2' is the cell's second '#@tol'"),
        ("plot()\n# NBVAL_IGNORE_OUTPUT", 3, "a chapter's outputs are always compared"),
        ("#NBVAL_SKIP\nplot()", 2, "a chapter's outputs are always compared"),
        ("#PYTEST_VALIDATE_IGNORE_OUTPUT\n1", 2, "a chapter's outputs are always compared"),
    ],
)
def test_what_would_switch_off_a_comparison_is_reported(body: str, line: int, message: str) -> None:
    (problem,) = messages(code(body))
    assert problem.startswith(f"{PATH}:{line}: ")
    assert message in problem


@pytest.mark.parametrize(
    "body",
    ["%load_ext d2lbook.tab\nfrom d2lbook import tab", "tab.interact_select(['pytorch'])"],
)
def test_cells_for_live_use_are_marked(body: str) -> None:
    assert only_cell(code(body)).marks == {"interact"}


@pytest.mark.parametrize(
    "info",
    [
        "{.python .input}",
        "{.python .input  n=3}",
        "{.input .python #id k='a b'}",
        " {.python .input}",
    ],
)
def test_fences_with_the_class_input_are_code_cells(info: str) -> None:
    assert only_cell(code("x = 1", info)).kind == "code"


@pytest.mark.parametrize(
    "info", ["", "python", "bash", "{.python}", "toc", "eval_rst", "{.inputs}"]
)
def test_other_fences_are_prose(info: str) -> None:
    text = code("x = 1", info).rstrip()
    assert only_cell(text) == Cell("markdown", text, 1, None, frozenset(), (1, 2, 3))


def test_a_cell_in_bash_gets_the_magic_that_runs_it() -> None:
    cell = only_cell(code("ls", "{.bash .input}"))
    assert (cell.source, cell.lines) == ("%%bash\nls", (1, 2))


def test_kept_outputs_are_left_out() -> None:
    text = code("1 + 1", "{.python .input n=1}") + code("[]", "{.json .output n=1}") + "\nWords.\n"
    assert [cell.source for cell in read(text).cells] == ["1 + 1", "Words."]


@pytest.mark.parametrize("end", ["```", "`````", "```   ", "  ```"])
def test_a_fence_ends_with_at_least_as_many_backticks(end: str) -> None:
    chapter = read(f"```{{.python .input}}\nx = 1\n{end}\n\nWords.\n")
    assert [cell.source for cell in chapter.cells] == ["x = 1", "Words."]
    assert chapter.problems == ()


def test_a_longer_fence_may_contain_fences() -> None:
    inner = 'text = """\n```\nwords\n```\n"""'
    assert only_cell(f"````{{.python .input}}\n{inner}\n````\n").source == inner
    shown = "````\n```{.python .input}\nx = 1\n```\n````"
    assert only_cell(shown).source == shown


@pytest.mark.parametrize(
    "text",
    [
        "- Item\n\n  ```{.python .input}\n  x = 1\n  ```\n",
        "1. Item\n\n       ```{.python .input}\n       x = 1\n       ```\n",
        "- ```{.python .input}\n  x = 1\n  ```\n",
        "> ```{.python .input}\n> x = 1\n> ```\n",
    ],
)
def test_a_fence_in_a_list_or_a_quote_is_prose_and_hides_what_is_in_it(text: str) -> None:
    chapter = read(text + "\nWords.\n" + code("y = 1"))
    assert [cell.kind for cell in chapter.cells] == ["markdown", "code"]
    assert chapter.problems == ()


def test_a_fence_that_is_never_closed_in_a_list_does_not_swallow_the_chapter() -> None:
    chapter = read("- ```bash\n\nWords.\n\n" + code("y = 1"))
    assert [cell.kind for cell in chapter.cells] == ["markdown", "code"]


def test_tab_blocks_are_cells_of_their_tabs() -> None:
    chapter = read(
        """\
        Before.
        :begin_tab:`mxnet, tensorflow`

        Inside.

        - item
        :end_tab:
        After.
        """
    )
    assert [(cell.source, cell.line, cell.tabs) for cell in chapter.cells] == [
        ("Before.", 1, None),
        ("Inside.\n\n- item", 4, ("mxnet", "tensorflow")),
        ("After.", 8, None),
    ]


def test_marks_of_a_tab_block_may_be_indented_as_other_blocks_may() -> None:
    text = " :begin_tab:`mxnet` \n Words.\n  :end_tab:\n\n    :begin_tab:`mxnet`\n"
    cells = read_chapter(text, PATH, TABS).cells
    assert [(cell.source, cell.tabs) for cell in cells] == [
        (" Words.", ("mxnet",)),
        ("    :begin_tab:`mxnet`", None),
    ]


def test_a_cell_of_another_format_is_reported() -> None:
    assert messages("```{code-cell} ipython3\nx = 1\n```\n") == [
        f"{PATH}:1: '```{{code-cell}} ipython3' runs nowhere here; write '```{{.python .input}}'"
    ]
    assert messages("````md\n```{code-cell}\nx = 1\n```\n````\n") == []


def test_a_tab_block_for_all_is_for_every_tab() -> None:
    assert only_cell(":begin_tab:`all`\nWords.\n:end_tab:\n").tabs is None


def test_marks_inside_code_are_left_alone() -> None:
    text = "```\n:begin_tab:`mxnet`\n#@tab mxnet\n:end_tab:\n```"
    assert only_cell(text).source == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(line_end: str) -> None:
    text = "# Größe\n\n" + code("%%tab all\nx = '尺寸'\ny = 1")
    chapter = read_chapter("\ufeff" + text.replace("\n", line_end), PATH, TABS)
    assert [cell.source for cell in chapter.cells] == ["# Größe", "x = '尺寸'\ny = 1"]
    assert chapter.cells[1].lines == (5, 6)


def test_characters_that_python_calls_line_ends_are_text() -> None:
    assert only_cell("one\u2028two\x0cthree\x85four").source == "one\u2028two\x0cthree\x85four"


def test_a_file_without_final_newline_loses_nothing() -> None:
    assert only_cell("```{.python .input}\nx = 1\n```").source == "x = 1"
    assert only_cell("Words.").source == "Words."


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_a_file_without_text_has_no_cells(text: str) -> None:
    assert read_chapter(text, PATH, TABS) == Chapter(PATH, ())


def test_an_unknown_tab_is_named_with_the_one_that_was_meant() -> None:
    assert messages("\n" + code("%%tab pytroch\nx = 1")) == [
        f"{PATH}:3: unknown tab 'pytroch' in '%%tab pytroch'; did you mean 'pytorch'?"
    ]


def test_an_unknown_tab_that_is_like_none_is_answered_with_the_list() -> None:
    assert messages(":begin_tab:`zzz`\nWords.\n:end_tab:\n") == [
        f"{PATH}:1: unknown tab 'zzz' in ':begin_tab:`zzz`'; "
        "the tabs are pytorch, tensorflow, mxnet, or all"
    ]


@pytest.mark.parametrize(
    ("mark", "tabs"),
    [
        ("%%tab C#", ("C#",)),
        ("%%tab c#, C++  # and a comment", ("C#", "C++")),
        ("%%tab r,two Words", ("R", "Two Words")),
        ("#@tab R # x", ("R",)),
        ("%%tab ALL", None),
    ],
)
def test_tabs_may_be_called_anything_in_any_capitals(mark: str, tabs: Tabs) -> None:
    names = ("R", "C#", "C++", "Two Words")
    chapter = read_chapter(code(f"{mark}\nx = 1\nif tab.selected('c#'):\n    x = 2"), PATH, names)
    assert chapter.problems == ()
    assert chapter.cells[0].tabs == tabs
    assert unfold(chapter.cells[0].source, "C#")[-1].text == "x = 2"


def test_an_unknown_tab_in_a_condition_is_found() -> None:
    assert messages(code("#@check\n%%tab all\nx = 1\nif tab.selected('mxnt'):\n    x = 2")) == [
        f"{PATH}:5: unknown tab 'mxnt' in 'if tab.selected('mxnt'):'; did you mean 'mxnet'?"
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("```bash\nls\n", 1, "'```bash' has no closing fence"),
        ("```{.python .input}\nx\n\n" + code("y"), 1, "'```{.python .input}' has no closing fence"),
        ("- ```bash\n  ls\n", 1, "'- ```bash' has no closing fence"),
        ("Words.\n\n" + code(""), 3, "the code cell is empty"),
        ("```{.python .input}\n```\n\nWords.\n", 1, "the code cell is empty"),
        (code("%%tab mxnet\n"), 1, "the code cell is empty"),
        (
            code("%%tab\nx"),
            2,
            "'%%tab' names no tab; the tabs are pytorch, tensorflow, mxnet, or all",
        ),
        (code("#@tab mxnet\nx\n#@tab all"), 4, "'#@tab all' is the cell's second tab mark"),
        (
            "```\nx\n\n" + code("%%tab all\nx = 1"),
            4,
            "'```{.python .input}' opens a code cell inside the block of line 1",
        ),
        (
            "{.python .input  n=3}\nx = 1\n",
            1,
            "'{.python .input  n=3}' opens a code cell without backticks",
        ),
        (":begin_tab:`mxnet`\nWords.\n", 1, "':begin_tab:`mxnet`' has no ':end_tab:'"),
        (
            ":begin_tab:`mxnet`\nWords.\n\n" + code("x"),
            1,
            "':begin_tab:`mxnet`' has no ':end_tab:' before the code cell of line 4",
        ),
        ("Words.\n:end_tab:\n", 2, "':end_tab:' without ':begin_tab:'"),
        (
            ":begin_tab:`mxnet`\nOne.\n:begin_tab:`pytorch`\nTwo.\n:end_tab:\n",
            3,
            "':begin_tab:`pytorch`' stands inside the tab block of line 1",
        ),
        (
            ":end_tab: words",
            1,
            "':end_tab: words' should be ':begin_tab:`tab`' or ':end_tab:', alone",
        ),
        (
            "Words.\n\n```{.julia .input  n=1}\nx\n```\n",
            3,
            "'```{.julia .input  n=1}' is a code cell in julia; "
            "cells are in python, bash, r or ruby",
        ),
        (
            "```{.python .output}\nx\n```\n",
            1,
            "'```{.python .output}' is run as code; expected '{.json .output}' for an output that "
            "is kept, '{.python .input}' for code",
        ),
        (
            "Words.\n\n:::{tip}\nWords.\n\n" + code("x") + ":::\n",
            3,
            "':::{tip}' has no ':::' before the text ends: no code cell or tab block can be in it",
        ),
        (
            "---\ntitle: a\nb: c: d\n---\n\nWords.\n",
            3,
            "the front matter is not YAML: mapping values are not allowed here",
        ),
        ("---\ndate: 2020-99-99\n---\n", 1, "the front matter is not YAML: month must be in 1..12"),
        (
            code("if tab.selected('mxnet')\n    x"),
            2,
            "code with tab.selected that does not parse: expected ':'",
        ),
        (
            code(
                "class A:\n    def f(self):\n        x = 1\n    if tab.selected('mxnet'):\n"
                "        self.x = None\n        self.y = None\n    if tab.selected('pytorch'):\n"
                "        def g(self):\n            return self.x"
            ),
            6,
            "'self.x = None' stands in a branch of a class, not of a method: there is no 'self'",
        ),
        (
            code("name = 'mxnet'\nif tab.selected(name):\n    x"),
            3,
            "tab.selected needs the tabs' names as strings, outside any f-string",
        ),
        (
            code("""x = f"{1 if tab.selected('mxnet') else 2}\""""),
            2,
            "tab.selected needs the tabs' names as strings, outside any f-string",
        ),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(text: str, line: int, message: str) -> None:
    assert messages(text) == [f"{PATH}:{line}: {message}"]


def test_a_cell_in_a_language_that_no_kernel_runs_is_a_block_of_the_text() -> None:
    (cell,) = read("```{.julia .input}\nx\n```\n").cells
    assert (cell.kind, cell.source) == ("markdown", "```{.julia .input}\nx\n```")


@pytest.mark.parametrize("attributes", [".input", ".Python .input", ".python .input .wide #id n=1"])
def test_python_has_many_names(attributes: str) -> None:
    chapter = read(f"```{{{attributes}}}\nx\n```\n")
    assert [cell.kind for cell in chapter.cells] == ["code"]
    assert chapter.problems == ()


def test_front_matter_is_no_prose() -> None:
    chapter = read("---\ntitle: A\ndate: 2020-01-02\n---\n\n# Title\n")
    assert chapter.front == {"title": "A", "date": "2020-01-02"}
    assert [(cell.source, cell.line) for cell in chapter.cells] == [("# Title", 6)]


@pytest.mark.parametrize(
    "text",
    ["---\n\n# Title\n", "---\nWords\n---\n\nMore", "Words\n---\na: b\n---", "---\na: b\n"],
)
def test_rules_are_no_front_matter(text: str) -> None:
    chapter = read(text)
    assert (chapter.front, chapter.problems) == ({}, ())
    assert chapter.cells[0].source == text.strip()


def test_an_unclosed_code_cell_ends_where_the_next_begins() -> None:
    chapter = read("```{.python .input}\nx = 1\n\n" + code("y = 2") + "\nWords.\n")
    assert [cell.source for cell in chapter.cells] == ["x = 1\n", "y = 2", "Words."]


def test_all_problems_come_together_in_the_order_of_the_file() -> None:
    text = code("%%tab jx\nx") + ":end_tab:\n" + code("%%tab pytroch\ny")
    assert [problem.line for problem in read(text).problems] == [2, 5, 7]


def test_problems_sort_by_file_and_line_and_are_said_one_per_line() -> None:
    error = ProblemsError(
        [Problem("b.md", 1, "x"), Problem("a.md", 10, "y"), Problem("a.md", 2, "z")]
    )
    assert str(error) == "a.md:2: z\na.md:10: y\nb.md:1: x"
    assert str(Problem("a.md", 0, "the chapter is missing")) == "a.md: the chapter is missing"


@pytest.mark.parametrize(
    ("mark", "right"),
    [
        ("#@chek it falls", "check"),
        ("# @Check", "check"),
        ("#@checks", "check"),
        ("#@hide_cod", "hide_code"),
        ("#@hide_codes", "hide_code"),
        ("#@tolerance 0.3", "tol"),
        ("#@tabs mxnet", "tab"),
        ("#@svae", "save"),
        ("    #@save_al", "save_all"),
    ],
)
def test_a_mark_that_is_nearly_right_is_reported_with_the_right_one(mark: str, right: str) -> None:
    body = f"if x:\n{mark}\n    x = 1"
    message = f"'{mark.strip()}' is no mark; did you mean '#@{right}'?"
    assert messages(code(body)) == [f"{PATH}:3: {message}"]


@pytest.mark.parametrize(
    "line",
    [
        *("#@save", "# @save_cell", "#@Hide_Outputs", "#@hide"),
        *("#@title A form", "#@markdown Words", "#@param [1, 2]", "#@test {}"),
        *("#@property", "#@staticmethod", "#@jit", "#@tf.function", "#@cache", "#@check.this"),
        'x = """\n#@chek\n"""',
    ],
)
def test_marks_of_others_and_decorators_that_are_switched_off_are_no_marks(line: str) -> None:
    assert messages(code(f"x = 1\n{line}\n")) == []


def test_a_check_that_is_not_named_on_the_first_line_is_reported() -> None:
    assert messages(code("#@tol 0.3\n#@check right\nx = 1")) == []
    assert messages(code("x = 1\n#@check too late")) == [
        f"{PATH}:3: '#@check too late' belongs on the first line of its cell"
    ]
