"""Parameters under the names that they had in older releases of the `d2l` package."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function's parameters be given by older names too: `@renamed(old="new")`.

    Its signature stays the present one; `function.older_names` holds `names`.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            for old in names.keys() & kwargs.keys():
                if names[old] in kwargs:
                    raise TypeError(f"{function.__name__}() got {names[old]} twice, once as {old}")
                kwargs[names[old]] = kwargs.pop(old)
            return function(*args, **kwargs)

        call.older_names = names  # type: ignore[attr-defined]
        return call

    return decorate
