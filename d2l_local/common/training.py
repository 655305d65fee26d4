"""What training needs besides the framework: loaders, and errors that say what to do."""

from __future__ import annotations

import inspect
import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

# More batches than this are not the data of one epoch, but a loader without an end.
MAX_BATCHES = 100_000


def missing(o: object, member: str) -> str:
    """Return what to say where a class lacks a member, such as "loss(self, y_hat, y)"."""
    name = type(o).__name__
    return (
        f"{name} has no {member.split('(')[0]}: define `def {member}` in the class, "
        f"or add it with @d2l.add_to_class({name})"
    )


def no_net(model: object) -> str:
    """Return what to say where a model has no forward pass."""
    return f"{type(model).__name__} has neither `net` nor a forward pass of its own"


def no_learning_rate(model: object) -> str:
    """Return what to say where a model has neither an optimizer nor the attribute `lr`."""
    if "lr" in inspect.signature(type(model).__init__).parameters:
        return (
            f"{type(model).__name__} has no attribute lr: its __init__ takes lr, but does not keep "
            "it; call self.save_hyperparameters() in it, right after super().__init__()"
        )
    return (
        f"{missing(model, 'configure_optimizers(self)')}; or set self.lr, the learning rate, for "
        "stochastic gradient descent"
    )


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


def countable(loader: Any, make: Callable[[], Iterable[Any] | None]) -> Any:
    """Return the loader that `make` has returned; one that does not know its length is counted.

    Raises:
        ValueError: if the loader has no end.
    """
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


def on_device(loader: Any, device: Any) -> Any:
    """Return the loader with its tensors on `device`, if it can move them; else as it is."""
    return loader.to(device) if hasattr(loader, "to") else loader


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


def explain(error: Exception, trainer: Any, model: Any, data: Any) -> None:
    """Raise what `error` in `trainer.fit(model, data)` means, or add to it what the batch was.

    Raises:
        TypeError: if model or data are not what they should be, or a method returned nothing.
    """
    if hasattr(model, "train_dataloader") or hasattr(data, "training_step"):
        raise TypeError(
            "fit takes the model first, then the data, as in trainer.fit(model, data), but got "
            f"{type(model).__name__} and {type(data).__name__}"
        ) from error
    if not hasattr(data, "train_dataloader"):
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
    if function := _without_return(frames):
        raise MissingReturnError(
            f"{name}.{function} returned None: does it end without a `return`?"
        ) from error
    _add_shapes(error, frames, trainer, name)


def _without_return(frames: dict[str, FrameType]) -> str | None:
    """Return which function of a model has returned None, by what its caller made of it."""
    for function, caller, variable in (
        ("forward", "training_step", "y_hat"),
        ("loss", "training_step", "loss"),
        ("training_step", "fit_epoch", "loss"),
        ("training_step", "update_on", "loss"),
    ):
        if caller in frames and frames[caller].f_locals.get(variable, ...) is None:
            return function
    return None


def _add_shapes(error: Exception, frames: dict[str, FrameType], trainer: Any, name: str) -> None:
    """Add what a batch looks like to an error that the first batch of a step led to."""
    if "training_step" in frames:
        step, done = "training_step", trainer.train_batch_idx
    else:
        step, done = "validation_step", trainer.val_batch_idx
    if step not in frames or done > 0 or isinstance(error, _UNRELATED):
        return
    try:
        tensors = ", ".join(f"{tuple(t.shape)} {t.dtype}" for t in trainer.batch)
    except Exception:  # A batch may be anything.
        return
    error.add_note(
        f"This was the first batch of {name}.{step}. The tensors of a "
        f"batch are {tensors}: inputs first, targets last. Do they fit your layers (images need a "
        "Flatten or a reshape before a dense layer), your loss (class labels are integers from 0 "
        "to the number of outputs minus 1), and the device of the model?"
    )
