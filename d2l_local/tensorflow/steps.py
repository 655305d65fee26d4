"""How the steps of a training run: as graphs where nobody can tell the difference, or eagerly."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import operator
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

# A graph is worth its trace from about this many batches, and advice from this many.
EAGER_BATCHES = 20
LONG_TRAINING = 500

_FRAMEWORK = {"keras", "tensorflow"}

_advice_given = False

# The methods that run in a step: of the model in both, in one of them, and of the trainer.
_STEP = ("__call__", "call", "forward", "net", "loss", "loss_of", "plot")
_TRAINING = (*_STEP, "training_step", "trainable_variables")
_VALIDATION = (*_STEP, "validation_step", "accuracy")
_UPDATE = ("update_on", "clip_gradients")

Step = Callable[[Sequence[Any]], None]


class Steps:
    """The steps of a training, on the first GPU in use.

    Args:
        trainer: says by its attribute `jit`, if it has one, which steps become graphs.
    """

    def __init__(self, trainer: Any):
        self.trainer, self.model = trainer, trainer.model
        self.jit = getattr(trainer, "jit", None)
        self.update = self._step(trainer.update_on, self._read_by_training)
        self.validate = self._step(self.model.validation_step, self._read_by_validation)
        if self.jit is None and not are_ours(self._read_by_training()):
            num_batches = trainer.max_epochs * getattr(trainer, "num_train_batches", 0)
            advise(num_batches, type(self.model).__name__, "Trainer(..., jit=True)")

    def _step(self, step: Step, read: Callable[[], Sequence[Any]]) -> Step:
        run = self._maybe_graph(step, read)
        return _on_device(run, self.trainer.gpus[0]) if self.trainer.gpus else run

    def _maybe_graph(self, step: Step, read: Callable[[], Sequence[Any]]) -> Step:
        if self.jit is None:
            return Compiled(step, read, self._graph_of)
        return _eager_first(step, self._graph_of(step)) if self.jit else step

    def _read_by_training(self) -> list[Any]:
        trainer = self.trainer
        own = (_net(self.model), trainer.optim, trainer.gradient_clip_val)
        return [*own, *methods(self.model, _TRAINING), *methods(trainer, _UPDATE)]

    def _read_by_validation(self) -> list[Any]:
        return [_net(self.model), *methods(self.model, _VALIDATION)]

    def _graph_of(self, step: Step, **options: Any) -> Step:
        """Return the step as a graph; what it plots is drawn after it."""

        @tf.function(**options)
        def plotted(batch: Sequence[Any]) -> dict[tuple[int, str, bool], Any]:
            with _collected_plots(self.model) as plots:
                step(batch)
            return {(i, key, train): value for i, (key, value, train) in enumerate(plots)}

        def run(batch: Sequence[Any]) -> None:
            for (_, key, train), value in plotted(batch).items():
                self.model.plot(key, value, train)

        return run


def _net(model: Any) -> Any:
    return vars(model).get("net", ...)


def _on_device(step: Step, device: Any) -> Step:
    def run(batch: Sequence[Any]) -> None:
        with device:
            step(batch)

    return run


def _eager_first(step: Step, graph: Step) -> Step:
    """Return a step whose first call is eager: it builds lazy layers, and shows plain errors."""
    calls = itertools.count()
    return lambda batch: (graph if next(calls) else step)(batch)


@contextlib.contextmanager
def _collected_plots(model: Any) -> Iterator[list[tuple[str, Any, bool]]]:
    """Collect what a model plots, (key, value, train), instead of drawing it."""
    collected: list[tuple[str, Any, bool]] = []
    own = vars(model).get("plot")
    vars(model)["plot"] = lambda key, value, train: collected.append((key, value, train))
    try:
        yield collected
    finally:
        del vars(model)["plot"]
        if own is not None:
            vars(model)["plot"] = own


class Compiled:
    """A function of a batch that becomes a graph where nobody can tell the difference.

    A graph is made by running the function once and recording its operations. What else Python
    does in it, such as to count, to draw numbers with numpy, or to read an attribute, is not
    recorded. So a function becomes a graph only if all code that it runs is the library's or the
    framework's own. The first 20 batches run eagerly in any case: they build lazy layers, and a
    short training is not worth a graph. One graph serves batches of any size; tensors of other
    shapes than those of the first batch are computed eagerly. When an attribute of a layer or an
    optimizer is exchanged, such as the rate of dropout, it all starts again.

    Args:
        function: takes a batch, a sequence of tensors.
        read: returns what the function reads: functions, layers, an optimizer, numbers, ...
        graph_of: makes the graph of a function, with options of `tf.function`.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        read: Callable[[], Sequence[Any]],
        graph_of: Callable[..., Any] | None = None,
    ):
        self.function = function
        self.read = read
        self.graph_of = graph_of or tf.function
        self.objects: list[Any] = []
        self.state: list[Any] = []
        self.graph: Any = None

    def __call__(self, batch: Any) -> Any:
        """Return what the function returns for the batch."""
        read, shapes = self.read(), _shapes(batch)
        if not _identical(self._state(read), self.state):
            self._start_again(read, shapes)
        if shapes != self.shapes or not self.compilable:
            return self.function(batch)
        if self.eager_calls < EAGER_BATCHES:
            self.eager_calls += 1
            return self.function(batch)
        if self.graph is None:
            signature = [tf.nest.map_structure(_of_any_size, batch)]
            self.graph = self.graph_of(self.function, autograph=False, input_signature=signature)
        return self.graph(batch)

    def _start_again(self, read: Sequence[Any], shapes: Any) -> None:
        self.objects = [part for o in read for part in _parts(o)]
        self.state = self._state(read)
        self.shapes = shapes
        self.compilable = shapes is not None and are_ours(read)
        self.eager_calls = 0
        self.graph = None

    def _state(self, read: Sequence[Any]) -> list[Any]:
        """Return what is read, and all attributes of its parts."""
        return [*read, *itertools.chain.from_iterable(vars(o).values() for o in self.objects)]


def are_ours(read: Sequence[Any]) -> bool:
    """Return whether all of this is the library's or the framework's own."""
    return all(is_ours(o) for o in read) and all(
        is_ours(value) for o in read for part in _parts(o) for value in _run_by(part)
    )


def is_ours(o: Any) -> bool:
    """Return whether a function is the library's or the framework's, or an object the framework's.

    Objects of the library are not: a graph would keep the learning rate of its `SGD`. Nor is what
    the framework makes of somebody's function: `tf.function` has its own rules.
    """
    if isinstance(o, property):
        return is_ours(o.fget)
    if isinstance(o, types.FunctionType):
        both = (o, inspect.unwrap(o))  # What decorates a function, and the function.
        return all(_package(f.__globals__["__name__"]) in {"d2l_local", *_FRAMEWORK} for f in both)
    if o is None or isinstance(o, (bool, int, float)):
        return True
    functions = [f for f in _callables(o) if isinstance(f, types.FunctionType)]
    return _package(type(o).__module__) in _FRAMEWORK and all(map(is_ours, functions))


def _package(module: str) -> str:
    return module.split(".")[0]


def methods(o: Any, names: Sequence[str]) -> list[Any]:
    """Return methods of an object: those of its class, and those that it has instead, or None."""
    return [*(getattr(type(o), n, None) for n in names), *map(vars(o).get, names)]


def _parts(o: Any) -> Iterator[Any]:
    """Return the objects of Keras that make up a layer, an optimizer or a loss."""
    if isinstance(o, keras.layers.Layer):
        yield from o._flatten_layers()
        yield from o.variables
    elif isinstance(o, (keras.optimizers.Optimizer, keras.losses.Loss)):
        yield o


def _run_by(part: Any) -> Iterator[Any]:
    """Return the functions that a layer, an optimizer or a loss runs when it is called."""
    yield part
    yield getattr(type(part), "call", None)
    yield from _callables(part)


def _callables(o: Any) -> Iterator[Any]:
    """Return the attributes of an object that it may call, which it does not with initializers."""
    for name, value in getattr(o, "__dict__", {}).items():
        if callable(value) and not name.endswith("_initializer"):
            yield value


def _shapes(batch: Any) -> list[Any] | None:
    """Return shapes, but for the number of rows, and types of tensors; None for another batch."""
    if isinstance(batch, (tuple, list)) and all(isinstance(t, tf.Tensor) and t.ndim for t in batch):
        return [(t.shape[1:], t.dtype) for t in batch]
    return None


def _of_any_size(tensor: tf.Tensor) -> tf.TensorSpec:
    return tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype)


def _identical(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def advise(num_batches: int, what: str, how: str) -> None:
    """Say once, before a long training, what runs eagerly and how to make it faster."""
    global _advice_given
    if num_batches >= LONG_TRAINING and not _advice_given:
        _advice_given = True
        print(f"{what} runs eagerly, line by line; {how} makes it a graph, which is faster.")


def finite(loader: Any) -> Any:
    """Return the loader.

    Raises:
        ValueError: if it is a data set without an end, such as that of `dataset.repeat()`.
    """
    if isinstance(loader, tf.data.Dataset) and loader.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "this data set has no end, so an epoch of it has none: leave out repeat(), or say how "
            "many batches are an epoch, as in dataset.take(100)"
        )
    return loader


def passes_over(loader: Any) -> Any:
    """Return a loader of the same batches whose next pass starts quickly, if it can be made.

    Raises:
        ValueError: if the loader has no end.
    """
    if not isinstance(finite(loader), tf.data.Dataset) or loader.cardinality() < 0:
        return loader
    return Passes(loader)


class Passes:
    """Passes over a data set; all whole ones are one iterator of the repeated data set.

    To start a pass over a `tf.data.Dataset` anew takes as long as several batches.
    """

    def __init__(self, dataset: tf.data.Dataset):
        self.dataset = dataset
        self.endless: Iterator[Any] | None = None

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[Any]:
        endless, self.endless = self.endless or iter(self.dataset.repeat()), None
        yield from itertools.islice(endless, len(self))
        self.endless = endless  # A pass that was broken off does not get here.
