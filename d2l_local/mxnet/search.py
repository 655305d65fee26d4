"""Searches for hyperparameters: like the other faces', in MXNet's numpy mode on every worker."""

from __future__ import annotations

import functools
from typing import Any

from mxnet.util import use_np

from d2l_local.lab import search as common


@functools.wraps(common.search, assigned=("__name__",))
def search(objective: common.Objective, *args: Any, **kwargs: Any) -> Any:
    """Search as `d2l_local.lab.search.search` does; each trial is in numpy mode.

    The mode belongs to a thread, and Dask's workers run a trial in a new one.
    """
    return common.search(use_np(objective), *args, **kwargs)
