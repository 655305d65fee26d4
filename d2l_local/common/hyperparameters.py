"""Classes that are built cell by cell, and constructors that remember their arguments."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

Member = TypeVar("Member", bound=Callable[..., Any])


def add_to_class(Class: type) -> Callable[[Member], Member]:
    """Return a decorator that makes a function or class a member of `Class`, under its own name.

    Instances that exist already get the new member too, because Python looks methods up in the
    class each time they are called.

    Raises:
        TypeError: if `Class` is an instance rather than a class.
    """
    if not inspect.isclass(Class):
        raise TypeError(
            f"add_to_class needs a class, but {Class!r} is an instance of "
            f"{type(Class).__name__}; write @d2l.add_to_class({type(Class).__name__})"
        )

    def decorator(member: Member) -> Member:
        setattr(Class, member.__name__, member)
        return member

    return decorator


class HyperParameters:
    """Base of the classes that keep the arguments of their constructor as attributes."""

    hparams: dict[str, Any]

    if TYPE_CHECKING:  # The attributes are named where `__init__` is defined.

        def __getattr__(self, name: str) -> Any: ...

    def save_hyperparameters(self, ignore: str | Iterable[str] = ()) -> None:
        """Store every local variable of the calling function as an attribute of the same name.

        Called on the first line of `__init__`, these are its arguments. The object itself, names
        that start with an underscore and those in `ignore`, a name or several, are left out, and
        so is what a function around the caller has. `self.hparams` maps the names to the values.
        """
        # Only the caller's frame: one that holds itself would keep all its variables alive.
        frame = sys._getframe(1)
        hidden = {ignore} if isinstance(ignore, str) else set(ignore)
        hidden.update(frame.f_code.co_freevars)
        self.hparams = {
            name: value
            for name, value in frame.f_locals.items()
            if value is not self and name not in hidden and not name.startswith("_")
        }
        for name, value in self.hparams.items():
            setattr(self, name, value)
