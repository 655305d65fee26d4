"""A network is a tree of blocks: a path through it is the name of a parameter."""

import itertools

from drawings.kit import Drawing

# depth, the name by which the block above knows it, and what it is; the chapter's `make_net`
TREE = (
    (0, "net", "Chain"),
    (1, "blocks[0]", "Flatten"),
    (1, "blocks[1]", "Standardise"),
    (1, "blocks[2]", "Maxout"),
    (1, "blocks[3]", "Residual"),
    (2, "inner", "Chain"),
    (3, "blocks[0]", "dense"),
    (3, "blocks[1]", "ReLU"),
    (3, "blocks[2]", "dense"),
    (1, "blocks[4]", "dense"),
)
PATH = (0, 4, 5, 6)  # the rows on the way to one dense layer
LEARN = {"Maxout", "dense"}
ROW, INDENT, LEFT, TOP = 34, 30, 14, 14
WIDTH = 92


def draw(name: str) -> Drawing:
    """The tree as folders are drawn: what belongs to a block is below it, further right."""
    bottom = TOP + ROW * len(TREE)
    d = Drawing(
        name,
        bottom + 46,
        "A network as a tree of blocks",
        """The network is a chain of five blocks: Flatten, Standardise, Maxout, Residual and a
        dense layer. The residual block has an inner chain of its own, with a dense layer, a ReLU
        and another dense layer. Blocks with parameters are filled. The way from the network
        through the residual block and its inner chain to the first dense layer stands out: net,
        blocks 3, inner, blocks 0.""",
    )

    def corner(row: int) -> tuple[float, float]:
        return LEFT + INDENT * TREE[row][0], TOP + ROW * row

    for row, (depth, _, _) in enumerate(TREE):
        if depth:
            parent = max(above for above in range(row) if TREE[above][0] == depth - 1)
            (x1, y1), (x2, y2) = corner(parent), corner(row)
            on_path = row in PATH
            if not on_path:
                d.line([(x1 + 14, y1 + 26), (x1 + 14, y2 + 13), (x2, y2 + 13)], "pale")
    for parent, row in itertools.pairwise(PATH):
        (x1, y1), (x2, y2) = corner(parent), corner(row)
        d.line([(x1 + 14, y1 + 26), (x1 + 14, y2 + 13), (x2, y2 + 13)], "orange wide")
    for row, (_, attribute, kind) in enumerate(TREE):
        x, y = corner(row)
        fill = "tint-blue" if kind in LEARN else "paper"
        d.box(x, y, WIDTH, 26, f"{fill} {'orange wide' if row in PATH else 'ink'}")
        d.text(x + WIDTH / 2, y + 17.5, kind)
        d.text(
            x + WIDTH + 10,
            y + 17,
            attribute,
            "code orange" if row in PATH else "code grey",
            "start",
        )
    d.text(LEFT, bottom + 22, "net.blocks[3].inner.blocks[0]", "code orange", "start")
    d.box(260, bottom + 11, 14, 14, "tint-blue ink", rx=4)
    d.text(282, bottom + 22, "learns", "small", "start")
    return d
