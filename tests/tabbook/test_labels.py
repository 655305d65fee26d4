from tabbook.book.labels import (
    Label,
    citation_problems,
    find_labels,
    find_references,
    find_title,
    label_problems,
    malformed_quotes,
    mark_problems,
    quote_problems,
)
from tabbook.text.marks import plain_text
from tabbook.text.reader import Chapter, read_chapter


def read(text: str, path: str = "a.md") -> Chapter:
    return read_chapter(text, path, ("pytorch", "mxnet"))


def messages(*texts: str) -> list[str]:
    chapters = [read(text, f"{name}.md") for name, text in zip("abc", texts, strict=False)]
    return [str(problem) for problem in label_problems(chapters)]


def test_labels_know_what_they_name_and_where_they_stand() -> None:
    text = (
        "# Title\n:label:`sec_a`\n:label:`sec_b`\n\n```{.python .input}\nx = 1\n```\n\n"
        "![Caption](a.svg)\n:label:`fig_a`\n\n$$x$$\n:eqlabel:`eq_a`\n\n"
        ": Table caption\n\n| a |\n|---|\n:label:`tab_a`\n\n"
        "(**$$\ny\n$$**)\n:eqlabel:`eq_b`\n\n"
        ":begin_tab:`mxnet`\n## Only MXNet\n:label:`sec_c`\n:end_tab:\n"
    )
    assert find_labels(read(text)) == [
        Label("sec_a", "section", "Title", "a.md", 2, 1),
        Label("sec_b", "section", "Title", "a.md", 3, 1),
        Label("fig_a", "figure", "Caption", "a.md", 10, 1),
        Label("eq_a", "equation", "", "a.md", 13, 1),
        Label("tab_a", "table", "Table caption", "a.md", 19, 1),
        Label("eq_b", "equation", "", "a.md", 24, 2),
        Label("sec_c", "section", "Only MXNet", "a.md", 28, 2, ("mxnet",)),
    ]


def test_labels_and_references_in_directives_count() -> None:
    text = (
        ":::::{note}\n::::{tip}\n![A](a.svg)\n:label:`fig_a`\n\n(top)=\n## Two\n::::\n\n"
        "See :ref:`fig_b`.\n:::::\n\n```{figure} a.svg\n:name: fig_b\n\nB\n```\n\n"
        "```{math}\n:label: eq_a\n\nx\n```\n\n$$y$$ (eq_b)\n"
    )
    assert find_labels(read(text)) == [
        Label("fig_a", "figure", "A", "a.md", 4, 1),
        Label("top", "section", "Two", "a.md", 6, 1),
        Label("fig_b", "figure", "B", "a.md", 14, 2),
        Label("eq_a", "equation", "", "a.md", 20, 1),
        Label("eq_b", "equation", "", "a.md", 25, 2),
    ]
    assert [(found.name, found.line) for found in find_references(read(text))] == [("fig_b", 10)]


def test_a_label_behind_code_belongs_to_the_section_it_stands_in() -> None:
    text = "# Title\n\n```{.python .input}\nx = 1\n```\n:label:`late`\n"
    assert find_labels(read(text)) == [Label("late", "section", "Title", "a.md", 6, 1)]


def test_references_are_found_outside_code_with_their_lines() -> None:
    text = (
        "See :numref:`sec_a`,\n:eqref:`eq_a` and `:ref:`x.\n\n```\n:ref:`no`\n```\n\n"
        "![By :cite:`k, l`](a.svg)\n\nIt is :value:`acc:.1%`."
    )
    assert [(found.role, found.name, found.line) for found in find_references(read(text))] == [
        ("numref", "sec_a", 1),
        ("eqref", "eq_a", 2),
        ("cite", "k", 8),
        ("cite", "l", 8),
        ("value", "acc:.1%", 10),
    ]


def test_a_label_that_stands_twice_is_reported_at_the_second_place() -> None:
    assert messages("# A\n:label:`x`\n", "# B\n\n# C\n:label:`x`\n") == [
        "b.md:4: label 'x' is also at a.md:2"
    ]


def test_two_tabs_may_each_have_their_version_of_a_label() -> None:
    block = ":begin_tab:`{}`\n![A](a.svg)\n:label:`fig`\n:end_tab:\n"
    assert messages(block.format("mxnet") + block.format("pytorch")) == []
    assert messages(block.format("mxnet") + block.format("mxnet, pytorch")) == [
        "a.md:7: label 'fig' is also at a.md:3"
    ]


def test_labels_are_the_same_in_capitals() -> None:
    assert messages("# A\n:label:`Sec_A`\n", "Words\n:numref:`sec_a`, :ref:``SEC_A``") == []
    assert messages("# A\n:label:`Sec_A`\n", "# B\n:label:`sec_a`\n") == [
        "b.md:2: label 'sec_a' is also at a.md:2"
    ]


def test_a_reference_to_nothing_is_reported_with_what_was_meant() -> None:
    assert messages("# A\n:label:`sec_mlp`\n", "Words\n:numref:`sec_mpl`, :ref:`zzz`") == [
        "b.md:2: ':numref:`sec_mpl`' refers to nothing: there is no such label; "
        "did you mean 'sec_mlp'?",
        "b.md:2: ':ref:`zzz`' refers to nothing: there is no such label",
    ]


def test_equations_and_the_rest_have_different_references() -> None:
    text = "# A\n:label:`sec_a`\n\n$$x$$\n:eqlabel:`eq_a`\n\n:eqref:`sec_a` :numref:`eq_a`"
    assert messages(text) == [
        "a.md:7: ':eqref:`sec_a`' refers to a section; use :numref:",
        "a.md:7: ':numref:`eq_a`' refers to an equation; use :eqref:",
    ]


def test_a_citation_that_is_not_in_the_bibliography_is_reported() -> None:
    problems = citation_problems([read("\n:cite:`rumelhart,lecun`")], {"rumelhart", "lecum"})
    assert [str(problem) for problem in problems] == [
        "a.md:2: ':cite:`lecun`' is not in the bibliography; did you mean 'lecum'?"
    ]


def test_a_value_that_no_cell_records_is_reported_for_its_tabs() -> None:
    text = ":value:`acc`\n:begin_tab:`mxnet`\n:value:`loss`\n:end_tab:\n"
    recorded = {"pytorch": {"acc": 1}, "mxnet": {"accu": 1}}
    assert [str(problem) for problem in quote_problems(read(text), recorded)] == [
        "a.md:1: ':value:`acc`': no cell of 'mxnet' records 'acc'; did you mean 'accu'?",
        "a.md:3: ':value:`loss`': no cell of 'mxnet' records 'loss'",
    ]


def test_a_format_that_fits_no_number_is_reported() -> None:
    chapter = read(":value:`a:.1%` :value:`a:d` :value:`a:xyz` :value:`a`")
    assert [str(problem) for problem in quote_problems(chapter, {"pytorch": {"a": 1}})] == [
        "a.md:1: ':value:`a:xyz`': 'xyz' is not a format; expected one like '.1%'"
    ]


def test_marks_that_are_nearly_right_are_reported_where_they_stand() -> None:
    text = (
        "# Title\n\nAs :numef:`sec_a` and :eqref`eq_a` say, :lable:`x`.\n\n"
        "```{.python .input}\nx = ':numef:`sec_a`'\n```\n\n`:numef:` :math:`x` a:cite`x` `:eqref`\n"
    )
    assert [str(problem) for problem in mark_problems([read(text)])] == [
        "a.md:3: ':numef' is no mark; did you mean ':numref:`...`'?",
        "a.md:3: ':lable' is no mark; did you mean ':label:`...`'?",
        "a.md:3: ':eqref' is no mark; did you mean ':eqref:`...`'?",
    ]


def test_what_is_wrong_with_a_computed_number_is_reported() -> None:
    marks = ["acuracy / 2", "a +", "a / zero", "a:xyz", "accuracy:d", "28 * 28", "2 * a:words"]
    chapter = read("\n".join(f":calc:`{mark}`" for mark in marks))
    numbers = {"a": 1, "zero": 0, "accuracy": 0.9}
    assert [str(problem) for problem in quote_problems(chapter, {"pytorch": numbers})] == [
        "a.md:1: ':calc:`acuracy / 2`': no cell of 'pytorch' records 'acuracy'; "
        "did you mean 'accuracy'?",
        "a.md:2: ':calc:`a +`': it is not arithmetic; "
        "expected an expression like 'a / b' of recorded numbers",
        "a.md:3: ':calc:`a / zero`': division by zero",
        "a.md:4: ':calc:`a:xyz`': 'xyz' is not a format; expected one like '.1%'",
        "a.md:5: ':calc:`accuracy:d`': 'd' is not a format of 0.9; expected one like '.1%'",
    ]


def test_quotes_that_are_malformed_are_reported_without_any_notebook() -> None:
    chapter = read(":calc:`a +` :value:`a:xyz` :calc:`b` :calc:`-0.87` :calc:`exp(1)`")
    assert [problem.message.partition(": ")[0] for problem in malformed_quotes([chapter])] == [
        "':calc:`a +`'",
        "':value:`a:xyz`'",
        "':calc:`-0.87`'",
    ]


def test_a_value_in_a_chapter_that_records_nothing_is_reported() -> None:
    assert [str(problem) for problem in quote_problems(read(":value:`a` :calc:`2 * 2`"), {})] == [
        "a.md:1: ':value:`a`': no cell records 'a'"
    ]


def test_marks_with_spaces_in_them_are_reported() -> None:
    text = "See : numref: `sec_a` and :cite: `a`, as in: ref, and :\n\n: `x`, `: numref: `\n"
    assert [str(problem) for problem in mark_problems([read(text)])] == [
        "a.md:1: ': numref: ' is no mark; did you mean ':numref:`...`'?",
        "a.md:1: ':cite: ' is no mark; did you mean ':cite:`...`'?",
    ]


def test_roles_of_myst_are_no_marks_that_are_nearly_right() -> None:
    assert list(mark_problems([read("# A\n\nSee {numref}`fig_a` and {eq}`b`.\n")])) == []


def test_a_slide_without_an_end_is_reported() -> None:
    text = "# Title\n\n::: {.slide}\nWords.\n:::\n\n::: {.slide}\nWords.\n"
    assert [str(problem) for problem in mark_problems([read(text)])] == [
        "a.md:7: '::: {.slide}' has no ':::' in this piece of prose"
    ]


def test_names_of_python_are_marks_and_part_of_titles() -> None:
    chapter = read("# The Class :class:`~a.B` and :func:`a.f`\n:label:`sec_b`\n")
    assert list(mark_problems([chapter])) == []
    assert plain_text(find_title(chapter)) == "The Class B and a.f"


def test_a_chapter_may_have_its_title_in_restructuredtext() -> None:
    raw = "```eval_rst\n.. only:: html\n\n   Sources\n   =======\n```\n\n# Second\n"
    assert find_title(read(raw)) == "Sources"
    assert find_title(read("```eval_rst\n.. note:: x\n```\n\n# Second\n")) == "Second"
