"""What Gluon needs to be the base of models that are written by hand, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mxnet import Context, gluon, np
from mxnet.gluon import nn

_cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
_cross_entropy.hybridize()


class nn_Module(nn.Block):
    """A block whose attributes may be arrays with gradients.

    Parameters are those of Gluon blocks or, in a model without any, the attributes that are
    arrays.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (nn.Block, gluon.Parameter)) and "_children" not in vars(self):
            cls = type(self).__name__
            raise TypeError(
                f"{cls} is not set up: call super().__init__() first in {cls}.__init__, then set "
                f"self.{name}"
            )
        super().__setattr__(name, value)

    def get_scratch_params(self) -> list[np.ndarray]:
        """Return the attributes that are arrays, also in lists, and those of the modules inside."""
        return list({id(array): array for array in _arrays_in(self.__dict__)}.values())

    def parameters(self) -> Any:
        """Return the parameters of the Gluon blocks or, if there are none, the arrays."""
        params = self.collect_params()
        if isinstance(params, gluon.ParameterDict):
            return params if params.keys() else self.get_scratch_params()
        return list(params)  # A `collect_params` of one's own returns arrays.

    def loss_of(self, y_hat: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss, whether a method or a Gluon loss, which has one for each example."""
        if isinstance(self.loss, gluon.loss.Loss):
            return self.loss(y_hat, y).mean()
        return self.loss(y_hat, y)

    def set_scratch_params_device(self, device: Context) -> None:
        """Move the attributes that are arrays to another device, with gradients attached."""
        moved = {id(array): array.as_in_ctx(device) for array in self.get_scratch_params()}
        for array in moved.values():
            array.attach_grad()
        _replace_arrays(self.__dict__, moved)


def _arrays_in(attributes: dict[str, Any]) -> Iterator[np.ndarray]:
    """Return the arrays among attributes: as they are, in lists and tuples, and in modules."""
    for value in attributes.values():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, np.ndarray):
                yield item
            elif isinstance(item, nn_Module):
                yield from item.get_scratch_params()


def _replace_arrays(attributes: dict[str, Any], new: dict[int, np.ndarray]) -> None:
    """Put `new[id(array)]` in the place of each array that `_arrays_in` finds."""
    for name, value in attributes.items():
        items = value if isinstance(value, (list, tuple)) else [value]
        if any(id(item) in new for item in items):
            replaced = [new.get(id(item), item) for item in items]
            attributes[name] = replaced[0] if items is not value else type(value)(replaced)
        for item in items:
            if isinstance(item, nn_Module):
                _replace_arrays(item.__dict__, new)


def attach_gradients(model: Any) -> None:
    """Attach gradients to the arrays of a model that have none yet."""
    if isinstance(model, nn_Module):  # A block of one's own takes care of its arrays.
        for param in model.get_scratch_params():
            if param.grad is None:
                param.attach_grad()


def move(model: Any, device: Context) -> None:
    """Move the parameters of a model to a device: those of Gluon, and arrays."""
    params = model.collect_params()
    if isinstance(params, gluon.ParameterDict):
        params.reset_ctx(device)
    model.set_scratch_params_device(device)


def cross_entropy(model: Any, Y_hat: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the losses (n,) of logits (..., classes) and labels (...), in nats.

    Raises:
        ValueError: if labels of the first batch that `model` is trained on are of no class.
    """
    if Y_hat.ndim > 2:
        Y_hat, Y = Y_hat.reshape((-1, Y_hat.shape[-1])), Y.reshape(-1)
    if getattr(getattr(model, "trainer", None), "train_batch_idx", 0) == 0:
        check_labels(Y, Y_hat.shape[-1])
    return _cross_entropy(Y_hat, Y)


def check_labels(Y: np.ndarray, num_classes: int) -> None:
    """Raise an error for labels that MXNet would silently take for the nearest class."""
    lowest, highest = int(Y.min()), int(Y.max())
    if lowest < 0 or highest >= num_classes:
        raise ValueError(
            f"labels must be integers from 0 to {num_classes - 1}, since there are {num_classes} "
            f"outputs, but these are from {lowest} to {highest}"
        )
