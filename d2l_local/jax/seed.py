"""One seed for every source of random numbers, and the keys that follow from it."""

from __future__ import annotations

import itertools
import random
from typing import Any

import jax
import numpy


class _Keys:
    """Keys of JAX, each handed out once.

    A counter in Python is folded into one key. To split a key and keep a half, as is usual, would
    leak what a compiled function records into the keys that come later.
    """

    def __init__(self) -> None:
        self.seed(int(numpy.random.SeedSequence().generate_state(1)[0]))

    def seed(self, seed: int) -> None:
        self.start = seed
        self.counter = itertools.count()

    def next(self) -> jax.Array:
        return jax.random.fold_in(jax.random.key(self.start), next(self.counter))


_keys = _Keys()


def set_seed(seed: int) -> None:
    """Start the random numbers of the library, of numpy and of Python anew.

    JAX has no random numbers of its own: it asks for a key each time. `get_key` returns the same
    keys after the same seed, so this gives the same initial weights, and the same order of batches.

    Args:
        seed: a number from 0 to 2**32 - 1.
    """
    random.seed(seed)
    numpy.random.seed(seed)
    _keys.seed(seed)


def get_key() -> jax.Array:
    """Return a new key for one draw of random numbers; no two calls return the same.

    Raises:
        RuntimeError: inside a function that JAX compiles, which would use one key each time that
            it runs.
    """
    key = _keys.next()
    if isinstance(key, jax.core.Tracer):
        raise RuntimeError(
            "get_key() inside a compiled function would give it one key for ever: hand the key to "
            "the function, or keep an nnx.Rngs in the model, as in self.rngs = "
            "nnx.Rngs(d2l.get_key()), and draw with self.rngs()"
        )
    return key


def get_seed() -> int:
    """Return a random seed, an integer from 0 up to a million."""
    return int(jax.random.randint(get_key(), (), 0, 1_000_000))


def normal(mean: Any, std: Any, shape: tuple[int, ...]) -> jax.Array:
    """Return normal random numbers, float32 of a shape, drawn with a new key."""
    return mean + std * jax.random.normal(get_key(), shape)


def rand(*shape: int) -> jax.Array:
    """Return uniform random numbers from 0 up to 1, float32 of a shape, drawn with a new key."""
    return jax.random.uniform(get_key(), shape)


def randn(*shape: int) -> jax.Array:
    """Return standard normal random numbers, float32 of a shape, drawn with a new key."""
    return jax.random.normal(get_key(), shape)
