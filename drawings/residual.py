"""A residual block adds what it computes to what it got: the input always has a way around."""

from drawings.kit import Drawing


def draw(name: str) -> Drawing:
    """From left to right: the input forks, one way through the layers, one around them."""
    d = Drawing(
        name,
        182,
        "A residual block adds its input to what it computes",
        """An arrow with X forks. One way leads through a dense layer, a ReLU and another dense
        layer, which together are called f. The other way leads around them, unchanged. Both meet
        in a plus, and their sum, X + f(X), leaves the block.""",
    )
    y, fork, plus = 126, 42, 302
    d.box(58, 76, 222, 84, "tint-grey none", rx=12)
    d.text(70, 96, "{f}", anchor="start")
    d.path(f"M{fork} {y}V62Q{fork} 40 64 40H280Q{plus} 40 {plus} 62V{y - 22}", "orange wide")
    d.head(plus, y - 14, 0, 1, "orange")
    d.text(169, 30, "the way around: {!X}, unchanged", "orange")
    d.text(18, y - 10, "{!X}")
    d.line([(8, y), (fork, y)], "ink")
    d.arrow((fork, y), (72, y), "ink")
    d.circle(fork, y, 3.5, "full ink")
    for x, width, label in ((72, 52, "dense"), (144, 50, "ReLU"), (214, 52, "dense")):
        d.box(x, y - 18, width, 36, "tint-blue blue")
        d.text(x + width / 2, y + 4.5, label)
    d.arrow((124, y), (144, y), "ink")
    d.arrow((194, y), (214, y), "ink")
    d.arrow((266, y), (plus - 13, y), "ink")
    d.circle(plus, y, 12, "paper ink")
    d.line([(plus - 6, y), (plus + 6, y)], "ink")
    d.line([(plus, y - 6), (plus, y + 6)], "ink")
    d.arrow((plus + 12, y), (352, y), "ink")
    d.text(352, y + 42, "{!X + f(!X)}", anchor="end")
    return d
