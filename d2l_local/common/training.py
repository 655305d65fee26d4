"""The parts of models, data and training that are the same in every framework."""

from __future__ import annotations

import functools
import inspect
import itertools
import operator
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from d2l_local.common.board import ProgressBoard
from d2l_local.common.hyperparameters import HyperParameters

# More batches than this are not the data of one epoch, but a loader without an end.
MAX_BATCHES = 100_000


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
        """Return the loss of a batch, (inputs ..., targets), and plot it.

        Raises:
            TypeError: if `forward` or `loss` returns nothing.
        """
        y_hat = returned(self(*batch[:-1]), self, "forward")  # type: ignore[operator]
        loss = returned(self.loss_of(y_hat, batch[-1]), self, "loss")
        self.plot("loss", loss, train=True)
        return loss

    def validation_step(self, batch: Any) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        loss = self.loss_of(self(*batch[:-1]), batch[-1])  # type: ignore[operator]
        self.plot("loss", loss, train=False)

    def plot(self, key: str, value: Any, train: bool) -> None:
        """Add `value` to the curve "train_<key>" or "val_<key>" of the model's board.

        `plot_train_per_epoch` and `plot_valid_per_epoch` say how many points an epoch makes: of
        n batches, one point for each such part of an epoch, at the mean of its batches. A batch
        counts as often as it has examples. A board of your own, whose `draw` has no `weight`, is
        not told how many these are.

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
            done, num_batches = trainer.train_batch_idx, trainer.num_train_batches
            x, points = done / num_batches, self.plot_train_per_epoch
        else:
            done, num_batches = getattr(trainer, "val_batch_idx", 0), trainer.num_val_batches
            x, points = trainer.epoch + 1, self.plot_valid_per_epoch
        label = ("train_" if train else "val_") + key
        options: dict[str, Any] = {"every_n": _batches_of_point(done, num_batches, points)}
        draw = self.board.draw
        if _takes_weight(getattr(draw, "__func__", draw)):
            options["weight"] = getattr(trainer, "num_examples", 1)
        draw(x, self.detached(value), label, **options)

    def detached(self, value: Any) -> Any:
        """Return a plotted value without what the framework keeps for differentiation."""
        return value.detach() if hasattr(value, "detach") else value


def _batches_of_point(done: int, num_batches: int, points: float) -> int:
    """Return of how many batches the next point is the mean, when `done` batches have been.

    The points cut the batches of all epochs into parts as equal as can be: 235 batches at 2 points
    an epoch are 118 and 117, so that no batch of an epoch waits for the next one.
    """
    point = done * points // num_batches
    start, end = (-(-number * num_batches // points) for number in (point, point + 1))
    return int(end - start)


@functools.cache
def _takes_weight(draw: Callable[..., None]) -> bool:
    return "weight" in inspect.signature(draw).parameters


class MissingReturnError(TypeError):
    """A function of a model that must return something does not."""


def returned(value: Any, model: object, function: str) -> Any:
    """Return `value`, which `function` of the model has returned.

    Raises:
        MissingReturnError: if it is None.
    """
    if value is None:
        raise MissingReturnError(
            f"{type(model).__name__}.{function} returned None: does it end without a `return`?"
        )
    return value


def learning_rate_of(model: Any) -> float:
    """Return the learning rate `model.lr` for the optimizer of models that define none.

    Raises:
        NotImplementedError: if the model has no attribute `lr`.
    """
    if hasattr(model, "lr"):
        return model.lr
    if "lr" in inspect.signature(type(model).__init__).parameters:
        name = type(model).__name__
        raise NotImplementedError(
            f"{name} has no attribute lr: its __init__ takes lr, but does not keep it; call "
            "self.save_hyperparameters() in it, right after super().__init__()"
        )
    raise NotImplementedError(
        f"{_missing(model, 'configure_optimizers(self)')}; or set self.lr, the learning rate, "
        "for stochastic gradient descent"
    )


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
    """The batches of a loader without a length, made anew for each pass by the function `make`.

    Args:
        make: returns the loader, such as a generator.
        loader: what it has returned, to be counted.

    Raises:
        ValueError: if the loader has no end, or if `make` returns the same iterator again, which
            is at its end after one pass.
    """

    def __init__(self, make: Callable[[], Iterable[Any]], loader: Iterable[Any]):
        self.make = make
        batches = iter(loader)
        self.num_batches = sum(1 for _ in itertools.islice(batches, MAX_BATCHES + 1))
        if self.num_batches > MAX_BATCHES:
            raise ValueError(_endless(f"has given {MAX_BATCHES:,} batches and goes on"))
        if batches is loader and make() is loader:
            raise ValueError(
                "the loader is an iterator, which has no batches after the first pass: let "
                "get_dataloader return a new one each time, or a list of the batches"
            )

    def __len__(self) -> int:
        return self.num_batches

    def __iter__(self) -> Iterator[Any]:
        return iter(self.make())


def countable(make: Callable[[], Iterable[Any] | None]) -> Any:
    """Return the loader that `make` returns; one that does not know its length is counted.

    Raises:
        ValueError: if the loader has no end.
    """
    loader = make()
    if loader is None:
        return None
    try:
        len(loader)  # type: ignore[arg-type]
    except TypeError as error:
        if "infinite" in str(error):  # TensorFlow knows.
            raise ValueError(_endless("is infinite")) from None
        return Restarted(make, loader)  # type: ignore[arg-type]
    return loader


def _endless(what: str) -> str:
    return (
        f"the loader {what}, but an epoch has an end: leave out what repeats it, or take as many "
        "batches as an epoch is to have, as in itertools.islice(batches, 100) or dataset.take(100)"
    )


def _num_examples(batch: Any) -> int:
    """Return the number of targets of a batch, or 1 for a batch of another kind."""
    try:
        return len(batch[-1])
    except (TypeError, LookupError):
        return 1


# What the shapes of a batch do not explain.
_UNRELATED = (AttributeError, NameError, NotImplementedError, RecursionError, MissingReturnError)


def _explain(error: Exception, trainer: TrainerMethods) -> None:
    """Add what a batch looks like to an error that the first batch of a step led to."""
    functions = {frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)}
    if "training_step" in functions:
        step, loader, done = "training_step", trainer.train_dataloader, trainer.train_batch_idx
    else:
        step, loader, done = "validation_step", trainer.val_dataloader, trainer.val_batch_idx
    if step not in functions or done > 0 or isinstance(error, _UNRELATED):
        return
    try:
        tensors = ", ".join(f"{tuple(t.shape)} {t.dtype}" for t in next(iter(loader)))
    except Exception:  # A batch may be anything.
        return
    error.add_note(
        f"This was the first batch of {type(trainer.model).__name__}.{step}. The tensors of a "
        f"batch are {tensors}: inputs first, targets last. Do they fit your layers (images need a "
        "Flatten or a reshape before a dense layer), your loss (class labels are integers from 0 "
        "to the number of outputs minus 1), and the device of the model?"
    )


def _check(model: Any, data: Any) -> None:
    """Raise an error for what cannot be trained, or not trained on."""
    if isinstance(model, DataModuleMethods) or isinstance(data, ModuleMethods):
        raise TypeError(
            "fit takes the model first, then the data, as in trainer.fit(model, data), but got "
            f"{type(model).__name__} and {type(data).__name__}"
        )
    if not hasattr(data, "train_dataloader"):
        raise TypeError(
            f"fit takes data with train_dataloader and val_dataloader, such as a d2l.DataModule; "
            f"{type(data).__name__} has none"
        )
    if isinstance(model, ModuleMethods) and not hasattr(model, "board"):
        name = type(model).__name__
        raise TypeError(f"{name} is not set up: call super().__init__() first in {name}.__init__")


class TrainerMethods(HyperParameters):
    """The training loop: epochs over batches, then validation.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: 0 trains on the CPU; 1 or more on the first GPU, if there is one: no other is
            used.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
    """

    max_epochs: int
    num_gpus: int
    gradient_clip_val: float
    model: Any
    optim: Any
    num_examples: int = 1

    def __init__(self, max_epochs: int, num_gpus: int = 0, gradient_clip_val: float = 0):
        self.save_hyperparameters()
        self.gpus = self.available_gpus()[:num_gpus]

    def available_gpus(self) -> list[Any]:
        """Return the GPUs of this machine."""
        raise NotImplementedError

    def prepare_data(self, data: Any) -> None:
        """Take the loaders of `data` and count their batches.

        Raises:
            ValueError: if there is no batch to train on, or no end of them.
        """
        self.train_dataloader = countable(data.train_dataloader)
        self.val_dataloader = countable(data.val_dataloader)
        self.num_train_batches = len(self.train_dataloader)
        self.num_val_batches = 0 if self.val_dataloader is None else len(self.val_dataloader)
        if self.num_train_batches == 0:
            raise ValueError("the training data have no batch: is the data set empty?")

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer."""
        model.trainer = self
        model.board.xlim = (0, self.max_epochs)
        self.model = model

    def prepare_batch(self, batch: Any) -> Any:
        """Return the batch as the training step gets it, for instance moved to another device."""
        return batch

    def prepared(self, loader: Iterable[Any]) -> Iterator[Any]:
        """Return the batches as the steps get them; `num_examples` is the size of the latest."""
        for batch in loader:
            self.num_examples = _num_examples(batch)
            yield self.prepare_batch(batch)

    def fit(self, model: Any, data: Any) -> None:
        """Train `model` on `data` for `max_epochs` epochs.

        Raises:
            TypeError: if one of the two is not what it should be, or `super().__init__()` was
                forgotten in the model.
            ValueError: if there is nothing to do.
        """
        _check(model, data)
        if self.max_epochs < 1:
            raise ValueError(f"max_epochs must be at least 1, but is {self.max_epochs}")
        self.prepare_data(data)
        self.prepare_model(model)
        self.optim = model.configure_optimizers()
        self.train_batch_idx = 0
        self.val_batch_idx = 0
        self.epoch = 0
        ours = isinstance(model.board, ProgressBoard)  # Another board has to draw and no more.
        if ours:
            model.board.begin("epoch")
        try:
            for epoch in range(self.max_epochs):
                self.epoch = epoch
                self.fit_epoch()
        except Exception as error:
            _explain(error, self)
            raise
        finally:
            if ours:
                model.board.finish()

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        raise NotImplementedError


def batches_in(
    order: Any,
    arrays: Sequence[Any],
    batch_size: int,
    take: Callable[[Any, Any], Any] = operator.getitem,
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of equally long arrays in batches; the last batch has what is left.

    Args:
        order: the indices of the rows, in the order in which they come.
        arrays: arrays or tensors of any framework.
        batch_size: number of examples per batch.
        take: `take(array, indices)` gives a copy of the chosen rows of one array: what is done to
            a batch must not reach the data.
    """
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield tuple(take(array, rows) for array in arrays)


def num_rows(arrays: Sequence[Any], batch_size: int) -> int:
    """Return the common length of the arrays.

    Raises:
        ValueError: if the arrays differ in length or the batch size is less than 1.
    """
    lengths = [len(a) for a in arrays]
    if len(set(lengths)) != 1:
        raise ValueError(f"the arrays of a loader must be equally long, but have {lengths} rows")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, but is {batch_size}")
    return lengths[0]


def same_shape(y: Any, y_hat: Any) -> Any:
    """Return the targets `y`, which must have the shape of the predictions `y_hat`.

    Frameworks would stretch (n,) against (n, 1) to (n, n), and train towards something else.

    Raises:
        ValueError: if the shapes differ.
    """
    if tuple(y.shape) != tuple(y_hat.shape):
        raise ValueError(
            f"the targets have shape {tuple(y.shape)}, but the predictions {tuple(y_hat.shape)}; "
            "give both the same, as in y = d2l.reshape(y, y_hat.shape)"
        )
    return y
