"""What the first network does, from a picture by numbers, units and scores to a name."""

from d2l_local.common.fashion_mnist import LABELS
from drawings.garment import garment, picture
from drawings.kit import Drawing, shown

HIDDEN = 256  # as the page has them
MIDDLE, ROW = 182, 24
INPUTS, UNITS, SCORES = 136, 198, 256  # where the columns are


def column(size: int, step: float) -> list[float]:
    """Heights around the middle."""
    return [MIDDLE + step * (k - (size - 1) / 2) for k in range(size)]


def draw(name: str) -> Drawing:
    """From left to right."""
    image, label = garment(0)
    answer = LABELS.index(label)
    d = Drawing(
        name,
        324,
        "From a picture to the name of a garment",
        f"""A grey picture of an {label}, 28 by 28 pixels. An arrow leads to a column for its
        {image.size} numbers, all joined to a column for {HIDDEN} units, all joined to
        {len(LABELS)} scores with the names of garments. The score of {label} stands out.""",
    )
    inputs = [y for k, y in enumerate(column(11, 21)) if k != 8]
    units = [y for k, y in enumerate(column(9, 24)) if k != 6]
    scores = column(len(LABELS), ROW)
    for y in inputs:
        for end in units:
            d.line([(INPUTS, y), (UNITS, end)], "pale hair")
    for y in units:
        for row, end in enumerate(scores):
            if row != answer:
                d.line([(UNITS, y), (SCORES, end)], "pale hair")
    for y in units:
        d.line([(UNITS, y), (SCORES, scores[answer])], "orange")
    for y in inputs:
        d.circle(INPUTS, y, 5, "tint-grey ink")
    for y in units:
        d.circle(UNITS, y, 7, "tint-blue ink")
    for x, heights, gap in ((INPUTS, column(11, 21), 8), (UNITS, column(9, 24), 6)):
        d.text(x, heights[gap] + 5, "⋮", "strong large halo")
    for row, (y, garment_name) in enumerate(zip(scores, LABELS, strict=True)):
        right = row == answer
        d.circle(SCORES, y, 8, "full orange" if right else "paper ink")
        d.text(SCORES + 14, y + 4.5, garment_name, "strong orange" if right else "small", "start")

    picture(d, image, (10, MIDDLE - 42), (84, 84))
    d.arrow((98, MIDDLE), (126, MIDDLE), "ink")
    heads = (
        (52, "28 × 28", "pixels"),
        (INPUTS, shown(image.size), "numbers"),
        (UNITS, shown(HIDDEN), "units"),
        (SCORES, shown(len(LABELS)), "scores"),
    )
    for x, count, what in heads:
        d.text(x, 22, count, "strong")
        d.text(x, 40, what, "small grey")
    return d
