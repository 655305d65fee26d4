"""One graph, walked twice: values forward, gradients backward, none through a unit that is off."""

import math

import numpy as np

from drawings.kit import Drawing, shown

x = np.array([1.0, 2.0])
W1 = np.array([[1.0, 1.0], [0.5, -1.0]])
b1 = np.array([2.0, -1.0])
w2 = np.array([1.5, 2.0])
b2 = -1.0
y = 2.0

# Forward.
z = x @ W1 + b1
h = np.maximum(z, 0)
o = h @ w2 + b2
loss = (o - y) ** 2 / 2

# Backward: how fast the loss changes with each of these numbers.
slope = (z > 0).astype(float)
d_o = o - y
d_w2 = h * d_o
d_h = d_o * w2
d_z = d_h * slope
d_W1 = np.outer(x, d_z)
d_x = W1 @ d_z

RADIUS = 17
TOP, BOTTOM, MIDDLE = -42, 42, 0  # rows
NODES = {  # the circles, around the middle of their walk
    "x": ((26, TOP), (26, BOTTOM)),
    "z": ((114, TOP), (114, BOTTOM)),
    "h": ((196, TOP), (196, BOTTOM)),
    "o": ((274, MIDDLE),),
    "L": ((334, MIDDLE),),
}


def link(d: Drawing, middle: float, start: tuple, end: tuple, pen: str) -> None:
    """An arrow from circle to circle."""
    (x1, y1), (x2, y2) = start, end
    length = math.dist(start, end)
    dx, dy = (RADIUS + 1) * (x2 - x1) / length, (RADIUS + 1) * (y2 - y1) / length
    d.arrow((x1 + dx, middle + y1 + dy), (x2 - dx, middle + y2 - dy), pen)


def walk(d: Drawing, middle: float, pen: str, values: dict, weights: tuple, backward: bool) -> None:
    """The circles with their values, and the arrows; a zero is grey, and so is what carries it."""

    def pens(value: float) -> str:
        return pen if value else "pale dashed"

    links = [("x", i, "z", j) for i in range(2) for j in range(2)]
    links += [("z", j, "h", j) for j in range(2)] + [("h", j, "o", 0) for j in range(2)]
    for left, i, right, j in [*links, ("o", 0, "L", 0)]:
        ends = [(NODES[left][i], values[left][i]), (NODES[right][j], values[right][j])]
        (start, carried), (end, _) = reversed(ends) if backward else ends
        link(d, middle, start, end, pens(carried))
    for node, places in NODES.items():
        for (across, down), value in zip(places, values[node], strict=True):
            d.circle(
                across, middle + down, RADIUS, f"tint-{pen} {pen}" if value else "tint-grey grey"
            )
            d.text(across, middle + down + 4.5, shown(value))

    first, second = weights
    for (i, j), weight in np.ndenumerate(first):
        (x1, y1), (x2, y2) = NODES["x"][i], NODES["z"][j]
        part = 0.5 if i == j else 0.34
        aside = 4.5 if i != j else -7 if y1 < 0 else 17
        label = (x1 + part * (x2 - x1), middle + y1 + part * (y2 - y1) + aside)
        d.text(*label, shown(weight), f"small {pen} halo")
    for (_, row), weight in zip(NODES["h"], second, strict=True):
        d.text(240, middle + 0.66 * row + (-4 if row < 0 else 13), shown(weight), f"small {pen}")


def draw(name: str) -> Drawing:
    """Above the walk forward, below the walk back."""
    d = Drawing(
        name,
        424,
        "Values forward and gradients backward on one small graph",
        f"""Two inputs, two hidden units with ReLU, one output and the squared loss. Forward, the
        inputs {shown(x[0])} and {shown(x[1])} become {shown(z[0])} and {shown(z[1])}, after the
        ReLU {shown(h[0])} and {shown(h[1])}, the output {shown(o)} and the loss {shown(loss)}.
        Backward, the gradient is {shown(d_o)} at the output, {shown(d_h[0])} and {shown(d_h[1])}
        behind the ReLU, and {shown(d_z[0])} and {shown(d_z[1])} before it: the second unit is off
        and passes none on. The inputs get {shown(d_x[0])} and {shown(d_x[1])}.""",
    )
    up, down = 116, 326
    d.text(14, 22, "forward", "strong blue", "start")
    d.text(84, 22, "values in circles, weights on arrows", "small grey", "start")
    walk(d, up, "blue", {"x": x, "z": z, "h": h, "o": [o], "L": [loss]}, (W1, w2), backward=False)
    d.text(14, 236, "backward", "strong orange", "start")
    d.text(92, 236, "gradients of both", "small grey", "start")
    gradients = {"x": d_x, "z": d_z, "h": d_h, "o": [d_o], "L": [1]}
    walk(d, down, "orange", gradients, (d_W1, d_w2), backward=True)

    for letter, places in NODES.items():
        across, row = places[0]
        d.text(across, up + row - 25, f"{{{letter}}}")
    for row, bias, factor in zip((TOP, BOTTOM), b1, slope, strict=True):
        inner = 31 if row < 0 else -23
        d.text(104, up + row + inner, f"bias {shown(bias)}", "small blue", "start")
        d.text(155, up + row - 7, "ReLU", "small grey")
        d.text(155, down + row - 7, f"× {shown(factor)}", "small grey")
    d.text(274, up + 33, f"bias {shown(b2)}", "small blue")
    d.text(334, up + 34, f"{{y = }}{shown(y)}", "blue")
    for across, middle in ((196, up), (114, down)):
        d.text(across, middle + BOTTOM + 34, "off", "small grey")
    return d
