"""`core.py` of each face says what the cells marked `#@save` of the chapters say.

Both are compared as syntax trees, without docstrings and annotations. A method that
`@add_to_class` adds counts as standing in its class, and `d2l.f` as `f`.
"""

import ast
from pathlib import Path

import pytest

from tabbook.book.settings import read_book
from tabbook.text.reader import read_chapter_file
from tabbook.text.unfold import unfold

ROOT = Path(__file__).parents[1]
FACES = {tab.name: tab.module for tab in read_book(ROOT).tabs}
CLASSES = ["Module", "Classifier", "DataModule", "Trainer"]
MOST_LINES_OF_A_CELL, MOST_LINES_OF_A_CHAPTER = 25, 150


class Plain(ast.NodeTransformer):
    """What is left of a syntax tree without docstrings and annotations, and `d2l.` before names."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        node.decorator_list = [d for d in node.decorator_list if not is_add_to_class(d)]
        return without_docstring(node)

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        return without_docstring(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "d2l":
            return ast.Name(node.attr, node.ctx)
        return node


def is_add_to_class(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("add_to_class")


def without_docstring(node):
    if ast.get_docstring(node) is not None:
        del node.body[0]
    return node


def members(source):
    """Return the members of the classes in `source` by (class, name), and each class's bases."""
    found = {}

    def add(name, text):
        assert name not in found, f"{name} is defined twice"
        found[name] = text

    for node in Plain().visit(ast.parse(source)).body:
        if isinstance(node, ast.ClassDef):
            add((node.name, "bases"), [ast.unparse(base) for base in node.bases])
            for member in node.body:
                if not isinstance(member, ast.Pass):
                    name = getattr(member, "name", ast.unparse(member))
                    add((node.name, name), ast.unparse(member))
    for node in ast.parse(source).body:
        for decorator in getattr(node, "decorator_list", []):
            if is_add_to_class(decorator):
                owner = ast.unparse(decorator.args[0]).removeprefix("d2l.")
                add((owner, node.name), ast.unparse(Plain().visit(node)))
    return found


def saved(tab):
    """Return the code of the cells of `tab` that are marked `#@save`, by their chapter."""
    chapters = {}
    for path in sorted((ROOT / "chapters").rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        for cell in read_chapter_file(ROOT, name, list(FACES)).cells:
            code = "\n".join(line.text for line in unfold(cell.source, tab))
            if cell.kind == "code" and cell.belongs_to(tab) and "#@save" in code:
                chapters.setdefault(name, []).append(code)
    return chapters


def num_lines(code):
    return sum(bool(line.strip()) for line in code.splitlines())


@pytest.mark.parametrize("tab", FACES)
def test_a_face_s_core_says_what_the_chapters_say(tab):
    core = members((ROOT / "d2l_local" / FACES[tab] / "core.py").read_text(encoding="utf-8"))
    library = {name: code for name, code in core.items() if name[0] in CLASSES}
    cells = [code for cells in saved(tab).values() for code in cells]
    assert members("\n\n".join(cells)) == library


@pytest.mark.parametrize("tab", FACES)
def test_what_is_saved_can_be_read_in_one_go(tab):
    for chapter, cells in saved(tab).items():
        lengths = list(map(num_lines, cells))
        assert max(lengths) <= MOST_LINES_OF_A_CELL, chapter
        assert sum(lengths) <= MOST_LINES_OF_A_CHAPTER, chapter


CLASS = """
class A(d2l.B):
    def f(self, x: int) -> str:
        '''Return it.'''
        return d2l.g(x)
"""


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("class A(B):\n    def f(self, x): return g(x)", True),
        ("class A(B):\n    pass\n@d2l.add_to_class(d2l.A)\ndef f(self, x): return g(x)", True),
        ("class A(B):\n    def f(self, x): return g(x + 0)", False),
        ("class A(B):\n    def f(self, x=1): return g(x)", False),
        ("class A(C):\n    def f(self, x): return g(x)", False),
        ("class A(B):\n    def f(self, x): return g(x)\n    def h(self): pass", False),
        ("class A(B):\n    @property\n    def f(self, x): return g(x)", False),
    ],
)
def test_what_is_said_otherwise_is_noticed(other, same):
    assert (members(CLASS) == members(other)) == same
