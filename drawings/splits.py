"""Training images are looked at in every step, validation images to choose, test images once."""

from drawings.kit import Drawing, recorded, shown

LEFT, WIDTH = 12, 334
COLUMNS = (118, 224, 316)  # of the words


def draw(name: str) -> Drawing:
    """The bar of all images, and below each part who looks at it, what for, and how often."""
    numbers = recorded("foundations/fashion-mnist")
    file, test = int(numbers["num_train"]), int(numbers["num_val"])
    held_out = test  # for validation, as many as for the test
    parts = (
        ("training", file - held_out, "blue", ("the optimiser", "fits the weights", "every step")),
        ("validation", held_out, "orange", ("you choose", "settings", "every run")),
        ("test", test, "ink", ("you report", "the result", "only once")),
    )
    d = Drawing(
        name,
        256,
        "Training, validation and test images",
        f"""A bar of {shown(file + test, 0)} images in three parts. The optimiser fits the weights
        to the {shown(file - held_out, 0)} training images, in every step. You choose settings by
        the {shown(held_out, 0)} validation images, after every run. You report the result on the
        {shown(test, 0)} test images, only once.""",
    )
    gap = 6
    scale = (WIDTH - 3 * gap) / (file + test)
    starts = [LEFT, LEFT + (file - held_out) * scale + gap, LEFT + file * scale + 3 * gap]
    for start, x, (part, size, colour, lines) in zip(starts, COLUMNS, parts, strict=True):
        tint = "tint-grey" if colour == "ink" else f"tint-{colour}"
        middle = start + size * scale / 2
        d.box(start, 62, size * scale, 44, f"{tint} {colour}")
        d.arrow((middle, 110), (x, 140), colour)
        d.text(x, 160, part, f"strong {colour}")
        d.text(x, 178, shown(size, 0))
        for row, line in enumerate(lines):
            d.text(x, 204 + 18 * row, line, "small strong" if line == lines[-1] else "small")

    ends = [starts[2] - 2 * gap, LEFT + WIDTH]
    for start, end in zip((LEFT, starts[2]), ends, strict=True):
        d.line([(start, 54), (start, 48), (end, 48), (end, 54)], "grey thin")
    d.text((LEFT + ends[0]) / 2, 38, f"train file: {shown(file, 0)}", "grey")
    d.text(ends[1], 38, "test file", "grey", "end")
    return d
