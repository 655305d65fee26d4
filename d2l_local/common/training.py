"""What training needs besides the framework: loaders, and errors that say what to do."""

from __future__ import annotations

import functools
import inspect
import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any, TypeVar, cast

Fit = TypeVar("Fit", bound=Callable[..., None])

# More batches than this are not the data of one epoch, but a loader without an end.
MAX_BATCHES = 100_000


# The members that a class has to define, as they are written in it.
_MEMBERS = {
    "loss": "loss(self, y_hat, y)",
    "lr": "configure_optimizers(self)",
    "get_dataloader": "get_dataloader(self, train)",
}


def missing(o: object, member: str) -> NotImplementedError:
    """Return an error that says what to do where an object lacks `member`.

    Args:
        o: a model or data.
        member: "net", "lr", "loss" or "get_dataloader".
    """
    name = type(o).__name__
    if member == "net":
        return NotImplementedError(f"{name} has neither `net` nor a forward pass of its own")
    if member == "lr" and "lr" in inspect.signature(type(o).__init__).parameters:
        return NotImplementedError(
            f"{name} has no attribute lr: its __init__ takes lr, but does not keep it; call "
            "self.save_hyperparameters() in it, right after super().__init__()"
        )
    definition = _MEMBERS[member]
    what = (
        f"{name} has no {definition.partition('(')[0]}: define `def {definition}` in the class, "
        f"or add it with @d2l.add_to_class({name})"
    )
    or_lr = "; or set self.lr, the learning rate, for stochastic gradient descent"
    return NotImplementedError(what + or_lr if member == "lr" else what)


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
    """Return the loader that `make` makes; one that does not know its length is counted.

    Where `make` returns None, so does this.

    Raises:
        ValueError: if the loader has no end.
    """
    loader: Any = make()
    if loader is None:
        return None
    try:
        len(loader)
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


class MissingReturnError(TypeError):
    """A function of a model that must return something does not."""


# Errors that the shapes of a batch do not explain.
_UNRELATED = (AttributeError, NameError, NotImplementedError, RecursionError)
# Which function of a model has returned None, if this variable of that function of ours is None.
_RETURNED = (
    ("forward", "training_step", "y_hat"),
    ("loss", "training_step", "loss"),
    ("training_step", "fit_epoch", "loss"),
    ("training_step", "update_on", "loss"),
)


def explained(fit: Fit) -> Fit:
    """Return the method `fit` of a trainer, with errors that say what they mean.

    Raises:
        ValueError: if there is no epoch to train for.
        TypeError: if model or data are not what they should be, or a method returned nothing.
    """

    @functools.wraps(fit)
    def fit_or_explain(trainer: Any, model: Any, data: Any) -> None:
        if trainer.max_epochs < 1:
            raise ValueError(f"max_epochs must be at least 1, but is {trainer.max_epochs}")
        try:
            fit(trainer, model, data)
        except Exception as error:
            _explain(error, trainer, model, data)
            raise

    return cast(Fit, fit_or_explain)


def _explain(error: Exception, trainer: Any, model: Any, data: Any) -> None:
    """Raise what the error means, or add to it what the batch was."""
    if not hasattr(data, "train_dataloader"):
        if hasattr(model, "train_dataloader"):
            raise TypeError(
                "fit takes the model first, then the data, as in trainer.fit(model, data), but "
                f"got {type(model).__name__} and {type(data).__name__}"
            ) from error
        raise TypeError(
            "fit takes data with train_dataloader and val_dataloader, such as a d2l.DataModule; "
            f"{type(data).__name__} has none"
        ) from error
    name = type(model).__name__
    if hasattr(model, "training_step") and not hasattr(model, "board"):
        raise TypeError(
            f"{name} is not set up: call super().__init__() first in {name}.__init__"
        ) from error
    frames = {frame.f_code.co_name: frame for frame, _ in traceback.walk_tb(error.__traceback__)}
    for function, caller, variable in _RETURNED:
        if _is_ours(frames.get(caller)) and frames[caller].f_locals.get(variable, ...) is None:
            raise MissingReturnError(
                f"{name}.{function} returned None: does it end without a `return`?"
            ) from error
    if "Output was None" in str(error):  # What JAX says where it cannot see what has returned it.
        raise MissingReturnError(
            f"{name}.training_step returned None: does it end without a `return`?"
        ) from error
    if not isinstance(error, _UNRELATED):
        _add_shapes(error, frames, trainer, name)


def _is_ours(frame: FrameType | None) -> bool:
    """Tell whether a function that is running belongs to this library."""
    package = __name__.partition(".")[0] + "."
    return frame is not None and frame.f_globals.get("__name__", "").startswith(package)


def _add_shapes(error: Exception, frames: dict[str, FrameType], trainer: Any, name: str) -> None:
    """Add what a batch looks like to an error that the first batch of a step led to."""
    if "training_step" in frames:
        step, done = "training_step", trainer.train_batch_idx
    else:
        step, done = "validation_step", getattr(trainer, "val_batch_idx", 0)
    if step not in frames or done > 0:
        return
    try:
        batch = frames[step].f_locals[frames[step].f_code.co_varnames[1]]
        tensors = ", ".join(f"{tuple(t.shape)} {t.dtype}" for t in batch)
    except Exception:  # A step may take anything.
        return
    error.add_note(
        f"This was the first batch of {name}.{step}. The tensors of a "
        f"batch are {tensors}: inputs first, targets last. Do they fit your layers (images need a "
        "Flatten or a reshape before a dense layer), your loss (class labels are integers from 0 "
        "to the number of outputs minus 1), and the device of the model?"
    )
