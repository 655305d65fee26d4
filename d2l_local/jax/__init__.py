"""The JAX face of the library: `from d2l_local import jax as d2l`."""

from typing import TYPE_CHECKING

from d2l_local.common.faces import require, stand_aside

stand_aside(__name__)
for package in ("jax", "flax", "optax"):
    require(package, "jax", "pip install jax flax optax")

from d2l_local.common import public
from d2l_local.common.faces import lazy_attribute
from d2l_local.common.functional import get_dataloader_workers
from d2l_local.common.public import *  # noqa: F403
from d2l_local.compat.companions import mend_companions
from d2l_local.jax.core import (
    Classification,
    Classifier,
    DataModule,
    Module,
    Trainer,
    nn_Module,
)
from d2l_local.jax.data import FashionMNIST, SyntheticRegressionData
from d2l_local.jax.device import cpu, gpu, num_gpus, try_all_gpus, try_gpu
from d2l_local.jax.functional import (
    Updater,
    accuracy,
    evaluate_accuracy,
    evaluate_accuracy_gpu,
    evaluate_loss,
    linreg,
    load_array,
    load_data_fashion_mnist,
    predict_ch3,
    sgd,
    squared_loss,
    synthetic_data,
    train_ch3,
    train_ch6,
    train_epoch_ch3,
)
from d2l_local.jax.linear import LinearRegression, LinearRegressionScratch
from d2l_local.jax.ops import *  # noqa: F403
from d2l_local.jax.optimizer import SGD, optimizer_settings
from d2l_local.jax.seed import get_key, get_seed, normal, rand, randn, set_seed
from d2l_local.lab.record import record
from d2l_local.lab.results import results_of
from d2l_local.lab.search import search
from d2l_local.lab.self_check import self_check
from d2l_local.lab.statistics import interval, plot_intervals

mend_companions()

full_results = results_of("jax")


if TYPE_CHECKING:
    import matplotlib.pyplot as plt
else:

    def __getattr__(name: str) -> object:
        return lazy_attribute(__name__, name)


__all__ = [
    "SGD",
    "Classification",
    "Classifier",
    "DataModule",
    "FashionMNIST",
    "LinearRegression",
    "LinearRegressionScratch",
    "Module",
    "SyntheticRegressionData",
    "Trainer",
    "Updater",
    "abs",
    "accuracy",
    "arange",
    "argmax",
    "astype",
    "batch_matmul",
    "concat",
    "corr2d",
    "cos",
    "cosh",
    "cpu",
    "evaluate_accuracy",
    "evaluate_accuracy_gpu",
    "evaluate_loss",
    "exp",
    "expand_dims",
    "eye",
    "float32",
    "full_results",
    "get_dataloader_workers",
    "get_key",
    "get_seed",
    "gpu",
    "int32",
    "int64",
    "interval",
    "linreg",
    "linspace",
    "load_array",
    "load_data_fashion_mnist",
    "log",
    "matmul",
    "meshgrid",
    "nn_Module",
    "normal",
    "num_gpus",
    "numpy",
    "ones",
    "ones_like",
    "optimizer_settings",
    "plot_intervals",
    "plt",
    "predict_ch3",
    "rand",
    "randn",
    "record",
    "reduce_mean",
    "reduce_sum",
    "repeat",
    "reshape",
    "search",
    "self_check",
    "set_seed",
    "sgd",
    "sigmoid",
    "sin",
    "sinh",
    "size",
    "squared_loss",
    "stack",
    "swapaxes",
    "synthetic_data",
    "tanh",
    "tensor",
    "to",
    "train_ch3",
    "train_ch6",
    "train_epoch_ch3",
    "transpose",
    "try_all_gpus",
    "try_gpu",
    "zeros",
    "zeros_like",
]
__all__ += public.__all__
