"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from d2l_local.common.training import TrainerMethods, returned
from d2l_local.tensorflow.compiled import Compiled
from d2l_local.tensorflow.data import Passes
from d2l_local.tensorflow.device import gpu, num_gpus
from d2l_local.tensorflow.model import Module


class Trainer(TrainerMethods):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`.

    The first batch runs eagerly, the others as a graph where the model's steps allow it: see
    `Compiled`.
    """

    def available_gpus(self) -> list[Any]:
        """Return the GPUs of this machine."""
        return [gpu(i) for i in range(num_gpus())]

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        if self.train_batch_idx == 0:
            self._update = self._compiled(self.update_on)
            self._validate = self._compiled(self.model.validation_step)
            self._passes = Passes()
        self.model.training = True
        for batch in self.prepared(self._passes.next_over(self.train_dataloader)):
            self._update(batch)
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        self.model.training = False
        for batch in self.prepared(self._passes.next_over(self.val_dataloader)):
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

    def _compiled(self, step: Callable[[Sequence[Any]], Any]) -> Callable[[Sequence[Any]], None]:
        """Return the step as a function that runs it as a graph and then plots what it plots."""
        if not isinstance(self.model, Module):
            return step

        def plots(*batch: Any) -> dict[tuple[int, str, bool], Any]:
            with self.model.collected_plots() as collected:
                step(batch)
            return {(i, key, train): value for i, (key, value, train) in enumerate(collected)}

        compiled = Compiled(plots, objects=(self.model, self, self.optim))

        def run(batch: Sequence[Any]) -> None:
            for (_, key, train), value in compiled(*batch).items():
                Module.plot(self.model, key, value, train)

        return run
