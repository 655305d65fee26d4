"""Capacity: the same points, and polynomials that can bend too little, enough, and too much."""

import numpy as np

from drawings.kit import Drawing, shown

DEGREES = ((1, "underfits"), (3, "fits"), (9, "overfits"))
NOISE = 0.18
WIDTH, HEIGHT, TOP = 104, 116, 54
PANELS = (12, 128, 244)


def truth(x: np.ndarray) -> np.ndarray:
    """The curve behind the points."""
    return np.sin(3 * x)


def sample(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Points around the curve, evenly spaced, with noise."""
    x = np.linspace(-1, 1, size)
    return x, truth(x) + rng.normal(0, NOISE, size)


def fit(x: np.ndarray, y: np.ndarray, degree: int) -> np.polynomial.Polynomial:
    """The polynomial of this degree with the least squares."""
    return np.polynomial.Polynomial.fit(x, y, degree)


def draw(name: str) -> Drawing:
    """Three panels with the same points, and below each the errors on these and on new points."""
    rng = np.random.default_rng(4)
    x, y = sample(rng, 10)
    x_new, y_new = sample(rng, 200)
    curves = [fit(x, y, degree) for degree, _ in DEGREES]
    errors = [(np.mean((f(x) - y) ** 2), np.mean((f(x_new) - y_new) ** 2)) for f in curves]
    below = TOP + HEIGHT
    d = Drawing(
        name,
        below + 104,
        "Three polynomials through the same ten points",
        f"""Three panels with the same ten points along a wave. A straight line misses the wave. A
        polynomial of degree 3 follows it. One of degree 9 passes through every point and swings
        between them. Mean squared errors on these points:
        {", ".join(shown(e) for e, _ in errors)}; on new points:
        {", ".join(shown(e) for _, e in errors)}.""",
    )
    grid = np.linspace(-1, 1, 161)
    for left, (degree, label), f, (old, new) in zip(PANELS, DEGREES, curves, errors, strict=True):
        middle = left + WIDTH / 2
        right = degree == DEGREES[1][0]
        d.text(middle, 20, label, "strong blue" if right else "strong")
        d.text(middle, 40, f"degree {degree}", "small grey")
        d.box(left, TOP, WIDTH, HEIGHT, "tint-grey none")
        at = [
            (left + WIDTH * (0.5 + 0.45 * a), TOP + HEIGHT * (0.5 - 0.27 * b))
            for a, b in zip(grid, np.clip(f(grid), -1.8, 1.8), strict=True)
        ]
        d.line(at, "blue wide" if right else "orange wide")
        for a, b in zip(x, y, strict=True):
            d.circle(
                left + WIDTH * (0.5 + 0.45 * a),
                TOP + HEIGHT * (0.5 - 0.27 * b),
                3.2,
                "full ink none",
            )
        d.text(middle, below + 46, f"{old:.2f}")
        d.text(middle, below + 90, f"{new:.2f}", "strong blue" if right else "strong")
    d.text(12, below + 26, "error on these points", "small grey", "start")
    d.text(12, below + 70, "error on new points", "small grey", "start")
    return d
