from textwrap import dedent

import pytest

from tabbook.text import unfold as unfolding
from tabbook.text.reader import Chapter, read_chapter
from tabbook.text.select import has_cells, required_libs, select

TABS = ("pytorch", "tensorflow", "mxnet")


def read(text: str) -> Chapter:
    return read_chapter(text, "chapter.md", TABS)


def code(body: str) -> str:
    return f"```{{.python .input}}\n{body}\n```\n"


def selected(body: str, tab: str) -> str:
    """The code of a cell for all tabs, as the notebook of `tab` has it."""
    cells = select(read(code("%%tab all\n" + dedent(body).strip("\n"))), tab)
    return "\n".join(cell.source for cell in cells)


def expect(text: str) -> str:
    return dedent(text).strip("\n")


def test_a_tab_has_its_own_cells_and_those_for_all() -> None:
    chapter = read(
        "Words.\n\n"
        + code("a = 1")
        + code("%%tab mxnet\nb = 1")
        + code("%%tab all\nc = 1")
        + ":begin_tab:`mxnet, tensorflow`\nOthers.\n:end_tab:\n"
    )
    sources = {tab: [cell.source for cell in select(chapter, tab)] for tab in TABS}
    assert sources == {
        "pytorch": ["Words.", "a = 1", "c = 1"],
        "tensorflow": ["Words.", "c = 1", "Others."],
        "mxnet": ["Words.", "b = 1", "c = 1", "Others."],
    }


def test_cells_for_live_use_are_dropped() -> None:
    chapter = read(code("%load_ext d2lbook.tab\ntab.interact_select(['pytorch'])") + code("x = 1"))
    assert [cell.source for cell in select(chapter, "pytorch")] == ["x = 1"]


def test_the_branch_of_the_tab_takes_the_place_of_the_condition() -> None:
    body = """
        x = 1
        if tab.selected('mxnet'):
            x = 2
        y = 3
        """
    assert selected(body, "mxnet") == "x = 1\nx = 2\ny = 3"
    assert selected(body, "pytorch") == "x = 1\ny = 3"


@pytest.mark.parametrize(
    ("condition", "tabs"),
    [
        ("tab.selected('mxnet')", {"mxnet"}),
        ('tab.selected("mxnet", "pytorch")', {"mxnet", "pytorch"}),
        ("tab.selected(['mxnet', 'tensorflow'])", {"mxnet", "tensorflow"}),
        ("tab.selected(('mxnet',))", {"mxnet"}),
        ("not tab.selected('mxnet')", {"pytorch", "tensorflow"}),
        ("not (tab.selected('mxnet') or tab.selected('pytorch'))", {"tensorflow"}),
        ("tab.selected('mxnet') or tab.selected('pytorch')", {"mxnet", "pytorch"}),
        ("tab.selected('mxnet', 'pytorch') and not tab.selected('pytorch')", {"mxnet"}),
        ("(tab.selected(\n    'mxnet'))", {"mxnet"}),
        ("tab.selected('mxnet') and ready and not tab.selected('mxnet')", set()),
    ],
)
def test_conditions_on_the_tab_alone_are_decided(condition: str, tabs: set[str]) -> None:
    body = f"if {condition}:\n    x = 1\nelse:\n    x = 2"
    assert {tab for tab in TABS if selected(body, tab) == "x = 1"} == tabs
    assert {tab for tab in TABS if selected(body, tab) == "x = 2"} == set(TABS) - tabs


CHAIN = """
    if tab.selected('mxnet'):
        x = 1
    elif ready:
        x = 2
    elif tab.selected('pytorch'):
        x = 3
    else:
        x = 4
    """


@pytest.mark.parametrize(
    ("tab", "code_of_tab"),
    [
        ("mxnet", "x = 1"),
        ("pytorch", "if ready:\n    x = 2\nelse:\n    x = 3"),
        ("tensorflow", "if ready:\n    x = 2\nelse:\n    x = 4"),
    ],
)
def test_chains_keep_the_branches_that_something_else_decides(tab: str, code_of_tab: str) -> None:
    assert selected(CHAIN, tab) == code_of_tab


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("tab.selected('mxnet') and ready", "ready"),
        ("(ready  or  late) and tab.selected('mxnet')", "(ready  or  late)"),
        ("ready and (tab.selected('mxnet')) and late", "ready and late"),
        ("ready or tab.selected('pytorch')", "ready"),
        ("not (ready and tab.selected('mxnet'))", "not (ready)"),
        ("(\n    ready  # so far\n    and tab.selected('mxnet'))", "(\n    ready)"),
    ],
)
def test_of_a_mixed_condition_the_rest_stays(condition: str, left: str) -> None:
    assert selected(f"if {condition}:\n    x = 1", "mxnet") == f"if {left}:\n    x = 1"


def test_nested_branches_move_to_the_level_of_the_outermost_condition() -> None:
    body = """
        if tab.selected('mxnet', 'pytorch'):
            x = 1
            if not tab.selected('pytorch'):
                for y in z:
                    w
            v = 2
        """
    assert selected(body, "mxnet") == "x = 1\nfor y in z:\n    w\nv = 2"
    assert selected(body, "pytorch") == "x = 1\nv = 2"
    assert selected(body, "tensorflow") == ""


def test_branches_in_classes_and_functions_are_unfolded() -> None:
    body = """
        class A(B):
            def f(self):
                if tab.selected('mxnet'):
                    return 1
                if tab.selected('pytorch'):
                    return 2

            def g(self):
                return 3
        """
    assert selected(body, "pytorch") == expect(
        """
        class A(B):
            def f(self):
                return 2

            def g(self):
                return 3
        """
    )


def test_a_body_that_would_be_empty_gets_pass_and_the_top_level_does_not() -> None:
    body = """
        def f():
            # Comments are no body.
            if tab.selected('mxnet'):
                return 1

        if tab.selected('mxnet'):
            f()
        """
    assert selected(body, "pytorch") == "def f():\n    # Comments are no body.\n    pass\n"


def test_comments_and_layout_of_what_stays_are_kept() -> None:
    body = """
        # Before.
        if tab.selected('mxnet'):  # The old one.
            # Inside.
            x = f(1,   # one
                  2)

            y = [
                3,
            ]
            # Last.
        # Between.
        else:
            z  =  4 ;  w = 5
        # After.
        """
    assert selected(body, "mxnet") == expect(
        """
        # Before.
        # Inside.
        x = f(1,   # one
              2)

        y = [
            3,
        ]
        # Last.
        # After.
        """
    )
    assert selected(body, "pytorch") == "# Before.\n# Between.\nz  =  4 ;  w = 5\n# After."


def test_the_text_of_multi_line_strings_is_not_moved() -> None:
    body = """
        if tab.selected('mxnet'):
            x = '''
            a
        b'''
            y = f'''{x}
            c'''
            z = ('d'
                 'e')
        """
    assert selected(body, "mxnet") == expect(
        """
        x = '''
            a
        b'''
        y = f'''{x}
            c'''
        z = ('d'
             'e')
        """
    )


def test_continued_lines_move_with_their_statement() -> None:
    body = "if tab.selected('mxnet'):\n    x = 1 + \\\n        2"
    assert selected(body, "mxnet") == "x = 1 + \\\n    2"


def test_a_branch_on_one_line_is_unfolded() -> None:
    body = "if tab.selected('mxnet'): x = f(1,\n    2); y = 3  # why\nelse: x = 4"
    assert selected(body, "mxnet") == "x = f(1,\n    2); y = 3  # why"
    assert selected(body, "pytorch") == "x = 4"


def test_decorators_belong_to_the_branch() -> None:
    body = "if tab.selected('mxnet'):\n    @add(A)\n    def f(): pass\n"
    body += "elif x:\n    @b\n    class C: pass"
    assert selected(body, "mxnet") == "@add(A)\ndef f(): pass"
    assert selected(body, "pytorch") == "if x:\n    @b\n    class C: pass"


@pytest.mark.parametrize("indentation", ["  ", "\t"])
def test_any_indentation_is_taken_back(indentation: str) -> None:
    body = f"if tab.selected('mxnet'):\n{indentation}if y:\n{indentation}{indentation}x = 1"
    assert selected(body, "mxnet") == f"if y:\n{indentation}x = 1"


@pytest.mark.parametrize(
    ("expression", "mxnet", "pytorch"),
    [
        ("x = 1 if tab.selected('mxnet') else 2", "x = 1", "x = 2"),
        ("x = (1 if tab.selected('mxnet') else (2, 3))", "x = (1)", "x = ((2, 3))"),
        ("f('é', tab.selected('mxnet'), 4)", "f('é', True, 4)", "f('é', False, 4)"),
        ("x = tab.selected('mxnet') and y", "x = y", "x = False"),
        ("assert not tab.selected('mxnet')", "assert False", "assert True"),
        (
            "[x for x in y if tab.selected('mxnet')]",
            "[x for x in y if True]",
            "[x for x in y if False]",
        ),
    ],
)
def test_expressions_are_decided_too(expression: str, mxnet: str, pytorch: str) -> None:
    assert selected(expression, "mxnet") == mxnet
    assert selected(expression, "pytorch") == pytorch


def test_ipython_lines_do_not_disturb_and_stay() -> None:
    body = """
        %matplotlib inline
        files = !ls
        if tab.selected('mxnet'):
            !pip install \\
                mxnet
            %time x = 5 \\
                % 3
            x?
        np.ones??
        """
    assert selected(body, "mxnet") == expect(
        """
        %matplotlib inline
        files = !ls
        !pip install \\
            mxnet
        %time x = 5 \\
            % 3
        x?
        np.ones??
        """
    )
    assert selected(body, "pytorch") == "%matplotlib inline\nfiles = !ls\nnp.ones??"


def test_a_cell_magic_for_python_is_looked_into_and_one_for_another_language_is_not() -> None:
    body = "if tab.selected('mxnet'):\n    x = 1"
    assert selected(f"%%time\n{body}", "mxnet") == "%%time\nx = 1"
    assert selected(f"%%writefile a.py\n{body}", "pytorch") == f"%%writefile a.py\n{body}"


def test_code_that_does_not_parse_stays_as_it_is() -> None:
    body = "if tab.selected('mxnet')\n    x = 1"
    assert selected(body, "pytorch") == body


def test_a_string_that_looks_like_a_branch_is_a_string() -> None:
    body = "x = \"if tab.selected('mxnet'):\"\ny = 1"
    assert selected(body, "pytorch") == body


@pytest.mark.parametrize(
    "body",
    [
        "if tab.selected('mxnet'):\n    x = 1\n" * 300,
        "class A:\n" + "    if tab.selected('mxnet'):\n        x = 1\n" * 300,
        "x = [" + "tab.selected('mxnet'), " * 300 + "]",
        "if x:\n    1\n" + "elif x:\n    1\n" * 300 + "tab.selected('mxnet')",
    ],
)
def test_many_conditions_are_decided_in_one_look_at_the_cell(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def count(name: str) -> None:
        function = getattr(unfolding, name)

        def counted(*arguments: object) -> object:
            looks.append(name)
            return function(*arguments)

        monkeypatch.setattr(unfolding, name, counted)

    count("parse_cell")
    count("if_chain")
    for tab in TABS:
        looks.clear()
        assert not any("tab." in line.text for line in unfolding.unfold(body, tab))
        assert looks.count("parse_cell") == 1
        assert looks.count("if_chain") <= body.count("if ") - body.count("elif ")


def test_conditions_on_one_line_are_decided_together() -> None:
    body = (
        "x = 1 if tab.selected('mxnet') else 2; y = (tab.selected('mxnet'),\n  tab.selected('b'))"
    )
    assert selected(body, "mxnet") == "x = 1; y = (True,\n  False)"
    assert selected(body, "pytorch") == "x = 2; y = (False,\n  False)"


def test_of_a_block_that_would_be_empty_the_last_branch_leaves_pass() -> None:
    branch = "    if tab.selected('mxnet'):\n        x = 1\n"
    assert selected("def f():\n" + branch + "    # why\n" + branch, "pytorch") == (
        "def f():\n    # why\n    pass"
    )


def test_conditions_may_be_long() -> None:
    body = f"x = {'not ' * 1001}tab.selected('mxnet')"
    assert selected(body, "mxnet") == "x = False"
    inside = "".join(f"        x{'.a()' * 500}\n" for _ in range(2))
    assert selected(f"if tab.selected('mxnet'):\n{inside}", "pytorch") == ""


def test_lines_know_where_they_stand_in_the_chapter() -> None:
    text = code("%%tab all\nif tab.selected('mxnet'):\n    x = 1\nelse:\n    y = 2\n#@save\nz = 3")
    (cell,) = select(read(text), "pytorch")
    assert (cell.source, cell.line, cell.lines) == ("y = 2\nz = 3", 6, (6, 8))
    assert cell.chapter_line(2) == 8
    (cell,) = select(read(code("x = 1\n#@tab mxnet\ny = 2")), "mxnet")
    assert (cell.source, cell.lines) == ("x = 1\ny = 2", (2, 4))


@pytest.mark.parametrize(
    ("saved", "shown"),
    [
        ("class A:  #@save\n    x = 1", "class A:\n    x = 1"),
        ("def f():  # @save\n    pass", "def f():\n    pass"),
        ("#@save\ndef f(): pass", "def f(): pass"),
        ("x = 1  # one #@save", "x = 1  # one"),
        ("x = '#@save'  #@save", "x = '#@save'"),
        ("x = '''\n#@save\n'''", "x = '''\n#@save\n'''"),
        ("!ls\nx = 1 #@save", "!ls\nx = 1"),
    ],
)
def test_the_mark_of_library_code_is_not_shown(saved: str, shown: str) -> None:
    assert selected(saved, "mxnet") == shown


@pytest.mark.parametrize(
    ("text", "tabs"),
    [
        ("Words.\n", set(TABS)),
        (code("x = 1"), {"pytorch"}),
        (code("%%tab all\nx = 1"), set(TABS)),
        (code("x = 1") + ":begin_tab:`mxnet`\nNot yet.\n:end_tab:\n", {"pytorch", "mxnet"}),
        ("Words.\n" + code("%load_ext d2lbook.tab"), set(TABS)),
        (code("%%tab mxnet\nx = 1") + code("%%tab all\ny = x"), {"mxnet"}),
        (code("%%tab all\nif tab.selected('mxnet'):\n    x = 1"), set(TABS)),
        (code("%%tab all\nx = 1") + ":begin_tab:`mxnet`\nNot yet.\n:end_tab:\n", {"mxnet"}),
    ],
)
def test_a_chapter_has_cells_for_some_tabs(text: str, tabs: set[str]) -> None:
    assert {tab for tab in TABS if has_cells(read(text), tab)} == tabs


def test_packages_that_a_tab_requires_are_listed() -> None:
    chapter = read(
        code("%load_ext d2lbook.tab\n# required_libs(['gym', \"wheel==0.38\"])")
        + code("%%tab mxnet\n#required_libs('gluonnlp', 'gym')\nx = 1")
    )
    assert required_libs(chapter, "mxnet") == ("gym", "wheel==0.38", "gluonnlp")
    assert required_libs(chapter, "pytorch") == ("gym", "wheel==0.38")
