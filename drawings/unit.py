"""One unit: a weighted sum and a bias, and then a bend."""

from drawings.kit import Drawing


def draw(name: str) -> Drawing:
    """From left to right: inputs, weights, sum, bend, output."""
    d = Drawing(
        name,
        250,
        "One unit of a layer",
        """Three inputs x1, x2 and x3 run along arrows with the weights w1, w2 and w3 into a circle
        that adds them up, together with a bias b. Its result z passes through a bend, the ReLU:
        zero left of zero, a rising line right of it. The result h is the output.""",
    )
    middle, total, bend = 100, (168, 100), (262, 100)
    for index, y in enumerate((34, 100, 166), 1):
        start = (46, y)
        d.arrow(start, (total[0] - 23, middle + (y - middle) * 0.14), "blue")
        d.circle(30, y, 16, "tint-grey ink")
        d.text(30, y + 4, f"{{x_{index}}}")
    for index, at in enumerate(((106, 53), (92, 92), (86, 124)), 1):
        d.text(*at, f"{{w_{index}}}", "blue")
    d.arrow((168, 44), (168, 77), "blue")
    d.text(168, 36, "bias {b}", "blue")
    d.text(36, 202, "inputs", "strong")
    d.text(122, 174, "weights", "blue strong")
    d.circle(*total, 22, "tint-blue ink")
    d.text(168, 107, "{Σ}", "large")
    d.arrow((191, middle), (237, middle), "ink")
    d.text(212, middle - 9, "{z}")
    d.box(bend[0] - 24, middle - 24, 48, 48, "tint-orange ink")
    d.line([(244, 112), (280, 112)], "pale thin")
    d.line([(262, 82), (262, 118)], "pale thin")
    d.line([(244, 112), (262, 112), (280, 84)], "orange wide")
    d.arrow((287, middle), (330, middle), "ink")
    d.text(342, middle + 5, "{h}")

    d.text(168, 146, "weighted sum", "strong")
    d.text(262, 146, "bend", "strong")
    d.text(262, 163, "ReLU", "small grey")
    d.text(328, 146, "output", "strong")
    d.text(20, 236, "{z = w_1x_1 + w_2x_2 + w_3x_3 + b}", anchor="start")
    d.text(344, 236, '{h = "max"(0, z)}', anchor="end")
    return d
