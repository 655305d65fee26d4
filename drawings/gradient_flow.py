"""A gradient that is multiplied at every layer vanishes below 1 and explodes above it."""

from drawings.kit import Drawing, shown

FACTORS = ((0.5, "vanishes"), (1.0, "keeps its size"), (1.5, "explodes"))
LAYERS = 6
LEFT, STEP = 26, 51
ROWS = (96, 190, 306)  # the middles of the bands
UNIT = 2.8  # half of a band's breadth where the gradient is 1


def draw(name: str) -> Drawing:
    """A row for each factor; the gradient comes from the loss, on the right."""
    d = Drawing(
        name,
        376,
        "What a factor at every layer does to a gradient",
        f"""Three bands run from the loss on the right through {LAYERS} layers to the left.
        Multiplied by {shown(FACTORS[0][0])} at every layer, the band narrows from 1 to
        {shown(FACTORS[0][0] ** LAYERS)}. Multiplied by 1, it keeps its breadth. Multiplied by
        {shown(FACTORS[2][0])}, it widens from 1 to {shown(FACTORS[2][0] ** LAYERS, 1)}.""",
    )
    xs = [LEFT + STEP * layer for layer in range(LAYERS + 1)]  # from the first layer to the loss
    d.text(12, 24, "first layer", "grey", "start")
    d.text(348, 24, "loss", "grey", "end")
    d.arrow((306, 20), (88, 20), "grey")
    for (factor, label), y in zip(FACTORS, ROWS, strict=True):
        sizes = [factor ** (LAYERS - layer) for layer in range(LAYERS + 1)]
        upper = [f"{x} {y - UNIT * size:.2f}" for x, size in zip(xs, sizes, strict=True)]
        lower = [f"{x} {y + UNIT * size:.2f}" for x, size in zip(xs, sizes, strict=True)]
        broadest = UNIT * max(sizes)
        d.path("M" + "L".join([*upper, *reversed(lower)]) + "Z", "full orange none")
        d.text(348, y - 30, f"× {shown(factor)} at every layer: it {label}", "strong", "end")
        for x, size in zip(xs, sizes, strict=True):
            d.text(x, y + broadest + 20, shown(size, 2 if size < 1 else 1))
    return d
