"""The trainer calls; data, model and board answer. Only the model knows the board."""

from drawings.kit import Drawing


def card(
    d: Drawing, x: float, y: float, size: tuple[float, float], lines: tuple[str, ...], pen: str
) -> None:
    """One object: its class, the question that it answers, and methods of its own."""
    width, height = size
    title, question, *methods = lines
    d.box(x, y, width, height, pen, rx=12)
    d.text(x + width / 2, y + 24, title, "strong large")
    d.text(x + width / 2, y + 44, question, "small")
    for method in methods:
        d.text(x + width / 2, y + 65, method, "code")


def call(d: Drawing, x: float, rows: tuple[float, float], calls: list[tuple[str, ...]]) -> None:
    """An arrow to the object that is called, beside it the methods, and last what they return."""
    start, end = rows
    d.arrow((x, start), (x, end), "ink")
    lines = sum(map(len, calls))
    y = (start + end) / 2 + 4 - (17 * (lines - 1) + 8 * (len(calls) - 1)) / 2
    for *methods, returned in calls:
        for method in methods:
            d.text(x + 9, y, method, "code", "start")
            y += 17
        d.text(x + 9, y, returned, "small grey", "start")
        y += 17 + 8


def draw(name: str) -> Drawing:
    """The trainer above, data and model below it, the board below the model."""
    d = Drawing(
        name,
        430,
        "Trainer, data, model and board, and who calls whom",
        """The trainer, at the top, holds the loop, fit. It asks the data for batches by
        train_dataloader and val_dataloader. It asks the model for its optimiser by
        configure_optimizers, and for losses by training_step and validation_step, which call the
        model's own forward and loss. The model hands values to the board by draw. The data call
        nobody, and the trainer never calls the board.""",
    )
    card(
        d,
        12,
        12,
        (336, 78),
        ("Trainer", "in which order?", "fit(model, data)"),
        "tint-orange orange wide",
    )
    call(d, 30, (94, 218), [("train_dataloader", "val_dataloader", "→ batches")])
    steps = ("training_step", "validation_step", "→ losses")
    call(d, 200, (94, 218), [("configure_optimizers", "→ optimiser"), steps])
    card(d, 12, 222, (150, 58), ("DataModule", "which batches?"), "tint-grey ink")
    methods = ("Module", "what, and how wrong?", "forward, loss")
    card(d, 186, 222, (162, 78), methods, "tint-blue blue wide")
    call(d, 240, (304, 356), [("draw", "a value")])
    card(d, 186, 360, (162, 58), ("ProgressBoard", "how is it going?"), "tint-grey ink")
    return d
