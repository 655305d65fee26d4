"""A batch that is cut out of its data where it is needed: in a compiled step, as a part of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import jax

Transform = Callable[..., Sequence[jax.Array]]


@functools.partial(
    jax.tree_util.register_dataclass,
    data_fields=("arrays", "rows"),
    meta_fields=("transform",),
)
@dataclass
class Rows:
    """Which rows of which arrays make a batch, and what they go through."""

    arrays: tuple[jax.Array, ...]
    rows: Any
    transform: Transform | None

    def cut(self) -> tuple[jax.Array, ...]:
        """Return the arrays of the batch."""
        batch = tuple(array[self.rows] for array in self.arrays)
        return tuple(self.transform(*batch)) if self.transform else batch


def uncut(batch: Any) -> Any:
    """Return what a compiled function takes for a batch: its rows, or an array as it is."""
    return batch.uncut if isinstance(batch, Batch) else batch


def cut(batch: Any) -> Any:
    """Return the batch again, inside the compiled function."""
    return batch.cut() if isinstance(batch, Rows) else batch


_cut = jax.jit(Rows.cut)


@jax.tree_util.register_pytree_node_class
class Batch(Sequence[jax.Array]):
    """Arrays like those of a tuple, cut out when one of them is asked for.

    A step of `Trainer` takes `uncut`, so that cutting is a part of what is compiled; for all else
    in JAX this is a pytree of the arrays.

    Args:
        uncut: how to make them.
    """

    def __init__(self, uncut: Rows):
        self.uncut = uncut

    @functools.cached_property
    def arrays(self) -> tuple[jax.Array, ...]:
        """The arrays, each with the examples as its first axis."""
        return _cut(self.uncut)

    @property
    def num_examples(self) -> int:
        """How many examples the batch has; nothing is cut for it."""
        return len(self.uncut.rows)

    def __len__(self) -> int:
        return len(self.arrays)

    @overload
    def __getitem__(self, index: int) -> jax.Array: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[jax.Array, ...]: ...

    def __getitem__(self, index: int | slice) -> jax.Array | tuple[jax.Array, ...]:
        return self.arrays[index]

    def __repr__(self) -> str:
        return repr(self.arrays)

    def tree_flatten(self) -> tuple[tuple[jax.Array, ...], None]:
        """Return what JAX takes for the leaves of a batch."""
        return self.arrays, None

    @classmethod
    def tree_unflatten(cls, _: None, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Return the leaves as a plain tuple: what became of them is no part of the data."""
        return tuple(arrays)
