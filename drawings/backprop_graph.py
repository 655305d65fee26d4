"""The same graph, walked twice: values forward, gradients backward. A unit that is off lets none through."""

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

# Backward: what the loss changes by for each number above.
do = o - y
dw2, db2, dh = h * do, do, do * w2
dz = dh * (z > 0)
dW1, db1, dx = np.outer(x, dz), dz, W1 @ dz

ROWS = (40, 124)  # of the inputs, and of the hidden units
X, Z, H, O, L = 26, 126, 196, 282, 338  # the columns
Y_O = sum(ROWS) / 2


def graph(d: Drawing, top: float, pen: str, forward: bool) -> None:
    """The circles and arrows of one walk; the numbers on arrows are weights, or their gradients."""
    values = (x, z, h, o, loss) if forward else (dx, dz, dh, do, 1.0)
    weights, last = (W1, w2) if forward else (dW1, dw2)
    tint = f"tint-{pen}"
    for i, start in enumerate(ROWS):
        for j, end in enumerate(ROWS):
            off = not forward and dz[j] == 0
            link(d, (X + 16, top + start), (Z - 17, top + end), forward, "pale dashed" if off else pen)
            at = 0.3 if i != j else 0.5
            across, down = X + 16 + at * (Z - X - 33), top + start + at * (end - start)
            d.text(across, down + (4 if i != j else -6), shown(weights[i, j]), f"small {pen} halo")
    for j, row in enumerate(ROWS):
        off = z[j] <= 0
        link(d, (Z + 17, top + row), (H - 17, top + row), forward, "pale dashed" if off else pen)
        link(d, (H + 17, top + row), (O - 15, top + Y_O + (row - Y_O) * 0.2), forward, pen)
        d.text((H + O) / 2 + 2, top + row + (16 if row < Y_O else -4), shown(last[j]), f"small {pen} halo")
    link(d, (O + 16, top + Y_O), (L - 16, top + Y_O), forward, pen)
    for column, value in zip((X, Z, H), values[:3], strict=True):
        for j, row in enumerate(ROWS):
            dead = column != X and (h if forward and column == H else dz if column == Z and not forward else [1, 1])[j] == 0
            d.circle(column, top + row, 16, "tint-grey grey" if dead else f"{tint} {pen}")
            d.text(column, top + row + 4.5, shown(value[j]))
    for column, value in zip((O, L), values[3:], strict=True):
        d.circle(column, top + Y_O, 16, f"{tint} {pen}")
        d.text(column, top + Y_O + 4.5, shown(value))


def link(d: Drawing, start: tuple[float, float], end: tuple[float, float], forward: bool, pen: str) -> None:
    """An arrow in the direction of the walk."""
    d.arrow(*((start, end) if forward else (end, start)), pen)
