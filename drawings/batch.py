"""The data's way: bytes become floats, rows of a matrix, and ten scores each."""

import numpy as np

from d2l_local.common.fashion_mnist import load
from drawings.garment import garment, picture
from drawings.kit import Drawing, shown

WINDOW = (slice(12, 15), slice(11, 14))  # rows and columns of the pixels that are shown as numbers
STRIP = slice(13, 16)
CELL = 32
ROWS = 5  # of the batch


def numbers(d: Drawing, x: float, y: float, table: np.ndarray, pen: str) -> None:
    """A window of the image as numbers in cells."""
    for (i, j), value in np.ndenumerate(table):
        d.box(x + CELL * j + 1, y + CELL * i + 1, CELL - 2, CELL - 2, f"{pen} none", rx=4)
        d.text(x + CELL * (j + 0.5), y + CELL * (i + 0.5) + 4.5, shown(value), "small")


def strip(image: np.ndarray) -> np.ndarray:
    """A few rows of an image in one row, a part of the 784 numbers that has something to show."""
    return image[STRIP].reshape(1, -1)


def draw(name: str) -> Drawing:
    """From above: the image and its numbers, the row, the matrix of a batch, the scores."""
    image, label = garment(0)
    window = image[WINDOW]
    d = Drawing(
        name,
        366,
        "From the bytes of an image to the scores of a batch",
        f"""A picture of an {label}, 28 by 28 bytes from 0 to 255. A window of it is shown as
        numbers, and then divided by 255, as floats between 0 and 1. Below, the image as one row of
        784 numbers. Below that, n such rows make the matrix X of shape n by 784, which the model
        turns into O, n rows of 10 scores.""",
    )
    pixel = 96 / 28
    d.text(60, 20, "28 × 28 bytes", "strong")
    d.text(190, 20, "0 … 255", "strong")
    d.text(304, 20, "0 … 1", "strong")
    picture(d, image, (12, 32), (96, 96))
    rows, columns = WINDOW
    x, y = 12 + columns.start * pixel, 32 + rows.start * pixel
    d.box(x - 1, y - 1, 3 * pixel + 2, 3 * pixel + 2, "orange", rx=2)
    d.line([(x + 3 * pixel + 1, y + 1.5 * pixel), (140, y + 1.5 * pixel)], "orange thin")
    numbers(d, 142, 32, window, "tint-orange")
    numbers(d, 256, 32, window / 255, "tint-blue")
    d.arrow((240, 80), (255, 80), "ink")
    d.text(248, 146, "÷ 255", "small")
    d.text(60, 146, label, "small grey")

    d.arrow((60, 154), (60, 180), "ink")
    d.text(74, 172, f"{image.size} numbers, row after row", anchor="start")
    picture(d, strip(image), (28, 188), (304, 16))
    for x in (18, 342):
        d.text(x, 200, "…")

    d.arrow((60, 212), (60, 240), "ink")
    d.text(74, 231, "{n} such rows make a batch", anchor="start")
    images, _ = load(train=True)
    for row in range(ROWS):
        y = 250 + 16 * row
        picture(d, strip(images[row]), (12, y), (188, 12))
        for score in range(10):
            d.box(246 + 10.2 * score, y, 8.6, 12, "tint-orange orange thin", rx=2)
    d.arrow((208, 288), (240, 288), "ink")
    d.text(223, 279, "model", "small")
    d.text(106, 350, "{!X (n, 784)}")
    d.text(297, 350, "{!O (n, 10)}")
    return d
