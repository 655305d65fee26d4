"""The training loop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mxnet import Context, autograd, gluon, np

from d2l_local.common.training import TrainerMethods, returned
from d2l_local.mxnet.device import gpu, num_gpus
from d2l_local.mxnet.model import Module


class Trainer(TrainerMethods):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`."""

    def available_gpus(self) -> list[Context]:
        """Return the GPUs of this machine."""
        return [gpu(i) for i in range(num_gpus())]

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer, and move the model to the first GPU in use."""
        super().prepare_model(model)
        if self.gpus:
            params = model.collect_params()
            if isinstance(params, gluon.ParameterDict):
                params.reset_ctx(self.gpus[0])
            model.set_scratch_params_device(self.gpus[0])
        if not isinstance(model, Module):  # A block of one's own takes care of its arrays.
            return
        for param in model.get_scratch_params():
            if param.grad is None:
                param.attach_grad()

    def prepare_batch(self, batch: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        """Return the batch on the first GPU in use, or as it is."""
        return [a.as_in_ctx(self.gpus[0]) for a in batch] if self.gpus else batch

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        for batch in self.prepared(self.train_dataloader):
            with autograd.record():
                loss = returned(self.model.training_step(batch), self.model, "training_step")
            loss.backward()
            if self.gradient_clip_val > 0:
                self.clip_gradients(self.gradient_clip_val, self.model)
            self.optim.step(1)
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        for batch in self.prepared(self.val_dataloader):
            self.model.validation_step(batch)
            self.val_batch_idx += 1

    def clip_gradients(self, grad_clip_val: float, model: Any) -> None:
        """Scale the gradients so that their joint norm is at most `grad_clip_val`."""
        params = model.parameters()
        if not isinstance(params, list):
            params = [p.data() for p in params.values() if p.grad_req != "null"]
            params += model.get_scratch_params()
        norm = math.sqrt(sum(float((param.grad**2).sum()) for param in params))
        if norm > grad_clip_val:
            for param in params:
                param.grad[:] *= grad_clip_val / norm
