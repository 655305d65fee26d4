"""Functions with one name in every framework do the same thing in every framework."""

import importlib

import numpy as np
import pytest

A = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], np.float32)
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)

ELEMENTWISE = {
    "sin": np.sin,
    "sinh": np.sinh,
    "cos": np.cos,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "abs": np.abs,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "ones_like": np.ones_like,
    "zeros_like": np.zeros_like,
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_functions(face, name):
    result = face.numpy(getattr(face.d2l, name)(face.tensor(A)))
    np.testing.assert_allclose(result, ELEMENTWISE[name](A), rtol=1e-5)


def test_logarithm(face):
    np.testing.assert_allclose(
        face.numpy(face.d2l.log(face.tensor(np.abs(A)))), np.log(np.abs(A)), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean"])
def test_reductions_over_all_and_over_an_axis(face, name):
    reduce = getattr(face.d2l, name)
    expected = {"reduce_sum": np.sum, "reduce_mean": np.mean}[name]
    assert float(reduce(face.tensor(A))) == pytest.approx(expected(A))
    np.testing.assert_allclose(face.numpy(reduce(face.tensor(A), 0)), expected(A, 0), rtol=1e-6)
    np.testing.assert_allclose(
        face.numpy(reduce(face.tensor(A), axis=1)), expected(A, 1), rtol=1e-6
    )


def test_argmax_along_an_axis(face):
    assert face.numpy(face.d2l.argmax(face.tensor(A), axis=1)).tolist() == [2, 1]


def test_shapes(face):
    d2l, a = face.d2l, face.tensor(A)
    assert tuple(d2l.reshape(a, (3, 2)).shape) == (3, 2)
    assert tuple(d2l.reshape(a, (-1,)).shape) == (6,)
    assert tuple(d2l.expand_dims(a, 0).shape) == (1, 2, 3)
    np.testing.assert_array_equal(face.numpy(d2l.transpose(a)), A.T)
    np.testing.assert_array_equal(face.numpy(d2l.concat([a, a], 0)), np.concatenate([A, A]))
    np.testing.assert_array_equal(face.numpy(d2l.stack([a, a], 0)), np.stack([A, A]))
    assert int(d2l.size(a)) == 6


def test_products(face):
    d2l, a = face.d2l, face.tensor(SQUARE)
    np.testing.assert_allclose(face.numpy(d2l.matmul(a, a)), SQUARE @ SQUARE)
    wide = face.tensor(A)
    np.testing.assert_allclose(face.numpy(d2l.matmul(a, wide)), SQUARE @ A)
    batch = d2l.stack([a, a], 0)
    np.testing.assert_allclose(face.numpy(d2l.batch_matmul(batch, batch))[1], SQUARE @ SQUARE)


def test_products_of_doubles_are_doubles(face):
    if face.name == "jax":
        pytest.skip("JAX computes with 32 bits, unless a setting says otherwise")
    d2l, double = face.d2l, SQUARE.astype(np.float64)
    product = face.numpy(d2l.matmul(face.tensor(double), face.tensor(double)))
    np.testing.assert_allclose(product, double @ double)
    assert product.dtype == np.float64


def test_conversion(face):
    d2l = face.d2l
    integers = d2l.astype(face.tensor(A), d2l.int32)
    assert face.numpy(integers).dtype == np.int32
    assert face.numpy(d2l.tensor([1.0, 2.0])).dtype == np.float32


def test_creation(face):
    d2l = face.d2l
    assert face.numpy(d2l.ones((2, 3))).tolist() == [[1, 1, 1]] * 2
    assert face.numpy(d2l.zeros((2, 3))).tolist() == [[0, 0, 0]] * 2
    assert face.numpy(d2l.arange(3)).tolist() == [0, 1, 2]
    assert face.numpy(d2l.eye(2)).tolist() == [[1, 0], [0, 1]]
    assert face.numpy(d2l.linspace(0.0, 1.0, 3)).tolist() == [0, 0.5, 1]


def test_random_numbers(face):
    d2l = face.d2l
    face.seed(0)
    sample = face.numpy(
        d2l.normal(1.0, 2.0, (2000,))
        if face.name != "tensorflow"
        else d2l.normal((2000,), 1.0, 2.0)
    )
    assert sample.mean() == pytest.approx(1, abs=0.2)
    assert sample.std() == pytest.approx(2, abs=0.2)
    assert tuple(d2l.randn(2, 3).shape) == (2, 3)


def test_uniform_numbers_are_between_0_and_1_and_normal_ones_are_not(face):
    face.seed(0)
    # TensorFlow's take a shape, those of the others a number for each axis.
    shape = ((4000,),) if face.name == "tensorflow" else (4000,)
    uniform, normal = face.numpy(face.d2l.rand(*shape)), face.numpy(face.d2l.randn(4000))
    assert (uniform.min() >= 0, uniform.max() < 1) == (True, True)
    assert uniform.mean() == pytest.approx(0.5, abs=0.05)
    assert normal.mean() == pytest.approx(0, abs=0.1)
    assert normal.std() == pytest.approx(1, abs=0.1)


def test_a_tensor_moved_to_the_cpu_stays_what_it_was(face):
    moved = face.d2l.to(face.tensor(A), face.d2l.cpu())
    np.testing.assert_array_equal(face.numpy(moved), A)


def test_devices_of_this_machine(face):
    d2l = face.d2l
    assert len(d2l.try_all_gpus()) == max(1, d2l.num_gpus())
    if d2l.num_gpus() == 0:
        assert type(d2l.try_gpu()) is type(d2l.cpu())


def test_all_gpus_are_counted(face, monkeypatch):
    if face.name == "torch":
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 3)
    elif face.name == "mxnet":
        monkeypatch.setattr("mxnet.npx.num_gpus", lambda: 3)
    elif face.name == "jax":
        monkeypatch.setattr("jax.devices", lambda kind: [kind] * 3)
    else:
        monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind] * 3)
    assert face.d2l.num_gpus() == 3


@pytest.mark.parametrize("name", ["int32", "int64", "float32"])
def test_types_have_the_width_that_their_name_says(face, name):
    kind = getattr(face.d2l, name)
    if face.name == "jax" and name == "int64":
        pytest.skip("JAX computes with 32 bits, unless a setting says otherwise")
    assert face.numpy(face.d2l.astype(face.tensor(np.ones(2, np.float32)), kind)).dtype == name


def test_a_gpu_is_given_where_the_machine_has_it(face, monkeypatch):
    device = importlib.import_module(f"d2l_local.{face.name}.device")
    monkeypatch.setattr(device, "num_gpus", lambda: 2)
    monkeypatch.setattr(device, "gpu", lambda i=0: f"GPU {i}")
    monkeypatch.setattr(device, "cpu", lambda: "CPU")
    assert [device.try_gpu(), device.try_gpu(1), device.try_gpu(2)] == ["GPU 0", "GPU 1", "CPU"]
    assert device.try_all_gpus() == ["GPU 0", "GPU 1"]
    monkeypatch.setattr(device, "num_gpus", lambda: 0)
    assert [device.try_gpu(), *device.try_all_gpus()] == ["CPU", "CPU"]


def test_a_gpu_has_the_number_that_is_asked_for(face):
    if face.name == "tensorflow":
        import tensorflow as tf

        devices = []
        for device in (face.d2l.gpu, lambda: face.d2l.gpu(1), face.d2l.cpu):
            with tf.Graph().as_default(), device():  # A graph only notes where it would compute.
                devices.append(tf.constant(1).device)
        assert devices == ["/device:GPU:0", "/device:GPU:1", "/device:CPU:0"]
    elif face.name == "torch":
        import torch

        assert face.d2l.gpu(1) == torch.device("cuda", 1)
        assert face.d2l.gpu() == torch.device("cuda", 0)
        assert face.d2l.cpu() == torch.device("cpu")
    elif face.name == "jax":
        import jax

        assert face.d2l.cpu() == jax.devices("cpu")[0]
        with pytest.raises(RuntimeError, match="gpu"):
            face.d2l.gpu()
    else:
        import mxnet as mx

        assert face.d2l.gpu(1) == mx.gpu(1)
        assert face.d2l.gpu() == mx.gpu(0)
        assert face.d2l.cpu() == mx.cpu()


def test_pyplot_is_there_under_its_usual_name(face):
    import matplotlib.pyplot as plt

    assert face.d2l.plt is plt
