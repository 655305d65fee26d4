"""What notebooks written for Keras 2 do, and Keras 3 refuses."""

import faces
import pytest


@pytest.fixture(scope="module")
def tf():
    faces.load("tensorflow")
    import tensorflow

    return tensorflow


@pytest.fixture
def layer(tf):
    layer = tf.keras.layers.Dense(1, use_bias=False)
    layer(tf.ones((1, 2)))
    return layer


def test_a_tape_watches_a_variable_of_keras(tf, layer):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(layer.weights[0])
        y = layer(tf.constant([[2.0, 3.0]]))
    assert tape.gradient(y, layer.weights[0]).numpy().ravel().tolist() == [2.0, 3.0]


def test_a_tape_watches_tensors_as_before(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x])
        y = x * x
    assert tape.gradient(y, x).numpy() == 6.0


def test_a_variable_of_keras_has_a_device(tf, layer):
    assert layer.weights[0].device == layer.weights[0].value.device
    assert "device:" in layer.weights[0].device


def test_a_learning_rate_may_be_an_integer(tf):
    assert float(tf.keras.optimizers.Adam(5).learning_rate) == 5.0
    assert float(tf.keras.optimizers.SGD(learning_rate=1).learning_rate) == 1.0
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.1)
    assert tf.keras.optimizers.SGD(schedule).get_config()["learning_rate"]["config"]


def test_mending_twice_changes_nothing_more(tf):
    from d2l_local.tensorflow.keras_compat import mend

    before = tf.GradientTape.watch
    mend()
    assert tf.GradientTape.watch is before
