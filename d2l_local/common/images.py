"""Images as bytes in memory, and as the floats that a network reads."""

from __future__ import annotations

import numpy as np


def as_floats(images: np.ndarray) -> np.ndarray:
    """Return bytes 0 to 255 as float32 between 0 and 1, in a new array of the same shape."""
    return np.multiply(images, np.float32(1 / 255), dtype=np.float32)


def size_of(resize: int | tuple[int, int] | None) -> tuple[int, int]:
    """Return (height, width): of a square with that side, or of the original images for None."""
    if resize is None:
        return 28, 28
    height, width = (resize, resize) if isinstance(resize, int) else resize
    return height, width
