"""What older notebooks import beside TensorFlow, and the data set that they fetch through Keras."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from d2l_local.common import fashion_mnist
from d2l_local.compat import companions

_Arrays = tuple[np.ndarray, np.ndarray]


def mend_companions() -> None:
    """Mend what `common` mends, and let `tf.keras.datasets.fashion_mnist` read our cache."""
    companions.mend_companions()
    for datasets in (keras.datasets, tf.keras.datasets):
        datasets.fashion_mnist.load_data = _load_data


def _load_data() -> tuple[_Arrays, _Arrays]:
    """Return (images, labels) to train on and (images, labels) to test with, as Keras does.

    Images are bytes of shape (60000, 28, 28) and (10000, 28, 28), labels bytes 0 to 9.

    Raises:
        DataNotFoundError: if the data set is not in the cache and cannot be fetched.
    """
    train, test = fashion_mnist.load(train=True), fashion_mnist.load(train=False)
    return (np.asarray(train[0]), np.asarray(train[1])), (np.asarray(test[0]), np.asarray(test[1]))
