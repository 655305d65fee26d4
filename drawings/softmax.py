"""The softmax in two steps: exp makes all scores positive, and their sum makes them shares."""

import numpy as np

from d2l_local.common.fashion_mnist import LABELS
from drawings.kit import Drawing, shown

CLASSES = (LABELS[4], LABELS[2], LABELS[8])  # coat, pullover, bag
SCORES = np.array([1.5, 0.5, -1.0])
EXPONENTIALS = np.exp(SCORES)
PROBABILITIES = EXPONENTIALS / EXPONENTIALS.sum()

ROW, TOP, BAR = 42, 72, 18
# a pen, the numbers, where their zero is, and how long a bar of 1 is
COLUMNS = (
    ("grey", SCORES, 92, 22),
    ("blue", EXPONENTIALS, 172, 11.5),
    ("orange", PROBABILITIES, 276, 46),
)


def draw(name: str) -> Drawing:
    """A row for each class; from left to right its score, its exponential and its probability."""
    bottom = TOP + ROW * len(CLASSES)
    listed = [", ".join(shown(value) for value in values) for _, values, _, _ in COLUMNS]
    d = Drawing(
        name,
        bottom + 36,
        "From scores to probabilities",
        f"""Bars for three classes. The scores are {listed[0]}, and one of them is negative. Their
        exponentials are {listed[1]}, all positive. Divided by their sum,
        {shown(EXPONENTIALS.sum())}, they are the probabilities {listed[2]}, which add up to 1.""",
    )
    for row, label in enumerate(CLASSES):
        d.text(12, TOP + ROW * row + 13.5, label, anchor="start")
    for pen, values, zero, scale in COLUMNS:
        d.line([(zero, TOP - 12), (zero, bottom - 12)], "pale")
        for row, value in enumerate(values):
            y, length = TOP + ROW * row, abs(value) * scale
            d.box(zero + min(value * scale, 0), y, length, BAR, f"full {pen} none", rx=3)
            d.text(zero + max(value * scale, 0) + 6, y + 13.5, shown(value), anchor="start")
    d.text(98, 34, "scores", "strong")
    d.text(188, 34, "exp", "strong blue")
    d.arrow((128, 30), (168, 30), "ink")
    d.arrow((208, 30), (254, 30), "ink")
    d.text(230, 21, "÷ sum", "small")
    d.text(307, 34, "probabilities", "strong orange")
    d.line([(172, bottom), (252, bottom)], "blue thin")
    d.line([(276, bottom), (348, bottom)], "orange thin")
    d.text(212, bottom + 20, f"sum {shown(EXPONENTIALS.sum())}", "blue")
    d.text(312, bottom + 20, f"sum {shown(PROBABILITIES.sum())}", "orange")
    return d
