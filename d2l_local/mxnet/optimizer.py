"""Stochastic gradient descent: for plain arrays, and quicker for Gluon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mxnet as mx
from mxnet import np

from d2l_local.common.hyperparameters import HyperParameters


class SGD(HyperParameters):
    """Stochastic gradient descent over a list of arrays with attached gradients."""

    def __init__(self, params: Sequence[np.ndarray], lr: float):
        self.save_hyperparameters()

    def step(self, _: Any) -> None:
        """Move each parameter against its gradient; the batch size is in the loss already."""
        for param in self.params:
            param -= self.lr * param.grad


class OneByOneSGD(mx.optimizer.SGD):
    """MXNet's "sgd" with one operator for each parameter.

    MXNet's own updates several parameters in one operator that uses one thread: on a CPU that
    costs a tenth to a fifth of an epoch of a small network.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.aggregate_num = 0

    def update_multi_precision(self, index: Any, weight: Any, grad: Any, state: Any) -> None:
        """Update one parameter in place."""
        if weight.stype != "default" or weight.dtype == np.float16:
            super().update_multi_precision(index, weight, grad, state)
            return
        self._update_count(index)
        options = {
            "out": weight,
            "lr": self._get_lr(index),
            "wd": self._get_wd(index),
            "rescale_grad": self.rescale_grad,
            "clip_gradient": self.clip_gradient or -1,
        }
        if state is None:
            mx.nd.sgd_update(weight, grad, **options)
        else:
            mx.nd.sgd_mom_update(weight, grad, state, momentum=self.momentum, **options)


# What `gluon.Trainer(params, "sgd", ...)` finds, and calls by the name that MXNet has for it.
OneByOneSGD.__name__ = "SGD"
mx.optimizer.Optimizer.opt_registry.update(sgd=OneByOneSGD)
