"""The steps of a training, compiled: pure functions of the variables and of a batch."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from d2l_local.common.board import add_to_curve
from d2l_local.jax.batch import cut, uncut

# The array in a variable as it is: Flax 0.11, which Colab has, calls it by another name.
_get: Any = getattr(nnx.Variable, "get_raw_value", operator.attrgetter("raw_value"))
_set: Any = getattr(
    nnx.Variable, "set_raw_value", lambda variable, value: setattr(variable, "raw_value", value)
)


class Plotted(nnx.Variable):
    """A number that a step plots; it leaves the step as what is drawn after it."""


def draw_after_step(model: Any, key: str, value: Any, train: bool) -> None:
    """Draw `value` when the step that is under way is over, or at once if there is none.

    Raises:
        RuntimeError: if no `Trainer` is training the model.
        TypeError: if the value is None.
    """
    steps = getattr(getattr(model, "trainer", None), "steps", None)
    if steps is None or not steps.under_way or value is None:
        # In a loop of somebody's own, inside `nnx.grad`, a tracer knows its number.
        add_to_curve(model, key, getattr(value, "primal", value), train)
        return
    number = sum(isinstance(member, Plotted) for member in vars(model).values())
    setattr(model, f"plotted_{number:06}", Plotted(jnp.asarray(value), key=key, train=train))


class Steps:
    """The steps of a training: each updates the variables, and plots.

    Args:
        trainer: says by its attribute `jit`, if it has one, whether the steps are compiled.
    """

    def __init__(self, trainer: Any):
        self.trainer, self.under_way = trainer, False
        self._update = self._step(trainer.update_on, trainer.model, trainer.optim)
        self._validate = self._step(_validate, trainer.model)

    def _step(self, function: Callable[..., None], *objects: Any) -> Compiled:
        def plots_of(*objects_and_batch: Any) -> dict[Any, Any]:
            function(*objects_and_batch)
            plots = nnx.to_flat_state(nnx.pop(objects_and_batch[0], Plotted))
            return {(i, plot.key, plot.train): plot[...] for i, (_, plot) in enumerate(plots)}

        return Compiled(plots_of, objects, getattr(self.trainer, "jit", True))

    def update(self, batch: Sequence[Any]) -> None:
        """Compute the loss of a batch, and let the optimizer take one step."""
        self._run(self._update, batch)

    def validate(self, batch: Sequence[Any]) -> None:
        """Plot what `validation_step` plots of a batch."""
        self._run(self._validate, batch)

    def _run(self, step: Compiled, batch: Sequence[Any]) -> None:
        if self.trainer.epoch != step.pass_over:
            step.start(self.trainer.epoch)
        self.under_way = True
        try:
            plots = step(batch)
        except BaseException:
            nnx.pop(self.trainer.model, Plotted)
            raise
        finally:
            self.under_way = False
        for (_, key, train), value in plots.items():
            add_to_curve(self.trainer.model, key, value, train)


def _validate(model: Any, batch: Sequence[Any]) -> None:
    model.validation_step(batch)


class Compiled:
    """A function of objects of Flax and a batch, which JAX compiles.

    `nnx.jit` does the same and takes the objects apart for each call, which for a small network
    costs more than its mathematics. Here `start` does it, once for each pass over the data; in
    between, only arrays travel. What is not an array, such as the rate of dropout, may change from
    one pass to the next: then it is compiled anew.

    Args:
        function: takes the objects and a batch, and returns arrays.
        objects: modules and optimizers, whose variables it may change.
        jit: whether to compile it.
    """

    def __init__(self, function: Callable[..., Any], objects: Sequence[Any], jit: bool = True):
        self.function, self.objects, self.jit = function, tuple(objects), jit
        self.pass_over: Any = None
        self.graph: Any = None

    def start(self, pass_over: Any = None) -> None:
        """Look at the objects as they are now, before a pass over the data."""
        self.pass_over = pass_over
        graph, state = nnx.split(self.objects)
        members = dict(nnx.iter_graph(self.objects))
        paths = [path for path, _ in nnx.to_flat_state(state)]
        found = list(enumerate(members[path] for path in paths))
        self.variables = [(i, v) for i, v in found if isinstance(v, nnx.Variable)]
        # Attributes of modules that are arrays, but no variables.
        self.arrays = [
            (i, members[paths[i][:-1]], str(paths[i][-1]))
            for i, array in found
            if not isinstance(array, nnx.Variable)
            and isinstance(members[paths[i][:-1]], nnx.Module)
        ]
        self.leaves, tree = jax.tree.flatten(state)
        if self.jit and len(found) != len(self.leaves):
            raise TypeError(
                "a variable of a compiled step holds one array: make one for each, or train with "
                "Trainer(..., jit=False)"
            )
        if graph != self.graph:
            self.graph = graph
            self.pure = jax.jit(self._pure(graph, tree))

    def __call__(self, batch: Any) -> Any:
        """Return what the function returns for the batch, and change the variables as it does."""
        if not self.jit:
            return self.function(*self.objects, batch)
        for i, variable in self.variables:
            self.leaves[i] = _get(variable)
        for i, owner, name in self.arrays:
            self.leaves[i] = getattr(owner, name)
        self.leaves, result = self.pure(self.leaves, uncut(batch))
        for i, variable in self.variables:
            _set(variable, self.leaves[i])
        for i, owner, name in self.arrays:
            setattr(owner, name, self.leaves[i])
        return result

    def _pure(self, graph: Any, tree: Any) -> Callable[..., Any]:
        def pure(leaves: list[Any], batch: Any) -> tuple[list[Any], Any]:
            objects = nnx.merge(graph, jax.tree.unflatten(tree, leaves))
            result = self.function(*objects, cut(batch))
            leaves, new_tree = jax.tree.flatten(nnx.state(objects))
            if new_tree != tree:
                raise TypeError(
                    "a compiled step cannot make or remove variables: make them in __init__, or "
                    "train with Trainer(..., jit=False)"
                )
            return leaves, result

        return pure
