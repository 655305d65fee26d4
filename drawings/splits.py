"""Training images are looked at in every step, validation images to choose, test images once."""

from drawings.kit import Drawing, recorded, shown

LEFT, WIDTH = 14, 332


def draw(name: str) -> Drawing:
    """The bar of all images, and below each part who looks at it, and how often."""
    numbers = recorded("foundations/fashion-mnist")
    file, test = numbers["num_train"], numbers["num_val"]
    validation = test  # as many are held out as the test has
    parts = (
        ("training", file - validation, "tint-blue blue", "blue"),
        ("validation", validation, "tint-orange orange", "orange"),
        ("test", test, "tint-grey ink", "ink"),
    )
    uses = (
        ("the optimiser", "fits the weights", "in every step"),
        ("you", "choose settings", "after each run"),
        ("you", "report one number", "once, at the end"),
    )
    d = Drawing(
        name,
        260,
        "Training, validation and test images",
        f"""A bar of {shown(file + test, 0)} images in three parts. The optimiser fits the weights
        to the {shown(file - validation, 0)} training images, in every step. You choose settings by
        the {shown(validation, 0)} validation images, after each training. You report one number of
        the {shown(test, 0)} test images, once, at the end.""",
    )
    gap = 6
    scale = (WIDTH - 3 * gap) / (file + test)
    x = float(LEFT)
    columns = (64, 180, 296)
    edges = []
    for part, size, pen, _ in parts:
        if part == "test":
            x += gap
        d.box(x, 62, size * scale, 44, pen)
        edges.append((x, x + size * scale))
        x += size * scale + gap
    d.line([(LEFT, 52), (LEFT, 46), (edges[1][1], 46), (edges[1][1], 52)], "grey thin")
    d.line(
        [(edges[2][0], 52), (edges[2][0], 46), (edges[2][1], 46), (edges[2][1], 52)], "grey thin"
    )
    d.text((LEFT + edges[1][1]) / 2, 38, f"train file: {shown(file, 0)}", "grey")
    d.text(edges[2][1], 38, "test file", "grey", "end")

    for (start, end), (part, size, _, pen), column, lines in zip(
        edges, parts, columns, uses, strict=True
    ):
        middle = (start + end) / 2
        d.path(f"M{middle:.1f} 109C{middle:.1f} 132 {column} 112 {column} 138", pen)
        d.head(column, 145, 0, 1, pen)
        d.text(column, 162, part, f"strong {pen}")
        d.text(column, 180, shown(size, 0))
        for index, line in enumerate(lines):
            d.text(column, 206 + 18 * index, line, "small" if index < 2 else "small strong")
    return d
