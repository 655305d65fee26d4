"""The parts of models, data and training that are the same in every framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from d2l_local.common.board import ProgressBoard
from d2l_local.common.hyperparameters import HyperParameters


class ModuleMethods(HyperParameters):
    """What a model knows besides its forward pass: its loss, its optimizer and its plots."""

    board: ProgressBoard
    plot_train_per_epoch: float
    plot_valid_per_epoch: float

    def loss(self, y_hat: Any, y: Any) -> Any:
        """Return the loss of predictions `y_hat` for targets `y`; define it in your class."""
        raise NotImplementedError(_missing(self, "loss(self, y_hat, y)"))

    def training_step(self, batch: Any) -> Any:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        loss = self.loss(self(*batch[:-1]), batch[-1])  # type: ignore[operator]
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Any) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        loss = self.loss(self(*batch[:-1]), batch[-1])  # type: ignore[operator]
        self.plot("loss", loss, train=False)

    def configure_optimizers(self) -> Any:
        """Return the optimizer that `Trainer.fit` uses; define it in your class."""
        raise NotImplementedError(_missing(self, "configure_optimizers(self)"))

    def plot(self, key: str, value: Any, train: bool) -> None:
        """Add `value` to the curve "train_<key>" or "val_<key>" of the model's board.

        One point of a curve is the mean over the batches since the last point;
        `plot_train_per_epoch` and `plot_valid_per_epoch` say how many points an epoch makes.

        Args:
            key: name of the quantity, such as "loss".
            value: a number, or a one-element array or tensor.
            train: whether it belongs to training (x is the fraction of epochs done) or to
                validation (x is the number of epochs done).

        Raises:
            RuntimeError: if no `Trainer` is training this model.
        """
        trainer = getattr(self, "trainer", None)
        if trainer is None:
            raise RuntimeError(
                "plot needs a trainer, for the position on the x axis: "
                "call it during Trainer(...).fit(model, data)"
            )
        self.board.xlabel = "epoch"
        if train:
            x = trainer.train_batch_idx / trainer.num_train_batches
            every_n = trainer.num_train_batches / self.plot_train_per_epoch
        else:
            x = trainer.epoch + 1
            every_n = trainer.num_val_batches / self.plot_valid_per_epoch
        label = ("train_" if train else "val_") + key
        self.board.draw(x, self.detached(value), label, every_n=max(1, int(every_n)))

    def detached(self, value: Any) -> Any:
        """Return a plotted value without what the framework keeps for differentiation."""
        return value.detach() if hasattr(value, "detach") else value


def _missing(model: object, member: str) -> str:
    name = type(model).__name__
    return (
        f"{name} has no {member.split('(')[0]}: define `def {member}` in the class, "
        f"or add it with @d2l.add_to_class({name})"
    )


class DataModuleMethods(HyperParameters):
    """Where the batches of training and validation come from."""

    root: str
    num_workers: int

    def get_dataloader(self, train: bool) -> Iterable[Any]:
        """Return the batches of the training or of the validation set; define it in your class."""
        raise NotImplementedError(_missing(self, "get_dataloader(self, train)"))

    def train_dataloader(self) -> Iterable[Any]:
        """Return the batches to train on."""
        return self.get_dataloader(train=True)

    def val_dataloader(self) -> Iterable[Any] | None:
        """Return the batches to validate on, or None if there are none."""
        return self.get_dataloader(train=False)


class TrainerMethods(HyperParameters):
    """The training loop: epochs over batches, then validation.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: number of GPUs to use; as many as there are, if there are fewer.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
    """

    max_epochs: int
    num_gpus: int
    gradient_clip_val: float
    model: Any
    optim: Any

    def __init__(self, max_epochs: int, num_gpus: int = 0, gradient_clip_val: float = 0):
        self.save_hyperparameters()
        self.gpus = self.available_gpus()[:num_gpus]

    def available_gpus(self) -> list[Any]:
        """Return the GPUs of this machine."""
        raise NotImplementedError

    def prepare_data(self, data: Any) -> None:
        """Take the loaders of `data` and count their batches."""
        self.train_dataloader = data.train_dataloader()
        self.val_dataloader = data.val_dataloader()
        self.num_train_batches = len(self.train_dataloader)
        self.num_val_batches = 0 if self.val_dataloader is None else len(self.val_dataloader)

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer."""
        model.trainer = self
        model.board.xlim = (0, self.max_epochs)
        self.model = model

    def prepare_batch(self, batch: Any) -> Any:
        """Return the batch as the training step gets it, for instance moved to another device."""
        return batch

    def fit(self, model: Any, data: Any) -> None:
        """Train `model` on `data` for `max_epochs` epochs."""
        self.prepare_data(data)
        self.prepare_model(model)
        self.optim = model.configure_optimizers()
        self.train_batch_idx = 0
        self.val_batch_idx = 0
        self.epoch = 0
        try:
            for epoch in range(self.max_epochs):
                self.epoch = epoch
                self.fit_epoch()
        finally:
            model.board.finish()

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        raise NotImplementedError
