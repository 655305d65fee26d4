"""Gradient descent on a parabola: the same start and four learning rates."""

import itertools

from drawings.kit import Drawing, shown

# The loss is w² / 2, so its slope at w is w.
START, STEPS = -1.75, 5
RATES = ((0.1, "too small"), (0.7, "good"), (1.7, "over and back"), (2.1, "diverges"))
PANELS = ((92, 150), (268, 150), (92, 328), (268, 328))  # where w = 0 and the loss is 0
ACROSS, UP = 28, 15
EDGE = 2.9  # what is drawn of w


def steps(rate: float) -> list[float]:
    """The values of w, from the start."""
    values = [START]
    for _ in range(STEPS):
        values.append(values[-1] - rate * values[-1])
    return values


def draw(name: str) -> Drawing:
    """Four panels with the parabola, and the steps as lines from point to point on it."""
    d = Drawing(
        name,
        358,
        "Gradient descent on a parabola with four learning rates",
        f"""Four times the same parabola and the same start on its left side. With the rate
        {shown(RATES[0][0])} {STEPS} steps do not reach the minimum. With {shown(RATES[1][0])} two
        or three do. With {shown(RATES[2][0])} each step lands on the other side, a little lower.
        With {shown(RATES[3][0])} each step lands on the other side, and higher than before.""",
    )
    for (rate, label), (x, y) in zip(RATES, PANELS, strict=True):

        def at(w: float, x: float = x, y: float = y) -> tuple[float, float]:
            return x + ACROSS * w, y - UP * w * w

        grid = [EDGE * (k / 30 - 1) for k in range(61)]
        d.line([at(w) for w in grid], "pale")
        places = [at(w) for w in steps(rate)]
        for start, end in itertools.pairwise(places):
            d.line([start, end], "orange")
        for index, place in enumerate(places):
            d.circle(
                *place, 4.5 if index else 6, "full orange none" if index else "paper orange wide"
            )
        d.text(x, y + 20, f"{{η}} = {shown(rate)}: {label}")
    return d
