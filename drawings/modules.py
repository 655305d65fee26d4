"""A network is a tree of blocks, and the way through it to a block is the block's name."""

import ast
from collections.abc import Iterator

from drawings.kit import Drawing, notebook

SHORT = {"Linear": "dense"}
LEARN = {"Maxout", "dense"}
# The blocks that a block of the chapter holds, by the name with which it knows them.
PARTS = {"Chain": "blocks[{}]", "Residual": "inner"}
CHOSEN = "net.blocks[3].inner.blocks[0]"
ROW, INDENT, LEFT, TOP, WIDTH = 34, 30, 14, 14, 92


def network() -> ast.Call:
    """The expression with which the chapter makes its network, in PyTorch."""
    for cell in notebook("beyond/model-construction").cells:
        if cell.cell_type == "code" and "def make_net" in cell.source:
            function = next(
                n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Return)
            )
            if isinstance(function.value, ast.Call):
                return function.value
    raise LookupError(
        "model-construction: no cell has a function `make_net` that returns a network"
    )


def blocks(call: ast.Call, name: str, depth: int = 0) -> Iterator[tuple[int, str, str]]:
    """A block and all in it: how deep it is, its full name and what it is."""
    kind = ast.unparse(call.func).split(".")[-1]
    yield depth, name, SHORT.get(kind, kind)
    if kind in PARTS:
        for index, part in enumerate(call.args):
            assert isinstance(part, ast.Call)
            yield from blocks(part, f"{name}.{PARTS[kind].format(index)}", depth + 1)


def draw(name: str) -> Drawing:
    """The tree as folders are drawn: what belongs to a block is below it, further right."""
    tree = list(blocks(network(), "net"))
    bottom = TOP + ROW * len(tree)
    d = Drawing(
        name,
        bottom + 46,
        "A network as a tree of blocks",
        f"""The blocks of the network, each with its name: {
            ", ".join(f"{kind} {full}" for _, full, kind in tree)
        }. Blocks with parameters are filled. The way from the network to
        {CHOSEN} stands out.""",
    )
    corners = {
        full: (LEFT + INDENT * depth, TOP + ROW * row) for row, (depth, full, _) in enumerate(tree)
    }
    links = [(full.rpartition(".")[0], full) for full in corners if "." in full]
    for parent, full in sorted(links, key=lambda link: on_the_way(link[1])):
        (x1, y1), (x2, y2) = corners[parent], corners[full]
        pen = "orange wide" if on_the_way(full) else "pale"
        d.line([(x1 + 14, y1 + 26), (x1 + 14, y2 + 13), (x2, y2 + 13)], pen)
    for _, full, kind in tree:
        x, y = corners[full]
        fill = "tint-blue" if kind in LEARN else "paper"
        d.box(x, y, WIDTH, 26, f"{fill} {'orange wide' if on_the_way(full) else 'ink'}")
        d.text(x + WIDTH / 2, y + 17.5, kind)
        pen = "code orange" if on_the_way(full) else "code grey"
        d.text(x + WIDTH + 10, y + 17, full.rpartition(".")[2], pen, "start")
    d.text(LEFT, bottom + 22, CHOSEN, "code orange", "start")
    d.box(260, bottom + 11, 14, 14, "tint-blue ink", rx=4)
    d.text(282, bottom + 22, "learns", "small", "start")
    return d


def on_the_way(full: str) -> bool:
    """Whether a block is the chosen one, or holds it."""
    return f"{CHOSEN}.".startswith(f"{full}.")
