"""Batch normalisation works down each column of a batch: over examples, not features."""

import numpy as np

from drawings.kit import Drawing, shown

TABLE = np.array([[2.0, 10, 30], [4, 40, 30], [4, 10, 50], [6, 40, 50]])
MEAN, DEVIATION = TABLE.mean(axis=0), TABLE.std(axis=0)
CHOSEN = 1
CELL, ROW = 38, 32
TOP = 74
LEFT, RIGHT = 56, 236


def table(d: Drawing, x: float, numbers: np.ndarray, decimals: int) -> None:
    """The table with its chosen column."""
    rows = len(numbers)
    for (i, j), value in np.ndenumerate(numbers):
        pen = "tint-orange" if j == CHOSEN else "tint-grey"
        d.box(x + CELL * j + 1.5, TOP + ROW * i + 1.5, CELL - 3, ROW - 3, f"{pen} none", rx=5)
        d.text(x + CELL * (j + 0.5), TOP + ROW * (i + 0.5) + 4.5, shown(value, decimals))
    d.box(x + CELL * CHOSEN - 1, TOP - 1, CELL + 2, ROW * rows + 2, "orange wide")


def summary(d: Drawing, x: float, y: float, label: str, numbers: np.ndarray) -> None:
    """One number under each column, and what they are."""
    for j, value in enumerate(numbers):
        pen = "orange strong" if j == CHOSEN else ""
        d.text(x + CELL * (j + 0.5), y, shown(value, 1), pen)
    if label:
        d.text(x - 6, y, label, "small", "end")


def draw(name: str) -> Drawing:
    """The batch before on the left, after on the right."""
    normalised = (TABLE - MEAN) / DEVIATION
    below = TOP + ROW * len(TABLE)
    d = Drawing(
        name,
        below + 84,
        "Batch normalisation works down the columns of a batch",
        f"""Left, a batch as a table: four examples in rows, three features in columns. One column
        is framed. Under each column stand its mean and its standard deviation:
        {shown(MEAN[CHOSEN])} and {shown(DEVIATION[CHOSEN])} for the framed one. Right, the same
        table after subtracting the mean of its column from each number and dividing by its
        deviation: every column has mean 0 and deviation 1.""",
    )
    for x, label in ((LEFT, "a batch"), (RIGHT, "normalised")):
        d.text(x + 1.5 * CELL, 22, label, "strong")
        d.text(x + 1.5 * CELL, 50, "features →", "small grey")
        for j in range(3):
            pen = "orange" if j == CHOSEN else "grey"
            d.arrow((x + CELL * (j + 0.5), below + 6), (x + CELL * (j + 0.5), below + 26), pen)
    d.text(8, TOP - 10, "example", "small grey", "start")
    for i in range(len(TABLE)):
        d.text(LEFT - 16, TOP + ROW * (i + 0.5) + 4.5, str(i + 1), "grey", "end")
    table(d, LEFT, TABLE, 0)
    table(d, RIGHT, normalised, 1)
    d.arrow((LEFT + 3 * CELL + 12, TOP + 2 * ROW), (RIGHT - 12, TOP + 2 * ROW), "ink")
    for x, numbers, labels in ((LEFT, TABLE, ("mean", "s.d.")), (RIGHT, normalised, ("", ""))):
        summary(d, x, below + 44, labels[0], numbers.mean(axis=0))
        summary(d, x, below + 66, labels[1], numbers.std(axis=0))
    return d
