"""The parameter `face` runs a test once in each framework."""

import faces
import numpy as np
import pytest


@pytest.fixture(params=faces.NAMES, scope="session")
def face(request):
    return faces.load(request.param)


@pytest.fixture
def weights():
    """W1, b1, W2, b2 of a network with 6 inputs, 5 hidden units and 3 classes."""
    rng = np.random.default_rng(0)
    return [rng.normal(0, 0.5, shape).astype(np.float32) for shape in ((6, 5), (5,), (5, 3), (3,))]


@pytest.fixture
def clusters():
    """Rows (192, 6) in three clusters, and their labels 0, 1, 2: easy to learn."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 192).astype(np.int32)
    X = rng.normal(0, 0.3, (192, 6)).astype(np.float32)
    X[np.arange(192), y] += 2
    return X, y.astype(np.int64)
