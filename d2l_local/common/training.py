"""The parts of models, data and training that are the same in every framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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

    def loss_of(self, y_hat: Any, y: Any) -> Any:
        """Return the loss, whether it is a method or an attribute."""
        return self.loss(y_hat, y)

    def training_step(self, batch: Any) -> Any:
        """Return the loss of a batch, (inputs ..., targets), and plot it."""
        loss = self.loss_of(self(*batch[:-1]), batch[-1])  # type: ignore[operator]
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Any) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        loss = self.loss_of(self(*batch[:-1]), batch[-1])  # type: ignore[operator]
        self.plot("loss", loss, train=False)

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


def learning_rate_of(model: Any) -> float:
    """Return the learning rate `model.lr` for the optimizer of models that define none.

    Raises:
        NotImplementedError: if the model has no attribute `lr`.
    """
    if not hasattr(model, "lr"):
        raise NotImplementedError(
            f"{_missing(model, 'configure_optimizers(self)')}; or set self.lr, the learning rate, "
            "for stochastic gradient descent"
        )
    return model.lr


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


class Restarted:
    """The batches of a generator: each pass calls the function that makes it anew."""

    def __init__(self, make: Callable[[], Iterable[Any]]):
        self.make = make
        self.num_batches = sum(1 for _ in make())

    def __len__(self) -> int:
        return self.num_batches

    def __iter__(self) -> Iterator[Any]:
        return iter(self.make())


def countable(make: Callable[[], Iterable[Any] | None]) -> Any:
    """Return the loader that `make` returns; one that does not know its length is counted."""
    loader = make()
    if loader is None:
        return None
    try:
        len(loader)  # type: ignore[arg-type]
    except TypeError:
        return Restarted(make)  # type: ignore[arg-type]
    return loader


def _explain(error: Exception, trainer: TrainerMethods) -> None:
    """Add what the first batch looks like to an error that it led to."""
    training = trainer.train_batch_idx == 0
    loader = trainer.train_dataloader if training else trainer.val_dataloader
    try:
        tensors = ", ".join(f"{tuple(t.shape)} {t.dtype}" for t in next(iter(loader)))
    except Exception:  # The loader itself may be what is wrong.
        return
    step = "training_step" if training else "validation_step"
    error.add_note(
        f"This was the first batch of {type(trainer.model).__name__}.{step}. The tensors of a "
        f"batch are {tensors}: inputs first, targets last. Do they fit your layers (images need a "
        "Flatten or a reshape before a dense layer), your loss (class labels are integers from 0 "
        "to the number of outputs minus 1), and the device of the model?"
    )


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
        self.train_dataloader = countable(data.train_dataloader)
        self.val_dataloader = countable(data.val_dataloader)
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
        except Exception as error:
            if self.train_batch_idx == 0 or self.val_batch_idx == 0:
                _explain(error, self)
            raise
        finally:
            if isinstance(model.board, ProgressBoard):  # A board of one's own needs no `finish`.
                model.board.finish()

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        raise NotImplementedError
