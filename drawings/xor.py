"""No line separates XOR in its inputs; two hidden units move the points, and then a line does."""

from drawings.kit import Drawing

POINTS = ((0, 0), (1, 1), (0, 1), (1, 0))
SCALE = 76
LEFT, RIGHT, BOTTOM = 38, 232, 182


def hidden(x1: float, x2: float) -> tuple[float, float]:
    """The two units of the chapter: how far the sum exceeds 1, and how far it falls short of it."""
    return max(x1 + x2 - 1, 0), max(1 - x1 - x2, 0)


def at(corner: float, a: float, b: float) -> tuple[float, float]:
    """Where the point (a, b) of the panel at `corner` is on the sheet."""
    return corner + SCALE * a, BOTTOM - SCALE * b


def axes(d: Drawing, corner: float, letter: str) -> None:
    """Two axes with their names and the mark 1."""
    d.arrow(at(corner, -0.22, 0), at(corner, 1.55, 0), "pale thin")
    d.arrow(at(corner, 0, -0.22), at(corner, 0, 1.55), "pale thin")
    x, y = at(corner, 1, 1)
    d.text(x, BOTTOM + 22, "1", "small grey")
    d.text(corner - 14, y + 4, "1", "small grey", "end")
    d.text(at(corner, 1.5, 0)[0], BOTTOM + 20, f"{{{letter}_1}}")
    d.text(corner - 12, at(corner, 0, 1.5)[1] + 6, f"{{{letter}_2}}", anchor="end")


def draw(name: str) -> Drawing:
    """Inputs on the left, hidden units on the right."""
    d = Drawing(
        name,
        262,
        "XOR before and after two hidden units",
        """Left, the four points of XOR on the corners of a square: the two of class 1 lie on one
        diagonal, the two of class 0 on the other, and no straight line has one class on each side.
        Right, the same points in the plane of the hidden units: both points of class 1 have moved
        to the origin, and a straight line separates them from the points of class 0.""",
    )
    d.text(LEFT + 40, 22, "inputs", "strong")
    d.text(RIGHT + 48, 22, "hidden units", "strong")
    d.text(LEFT + 42, 41, "no line separates them", "small grey")
    d.text(RIGHT + 48, 41, "one line does", "small grey")
    axes(d, LEFT, "x")
    axes(d, RIGHT, "h")
    d.arrow((158, 114), (192, 114), "ink")
    d.text(174, 104, "ReLU", "small")

    d.line([at(RIGHT, -0.3, 0.8), at(RIGHT, 0.8, -0.3)], "ink wide")
    for a, b in POINTS:
        for corner, point in ((LEFT, (a, b)), (RIGHT, hidden(a, b))):
            x, y = at(corner, *point)
            if a != b:
                d.box(x - 8, y - 8, 16, 16, "full orange", rx=3)
            else:
                d.circle(x, y, 9, "paper blue wide")
    x, y = at(RIGHT, 0, 0)
    d.text(x, y + 34, "two points", "small orange")

    d.box(86, 235, 16, 16, "full orange", rx=3)
    d.text(110, 248, "class 1", anchor="start")
    d.circle(206, 243, 9, "paper blue wide")
    d.text(223, 248, "class 0", anchor="start")
    return d
