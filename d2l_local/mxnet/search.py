"""Searches for hyperparameters: like the other faces', in MXNet's numpy mode on every worker."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mxnet.util import use_np

from d2l_local.lab import search as common

if TYPE_CHECKING:
    import optuna


@functools.wraps(common.search, assigned=("__name__",))
def search(objective: common.Objective, *args: Any, **kwargs: Any) -> Any:
    """Search as `d2l_local.lab.search.search` does; each trial is in numpy mode."""
    return common.search(_InNumpyMode(objective), *args, **kwargs)


@dataclass(frozen=True)
class _InNumpyMode:
    """An objective as Dask's workers can run it.

    The mode belongs to a thread, and a worker runs each trial in a new one. And a worker has to
    import this face before MXNet, so it unpickles a class of the face's before the objective,
    which may refer to MXNet.
    """

    objective: common.Objective

    def __call__(self, trial: optuna.Trial) -> float:
        return use_np(self.objective)(trial)
