"""What older notebooks import beside MXNet, and the data set that they fetch through Gluon."""

from __future__ import annotations

import numpy as np
from mxnet import nd, util
from mxnet import np as mxnp
from mxnet.gluon.data.vision import FashionMNIST

from d2l_local.common import fashion_mnist
from d2l_local.compat import companions


def mend_companions() -> None:
    """Mend what `common` mends, and let Gluon's `FashionMNIST` read our cache.

    MXNet's project has ended, and with it the server of its data sets.
    """
    companions.mend_companions()
    FashionMNIST._get_data = _get_data


def _get_data(dataset: FashionMNIST) -> None:
    images, labels = fashion_mnist.load(dataset._train)
    label = np.asarray(labels, np.int32)
    array = mxnp.array if util.is_np_array() else nd.array
    dataset._data = array(np.asarray(images)[..., None], dtype=np.uint8)
    dataset._label = array(label, dtype=np.int32) if util.is_np_array() else label
