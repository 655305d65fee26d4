"""Training with plain functions, the same in every framework."""

import functools
import math
import re

import matplotlib as mpl
import numpy as np
import pytest
from drawn import image_in, stretched

mpl.use("agg")
import matplotlib.pyplot as plt

from d2l_local.common.board import ProgressBoard
from d2l_local.common.functional import Accumulator, Animator, Timer, get_dataloader_workers


def network(face, weights):
    """A plain function over parameters that stand beside it, and these parameters."""
    d2l = face.d2l

    def forward(params, X):
        W1, b1, W2, b2 = params
        X = d2l.reshape(X, (-1, W1.shape[0]))
        return d2l.matmul(d2l.tanh(d2l.matmul(X, W1) + b1), W2) + b2

    if face.name == "jax":
        return forward, [face.tensor(w) for w in weights]
    params = [face.parameter(w) for w in weights]
    return functools.partial(forward, params), params


def as_it_is(face, net, updater):
    """The function of inputs with the parameters as they are now."""
    return functools.partial(net, updater.params) if face.name == "jax" else net


def cross_entropy(face):
    """The loss of each example, as the notebooks of each framework write it."""
    if face.name == "torch":
        from torch import nn

        return nn.CrossEntropyLoss(reduction="none")
    if face.name == "mxnet":
        from mxnet import gluon

        return gluon.loss.SoftmaxCrossEntropyLoss()
    if face.name == "jax":
        import optax

        return optax.softmax_cross_entropy_with_integer_labels
    import tensorflow as tf

    return lambda y_hat, y: tf.losses.sparse_categorical_crossentropy(y, y_hat, from_logits=True)


def batches(face, clusters, batch_size=32, is_train=True):
    X, y = clusters
    return face.d2l.load_array((face.tensor(X), face.tensor(y)), batch_size, is_train)


def test_training_finds_the_classes(face, weights, clusters, capsys):
    face.seed(0)
    net, params = network(face, weights)
    train_iter = batches(face, clusters)
    test_iter = batches(face, clusters, is_train=False)
    updater = face.d2l.Updater(params, lr=0.3)
    before = face.d2l.evaluate_accuracy(as_it_is(face, net, updater), test_iter)
    face.d2l.train_ch3(net, train_iter, test_iter, cross_entropy(face), 10, updater)
    after = face.d2l.evaluate_accuracy(as_it_is(face, net, updater), test_iter)
    assert before < 0.7 < 0.95 < after
    assert capsys.readouterr().err.count("test_acc") == 1, "one line in a terminal"


def test_during_an_epoch_the_means_so_far_are_shown(face, weights, clusters, monkeypatch):
    shown = []
    monkeypatch.setattr(
        ProgressBoard, "refresh", lambda board: shown.append(dict(board.curves(unfinished=True)))
    )
    net, params = network(face, weights)
    data = batches(face, clusters)
    updater = face.d2l.Updater(params, lr=0)  # So that the means are those of one network.
    face.d2l.train_ch3(net, data, data, cross_entropy(face), 2, updater)

    per_epoch = len(data) + 3  # Three curves get their points in the end.
    assert len(shown) == 2 * per_epoch
    for first, epoch in ((0, 1), (per_epoch, 2)):
        running = shown[first : first + len(data)]
        assert {curves["train_loss"][-1].x for curves in running} == {epoch}
        assert len({curves["train_loss"][-1].y for curves in running}) > 1
        assert all(len(curves["train_acc"]) == epoch for curves in running)
        assert all(len(curves.get("test_acc", [])) == epoch - 1 for curves in running)
        finished = shown[first + per_epoch - 1]
        assert {label: len(points) for label, points in finished.items()} == {
            **{"train_loss": epoch, "train_acc": epoch, "test_acc": epoch}
        }
        for label in ("train_loss", "train_acc"):
            assert running[-1][label][-1] == finished[label][-1]
        assert finished["train_acc"][-1].y == pytest.approx(finished["test_acc"][-1].y)


def test_an_updater_may_be_a_function_of_the_batch_size(face, weights, clusters):
    net, params = network(face, weights)
    lr = 0.3
    if face.name == "tensorflow":

        def updater(batch_size, grads):
            face.d2l.sgd(params, grads, lr, batch_size)

        updater.params = params
    elif face.name == "jax":

        def updater(batch_size, grads):
            updater.params = face.d2l.sgd(updater.params, grads, lr, batch_size)

        updater.params = params
    else:

        def updater(batch_size):
            face.d2l.sgd(params, lr, batch_size)

    losses = [
        face.d2l.train_epoch_ch3(net, batches(face, clusters), cross_entropy(face), updater)[0]
        for _ in range(5)
    ]
    assert losses[-1] < 0.5 * losses[0]


def test_an_epoch_moves_each_parameter_against_the_mean_gradient(weights, clusters):
    """One batch: all frameworks make the same step, and report the same loss and accuracy."""
    import faces

    results = []
    for name in faces.NAMES:
        face = faces.load(name)
        net, params = network(face, weights)
        data = batches(face, clusters, batch_size=192, is_train=False)
        updater = face.d2l.Updater(params, lr=1.0)
        metrics = face.d2l.train_epoch_ch3(net, data, cross_entropy(face), updater)
        results.append((metrics, [face.numpy(p) for p in updater.params]))
    for metrics, params in results[1:]:
        assert metrics == pytest.approx(results[0][0], abs=1e-5)
        for param, reference in zip(params, results[0][1], strict=True):
            np.testing.assert_allclose(param, reference, atol=1e-5)


def test_an_updater_may_be_an_optimizer_of_the_framework(clusters, face):
    """With a network of layers and a loss that is the mean of a batch, where there is one."""
    face.seed(0)
    losses = []
    if face.name == "torch":
        import torch
        from torch import nn

        net = nn.Sequential(nn.Linear(6, 3))
        loss, updater = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.3)
    elif face.name == "tensorflow":
        import tensorflow as tf

        net = tf.keras.Sequential([tf.keras.layers.Dense(3)])
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        updater = tf.keras.optimizers.SGD(0.3)
    elif face.name == "jax":
        import optax
        from flax import nnx

        net = nnx.Linear(6, 3, rngs=nnx.Rngs(0))
        updater = nnx.Optimizer(net, optax.sgd(0.3), wrt=nnx.Param)

        def loss(y_hat, y):
            return optax.softmax_cross_entropy_with_integer_labels(y_hat, y).mean()
    else:
        from mxnet import gluon

        net = gluon.nn.Dense(3)
        net.initialize()
        loss = gluon.loss.SoftmaxCrossEntropyLoss()
        updater = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.3})
    data = batches(face, clusters)
    for _ in range(8):
        losses.append(face.d2l.train_epoch_ch3(net, data, loss, updater)[0])
    assert losses[0] < 2, "a mean over examples, not over batches or sums"
    assert losses[-1] < 0.5 * losses[0]
    assert face.d2l.evaluate_loss(net, data, loss) == pytest.approx(losses[-1], rel=0.3)


def network_that_tells_its_mode(face):
    """A network, and the list to which it adds whether it is being trained, whenever it runs."""
    modes = []
    if face.name == "torch":
        from torch import nn

        net = nn.Sequential(nn.Linear(6, 3), nn.Dropout(0.5))
        net.register_forward_hook(lambda module, X, Y: modes.append(module.training))
        return net, modes
    if face.name == "tensorflow":
        import tensorflow as tf

        class Net(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.layer = tf.keras.layers.Dense(3)

            def call(self, X, training=None):
                modes.append(bool(training))
                return self.layer(X)

        return Net(), modes
    if face.name == "jax":
        from flax import nnx

        class Net(face.d2l.nn_Module):
            def __init__(self):
                self.layer = nnx.Linear(6, 3, rngs=nnx.Rngs(0))

            def forward(self, X):
                modes.append(self.training)
                return self.layer(X)

        return Net(), modes
    from mxnet import autograd
    from mxnet.gluon import nn

    class Net(nn.Dense):
        def forward(self, X):
            modes.append(autograd.is_training())
            return super().forward(X)

    net = Net(3)
    net.initialize()
    return net, modes


def test_a_network_is_in_training_mode_while_it_is_trained_and_never_else(face, clusters):
    net, modes = network_that_tells_its_mode(face)
    if face.name == "tensorflow":
        import tensorflow as tf

        updater = tf.keras.optimizers.SGD(0.1)
    elif face.name == "torch":
        import torch

        updater = torch.optim.SGD(net.parameters(), 0.1)
    elif face.name == "jax":
        import optax
        from flax import nnx

        updater = nnx.Optimizer(net, optax.sgd(0.1), wrt=nnx.Param)
    else:
        from mxnet import gluon

        updater = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    data, loss = batches(face, clusters, batch_size=192), cross_entropy(face)
    if face.name == "torch":
        loss.reduction = "mean"
    net(next(iter(data))[0])  # Keras runs a network twice when it builds it.
    modes.clear()
    face.d2l.train_epoch_ch3(net, data, loss, updater)
    assert modes == [True]
    face.d2l.evaluate_accuracy(net, data)
    face.d2l.evaluate_loss(net, data, loss)
    assert modes == [True, False, False]


def test_linear_regression_recovers_the_true_parameters(face):
    face.seed(0)
    d2l = face.d2l
    true_w, true_b = face.tensor(np.array([2, -3.4], np.float32)), 4.2
    features, labels = d2l.synthetic_data(true_w, true_b, 1000)
    assert (tuple(features.shape), tuple(labels.shape)) == ((1000, 2), (1000, 1))
    of_params = face.tensor if face.name == "jax" else face.parameter
    w = of_params(np.zeros((2, 1), np.float32))
    b = of_params(np.zeros(1, np.float32))
    updater = d2l.Updater([w, b], lr=0.1)

    def net(*args):
        *params, X = args
        return d2l.linreg(X, *(params[0] if params else (w, b)))

    data = d2l.load_array((features, labels), 10)
    for _ in range(3):
        d2l.train_epoch_ch3(net, data, d2l.squared_loss, updater)
    w, b = updater.params
    np.testing.assert_allclose(face.numpy(w).ravel(), [2, -3.4], atol=0.01)
    assert face.numpy(b).item() == pytest.approx(4.2, abs=0.01)
    assert d2l.evaluate_loss(as_it_is(face, net, updater), data, d2l.squared_loss) < 1e-3


def test_half_the_squared_error_of_each_example(face):
    y_hat = face.tensor(np.array([[1.0], [4.0]], np.float32))
    y = face.tensor(np.array([3.0, 4.0], np.float32))
    assert face.numpy(face.d2l.squared_loss(y_hat, y)).tolist() == [[2.0], [0.0]]


def test_accuracy_counts_the_correct_predictions(face):
    scores = face.tensor(np.array([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]], np.float32))
    labels = face.tensor(np.array([0, 2]))
    assert face.d2l.accuracy(scores, labels) == 1.0
    assert face.d2l.accuracy(labels, labels) == 2.0


def test_fashion_mnist_comes_in_batches_of_any_size_of_image(face):
    train_iter, test_iter = face.d2l.load_data_fashion_mnist(32, resize=64)
    assert (len(train_iter), len(test_iter)) == (1875, 313)
    X, y = next(iter(train_iter))
    assert sorted(X.shape) == [1, 32, 64, 64]
    names = face.d2l.get_fashion_mnist_labels(y)
    assert len(names) == 32
    assert face.d2l.get_fashion_mnist_labels([0, 9]) == ["t-shirt", "ankle boot"]


def test_predictions_are_shown_below_the_true_classes(face):
    _, test_iter = face.d2l.load_data_fashion_mnist(16)
    X, y = next(iter(test_iter))

    def net(X):
        return face.tensor(np.eye(10, dtype=np.float32)[np.full(len(X), 9)])

    for n in (4, 17):  # No more than the 16 of a batch.
        face.d2l.predict_ch3(net, test_iter, n=n)
        true = face.d2l.get_fashion_mnist_labels(face.numpy(y)[:n])
        cells = plt.gcf().axes
        for axes, image in zip(cells, face.numpy(X).reshape(16, 28, 28)[:n], strict=True):
            np.testing.assert_allclose(image_in(axes), stretched(image), atol=0.02)
        titles = [axes.get_title() for axes in cells]
        assert titles == [f"{name}\nankle boot" for name in true]
        plt.close("all")


def lenet_like(face):
    if face.name == "torch":
        from torch import nn

        return nn.Sequential(
            nn.Conv2d(1, 4, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10)
        )
    if face.name == "tensorflow":
        import tensorflow as tf

        layers = tf.keras.layers
        return lambda: tf.keras.Sequential(
            [layers.Conv2D(4, 5, strides=2, activation="relu"), layers.Flatten(), layers.Dense(10)]
        )
    if face.name == "jax":
        import jax
        from flax import nnx

        rngs = nnx.Rngs(0)
        return nnx.Sequential(
            nnx.Conv(1, 4, (5, 5), strides=2, rngs=rngs),
            jax.nn.relu,
            lambda X: X.reshape(len(X), -1),
            nnx.Linear(14 * 14 * 4, 10, rngs=rngs),
        )
    from mxnet.gluon import nn

    net = nn.Sequential()
    net.add(nn.Conv2D(4, 5, strides=2, activation="relu"), nn.Dense(10))
    return net


def test_a_convolutional_network_is_trained_on_a_device(face, capsys):
    face.d2l.set_seed(0)
    X, y = few_images(face)
    X, y, wrong = (face.tensor(array) for array in (X, y, (y + 1) % 10))
    train_iter = face.d2l.load_array((X, y), 64)
    test_iter = face.d2l.load_array((X, wrong), 64)
    net = lenet_like(face)
    if face.name == "torch":
        net(X[:2])
    face.d2l.train_ch6(net, train_iter, test_iter, 3, 0.2, face.d2l.try_gpu())
    printed = re.match(
        r"loss ([.\d]+), train acc ([.\d]+), test acc ([.\d]+)\n", capsys.readouterr().out
    )
    loss, train_acc, test_acc = map(float, printed.groups())
    assert loss < 1.8
    assert train_acc > 0.5 > 0.3 > test_acc


def few_images(face):
    from d2l_local.common import fashion_mnist

    images, labels = fashion_mnist.load(train=False)
    axis = -1 if face.immutable else 1
    return np.expand_dims(images[:1024] / np.float32(255), axis), labels[:1024].astype(np.int64)


def test_sums_accumulate():
    metric = Accumulator(2)
    metric.add(1, np.float32(2))
    metric.add(3, 4)
    assert (metric[0], metric[1]) == (4.0, 6.0)
    metric.reset()
    assert metric[0] == 0.0


@pytest.mark.filterwarnings("error")
def test_sums_take_parameters_and_losses_of_one_element(face):
    metric = Accumulator(3)
    scalar, one = face.parameter(np.float32([[2]])), face.tensor(np.float32([3]))
    metric.add(scalar * 2, one, 1)
    assert metric.data == [4.0, 3.0, 1]


def test_there_are_no_more_workers_than_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert [get_dataloader_workers(n) for n in (1, 2, 4)] == [1, 2, 2]


def test_a_timer_keeps_what_it_measures(monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 5.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    timer = Timer()
    assert timer.stop() == 1.0
    timer.start()
    timer.stop()
    assert (timer.sum(), timer.avg(), timer.cumsum()) == (4.0, 2.0, [1.0, 4.0])


def test_an_animator_keeps_a_curve_for_each_number():
    animator = Animator(xlabel="epoch", legend=["train loss", "test acc"], xlim=[1, 10])
    animator.add(1, (0.5, None))
    animator.add(2, (np.float32(0.25), 0.75))
    assert (animator.X, animator.Y) == ([[1, 2], [2]], [[0.5, 0.25], [0.75]])
    axes = animator.figure().axes[0]
    assert [line.get_xydata().tolist() for line in axes.lines] == [
        *([[1, 0.5], [2, 0.25]], [[2, 0.75]])
    ]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == animator.legend
    assert math.isclose(axes.get_xlim()[1], 10)


def test_an_animator_takes_one_number_too():
    animator = Animator()
    animator.add(1, 3.0)
    assert animator.Y == [[3.0]]
