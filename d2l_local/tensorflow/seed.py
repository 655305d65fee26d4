"""One seed for every source of random numbers."""

from __future__ import annotations

import keras


def set_seed(seed: int) -> None:
    """Start the random numbers of the framework, of numpy and of Python anew.

    The same seed gives the same initial weights, and the same order of batches. What is drawn
    depends on the framework.

    Args:
        seed: a number from 0 to 2**32 - 1.
    """
    keras.utils.set_random_seed(seed)
