"""The MXNet face of the library: `from d2l_local import mxnet as d2l`."""

import os

from d2l_local.mxnet_compat import import_mxnet

# On a CPU, the update of several parameters at once is slower than one after the other: by a fifth
# of an epoch of a small network. MXNet reads this whenever an optimizer is made.
os.environ.setdefault("MXNET_OPTIMIZER_AGGREGATION_SIZE", "1")
import_mxnet()

from mxnet import npx

npx.set_np()

from d2l_local.common.board import ProgressBoard
from d2l_local.common.figures import plot, set_axes, set_figsize, show_images, use_svg_display
from d2l_local.common.files import DATA_HUB, DATA_URL, download, download_extract, extract
from d2l_local.common.hyperparameters import HyperParameters, add_to_class
from d2l_local.common.lazy import lazy_attribute
from d2l_local.common.record import record
from d2l_local.mxnet.data import DataModule, FashionMNIST
from d2l_local.mxnet.device import cpu, gpu, num_gpus, try_all_gpus, try_gpu
from d2l_local.mxnet.model import Classification, Classifier, Module, nn_Module
from d2l_local.mxnet.ops import *  # noqa: F403
from d2l_local.mxnet.train import SGD, Trainer


def __getattr__(name: str) -> object:
    return lazy_attribute(__name__, name)
