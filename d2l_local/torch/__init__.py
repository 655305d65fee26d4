"""The PyTorch face of the library: `from d2l_local import torch as d2l`."""

from d2l_local.common.frameworks import require

require("torch")

from d2l_local.common.board import ProgressBoard
from d2l_local.common.figures import plot, set_axes, set_figsize, show_images, use_svg_display
from d2l_local.common.files import (
    DATA_HUB,
    DATA_URL,
    download,
    download_extract,
    extract,
    mkdir_if_not_exist,
)
from d2l_local.common.functional import (
    Accumulator,
    Animator,
    Timer,
    get_dataloader_workers,
    get_fashion_mnist_labels,
)
from d2l_local.common.hyperparameters import HyperParameters, add_to_class
from d2l_local.common.lazy import lazy_attribute
from d2l_local.common.record import record
from d2l_local.common.results import results_of
from d2l_local.common.search import search
from d2l_local.common.self_check import optimizer_settings, self_check
from d2l_local.common.statistics import interval, plot_intervals
from d2l_local.torch.data import DataModule, FashionMNIST, SyntheticRegressionData
from d2l_local.torch.device import cpu, gpu, num_gpus, try_all_gpus, try_gpu
from d2l_local.torch.functional import (
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
from d2l_local.torch.linear import LinearRegression, LinearRegressionScratch
from d2l_local.torch.model import Classification, Classifier, Module, nn_Module
from d2l_local.torch.ops import *  # noqa: F403
from d2l_local.torch.optimizer import SGD
from d2l_local.torch.seed import set_seed
from d2l_local.torch.train import Trainer

full_results = results_of("torch")


def __getattr__(name: str) -> object:
    return lazy_attribute(__name__, name)
