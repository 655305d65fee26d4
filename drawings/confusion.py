"""How to read a confusion matrix: a row is a truth, a column an answer, the diagonal right."""

import numpy as np

from d2l_local.common.fashion_mnist import LABELS, load
from drawings.kit import Drawing, shown

CLASSES = (0, 6, 9)  # t-shirt, shirt, ankle boot
TRUTH, ANSWER = 1, 0  # the cell that is explained
CELL, LEFT, TOP = 74, 96, 66


def confusion() -> np.ndarray:
    """Counts of test images by class and answer: the class whose mean image is nearest."""
    images, labels = load(train=True)
    means = [images[labels == c].mean(axis=0, dtype=np.float64).ravel() for c in CLASSES]
    images, labels = load(train=False)
    rows = []
    for c in CLASSES:
        pixels = images[labels == c].reshape(-1, 784).astype(np.float64)
        distances = [((pixels - mean) ** 2).sum(axis=1) for mean in means]
        rows.append(np.bincount(np.argmin(distances, axis=0), minlength=len(CLASSES)))
    return np.array(rows)


def draw(name: str) -> Drawing:
    """The matrix, with a sentence for one cell."""
    counts = confusion()
    names = [LABELS[c] for c in CLASSES]
    bottom = TOP + CELL * len(CLASSES)
    number = shown(counts[TRUTH, ANSWER], 0)
    sentence = f"{number} {names[TRUTH]}s were called {names[ANSWER]}"
    d = Drawing(
        name,
        bottom + 64,
        "How to read a confusion matrix",
        f"""A table of counts with a row for each true class and a column for each answer, for the
        classes {", ".join(names)}. The diagonal, where the answer is right, is filled. One cell
        beside it is framed and explained: {sentence}. Each row adds up to the
        {shown(counts[0].sum(), 0)} test images of its class.""",
    )
    d.text(LEFT + 1.5 * CELL, 20, "answer of the model →", "grey")
    d.text(12, 56, "truth ↓", "grey", "start")
    for i, label in enumerate(names):
        d.text(LEFT + CELL * (i + 0.5), 50, label)
        d.text(LEFT - 10, TOP + CELL * (i + 0.5) + 4.5, label, anchor="end")
    for (i, j), count in np.ndenumerate(counts):
        pen = "tint-blue none" if i == j else "tint-grey none"
        x, y = LEFT + CELL * j, TOP + CELL * i
        d.box(x + 2, y + 2, CELL - 4, CELL - 4, pen)
        if i == j:
            d.text(x + CELL / 2, y + CELL / 2 + 1, shown(count, 0), "strong large")
            d.text(x + CELL / 2, y + CELL / 2 + 18, "right", "small blue")
        else:
            d.text(x + CELL / 2, y + CELL / 2 + 5, shown(count, 0), "large")
    x, y = LEFT + CELL * ANSWER, TOP + CELL * TRUTH
    d.box(x + 1, y + 1, CELL - 2, CELL - 2, "orange wide")
    d.path(f"M{x + 12} {y + CELL}V{bottom + 24}", "orange")
    d.text(x + 4, bottom + 42, sentence, "orange", "start")
    return d
