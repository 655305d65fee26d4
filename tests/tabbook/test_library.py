"""Libraries of books for d2lbook: their aliases in notebooks, and the file that `#@save` makes."""

import ast
import shutil
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock, patch

import pytest

from tabbook.book.aliases import alias_table
from tabbook.book.d2lbook import read_ini_book
from tabbook.book.library import library_text
from tabbook.book.settings import Library, read_book
from tabbook.cli import main
from tabbook.notebook.manuscript import read_manuscript
from tabbook.text.native import with_native_calls
from tabbook.text.reader import Cell, read_chapter
from tabbook.text.saved import with_note

FIXTURE = Path(__file__).parent / "fixtures" / "library"
CHAPTERS = ("index.md", "chapter/modules.md", "chapter/functions.md")
# What d2lbook imports but we do not install: it writes syntax trees as text, and sorts imports.
ABSENT = {
    "astor": SimpleNamespace(to_source=ast.unparse),
    "isort": MagicMock(code=lambda source, config: source),
    **dict.fromkeys(["yapf", "yapf.yapflib", "yapf.yapflib.yapf_api"], MagicMock()),
}
with warnings.catch_warnings(), patch.dict(sys.modules, ABSENT):
    warnings.simplefilter("ignore")
    from d2lbook import config as oracle_config
    from d2lbook import library as oracle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh copy of a book with a library."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "book"))


def settings(tab: str) -> dict[str, str]:
    with patch("os.getcwd", lambda: str(FIXTURE)):
        return dict(oracle_config.Config(config_fname=str(FIXTURE / "config.ini")).library[tab])


def test_readers_see_the_framework_s_own_calls(root: Path):
    drafts = read_manuscript(read_ini_book(root)).all_drafts
    code = {
        draft.tab.name: "\n".join(cell.source for cell in draft.cells if cell.kind == "code")
        for draft in drafts
        if draft.chapter.path == "chapter/modules.md"
    }
    assert "class Module(nn.Module):" in code["pytorch"]
    assert "return torch.matmul(X, torch.ones((3, 3))).reshape((-1,))" in code["pytorch"]
    assert "return (X ** 2).sum()" in code["pytorch"]
    assert "d2l." not in code["pytorch"].replace("d2l.add_to_class", "")


# What both make of a cell; where they differ, what d2lbook makes of it, and why ours is right.
ALIASES: dict[str, tuple[str, str, str]] = {
    "d2l.ones((2, 3))": ("torch.ones((2, 3))", "", ""),
    "d2l.concat([a, b], 0)": ("torch.cat([a, b], 0)", "", ""),
    "d2l.arange(3, dtype=d2l.float32)": ("torch.arange(3, dtype=torch.float32)", "", ""),
    "d2l.exp(d2l.numpy(a))": ("torch.exp(a.detach().numpy())", "", ""),
    "d2l.expand_dims(a, 0)": ("torch.expand_dims(a, 0)", "", ""),
    "d2l.reshape(d2l.arange(9), (3, 3))": ("torch.arange(9).reshape((3, 3))", "", ""),
    "d2l.size(f(a)) + d2l.reduce_sum(a - b)": ("f(a).numel() + (a - b).sum()", "", ""),
    "class A(d2l.nn_Module): pass": ("class A(nn.Module): pass", "", ""),
    "d2l.randn(3, device=d2l.gpu())": ("torch.randn(3, device=d2l.gpu())", "", ""),
    "d2l.plot(a, d2l.size(a))  # d2l.other(b)": ("d2l.plot(a, a.numel())", "", ""),
    "d2l.randn(3)": (
        "torch.randn(3, device=None)",
        "torch.randn(3)",
        "the default is the function's, not that of the framework's",
    ),
    "d2l.ones_like(a)": (
        "d2l.ones_like(a)",
        "torch.ones_like(a)",
        "d2lbook takes the beginning of a name for the name",
    ),
    "map(d2l.exp, xs)": (
        "map(torch.exp, xs)",
        "map(d2l.exp, xs)",
        "d2lbook changes 'exp(', because 'exp' would change 'expand_dims' too",
    ),
    "print('d2l.ones', d2l.ones(3))": (
        "print('d2l.ones', torch.ones(3))",
        "print('torch.ones', torch.ones(3))",
        "d2lbook changes the text of strings",
    ),
    "d2l.reshape(*both)": (
        "d2l.reshape(*both)",
        "*both.reshape()",
        "d2lbook makes no Python of it",
    ),
}


@pytest.mark.parametrize("code", ALIASES)
def test_aliases_are_d2lbooks_except_where_the_table_says_why_not(code: str):
    ours, theirs, reason = ALIASES[code]
    book = read_ini_book(FIXTURE)
    imports = Cell("code", "import torch\nfrom torch import nn\nfrom d2l import torch as d2l", 1)
    table = alias_table(book, book.tab("pytorch"))
    native = with_native_calls([imports, Cell("code", code, 9)], table)[1].source
    assert native.partition("  #")[0] == ours
    notebook = SimpleNamespace(cells=[SimpleNamespace(cell_type="code", source=code)])
    by_d2lbook = oracle.replace_alias(notebook, settings("pytorch")).cells[0].source
    if theirs:
        assert by_d2lbook == theirs, reason
    else:
        assert ast.dump(ast.parse(by_d2lbook)) == ast.dump(ast.parse(native))


def test_a_pattern_in_reverse_alias_is_a_function(root: Path):
    book = read_ini_book(root)
    cells = [Cell("code", "from mxnet import np", 1), Cell("code", "d2l.size(a + d2l.exp(b))", 2)]
    table = alias_table(book, book.tab("mxnet"))
    assert with_native_calls(cells, table)[1].source == "(a + np.exp(b)).size"


def test_a_name_that_the_chapter_has_not_imported_is_not_used(root: Path):
    book = read_ini_book(root)
    cell = Cell("code", "d2l.ones(d2l.numpy(a))", 1)
    (shown,) = with_native_calls([cell], alias_table(book, book.tab("mxnet")))
    assert shown.source == "d2l.ones(a.asnumpy())"


@pytest.mark.parametrize(
    ("entry", "line"),
    [("fluent_alias = numpy -> as numpy", 21), ("reverse_alias = d2l.a b -> c", 21)],
)
def test_an_entry_that_is_no_alias_is_reported(root: Path, entry: str, line: int):
    text = (root / "config.ini").read_text(encoding="utf-8")
    kept = text.partition("args_alias")[0].partition("fluent_alias")[0]
    (root / "config.ini").write_text(f"{kept}{entry}\n", encoding="utf-8")
    (problem,) = read_ini_book(root).problems
    assert problem.path == "config.ini"
    assert (root / "config.ini").read_text(encoding="utf-8").splitlines()[problem.line - 1] == entry
    assert "[library-pytorch]" in problem.message
    assert entry.partition(" = ")[2] in problem.message


def test_an_ops_table_that_is_no_python_is_reported(book_with_ops, capsys):
    book_with_ops("def broken(:\n")
    assert main(["check"]) == 1
    assert "lib/one/ops.py:1: not Python" in capsys.readouterr().err


def test_an_ops_table_that_is_not_utf_8_is_reported(book_with_ops, capsys):
    book_with_ops("")
    Path("lib/one/ops.py").write_bytes(b"\xff")
    assert main(["check"]) == 1
    assert "lib/one/ops.py:1: not Python: 'utf-8' codec" in capsys.readouterr().err


@pytest.fixture
def book_with_ops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that writes a Jupyter Book whose face has this `ops.py`."""

    def write(ops: str) -> Path:
        files = {
            "_config.yml": "title: B\nsphinx:\n  config:\n    tabbook_support: lib\n"
            "    tabbook_tabs:\n      one: {title: One, library: made/one.py}\n",
            "_toc.yml": "format: jb-book\nroot: index\n",
            "index.md": "# B\n\n```{.python .input}\nimport fw\nfrom lib import one as d2l\n"
            "def f(x):  #@save\n    return d2l.mul(d2l.size(x), 2)\n```\n",
            "lib/one/__init__.py": "",
            "lib/one/ops.py": ops,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return write


def test_a_jupyter_book_s_aliases_are_in_ops_and_its_library_is_named_with_the_tab(book_with_ops):
    root = book_with_ops("import fw\nmul = fw.mul\nsize = fw.Array.size\n")
    (draft,) = read_manuscript(read_book(root)).drafts
    assert "return fw.mul(x.size(), 2)" in draft.cells[-1].source
    assert main(["library"]) == 0
    assert "    return d2l.mul(d2l.size(x), 2)\n" in (root / "made/one.py").read_text("utf-8")


def test_a_chapter_without_a_tab_gives_nothing_to_its_library(book_with_ops):
    root = book_with_ops("")
    config, index = root / "_config.yml", root / "index.md"
    two = "library: made/one.py}\n      two: {title: Two, library: made/two.py, chapters: [more]}\n"
    config.write_text(config.read_text("utf-8").replace("library: made/one.py}\n", two), "utf-8")
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: more\n")
    cell = "```{.python .input}\n%%tab all\ndef NAME(): return 1  #@save\n```\n"
    index.write_text("# B\n\n" + cell.replace("NAME", "only_in_one"), "utf-8")
    (root / "more.md").write_text("# M\n\n" + cell.replace("NAME", "in_both"), "utf-8")
    assert main(["library"]) == 0
    one, two = ((root / f"made/{tab}.py").read_text("utf-8") for tab in ("one", "two"))
    assert "def only_in_one" in one
    assert "def in_both" in one
    assert "def in_both" in two
    assert "only_in_one" not in two


def body(text: str) -> list[str]:
    """The statements of a library above the aliases, without layout."""
    return [ast.unparse(node) for node in ast.parse(text.partition("\n# Alias")[0]).body]


@pytest.mark.parametrize("tab", ["pytorch", "mxnet"])
def test_the_library_is_d2lbooks(root: Path, tmp_path: Path, monkeypatch, tab: str):
    assert main(["library", str(root)]) == 0
    monkeypatch.chdir(root)
    theirs = tmp_path / "theirs.py"
    oracle.save_tab(list(CHAPTERS), str(theirs), tab, "pytorch")
    oracle.save_alias({**settings(tab), "lib_file": str(theirs)})
    ours = (root / settings(tab)["lib_file"]).read_text(encoding="utf-8")
    assert body(ours) == body(theirs.read_text("utf-8"))
    names = [
        {ast.unparse(node).partition(" =")[0].partition(":")[0] for node in ast.parse(text).body}
        for text in (ours, theirs.read_text("utf-8"))
    ]
    assert names[0] == names[1]


def test_the_library_is_the_same_each_time_and_keeps_what_its_author_has_written(root: Path):
    file = root / "d2l/torch.py"
    assert main(["library", str(root)]) == 0
    first = file.read_text(encoding="utf-8")
    file.write_text(f"import sys\n\nd2l = sys.modules[__name__]\n\n{first}", encoding="utf-8")
    assert main(["library", str(root)]) == 0
    assert file.read_text(encoding="utf-8").partition("####")[0].endswith("[__name__]\n\n")
    assert file.read_text(encoding="utf-8").endswith(first)


def test_a_file_that_somebody_has_written_is_not_overwritten(root: Path, capsys):
    file = root / "d2l/torch.py"
    file.parent.mkdir()
    file.write_text("def mine():\n    return 1\n", encoding="utf-8")
    assert main(["library", str(root)]) == 1
    assert "d2l/torch.py:1: was not made by `tabbook library`" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "def mine():\n    return 1\n"


def test_a_library_can_go_to_another_folder(root: Path, tmp_path: Path):
    assert main(["library", str(root), "--out", str(tmp_path / "out")]) == 0
    written = sorted(path.name for path in (tmp_path / "out").rglob("*.py"))
    assert written == ["mxnet.py", "torch.py"]
    assert not (root / "d2l").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lib_file = d2l/mxnet.py", "lib_file = d2l/torch.py", "each needs its own"),
        ("lib_file = d2l/mxnet.py", "lib_file = ../mxnet.py", "should lie in the book's folder"),
        ("lib_file = d2l/mxnet.py", "lib_file = /mxnet.py", "should lie in the book's folder"),
        ("lib_file", "no_file", "no tab has a library"),
        ("nn_Module = nn.Module", "nn_Module = ", "'nn_Module =' of 'alias' in the settings"),
    ],
)
def test_a_file_that_cannot_be_a_library_is_reported(
    root: Path, capsys, old: str, new: str, message: str
):
    config = root / "config.ini"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(["library", str(root)]) == 1
    assert message in capsys.readouterr().err
    assert not (root.parent / "mxnet.py").exists()


def saved(code: str) -> str:
    """What the library has of a chapter with one cell of code, or of several, between `---`."""
    cells = "\n\nWords.\n\n".join(
        f"```{{.python .input}}\n{cell.strip()}\n```" for cell in code.split("---")
    )
    text, problems = library_text(Library(), [read_chapter(cells, "a.md", ())], "all")
    assert not problems
    return text.partition("change it there.\n\n")[2].rstrip("\n")


@pytest.mark.parametrize(
    ("code", "library"),
    [
        ("a = 1  #@save\nb = 2\n\nc = 3", "a = 1\nb = 2"),
        ("a = 1  #@save\n\nb = 2  #@save", "a = 1\n\nb = 2"),
        ("a = 1  #@save\nb = 2  #@save", "a = 1\nb = 2"),
        ("#@save\na = 1; b = 2\n\nc = 3", "a = 1; b = 2"),
        ("#@save\n# why\na = 1", "# why\na = 1"),
        ("a = f(  #@save\n    1,\n)\nb = 2", "a = f(\n    1,\n)"),
        ("def f():  #@save\n    a = 1\n\n    return a\nf()", "def f():\n    a = 1\n\n    return a"),
        ("@d\n@e  #@save\ndef f(): pass\nf()", "@d\n@e\ndef f(): pass"),
        ("class A:\n    x = 1\n    y = 2  #@save", "class A:\n    x = 1\n    y = 2"),
        ("def f():  #@save\n    '''\nx\n'''\nf()", "def f():\n    '''\nx\n'''"),
        ("x = '#@save'\ny = 2", ""),
        ("#@save_cell\na = 1\n\nb = 2\n---\nc = 3", "a = 1\n\nb = 2"),
        ("a = 1\n---\n#@save_all\nb = 2\n---\nc = 3", "b = 2\n\nc = 3"),
        (
            "#@save\nclass A:\n    pass\n---\n@d2l.add_to_class(A)  #@save\ndef f(self): pass",
            "class A:\n    pass\n\n    def f(self): pass",
        ),
        (
            "#@save_all\nclass A:\n    pass\nx = 1\n---\n@d2l.add_to_class(A)\ndef f(self): pass",
            "class A:\n    pass\n\n    def f(self): pass\n\nx = 1",
        ),
        (
            "@d2l.add_to_class(d2l.B)  #@save\ndef f(self): pass",
            "@d2l.add_to_class(d2l.B)\ndef f(self): pass",
        ),
    ],
)
def test_what_a_mark_saves(code: str, library: str):
    assert saved(code) == library


@pytest.mark.parametrize(
    ("code", "line"),
    [("x = (  #@save", 2), ("a = 1\n\n#@save\n%time a", 5)],
)
def test_what_is_no_python_cannot_be_saved(code: str, line: int):
    chapter = read_chapter(f"```{{.python .input}}\n{code}\n```\n", "a.md", ())
    _, (problem,) = library_text(Library(), [chapter], "all")
    assert (problem.path, problem.line) == ("a.md", line)
    assert "what is not Python cannot be saved" in problem.message


@pytest.mark.parametrize(
    ("function", "noted"),
    [
        ("def f():\n    return 1", 'def f():\n    """N"""\n    return 1'),
        ("def f():\n    # why\n    return 1", 'def f():\n    """N"""\n    # why\n    return 1'),
        ('class A:\n    """A."""', 'class A:\n    """A.\n\n    N"""'),
        ('def f():\n    """A.\n\n    B.\n    """', 'def f():\n    """A.\n\n    B.\n\n    N"""'),
        ('def f():\n    """A."""  # b\n    x', 'def f():\n    """A.\n\n    N"""  # b\n    x'),
        ("def f():\n    'A.'", "def f():\n    'A.'"),
        ("def f(): return 1", "def f(): return 1"),
        ("a = 1", "a = 1"),
    ],
)
def test_a_definition_says_where_it_comes_from(function: str, noted: str):
    assert "\n".join(with_note(function.split("\n"), "N")) == noted
