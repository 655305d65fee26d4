"""Aliases written out: what calls become, what they keep, and what has to stay."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabbook.text.aliases import AliasTable, read_aliases
from tabbook.text.native import with_native_calls
from tabbook.text.reader import Cell

OPS = '''
"""A face's functions."""

from __future__ import annotations

import fw as t
from fw import extra

mul = t.mul
log = t.math.log
reshape = t.Array.reshape
mean = t.ndarray.mean
half = extra.half


def numpy(x: t.Array, *args, **kwargs):
    """Return numbers."""
    return x.values(*args, force=True, **kwargs)


def size(x):
    return t.size(x).item()


def randn(*size):
    return t.normal(size)


def product(a, b=2, *, axis=None):
    return a * t.full(b, axis)


def grown(a, b=2):
    return a * b


def swapped(a, b):
    return t.mul(b, a)


def twice(a):
    return a + a


def seed():
    return int(t.seed())


def key():
    return t.key(seed())


def several(a):
    b = t.mul(a, a)
    return b


negative = lambda x: -x
both = [t.mul, t.half]
'''
TABLE = read_aliases(OPS, "lib.fw")
IMPORTS = "import fw as t\nfrom fw import extra\nfrom lib import fw as d2l"


def natively(code: str, imports: str = IMPORTS, table: AliasTable = TABLE) -> str:
    return with_native_calls([Cell("code", imports, 1), Cell("code", code, 5)], table)[1].source


@pytest.mark.parametrize(
    ("code", "native"),
    [
        ("d2l.mul(a, b)", "t.mul(a, b)"),
        ("d2l.mul(a, out=b)", "t.mul(a, out=b)"),
        ("d2l.mul(*a, **b)", "t.mul(*a, **b)"),
        ("d2l . log(x)", "t.math.log(x)"),
        ("list(map(d2l.log, xs))", "list(map(t.math.log, xs))"),
        ("@d2l.log\ndef f(x=d2l.half): pass", "@t.math.log\ndef f(x=extra.half): pass"),
        ("d2l.reshape(x, (2, 3))", "x.reshape((2, 3))"),
        ("d2l.reshape(x, *shape)", "x.reshape(*shape)"),
        ("d2l.mean(x)", "x.mean()"),
        ("d2l.mean(x, )", "x.mean()"),
        ("d2l.mean( x , axis = 1 )", "x.mean(axis = 1 )"),
        ("d2l.mean(a + b)", "(a + b).mean()"),
        ("d2l.mean((a + b))", "(a + b).mean()"),
        ("d2l.mean(((a)))", "((a)).mean()"),
        ("d2l.mean(-a)", "(-a).mean()"),
        ("d2l.mean(3)", "(3).mean()"),
        ("d2l.mean('a' 'b')", "'a' 'b'.mean()"),
        ("d2l.mean([a, b])", "[a, b].mean()"),
        ("d2l.mean((a, b))", "(a, b).mean()"),
        ("d2l.mean(a if b else c)", "(a if b else c).mean()"),
        ("d2l.mean(lambda: a)", "(lambda: a).mean()"),
        ("d2l.mean(f(x)[0].y)", "f(x)[0].y.mean()"),
        ("d2l.mean(d2l.mul(d2l.mean(a), d2l.half))", "t.mul(a.mean(), extra.half).mean()"),
        ("d2l.mean(x)[0] ** 2", "x.mean()[0] ** 2"),
        ("(d2l.mean)(x)", "x.mean()"),
        ("d2l.numpy(x)", "x.values(force=True)"),
        ("d2l.numpy(x, 1, k=2)", "x.values(1, force=True, k=2)"),
        ("d2l.size(x)", "t.size(x).item()"),
        ("d2l.size(a + b)", "t.size(a + b).item()"),
        ("d2l.size(x=a)", "t.size(a).item()"),
        ("d2l.randn(2, 3)", "t.normal((2, 3))"),
        ("d2l.randn(4)", "t.normal((4,))"),
        ("d2l.randn()", "t.normal(())"),
        ("d2l.randn(*s)", "t.normal((*s,))"),
        ("d2l.product(a)", "(a * t.full(2, None))"),
        ("d2l.grown(a)", "(a * (2))"),
        ("d2l.product(a, b, axis=1) ** 2", "(a * t.full(b, 1)) ** 2"),
        ("d2l.product(a, axis=1, b=c)", "d2l.product(a, axis=1, b=c)"),
        ("d2l.negative(x) ** 2", "(-x) ** 2"),
        ("d2l.seed()", "int(t.seed())"),
        ("é = d2l.mean('é' + d2l.mean(é))", "é = ('é' + é.mean()).mean()"),
        ("%time x\nd2l.mean(x)", "%time x\nx.mean()"),
        ("%%time\nd2l.mean(x)", "%%time\nx.mean()"),
        (
            "x = 'd2l.mean(x)'  # d2l.mean(x)\nd2l.mean(x)",
            "x = 'd2l.mean(x)'  # d2l.mean(x)\nx.mean()",
        ),
    ],
)
def test_a_call_becomes_the_framework_s_own(code: str, native: str):
    assert natively(code) == native


@pytest.mark.parametrize(
    "code",
    [
        "d2l.mean(*a)",
        "d2l.mean()",
        "d2l.mean(x=a)",
        "d2l.mean(a for a in b)",
        "d2l.mean(x := a)",
        "d2l.mean(  # all of it\n    x)",
        "d2l.mean(x  # all of it\n)",
        "map(d2l.mean, xs)",
        "d2l.size(a, b)",
        "d2l.size(*a)",
        "d2l.size(a, **b)",
        "d2l.product(a, **b)",
        "d2l.swapped(a, b)",
        "d2l.twice(a)",
        "d2l.key()",
        "d2l.several(a)",
        "d2l.both[0](a)",
        "d2l.unknown(a)",
        "d2l.mul = a",
        "self.d2l.mul(a)",
        "d2l.common.mul(a)",
        "'d2l.mul(a)'",
        "f'{d2l.mul(a)}'",
        "%time d2l.mul(a)",
        "%%bash\nd2l.mul(a)",
        "d2l.mul(a",
    ],
)
def test_what_has_no_equal_stays(code: str):
    assert natively(code) == code


@pytest.mark.parametrize(
    ("imports", "native"),
    [
        ("from lib import fw as d2l", "d2l.mul(a, x.mean())"),
        ("import fw\nfrom lib import fw as d2l", "d2l.mul(a, x.mean())"),
        ("import other as t\nfrom lib import fw as d2l", "d2l.mul(a, x.mean())"),
        ("import fw as t\nfrom lib import fw as d2l\nt = 3", "d2l.mul(a, x.mean())"),
        ("import fw as t\nfrom lib import fw as d2l\ndef f(t): pass", "d2l.mul(a, x.mean())"),
        ("import fw as t\nfrom lib import other as d2l", "d2l.mul(a, d2l.mean(x))"),
        ("import fw as t\nimport lib.fw as d2l", "t.mul(a, x.mean())"),
        ("import fw as t\nfrom lib import fw as d2l; d2l = 3", "d2l.mul(a, d2l.mean(x))"),
    ],
)
def test_names_have_to_mean_what_the_library_means_by_them(imports: str, native: str):
    assert natively("d2l.mul(a, d2l.mean(x))", imports) == native


def test_the_library_may_have_any_name():
    assert natively("lib.mul(a)", "import fw as t\nfrom lib import fw as lib") == "t.mul(a)"


def test_a_name_is_known_from_the_cell_on_that_imports_it():
    sources = (
        "from lib import fw as d2l",
        "d2l.mul(a)",
        "import fw as t\nd2l.mul(a)",
        "d2l.mul(a)",
    )
    cells = with_native_calls([Cell("code", source, 1) for source in sources], TABLE)
    assert [cell.source for cell in cells[1:]] == [
        "d2l.mul(a)",
        "import fw as t\nt.mul(a)",
        "t.mul(a)",
    ]


def test_a_builtin_that_the_notebook_uses_for_something_else_is_not_called():
    assert natively("int = float\nd2l.seed()") == "int = float\nd2l.seed()"


def test_prose_and_cells_without_aliases_are_left_alone():
    cells = [Cell("markdown", "d2l.mul(a)", 1), Cell("code", "x = 1", 2)]
    assert with_native_calls(cells, TABLE) == tuple(cells)
    assert with_native_calls(cells, AliasTable()) == tuple(cells)


@pytest.mark.parametrize(
    ("code", "native", "lines"),
    [
        (
            "d2l.mul([[1, 2],\n         [3, 4]],\n        d2l.half(a,\n                 b))",
            "t.mul([[1, 2],\n       [3, 4]],\n      extra.half(a,\n                 b))",
            (1, 2, 3, 4),
        ),
        (
            "Y = d2l.reshape(\n    d2l.mul(a, 0),  # the images\n    (b, c))\nz",
            "Y = t.mul(a, 0).reshape(  # the images\n    (b, c))\nz",
            (1, 3, 4),
        ),
        (
            "d2l.mean(X,\n         axis=1,\n         keep=f(a,\n                b))",
            "X.mean(axis=1,\n       keep=f(a,\n              b))",
            (1, 3, 4),
        ),
        ("d2l.mean(\n    x,\n)\ny", "x.mean()\ny", (1, 4)),
        ("d2l.mean(a +\n         b)", "(a +\n b).mean()", (1, 2)),
        ("d2l.mean(a\n         .b)", "(a\n .b).mean()", (1, 2)),
        ("d2l.mean(f(\n    a))", "f(\n    a).mean()", (1, 2)),
        (
            "print(d2l.mean(a),\n      d2l.mean(b))",
            "print(a.mean(),\n      b.mean())",
            (1, 2),
        ),
        (
            "d2l.mul('''\n        a''', \"\"\"\n  (\"\"\")",
            "t.mul('''\n        a''', \"\"\"\n  (\"\"\")",
            (1, 2, 3),
        ),
    ],
)
def test_lines_keep_their_layout_and_their_numbers(code: str, native: str, lines: tuple[int, ...]):
    numbers = tuple(range(10, 11 + code.count("\n")))
    cells = [Cell("code", IMPORTS, 1), Cell("code", code, 10, lines=numbers)]
    cell = with_native_calls(cells, TABLE)[1]
    assert cell.source == native
    assert cell.lines == tuple(9 + line for line in lines)


class Noted:
    """A thing that answers every use with a note of it, so that equal notes mean equal uses."""

    def __init__(self, note: str) -> None:
        self.note = note

    def __getattr__(self, name: str) -> "Noted":
        return Noted(f"{self.note}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> "Noted":
        named = (f"{key}={value}" for key, value in kwargs.items())
        return Noted(f"{self.note}({', '.join([*map(str, args), *named])})")

    def __add__(self, other: object) -> "Noted":
        return Noted(f"[{self} + {other}]")

    def __mul__(self, other: object) -> "Noted":
        return Noted(f"[{self} * {other}]")

    def __neg__(self) -> "Noted":
        return Noted(f"[-{self}]")

    def __repr__(self) -> str:
        return self.note


class Method(Noted):
    """A class whose methods are called with the array first."""

    def __getattr__(self, name: str) -> Callable[..., Noted]:
        return lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)


def names_of_a_notebook() -> dict[str, object]:
    """What the names in cells stand for; `d2l` is the table as it would run."""
    framework, extra = Noted("t"), Noted("extra")
    framework.__dict__ |= {"Array": Method("Array"), "ndarray": Method("ndarray")}
    names: dict[str, object] = {"t": framework, "extra": extra, "int": Noted("int")}
    exec(OPS.replace("import fw as t\nfrom fw import extra", ""), names)
    return {
        **{name: Noted(name) for name in "abf"},
        "d2l": SimpleNamespace(**names),
        "extra": extra,
        "int": Noted("int"),
        "t": framework,
    }


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls of the library and other expressions around `inner`, over several lines."""
    gap = st.sampled_from(["", "", "\n", "\n        "])
    name = st.sampled_from([*TABLE.aliases, "several", "swapped", "twice"])
    given_by_name = st.dictionaries(st.sampled_from(["axis", "b", "k"]), inner, max_size=2)
    named = given_by_name.map(lambda given: [f"{key}={value}" for key, value in given.items()])
    arguments = st.tuples(st.lists(inner, max_size=3), named).map(lambda both: [*both[0], *both[1]])
    call = st.builds(
        lambda name, gap, each, end: f"d2l.{name}({gap}{f',{gap or chr(32)}'.join(each)}{end})",
        *(name, gap, arguments, gap),
    )
    product = st.builds("{} * ({}{} + a)".format, inner, gap, inner)
    return st.one_of(
        call, call, product, st.builds("-{}".format, inner), st.builds("({}).g".format, inner)
    )


@given(st.recursive(st.sampled_from(["a", "b.c", "(a)", "f(b)"]), calls, max_leaves=8))
def test_what_is_written_out_does_the_same(expression: str):
    names = names_of_a_notebook()
    try:
        expected = str(eval(f"({expression})", names))
    except TypeError:  # no such arguments
        return
    native = natively(f"({expression})")
    assert str(eval(native, names)) == expected, native
    assert natively(native) == native
