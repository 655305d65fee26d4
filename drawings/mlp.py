"""A network of two layers: every unit sees all units before it, so a layer is a matrix product."""

import itertools

from drawings.kit import Drawing

SIZES = (4, 5, 3)
COLUMNS = (58, 180, 302)
TOP, BOTTOM = 72, 232
CHOSEN = 1  # the hidden unit whose weights stand out


def heights(size: int) -> list[float]:
    """Where the units of a layer are, 40 apart around the middle."""
    return [(TOP + BOTTOM) / 2 + 40 * (unit - (size - 1) / 2) for unit in range(size)]


def draw(name: str) -> Drawing:
    """The network above, its arrays with their shapes below."""
    d = Drawing(
        name,
        336,
        "A multilayer perceptron with 4 inputs, 5 hidden units and 3 outputs",
        """Three columns of circles. Each circle is joined to all circles of the column before. The
        four lines into one hidden unit stand out: they are one column of the weights W1. Below,
        the arrays: X of shape n by d, times W1 of shape d by h, gives H of shape n by h, and that
        times W2 of shape h by q gives O of shape n by q.""",
    )
    layers = [[(x, y) for y in heights(size)] for x, size in zip(COLUMNS, SIZES, strict=True)]
    for before, after in itertools.pairwise(layers):
        for start in before:
            for end in after:
                d.line([start, end], "pale thin")
    for start in layers[0]:
        d.line([start, layers[1][CHOSEN]], "blue wide")
    for layer, fill in zip(layers, ("tint-grey", "tint-blue", "tint-orange"), strict=True):
        for x, y in layer:
            d.circle(x, y, 13, f"{fill} ink")
    d.circle(*layers[1][CHOSEN], 13, "tint-blue blue wide")

    d.text(14, 258, "one column of {!W_1}", "blue", "start")

    names = ("inputs", "hidden units", "outputs")
    for x, label, letter, size in zip(COLUMNS, names, "dhq", SIZES, strict=True):
        d.text(x, 22, label, "strong")
        d.text(x, 42, f"{{{letter} = {size}}}")

    for x, letter, shape in zip(COLUMNS, "XHO", ("n, d", "n, h", "n, q"), strict=True):
        d.text(x, 300, f"{{!{letter}}}")
        d.text(x, 322, f"{{({shape})}}")
    for k, shape in ((1, "d, h"), (2, "h, q")):
        left, right = COLUMNS[k - 1] + 22, COLUMNS[k] - 22
        d.arrow((left, 295), (right, 295), "ink")
        d.text((left + right) / 2, 285, f"{{!W_{k}}}")
        d.text((left + right) / 2, 316, f"{{({shape})}}")
    return d
