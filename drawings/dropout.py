"""Dropout: some units are zero for one step, and the others grow to make up for them."""

from drawings.kit import Drawing, shown

P = 0.5
VALUES = (3, 1, 4, 2)
DROPPED = {1, 3}
LEFT, RIGHT = 8, 190
Y = 128  # the middle of the networks


def rows(size: int) -> list[float]:
    """Where the units of a layer are."""
    return [Y + 44 * (unit - (size - 1) / 2) for unit in range(size)]


def network(d: Drawing, x: float, dropped: set[int]) -> None:
    """Three inputs, four hidden units with their values, two outputs; without what is dropped."""
    hidden = list(enumerate(rows(len(VALUES))))
    for side, size in ((x + 16, 3), (x + 146, 2)):
        for other in rows(size):
            for unit, y in hidden:
                if unit not in dropped:
                    d.line([(side, other), (x + 81, y)], "pale")
            d.circle(side, other, 12, "tint-grey ink")
    for unit, y in hidden:
        if unit in dropped:
            d.circle(x + 81, y, 17, "paper pale dashed")
            d.text(x + 81, y + 4.5, "0", "grey")
        else:
            d.circle(x + 81, y, 17, "tint-orange orange wide" if dropped else "tint-blue blue")
            value = VALUES[unit] / (1 - P) if dropped else VALUES[unit]
            d.text(x + 81, y + 4.5, shown(value))


def draw(name: str) -> Drawing:
    """The network without dropout on the left, in one step with dropout on the right."""
    d = Drawing(
        name,
        268,
        "A network without dropout, and in one step with dropout",
        f"""Left, four hidden units with the values {", ".join(map(shown, VALUES))}, all joined to
        the inputs and the outputs. Right, two of them are dropped: their value is 0 and their
        lines are gone. The values of the other two are divided by 1 − p, which makes them
        {shown(1 / (1 - P))} times as large.""",
    )
    d.text(LEFT + 81, 22, "without dropout", "strong")
    d.text(RIGHT + 81, 22, f"with dropout, {{p}} = {shown(P)}", "strong")
    network(d, LEFT, set())
    network(d, RIGHT, DROPPED)
    d.text(LEFT + 81, 250, "every unit, every step", "grey")
    d.text(RIGHT + 81, 250, f"kept: × {{1 / (1 − p)}} = {shown(1 / (1 - P))}", "orange")
    return d
