"""The training loop."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from d2l_local.common.training import TrainerMethods, returned
from d2l_local.torch.data import DataModule, on_device
from d2l_local.torch.device import gpu, num_gpus
from d2l_local.torch.model import Module, plain_parameters


class Trainer(TrainerMethods):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`."""

    def available_gpus(self) -> list[torch.device]:
        """Return the GPUs of this machine."""
        return [gpu(i) for i in range(num_gpus())]

    def prepare_data(self, data: DataModule) -> None:
        """Take the loaders of `data`, and let them keep their tensors on the first GPU in use."""
        super().prepare_data(data)
        if self.gpus:
            self.train_dataloader = on_device(self.train_dataloader, self.gpus[0])
            self.val_dataloader = on_device(self.val_dataloader, self.gpus[0])

    def prepare_model(self, model: Module) -> None:
        """Connect the model and this trainer, and move the model to the first GPU in use."""
        super().prepare_model(model)
        if self.gpus:
            model.to(self.gpus[0])
            for tensor in plain_parameters(model):
                # In place: the model may hold it under several names, in lists, in functions.
                moved = tensor.detach().to(self.gpus[0]).requires_grad_()
                torch.utils.swap_tensors(tensor, moved)

    def prepare_batch(self, batch: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        """Return the batch on the first GPU in use, or as it is."""
        return [t.to(self.gpus[0]) for t in batch] if self.gpus else batch

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate without gradients."""
        self.model.train()
        for batch in self.prepared(self.train_dataloader):
            loss = returned(self.model.training_step(batch), self.model, "training_step")
            self.optim.zero_grad()
            with torch.no_grad():
                loss.backward()
                if self.gradient_clip_val > 0:
                    self.clip_gradients(self.gradient_clip_val, self.model)
                self.optim.step()
            self.train_batch_idx += 1
        if self.val_dataloader is None:
            return
        self.model.eval()
        with torch.no_grad():
            for batch in self.prepared(self.val_dataloader):
                self.model.validation_step(batch)
                self.val_batch_idx += 1

    def clip_gradients(self, grad_clip_val: float, model: nn.Module) -> None:
        """Scale the gradients so that their joint norm is at most `grad_clip_val`."""
        parameters = [*model.parameters(), *plain_parameters(model)]
        nn.utils.clip_grad_norm_(parameters, grad_clip_val)
