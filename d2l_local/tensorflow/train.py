"""The training loop."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

from d2l_local.common.training import TrainerMethods, returned
from d2l_local.tensorflow.compiled import Compiled, advise, are_ours, methods
from d2l_local.tensorflow.data import Passes
from d2l_local.tensorflow.device import gpu, num_gpus

# The methods that run in a step: of the model in both, in one of them, and of the trainer.
_STEP = ("__call__", "call", "forward", "net", "loss", "loss_of", "plot")
_TRAINING = (*_STEP, "training_step", "trainable_variables")
_VALIDATION = (*_STEP, "validation_step", "accuracy")
_UPDATE = ("update_on", "clip_gradients")

Step = Callable[[Sequence[Any]], None]


class Trainer(TrainerMethods):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`.

    Your Python runs as Python, batch by batch, with one exception that you cannot notice: steps
    whose methods (`forward`, `loss`, `training_step` and so on) are all the library's, with a `net`
    and an optimizer of Keras' own parts, run as a graph of TensorFlow, which is faster. `jit=True`
    makes a graph of any step. Then the rules of `tf.function` hold: what a step prints, counts
    or draws with numpy happens once, while the graph is made, and a number that changes later in
    Python, such as `self.trainer.epoch`, stays as it was; `tf.print` and `tf.random` are part of
    the graph.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: if it is at least 1, the steps run on the first GPU, and no other is used; with 0,
            or without a GPU, TensorFlow chooses, which is the first GPU that it sees or the CPU.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
        jit: True to make graphs of the steps, by `tf.function`, from the second batch on; False to
            make none; None to make one only where the result is the same. The first batch runs
            eagerly in any case, since it builds layers that are built when they are called.
    """

    jit: bool | None = None

    def __init__(
        self,
        max_epochs: int,
        num_gpus: int = 0,
        gradient_clip_val: float = 0,
        jit: bool | None = None,
    ):
        super().__init__(max_epochs, num_gpus, gradient_clip_val)
        self.save_hyperparameters()

    def available_gpus(self) -> list[Any]:
        """Return the GPUs of this machine."""
        return [gpu(i) for i in range(num_gpus())]

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        if self.train_batch_idx == 0:
            self._prepare_steps()
        device = self.gpus[0] if self.gpus else contextlib.nullcontext()
        self.model.training = True
        for batch in self.prepared(self._passes.next_over(self.train_dataloader)):
            with device:
                self._update(batch)
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        self.model.training = False
        for batch in self.prepared(self._passes.next_over(self.val_dataloader)):
            with device:
                self._validate(batch)
            self.val_batch_idx += 1

    def update_on(self, batch: Sequence[Any]) -> None:
        """Compute the loss of a batch and let the optimizer take one step."""
        with tf.GradientTape() as tape:
            loss = returned(self.model.training_step(batch), self.model, "training_step")
        variables = self.model.trainable_variables
        grads = tape.gradient(loss, variables)
        if self.gradient_clip_val > 0:
            grads = self.clip_gradients(self.gradient_clip_val, grads)
        self.optim.apply_gradients(zip(grads, variables, strict=True))

    def clip_gradients(self, grad_clip_val: float, grads: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Return the gradients, scaled so that their joint norm is at most `grad_clip_val`."""
        return tf.clip_by_global_norm(grads, grad_clip_val)[0]

    def _prepare_steps(self) -> None:
        """Decide how the steps run: as graphs or eagerly."""
        self._passes = Passes()
        self._update = self._step(self.update_on, self._read_by_training)
        self._validate = self._step(self.model.validation_step, self._read_by_validation)
        if self.jit is None and not are_ours(self._read_by_training()):
            num_batches = self.max_epochs * getattr(self, "num_train_batches", 0)
            advise(num_batches, type(self.model).__name__, "Trainer(..., jit=True)")

    def _step(self, step: Step, read: Callable[[], Sequence[Any]]) -> Step:
        if self.jit is None:
            return Compiled(step, read, lambda step: self._graph_of(step, autograph=False))
        return _eager_first(step, self._graph_of(step)) if self.jit else step

    def _read_by_training(self) -> list[Any]:
        own = (_net(self.model), self.optim, self.gradient_clip_val)
        return [*own, *methods(self.model, _TRAINING), *methods(self, _UPDATE)]

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
