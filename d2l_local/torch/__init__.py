"""The PyTorch face of the library: `from d2l_local import torch as d2l`."""

from d2l_local.common.board import ProgressBoard
from d2l_local.common.figures import plot, set_axes, set_figsize, show_images, use_svg_display
from d2l_local.common.files import DATA_HUB, DATA_URL, download, download_extract, extract
from d2l_local.common.hyperparameters import HyperParameters, add_to_class
from d2l_local.common.lazy import lazy_attribute
from d2l_local.common.record import record
from d2l_local.torch.data import DataModule, FashionMNIST
from d2l_local.torch.device import cpu, gpu, num_gpus, try_all_gpus, try_gpu
from d2l_local.torch.model import Classification, Classifier, Module, nn_Module
from d2l_local.torch.ops import *  # noqa: F403
from d2l_local.torch.train import Trainer


def __getattr__(name: str) -> object:
    return lazy_attribute(__name__, name)
