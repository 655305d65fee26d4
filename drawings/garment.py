"""A garment of the data set on a drawing: its pixels as squares."""

from itertools import groupby

import numpy as np

from d2l_local.common.fashion_mnist import LABELS, load
from drawings.kit import Drawing, number

SHADES = 8


def garment(index: int) -> tuple[np.ndarray, str]:
    """A training image, 28 × 28 bytes, and the name of its class."""
    images, labels = load(train=True)
    return images[index], LABELS[labels[index]]


def picture(
    d: Drawing, image: np.ndarray, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    """The image on its black ground: a path for each shade, of runs of pixels in a row."""
    (x, y), (width, height) = corner, size
    d.put("rect", "pixels", x=x, y=y, width=width, height=height, style="fill: #000")
    down, across = height / image.shape[0], width / image.shape[1]
    shades = np.rint(image * ((SHADES - 1) / 255)).astype(int)
    for shade in range(1, SHADES):
        runs = []
        for row, line in enumerate(shades):
            column = 0
            for value, group in groupby(line):
                length = len(list(group))
                if value == shade:
                    left, top = number(x + column * across), number(y + row * down)
                    right = number(x + (column + length) * across)
                    runs.append(f"M{left} {top}H{right}v{number(down)}H{left}z")
                column += length
        grey = round(255 * shade / (SHADES - 1))
        d.put("path", "pixels", d="".join(runs), style=f"fill: #{grey:02x}{grey:02x}{grey:02x}")
