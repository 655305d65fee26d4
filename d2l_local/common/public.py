"""The names of this package that are in each face."""

from d2l_local.common.board import ProgressBoard
from d2l_local.common.download import (
    DATA_HUB,
    DATA_URL,
    download,
    download_extract,
    extract,
    mkdir_if_not_exist,
)
from d2l_local.common.figures import plot, set_axes, set_figsize, show_images, use_svg_display
from d2l_local.common.functional import Accumulator, Animator, Timer, get_fashion_mnist_labels
from d2l_local.common.hyperparameters import HyperParameters, add_to_class

__all__ = [
    "DATA_HUB",
    "DATA_URL",
    "Accumulator",
    "Animator",
    "HyperParameters",
    "ProgressBoard",
    "Timer",
    "add_to_class",
    "download",
    "download_extract",
    "extract",
    "get_fashion_mnist_labels",
    "mkdir_if_not_exist",
    "plot",
    "set_axes",
    "set_figsize",
    "show_images",
    "use_svg_display",
]
