"""What only the JAX face has: compiled steps, keys, variables."""

import copy
import functools
import pickle

import faces
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx


@pytest.fixture(scope="module")
def face():
    return faces.load("jax")


@pytest.fixture(scope="module")
def d2l(face):
    return face.d2l


def trained(face, model, clusters, trainer=None, **settings):
    (trainer or face.d2l.Trainer)(**{"max_epochs": 3, **settings}).fit(model, face.data(*clusters))
    return model


def test_a_step_is_compiled_once_for_each_size_of_batch(face, weights, clusters):
    X, y = clusters
    sizes = []

    def training_step(self, batch):
        sizes.append(len(batch[0]))
        return face.d2l.Classifier.training_step(self, batch)

    model = face.classifier(weights, training_step=training_step)
    face.d2l.Trainer(max_epochs=3).fit(model, face.data(X, y, batch_size=50))
    assert sizes == [50, 10]


def test_compiled_and_eager_training_are_the_same(face, weights, clusters):
    results = []
    for jit in (True, False):
        face.d2l.set_seed(0)
        model = trained(face, face.classifier(weights), clusters, jit=jit)
        numbers = [[point.y for point in points] for points in model.board.data.values()]
        results.append([*numbers, *(face.numpy(p) for p in (model.W1, model.b1, model.W2))])
    for compiled, eager in zip(*results, strict=True):
        np.testing.assert_allclose(compiled, eager, atol=1e-5)


class WithState(nnx.Module):
    """Dropout, a mean and deviation that are learnt, and a count: all that training changes."""

    def __init__(self, rngs):
        self.dropout = nnx.Dropout(0.5, rngs=rngs)
        self.norm = nnx.BatchNorm(6, rngs=rngs)
        self.layer = nnx.Linear(6, 3, rngs=rngs)
        self.calls = nnx.Variable(jnp.zeros((), jnp.int32))

    def __call__(self, X):
        self.calls[...] += 1
        return self.layer(self.norm(self.dropout(X)))


def with_state(d2l, **members):
    class Model(d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.lr = 0.1
            self.net = WithState(nnx.Rngs(0))

    for name, member in members.items():
        setattr(Model, name, member)
    return Model()


@pytest.mark.parametrize("jit", [True, False])
def test_all_variables_of_a_model_change_in_training_and_none_in_validation(face, clusters, jit):
    model = trained(face, with_state(face.d2l), clusters, jit=jit)
    net = model.net
    assert int(net.calls[...]) == 3 * (5 + 1)
    assert (net.norm.mean[...] != 0).all()
    assert int(net.dropout.rngs.count[...]) == 15, "a new key in each batch of training only"
    assert net.dropout.deterministic
    assert not model.training


def test_what_is_no_array_may_change_between_epochs(face, clusters):
    rates = []

    def training_step(self, batch):
        rates.append(self.net.dropout.rate)
        return face.d2l.Classifier.training_step(self, batch)

    class Trainer(face.d2l.Trainer):
        def fit_epoch(self):
            self.model.net.dropout.rate = [0.5, 0.5, 0.25][self.epoch]
            super().fit_epoch()

    trained(face, with_state(face.d2l, training_step=training_step), clusters, Trainer)
    assert rates == [0.5, 0.25]


def test_variables_may_be_looked_at_and_set_between_batches(face, weights, clusters):
    results = []

    class Trainer(face.d2l.Trainer):
        def prepare_batch(self, batch):
            seen.append(float(self.model.b2[0]))
            self.model.W1[...] = jnp.zeros_like(self.model.W1[...])
            return batch

    for jit in (True, False):
        seen = []
        face.d2l.set_seed(0)
        model = trained(face, face.classifier(weights), clusters, Trainer, max_epochs=1, jit=jit)
        assert len(set(seen)) == 6  # Each step but that of validation changes it.
        results.append(seen)
    np.testing.assert_allclose(*results, atol=1e-5)
    assert float(jnp.abs(model.W1[...]).max()) == 0  # Set before validation, which changes nothing.


def test_a_compiled_step_that_makes_a_variable_says_what_to_do(face, weights, clusters):
    def training_step(self, batch):
        self.extra = nnx.Variable(jnp.zeros(()))
        return face.d2l.Classifier.training_step(self, batch)

    with pytest.raises(TypeError, match=r"make them in __init__, or train with .*jit=False"):
        trained(face, face.classifier(weights, training_step=training_step), clusters)


def test_a_step_may_plot_the_same_key_twice_and_keeps_the_order(face, weights, clusters):
    def validation_step(self, batch):
        for key, value in (("z", 1), ("a", 2.0), ("z", np.float32(3))):
            self.plot(key, value, train=False)

    model = face.classifier(weights, validation_step=validation_step)
    model.plot_valid_per_epoch = 2
    trained(face, model, clusters, max_epochs=1)
    assert list(model.board.data) == ["train_loss", "val_z", "val_a"]
    assert not [name for name in vars(model) if name.startswith("plotted")]


def test_nothing_that_a_step_needs_stays_in_a_model(face, weights, clusters):
    """So a model can be split, cloned and saved as any module of Flax."""
    model = trained(face, face.classifier(weights), clusters)
    paths = {path for path, _ in nnx.to_flat_state(nnx.state(model))}
    assert paths == {("W1",), ("b1",), ("W2",), ("b2",)}
    copy = nnx.clone(model)
    np.testing.assert_array_equal(copy(jnp.ones((2, 6))), model(jnp.ones((2, 6))))


def test_optimizers_of_optax_are_recognised(face, weights, clusters):
    for optimizer, name, rate in (
        (optax.adam(0.003), "Adam", 0.003),
        (optax.adamw(0.01), "Adam", 0.01),
        (optax.sgd(0.5, momentum=0.9), "SGD", 0.5),
        (face.d2l.SGD(0.2), "SGD", 0.2),
    ):
        model = face.classifier(weights, configure_optimizers=lambda self, o=optimizer: o)
        trained(face, model, clusters, max_epochs=1)
        assert face.d2l.optimizer_settings(model) == {"optimizer": name, "lr": rate}


def test_no_two_keys_are_the_same_and_a_seed_gives_them_again(d2l):
    d2l.set_seed(1)
    keys = [d2l.get_key() for _ in range(100)]
    assert len({tuple(jax.random.key_data(key).tolist()) for key in keys}) == 100
    d2l.set_seed(1)
    assert (jax.random.key_data(d2l.get_key()) == jax.random.key_data(keys[0])).all()


def test_a_compiled_function_gets_no_key(d2l):
    with pytest.raises(RuntimeError, match="hand the key to the function"):
        jax.jit(lambda: jax.random.normal(d2l.get_key()))()
    jax.random.normal(d2l.get_key())  # And it has left nothing behind.


def test_images_are_stretched_as_they_are_shown(d2l):
    data = d2l.FashionMNIST(4, resize=(56, 14))
    X, y = next(iter(data.val_dataloader()))
    assert (X.shape, X.dtype, y.dtype) == ((4, 56, 14, 1), jnp.float32, jnp.int32)


def test_a_function_of_parameters_is_trained_by_an_updater(d2l):
    params = {"w": jnp.zeros((2, 1)), "b": jnp.zeros(1)}
    X = jax.random.normal(jax.random.key(0), (100, 2))
    y = X @ jnp.array([[1.0], [2.0]]) + 3

    def net(params, X):
        return d2l.linreg(X, **params)

    updater = d2l.Updater(params, lr=0.2)
    data = d2l.load_array((X, y), 10)
    losses = [d2l.train_epoch_ch3(net, data, d2l.squared_loss, updater)[0] for _ in range(5)]
    assert losses[-1] < 1e-6 < losses[0]
    np.testing.assert_allclose(updater.params["w"].ravel(), [1, 2], atol=1e-3)
    assert (params["w"] == 0).all(), "updates are new arrays"


def test_a_network_may_be_an_argument_and_a_model_goes_through_nnx_jit(face, clusters):
    X, _ = clusters

    class Model(face.d2l.Classifier):
        def __init__(self, net, lr):
            super().__init__()
            self.save_hyperparameters()

    model = Model(nnx.Linear(6, 3, rngs=nnx.Rngs(0)), lr=0.1)
    assert dict(model.hparams) == {"net": model.net, "lr": 0.1}
    trained(face, model, clusters)
    outputs = nnx.jit(lambda model, X: model(X))(model, jnp.asarray(X))
    np.testing.assert_allclose(outputs, model(jnp.asarray(X)), rtol=1e-5)
    paths = {path for path, _ in nnx.to_flat_state(nnx.state(model))}
    assert paths == {("net", "kernel"), ("net", "bias")}


def test_a_loop_of_ones_own_may_call_the_step_itself(face, weights, clusters):
    class Trainer(face.d2l.Trainer):
        def fit_epoch(self):
            for batch in self.train_dataloader:
                self.update_on(self.model, self.optim, batch)
                self.train_batch_idx += 1

    face.d2l.set_seed(0)
    own = trained(face, face.classifier(weights), clusters, Trainer)
    face.d2l.set_seed(0)
    ours = trained(face, face.classifier(weights), clusters)
    losses = [[point.y for point in m.board.data["train_loss"]] for m in (own, ours)]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_a_trained_model_can_be_copied_without_its_data(face, clusters):
    model = trained(face, with_state(face.d2l), clusters)
    X = jnp.ones((2, 6))
    other = copy.deepcopy(model)
    assert not hasattr(other, "trainer")
    np.testing.assert_array_equal(other(X), model(X))
    assert model.trainer.model is model


def test_a_trained_model_can_be_pickled_without_its_data(d2l):
    data = d2l.SyntheticRegressionData(jnp.array([2.0, -3.4]), 4.2, num_train=1000)
    model = d2l.LinearRegressionScratch(2, 0.03)
    d2l.Trainer(max_epochs=1).fit(model, data)
    written = pickle.dumps(model)
    assert len(written) < data.X.nbytes
    other = pickle.loads(written)
    np.testing.assert_array_equal(other(data.X), model(data.X))
    d2l.Trainer(max_epochs=1).fit(other, data)


@pytest.mark.parametrize("jit", [True, False])
def test_what_a_failed_step_has_plotted_does_not_stay(face, weights, clusters, jit):
    def validation_step(self, batch):
        self.plot("mine", 1.0, train=False)
        raise ValueError("wrong")

    model = face.classifier(weights, validation_step=validation_step)
    with pytest.raises(ValueError, match="wrong"):
        trained(face, model, clusters, jit=jit)
    type(model).validation_step = face.d2l.Classifier.validation_step
    trained(face, model, clusters)
    assert "val_mine" not in model.board.data


@pytest.mark.parametrize("jit", [True, False])
def test_an_array_that_is_no_variable_may_change_in_a_step(face, clusters, jit):
    def training_step(self, batch):
        self.seen = self.seen + len(batch[0])
        return face.d2l.Classifier.training_step(self, batch)

    model = with_state(face.d2l, training_step=training_step)
    model.seen = jnp.zeros((), jnp.int32)
    trained(face, model, clusters, jit=jit)
    assert int(model.seen) == 3 * 160


def test_more_than_ten_plots_keep_their_order(face, weights, clusters):
    def validation_step(self, batch):
        for i in range(12):
            self.plot(f"k{i}", i, train=False)

    model = trained(face, face.classifier(weights, validation_step=validation_step), clusters)
    assert list(model.board.data)[1:] == [f"val_k{i}" for i in range(12)]


def test_a_batch_is_used_like_a_tuple(d2l):
    data = d2l.SyntheticRegressionData(jnp.array([2.0, -3.4]), 4.2, num_train=20, batch_size=8)
    for batch, size in zip(data.train_dataloader(), (8, 8, 4), strict=True):
        X, y = batch
        assert len(batch) == 2
        assert X.shape == (size, 2)
        assert y.shape == (size, 1)
        assert batch[0] is X
        assert batch[-1] is y
        assert batch[:1] == (X,)
        negative = jax.jit(functools.partial(jax.tree.map, jnp.negative))(batch)
        np.testing.assert_array_equal(negative[1], -y)
        assert jax.tree.map(jnp.shape, batch) == (X.shape, y.shape)
        assert [array.shape for array in jax.device_put(batch)] == [X.shape, y.shape]
        assert repr(batch) == repr((X, y))


def test_bytes_become_floats_where_a_batch_is_looked_at(d2l):
    data = d2l.FashionMNIST(batch_size=16, num_train=40, num_val=8)
    images, labels = next(iter(data.val_dataloader()))
    assert images.dtype == jnp.float32
    assert images.shape == (8, 28, 28, 1)
    np.testing.assert_array_equal(labels, data.val[1])
    np.testing.assert_allclose(images[..., 0], data.val[0] / 255, atol=1e-6)


def test_training_and_evaluation_cut_a_batch_inside_what_is_compiled(d2l):
    class Trainer(d2l.Trainer):
        def prepare_batch(self, batch):
            batches.append(batch)
            return batch

    class Model(d2l.Classifier):
        def __init__(self, lr):
            super().__init__()
            self.save_hyperparameters()
            self.board.display = False
            self.net = nnx.Linear(784, 10, rngs=nnx.Rngs(0))

        def forward(self, X):
            return self.net(X.reshape(-1, 784))

    batches = []
    data = d2l.FashionMNIST(batch_size=16, num_train=40, num_val=8)
    model = Model(lr=0.1)
    Trainer(max_epochs=2).fit(model, data)
    batches += list(data.val_dataloader())
    d2l.evaluate_accuracy(model, batches[-1:])
    batches += list(data.train_dataloader())
    d2l.train_epoch_ch3(
        model,
        batches[-3:],
        optax.softmax_cross_entropy_with_integer_labels,
        nnx.Optimizer(model, optax.sgd(0.1), wrt=nnx.Param),
    )
    assert [batch.num_examples for batch in batches] == [16, 16, 8, 8] * 2 + [8, 16, 16, 8]
    assert not any("arrays" in vars(batch) for batch in batches)
