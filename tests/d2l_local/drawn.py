"""What a figure shows, read from its pixels: code can be wrong about what it draws."""

from __future__ import annotations

from typing import Any

import numpy as np


def image_in(axes: Any) -> np.ndarray:
    """The image in `axes` as it is seen, from 0 (black) to 1 (white), its upper row first.

    It has the rows and columns of the array that was drawn; colours have a third axis.
    """
    figure = axes.figure
    if figure.get_dpi() != 300:
        figure.set_dpi(300)  # several pixels of the screen for one of the image
    if figure.stale:
        figure.canvas.draw()
    screen = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3] / 255
    height, width = axes.images[0].get_array().shape[:2]
    box = axes.get_window_extent()
    rows = box.y1 - (np.arange(height) + 0.5) * box.height / height
    columns = box.x0 + (np.arange(width) + 0.5) * box.width / width
    seen = screen[rows.astype(int)[:, None], columns.astype(int)]
    return seen.mean(-1) if np.ptp(seen, axis=-1).max() == 0 else seen


def stretched(image: Any) -> np.ndarray:
    """An image whose darkest pixel is 0 and whose brightest is 1."""
    array = np.asarray(image, dtype=float)
    return (array - array.min()) / np.ptp(array)
