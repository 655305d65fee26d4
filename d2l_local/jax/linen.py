"""The JAX face for notebooks with Flax's older modules: `from d2l_local.jax import linen as d2l`.

Such a module, of `flax.linen`, is a dataclass without variables: `setup` says what it has, and
`apply` computes with variables that are handed to it. So a trainer keeps them, as its `state`: the
parameters (`state.params`), the means and variances of batch norm (`state.batch_stats`) and the key
of dropout (`state.dropout_rng`). Data, plots and operations are those of `d2l_local.jax`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.training import train_state

from d2l_local.common.board import add_to_curve, new_curves
from d2l_local.common.faces import lazy_attribute
from d2l_local.common.public import *  # noqa: F403
from d2l_local.common.public import HyperParameters, ProgressBoard
from d2l_local.common.training import MissingReturnError, explained, missing, same_shape
from d2l_local.jax import core, optimizer
from d2l_local.jax.core import DataModule as DataModule
from d2l_local.jax.data import FashionMNIST as FashionMNIST
from d2l_local.jax.data import SyntheticRegressionData as SyntheticRegressionData
from d2l_local.jax.device import cpu as cpu
from d2l_local.jax.device import first_gpus
from d2l_local.jax.device import gpu as gpu
from d2l_local.jax.device import num_gpus as num_gpus
from d2l_local.jax.device import try_all_gpus as try_all_gpus
from d2l_local.jax.device import try_gpu as try_gpu
from d2l_local.jax.functional import accuracy as accuracy
from d2l_local.jax.functional import evaluate_accuracy as evaluate_accuracy
from d2l_local.jax.functional import evaluate_loss as evaluate_loss
from d2l_local.jax.functional import linreg as linreg
from d2l_local.jax.functional import load_array as load_array
from d2l_local.jax.functional import load_data_fashion_mnist as load_data_fashion_mnist
from d2l_local.jax.functional import predict_ch3 as predict_ch3
from d2l_local.jax.functional import sgd as sgd
from d2l_local.jax.functional import squared_loss as squared_loss
from d2l_local.jax.functional import synthetic_data as synthetic_data
from d2l_local.jax.ops import *  # noqa: F403
from d2l_local.jax.seed import get_key as get_key
from d2l_local.jax.seed import get_seed as get_seed
from d2l_local.jax.seed import normal as normal
from d2l_local.jax.seed import rand as rand
from d2l_local.jax.seed import randn as randn
from d2l_local.jax.seed import set_seed as set_seed
from d2l_local.lab.record import record as record
from d2l_local.lab.search import search as search
from d2l_local.lab.self_check import self_check as self_check
from d2l_local.lab.statistics import interval as interval
from d2l_local.lab.statistics import plot_intervals as plot_intervals

Method = TypeVar("Method", bound=Callable[..., Any])

nn_Module = nn.Module


class TrainState(train_state.TrainState):
    """What training changes: the parameters and the optimizer's state, and these two.

    `batch_stats` are the means and variances of batch norm, {} without it; `dropout_rng` is the key
    of dropout in the next step.
    """

    batch_stats: Any
    dropout_rng: jax.Array


def compiled(method: Method) -> Method:
    """Return a method of a model that JAX compiles, once for each model and each of its modes.

    A mode is the values of the dataclass's fields; `training`, if it is one, changes in each epoch.
    The method has a parameter `state`, and all others are arrays, but for `averaged`. `jax.jit` on
    the method itself would do the same, and keep all models for ever, with their data.
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs).arguments
        del given["self"]
        state = given.pop("state")
        whole = functools.partial(_with_state_first, method, self)
        return _compiled_once(self, method, whole, state)(state, **given)

    call.is_compiled = True  # type: ignore[attr-defined]
    return cast(Method, call)


def _with_state_first(method: Callable[..., Any], model: Any, state: Any, **given: Any) -> Any:
    return method(model, state=state, **given)


def _compiled_once(model: Any, what: Any, function: Callable[..., Any], state: Any) -> Any:
    """Return `function(state, ...)`, compiled now or before, for the model in its present mode."""
    try:
        mode: Any = hash(model)
    except TypeError:  # A list, say, among its fields.
        mode = repr(model)
    made = vars(model).setdefault("_made", {})
    key = (what, mode, state.apply_fn, state.tx)
    if key not in made:
        made[key] = _compile(function, state)
    return made[key]


def _compile(function: Callable[..., Any], state: Any) -> Callable[..., Any]:
    """Return `function(state, ...)`, compiled for states that compute with what this one does.

    JAX keeps for ever what is not an array in an argument, as the function `state.apply_fn` of the
    model, which leads to the trainer and to its data. So these two do not become arguments.
    """
    functions = {"apply_fn": state.apply_fn, "tx": state.tx}
    none: dict[str, Any] = dict.fromkeys(functions)

    def pure(state: Any, *args: Any, **kwargs: Any) -> Any:
        result = function(state.replace(**functions), *args, **kwargs)
        return result.replace(**none) if isinstance(result, type(state)) else result

    fast = jax.jit(pure, static_argnames="averaged")

    def call(state: Any, *args: Any, **kwargs: Any) -> Any:
        result = fast(state.replace(**none), *args, **kwargs)
        return result.replace(**functions) if isinstance(result, type(state)) else result

    return call


def _is_compiled(function: Any) -> bool:
    """Tell whether a method is `compiled`, or by `jax.jit`, perhaps inside a wrapper of Flax."""
    while not (hasattr(function, "is_compiled") or isinstance(function, jax.stages.Wrapped)):
        if not hasattr(function, "__wrapped__"):
            return False
        function = function.__wrapped__
    return True


def _of_each_mode(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that `jax.jit` has compiled, with a copy of the model for each of its modes.

    JAX compares a static argument with those that it has seen. An object that has changed since,
    as a model whose `training` has, equals itself, and would get what was compiled before.
    """

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        modes = vars(self).setdefault("_modes", {})
        mode = hash(self)
        if mode not in modes:
            modes[mode] = self.clone()
        return method(modes[mode], *args, **kwargs)

    call.is_of_each_mode = True  # type: ignore[attr-defined]
    return call


class ClassOfModels(type):
    """The type of the classes of models: their methods may be compiled by `jax.jit`."""

    def __setattr__(cls, name: str, value: Any) -> None:
        # Flax sets the methods of each new class, and `add_to_class` those that come later.
        compiled_by_jax = _is_compiled(value) and not hasattr(value, "is_compiled")
        if compiled_by_jax and not hasattr(value, "is_of_each_mode"):
            value = _of_each_mode(value)
        super().__setattr__(name, value)


class Module(nn.Module, HyperParameters, metaclass=ClassOfModels):
    """Base of the models: `net`, `forward` or `__call__` computes, `loss` judges, the steps plot.

    A model is a dataclass; its fields are hyperparameters, such as `lr: float`, and `setup` or
    `@nn.compact` makes the layers. It has no variables of its own: `trainer.state` has them.

    Flax lets nobody change a module that has variables, but one by itself, as it is made, has none:
    `training`, `trainer` and the board's settings are set on that. It is hashable, and equal to
    others with the same fields; those with `init=False`, as the board, do not count.
    """

    plot_train_per_epoch: float = field(default=2, init=False)
    plot_valid_per_epoch: float = field(default=1, init=False)
    board: ProgressBoard = field(default_factory=ProgressBoard, init=False)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the trainer behind, and with it the data, when the model is copied or saved."""
        left = ("trainer", "_made", "_modes")
        return {name: value for name, value in vars(self).items() if name not in left}

    def forward(self, X: jax.Array, *args: Any, **kwargs: Any) -> jax.Array:
        """Return `self.net(X)`; define `net`, or a forward pass of your own."""
        if not hasattr(self, "net"):
            raise missing(self, "net")
        return self.net(X, *args, **kwargs)

    def __call__(self, X: jax.Array, *args: Any, **kwargs: Any) -> jax.Array:
        """Return `forward(...)`."""
        return self.forward(X, *args, **kwargs)

    def loss(self, y_hat: Any, y: Any, *others: Any) -> Any:
        """Return the loss; define it in your class, as `loss(self, params, X, y, state)`.

        `X` is the tuple of a batch's inputs: `state.apply_fn({"params": params}, *X)` predicts. The
        loss of a `Classifier` is a pair; the second is {}, or what `apply_fn(..., mutable=...)` has
        changed.
        """
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no loss: define `def loss(self, params, X, y, state)` in the class, or "
            f"add it with @d2l.add_to_class({name})"
        )

    def configure_optimizers(self) -> Any:
        """Return stochastic gradient descent with learning rate `self.lr`."""
        if not hasattr(self, "lr"):
            raise missing(self, "lr")
        return optax.sgd(self.lr)

    def apply_init(self, dummy_input: Sequence[jax.Array], key: Any) -> Any:
        """Return new variables, such as {"params": ...}, of the shapes that the inputs ask for.

        Args:
            dummy_input: the inputs of a batch.
            key: a key, or one for each use, as in {"params": key1, "dropout": key2}.
        """
        return self.init(key, *dummy_input)

    def training_step(self, params: Any, batch: Sequence[jax.Array], state: Any) -> Any:
        """Plot the loss of a batch, (inputs ..., targets); return it and its gradients."""
        loss, grads = self._loss_and_grads(params, batch, state)
        self.plot("loss", loss, train=True)
        return loss, grads

    def validation_step(self, params: Any, batch: Sequence[jax.Array], state: Any) -> None:
        """Plot the loss of a batch, (inputs ..., targets)."""
        self.plot("loss", self._loss(params, batch, state), train=False)

    def plot(self, key: str, value: Any, train: bool) -> None:
        """Add `value` to the curve "train_<key>" or "val_<key>" of the model's board.

        Args:
            key: name of the quantity, such as "loss".
            value: a number, or an array with one element.
            train: whether it belongs to training (x is the fraction of epochs done) or to
                validation (x is the number of epochs done).

        Raises:
            RuntimeError: if no `Trainer` is training this model.
        """
        add_to_curve(self, key, value, train)

    def _loss(self, params: Any, batch: Sequence[jax.Array], state: Any) -> Any:
        *inputs, targets = batch
        value = self.loss(params, tuple(inputs), targets, state)
        if value is None:
            raise MissingReturnError(
                f"{type(self).__name__}.loss returned None: does it end without a `return`?"
            )
        return value

    def _loss_and_grads(
        self, params: Any, batch: Sequence[jax.Array], state: Any, has_aux: bool = False
    ) -> Any:
        """Return what `loss` does and its gradients, compiled where `loss` is."""

        def function(state: Any, params: Any, batch: Any) -> Any:
            return jax.value_and_grad(self._loss, has_aux=has_aux)(params, batch, state)

        loss = type(self).loss
        if _is_compiled(loss):
            function = _compiled_once(self, (loss, has_aux), function, state)
        return function(state, params, tuple(batch))


class Classifier(Module):
    """Base of the models whose outputs are class scores (logits) of shape (n, classes)."""

    def training_step(self, params: Any, batch: Sequence[jax.Array], state: Any) -> Any:
        """Plot the loss of a batch, (inputs ..., labels); return what `loss` does and gradients."""
        value, grads = self._loss_and_grads(params, batch, state, has_aux=True)
        self.plot("loss", value[0], train=True)
        return value, grads

    def validation_step(self, params: Any, batch: Sequence[jax.Array], state: Any) -> None:
        """Plot the loss and the accuracy of a batch, (inputs ..., labels)."""
        *inputs, labels = batch
        self.plot("loss", self._loss(params, batch, state)[0], train=False)
        self.plot("acc", self.accuracy(params, tuple(inputs), labels, state), train=False)

    @compiled
    def accuracy(
        self, params: Any, X: Sequence[jax.Array], Y: jax.Array, state: Any, averaged: bool = True
    ) -> jax.Array:
        """Return the fraction of correct predictions, or with `averaged=False` 1 or 0 for each.

        Args:
            params: the parameters.
            X: the inputs, a tuple.
            Y: labels, (...), for logits (..., classes).
            state: of the trainer, for `apply_fn` and `batch_stats`.
            averaged: whether to return the mean.
        """
        variables = {"params": params, "batch_stats": state.batch_stats}
        Y_hat = state.apply_fn(variables, *X)
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        correct = (Y_hat.argmax(axis=1) == Y.reshape(-1)).astype(jnp.float32)
        return correct.mean() if averaged else correct

    @compiled
    def loss(  # type: ignore[override]
        self, params: Any, X: Sequence[jax.Array], Y: jax.Array, state: Any, averaged: bool = True
    ) -> tuple[jax.Array, Any]:
        """Return the cross-entropy in nats, and the means and variances that batch norm has now.

        Args:
            params: the parameters.
            X: the inputs, a tuple.
            Y: labels, (...), for logits (..., classes).
            state: of the trainer, for `apply_fn`, `batch_stats` and `dropout_rng`.
            averaged: whether to return the mean, or the loss of each.
        """
        variables = {"params": params, "batch_stats": state.batch_stats}
        rngs = {"dropout": state.dropout_rng}
        Y_hat, updates = state.apply_fn(variables, *X, mutable=["batch_stats"], rngs=rngs)
        Y_hat = Y_hat.reshape(-1, Y_hat.shape[-1])
        losses = optax.softmax_cross_entropy_with_integer_labels(Y_hat, Y.reshape(-1))
        return (losses.mean() if averaged else losses), updates

    def layer_summary(self, X_shape: Sequence[int], key: jax.Array | None = None) -> None:
        """Print the output shape of each layer of `net` for an input of shape `X_shape`."""
        key = get_key() if key is None else key
        rngs = {"params": key, "dropout": key}
        X = jnp.zeros(X_shape)
        model = self.bind(self.init(rngs, X), rngs=rngs, mutable=["batch_stats"])
        model(X)
        for layer in model.net.layers:
            X = layer(X)
            name = getattr(layer, "__name__", layer.__class__.__name__)
            print(f"{name} output shape:\t{tuple(X.shape)}")


Classification = Classifier


class Trainer(core.Trainer):
    """Trains a model: `Trainer(max_epochs=10).fit(model, data)`; then `state` has its parameters.

    Args:
        max_epochs: number of passes over the training data.
        num_gpus: if it is at least 1, training runs on the first GPU, and no other is used; with
            0, or without a GPU, JAX chooses, which is the first GPU that it sees or the CPU.
        gradient_clip_val: largest norm of the gradient; 0 leaves gradients as they are.
    """

    def __init__(self, max_epochs: int, num_gpus: int = 0, gradient_clip_val: float = 0):
        self.save_hyperparameters()
        self.gpus = first_gpus(num_gpus)

    def prepare_model(self, model: Any) -> None:
        """Connect the model and this trainer."""
        self.model, model.trainer = model, self
        model.board.xlim = (0, self.max_epochs)
        vars(model).pop("_made", None)  # It was for another optimizer.

    def fit(self, model: Any, data: Any, key: jax.Array | None = None) -> None:
        """Train `model` on `data` for `max_epochs` epochs, from new parameters.

        Args:
            model: a `Module`.
            data: a `DataModule`.
            key: for the parameters and for dropout; a new one of `get_key` if None.

        Raises:
            TypeError: if the model or the data are not what they should be.
            ValueError: if there is nothing to do.
        """
        explained(functools.partial(Trainer._fit, key=key))(self, model, data)

    def _fit(self, model: Any, data: Any, key: jax.Array | None) -> None:
        self.epoch = self.train_batch_idx = self.val_batch_idx = 0
        self.prepare_data(data)
        self.prepare_model(model)
        self.optim = model.configure_optimizers()
        self.state = self.first_state(get_key() if key is None else key)
        with new_curves(model.board, data):
            for self.epoch in range(self.max_epochs):  # noqa: B020
                self.fit_epoch()

    def first_state(self, key: jax.Array) -> TrainState:
        """Return the state before the first step: new parameters, for inputs such as a batch's."""
        params_key, dropout_key = jax.random.split(key)
        *inputs, _ = self.prepare_batch(next(iter(self.train_dataloader)))
        keys = {"params": params_key, "dropout": dropout_key}
        variables = self.model.apply_init(tuple(inputs), key=keys)
        if self.gpus:
            variables = jax.device_put(variables, self.gpus[0])
        state = TrainState.create(
            apply_fn=self.model.apply,
            params=variables.get("params", {}),
            tx=self.optim,
            batch_stats=variables.get("batch_stats", {}),
            dropout_rng=dropout_key,
        )
        # An optimizer by hand may have returned this class for an object of it.
        empty = optax.EmptyState() if state.opt_state is optax.EmptyState else state.opt_state
        return state.replace(opt_state=empty)

    def fit_epoch(self) -> None:
        """Train for one epoch, then validate."""
        if self.train_batch_idx == 0:
            # An optimizer by hand may do in Python what a compiled function would do only once.
            by_hand = not isinstance(self.state.tx, optax.GradientTransformation)
            self._next = self.next_state if by_hand else _compile(self.next_state, self.state)
        self.model.training = True
        for batch in self.train_dataloader:
            self.batch = self.prepare_batch(batch)
            step = self.model.training_step(self.state.params, self.batch, self.state)
            if step is None:
                raise MissingReturnError(
                    f"{type(self.model).__name__}.training_step returned None: it returns the loss "
                    "and the gradients"
                )
            value, grads = step
            self.state = self._next(self.state, grads, _batch_stats(value, self.state))
            self.train_batch_idx += 1
        self.model.training = False
        if self.val_dataloader is None:
            return
        for batch in self.val_dataloader:
            self.batch = self.prepare_batch(batch)
            self.model.validation_step(self.state.params, self.batch, self.state)
            self.val_batch_idx += 1

    def next_state(self, state: Any, grads: Any, batch_stats: Any) -> Any:
        """Return the state after a step of the optimizer, with a new key for dropout."""
        if self.gradient_clip_val > 0:
            grads = self.clip_gradients(self.gradient_clip_val, grads)
        key = jax.random.split(state.dropout_rng)[0]
        state = state.apply_gradients(grads=grads)
        return state.replace(batch_stats=batch_stats, dropout_rng=key)


def _batch_stats(value: Any, state: Any) -> Any:
    """Return the means and variances of batch norm that a loss returned, or else the state's."""
    updates = value[1] if isinstance(value, tuple) else None
    if isinstance(updates, Mapping):
        return updates.get("batch_stats", state.batch_stats)
    return state.batch_stats


class SGD(optimizer.SGD):
    """Stochastic gradient descent by hand, in the form that Optax gives its optimizers."""

    def __call__(self) -> optax.GradientTransformation:
        """Return the pair of `init` and `update`, Optax's own class."""
        return optax.GradientTransformation(self.init, self.update)


class LinearRegressionScratch(Module):
    """y_hat = X w + b with parameters `w` (num_inputs, 1) and `b` (1,), and squared loss.

    Args:
        num_inputs: number of inputs.
        lr: learning rate.
        sigma: standard deviation of the weights at first.
    """

    num_inputs: int  # type: ignore[misc]
    lr: float  # type: ignore[misc]
    sigma: float = 0.01

    def setup(self) -> None:
        """Make the parameters."""
        self.w = self.param("w", nn.initializers.normal(self.sigma), (self.num_inputs, 1))
        self.b = self.param("b", nn.initializers.zeros, (1,))

    def forward(self, X: jax.Array) -> jax.Array:  # type: ignore[override]
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return X @ self.w + self.b

    @compiled
    def loss(  # type: ignore[override]
        self, params: Any, X: Sequence[jax.Array], y: jax.Array, state: Any
    ) -> jax.Array:
        """Return the mean of half the squared errors; targets may be (n, 1) or (n,)."""
        y_hat = state.apply_fn({"params": params}, *X)
        return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).mean()

    def configure_optimizers(self) -> SGD:
        """Return stochastic gradient descent by hand."""
        return SGD(self.lr)


class LinearRegression(Module):
    """Linear regression with a layer of Flax.

    Args:
        lr: learning rate.
    """

    lr: float  # type: ignore[misc]

    def setup(self) -> None:
        """Make the layer."""
        self.net = nn.Dense(1, kernel_init=nn.initializers.normal(0.01))

    def forward(self, X: jax.Array) -> jax.Array:  # type: ignore[override]
        """Return predictions (n, 1) for inputs (n, num_inputs)."""
        return self.net(X)

    @compiled
    def loss(  # type: ignore[override]
        self, params: Any, X: Sequence[jax.Array], y: jax.Array, state: Any
    ) -> jax.Array:
        """Return the mean of half the squared errors, as `optax.l2_loss` has them."""
        y_hat = state.apply_fn({"params": params}, *X)
        return optax.l2_loss(y_hat, same_shape(y, y_hat)).mean()

    def configure_optimizers(self) -> optax.GradientTransformation:
        """Return stochastic gradient descent."""
        return optax.sgd(self.lr)

    def get_w_b(self, state: Any) -> tuple[jax.Array, jax.Array]:
        """Return the weights (num_inputs, 1) and the bias (1,) of a trainer's state."""
        net = state.params["net"]
        return net["kernel"], net["bias"]


def _mend() -> None:
    """Put back names of JAX and Optax that notebooks of that time use, where they are gone."""
    for module, name, present in (
        (optax, "additive_weight_decay", optax.add_decayed_weights),
        (jax, "tree_map", jax.tree.map),
        (jax.random, "PRNGKeyArray", jax.Array),
    ):
        if not hasattr(module, name):
            setattr(module, name, present)


_mend()

if TYPE_CHECKING:
    import matplotlib.pyplot as plt  # noqa: F401
else:

    def __getattr__(name: str) -> object:
        return lazy_attribute(__name__, name)
