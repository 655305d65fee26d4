"""The JAX face for notebooks with modules of flax.linen."""

import copy
import functools
import gc
import inspect
import pickle
import weakref

import interface_table
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn
from test_interface import parameters, same_default

from d2l_local import jax as face
from d2l_local.jax import linen as d2l

DESCRIBED = interface_table.interface()["linen"]["first"]


def signatures():
    """(name of a function or method, its signature in the package)."""
    for name, described in DESCRIBED.items():
        entry = described.get("jax", {})
        if "signature" in entry:
            yield name, entry["signature"]
        for method, signature in entry.get("methods", {}).items():
            yield f"{name}.{method}", signature


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_the_name_is_there(name):
    assert getattr(d2l, name) is not None


@pytest.mark.parametrize(("name", "signature"), sorted(signatures()))
def test_the_arguments_are_what_they_always_were(name, signature):
    found = d2l
    for part in name.split("."):
        found = getattr(found, part)
    actual = list(inspect.signature(found).parameters.values())
    for position, old in enumerate(parameters(signature)):
        assert actual[position].name == old.name
        assert actual[position].kind == old.kind
        assert same_default(actual[position].default, old.default)


def test_fields_are_arguments_in_their_order():
    model = d2l.LinearRegressionScratch(2, 0.03)
    assert (model.num_inputs, model.lr, model.sigma) == (2, 0.03, 0.01)
    assert next(iter(inspect.signature(d2l.LinearRegression).parameters)) == "lr"
    assert (model.plot_train_per_epoch, model.plot_valid_per_epoch) == (2, 1)
    assert model.board is not d2l.LinearRegressionScratch(2, 0.03).board


def test_what_does_not_depend_on_modules_is_that_of_the_jax_face():
    own = {"Classification", "Classifier", "LinearRegression", "LinearRegressionScratch", "Module"}
    own |= {"SGD", "Trainer", "nn_Module"}
    of_nnx = {"Updater", "evaluate_accuracy_gpu", "optimizer_settings", "full_results"}
    of_nnx |= {"train_ch3", "train_ch6", "train_epoch_ch3", "get_dataloader_workers"}
    for name in set(face.__all__) - own - of_nnx:
        assert getattr(d2l, name) is getattr(face, name), name
    assert d2l.nn_Module is nn.Module
    with pytest.raises(AttributeError, match="train_ch6"):
        _ = d2l.train_ch6


def test_the_batches_are_those_of_the_jax_face():
    batches = []
    for library in (d2l, face):
        library.set_seed(0)
        data = library.SyntheticRegressionData(library.tensor([2.0, -3.4]), 4.2)
        batches.append([np.asarray(part) for part in next(iter(data.train_dataloader()))])
    for one, other in zip(*batches, strict=True):
        np.testing.assert_array_equal(one, other)


class Rows(d2l.DataModule):
    """Rows in three clusters: 160 to train on, which makes five batches, and 32 to validate on."""

    def __init__(self, batch_size=32):
        super().__init__()
        self.save_hyperparameters()
        rng = np.random.default_rng(0)
        y = rng.integers(0, 3, 192)
        X = rng.normal(0, 0.3, (192, 6))
        X[np.arange(192), y] += 2
        self.X, self.y = jnp.asarray(X, jnp.float32), jnp.asarray(y, jnp.int32)

    def get_dataloader(self, train):
        rows = slice(0, 160) if train else slice(160, None)
        return self.get_tensorloader((self.X, self.y), train, rows)


class MLP(d2l.Classifier):
    num_hiddens: int = 5
    lr: float = 0.1

    @nn.compact
    def __call__(self, X):
        return nn.Dense(3)(jnp.tanh(nn.Dense(self.num_hiddens)(X)))


class WithState(d2l.Classifier):
    """A network that counts on what training changes beside its parameters."""

    lr: float = 0.1
    rate: float = 0.5
    training: bool = True

    def setup(self):
        self.net = nn.Sequential(
            [
                nn.BatchNorm(not self.training),
                nn.Dropout(self.rate, deterministic=not self.training),
                nn.Dense(3),
            ]
        )


def trained(model, epochs=3, trainer=d2l.Trainer, **settings):
    fitted = trainer(epochs, **settings)
    fitted.fit(model, Rows(), key=jax.random.PRNGKey(1))
    return fitted


def assert_close(one, other):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), one, other)


def test_training_does_what_a_loop_by_hand_does():
    d2l.set_seed(3)
    model = MLP()
    fitted = trained(model, epochs=2)

    d2l.set_seed(3)
    loader = Rows().train_dataloader()
    key = jax.random.split(jax.random.PRNGKey(1))[0]
    params = model.init(key, next(iter(loader))[0])["params"]

    def loss(params, X, y):
        logits = model.apply({"params": params}, X)
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()

    losses = []
    for _ in range(2):
        for X, y in loader:
            value, grads = jax.value_and_grad(loss)(params, X, y)
            losses.append(float(value))
            params = jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)
        next(iter(Rows().val_dataloader()))
    assert_close(fitted.state.params, params)
    points = [point.y for point in model.board.data["train_loss"]]
    assert np.mean(points) == pytest.approx(np.mean(losses), abs=0.05)
    assert min(points) == points[-1] < points[0]


def test_a_key_decides_the_parameters_and_without_one_the_seed_does():
    one, other = (trained(MLP(), epochs=1) for _ in range(2))
    key = jax.random.PRNGKey(1)
    assert_close(one.first_state(key).params, other.first_state(key).params)
    results = []
    for seed in (0, 0, 1):
        d2l.set_seed(seed)
        trainer = d2l.Trainer(1)
        trainer.fit(MLP(), Rows())
        results.append(trainer.state.params["Dense_1"]["kernel"])
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.allclose(results[0], results[2])


def test_curves_have_the_points_that_were_asked_for():
    model = MLP()
    model.plot_train_per_epoch = 5
    trained(model)
    counts = {label: len(points) for label, points in model.board.data.items()}
    assert counts == {"train_loss": 15, "val_loss": 3, "val_acc": 3}
    assert model.board.data["val_acc"][-1].y > 0.9
    assert model.board.xlim == (0, 3)


def test_a_model_takes_attributes_and_can_be_a_static_argument():
    model, same, other = MLP(4), MLP(4), MLP(5)
    model.trainer, model.training, model.board.yscale = object(), True, "log"
    assert hash(model) == hash(same)
    assert model == same != other
    times = jax.jit(lambda model, X: X * model.num_hiddens, static_argnums=0)
    assert [float(times(m, 2.0)) for m in (model, same, other)] == [8, 8, 10]


@pytest.mark.parametrize("later", [False, True])
def test_what_jax_compiles_of_a_class_follows_the_mode_of_a_model(later):
    @functools.partial(jax.jit, static_argnums=(0, 2))
    def scaled(self, X, factor=2):
        return X * factor * (1 if self.training else -1) * self.scale

    class Scaled(d2l.Classifier):
        scale: int = 3
        training: bool = True
        if not later:
            method = scaled

    if later:
        scaled.__name__ = "method"
        d2l.add_to_class(Scaled)(scaled)
    model, results = Scaled(), []
    for model.training in (True, False, True, False):
        results.append(float(model.method(1.0)))
    model.scale = 4
    assert [*results, float(model.method(1.0, 5))] == [6, -6, 6, -6, -20]


def test_a_loss_that_a_notebook_compiles_is_compiled_for_training_and_for_validation():
    class Own(WithState):
        @functools.partial(jax.jit, static_argnums=(0, 5))
        def loss(self, params, X, Y, state, averaged=True):
            modes.append(self.training)
            return d2l.Classifier.loss(self, params, X, Y, state, averaged)

    modes, losses = [], []
    for model in (Own(), WithState()):
        d2l.set_seed(0)
        trained(model, epochs=2)
        losses.append([point.y for point in model.board.data["val_loss"]])
    assert modes == [True, False]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)


def test_each_size_of_batch_is_compiled_once_and_not_anew_in_each_epoch():
    traced = []

    class Traced(WithState):
        def forward(self, X):
            traced.append((len(X), self.training))
            return super().forward(X)

    trainer = d2l.Trainer(4)
    trainer.fit(Traced(), Rows(batch_size=50))
    new, *steps = traced
    assert new == (50, True)
    of_training = [size for size, training in steps if training]
    of_validation = [size for size, training in steps if not training]
    assert of_training == [50, 10]
    assert of_validation == [32, 32], "one of the loss and one of the accuracy"


def test_a_loss_in_python_runs_for_each_batch_and_a_compiled_one_does_not():
    class Counted(d2l.LinearRegressionScratch):
        pass

    def loss(self, params, X, y, state):
        counts.append(len(y))
        return d2l.LinearRegressionScratch.loss(self, params, X, y, state)

    counts = []
    data = d2l.SyntheticRegressionData(jnp.ones(2), 1.0, num_train=64, num_val=32)
    d2l.add_to_class(Counted)(loss)
    d2l.Trainer(2).fit(Counted(2, 0.1), data)
    assert counts == [32] * 6

    counts = []
    d2l.add_to_class(Counted)(functools.partial(jax.jit, static_argnums=(0,))(loss))
    d2l.Trainer(2).fit(Counted(2, 0.1), data)
    assert counts == [32]


def test_statistics_and_keys_change_in_training_and_not_in_validation():
    seen = []

    class Watching(d2l.Trainer):
        def prepare_batch(self, batch):
            state = getattr(self, "state", None)
            if state is not None:
                key = tuple(jax.random.key_data(state.dropout_rng).tolist())
                mean = state.batch_stats["net"]["layers_0"]["mean"]
                seen.append((self.model.training, key, float(mean[0])))
            return batch

    fitted = trained(WithState(), epochs=2, trainer=Watching)
    keys = [key for training, key, _ in seen if training]
    means = [mean for training, _, mean in seen if training]
    assert len(set(keys)) == len(set(means)) == 10
    assert [training for training, _, _ in seen] == ([True] * 5 + [False]) * 2
    last = fitted.state.batch_stats["net"]["layers_0"]["mean"]
    assert float(last[0]) == seen[-1][2] != means[-1]
    assert not fitted.model.training
    assert fitted.model.board.data["val_acc"][-1].y > 0.6


def test_dropout_drops_in_training_alone_also_after_other_modes():
    model = WithState()
    state = trained(model, epochs=1).state
    data, losses = Rows(), []
    for model.training in (True, False, True, False):
        losses.append(float(model.loss(state.params, (data.X,), data.y, state)[0]))
    assert losses[0] == losses[2] > losses[1] == losses[3]
    model.training, other = False, state.replace(dropout_rng=jax.random.key(7))
    assert float(model.loss(state.params, (data.X,), data.y, other)[0]) == losses[1]


def test_a_model_with_other_methods_of_the_notebooks():
    """Members come cell by cell, and the loss returns a pair, as in notebooks of the package."""

    class Scratch(d2l.Classifier):
        num_inputs: int
        num_outputs: int
        lr: float

        def setup(self):
            self.W = self.param("W", nn.initializers.normal(0.01), (self.num_inputs, 3))
            self.b = self.param("b", nn.initializers.zeros, self.num_outputs)

    @d2l.add_to_class(Scratch)
    def forward(self, X):
        return jax.nn.softmax(d2l.matmul(d2l.reshape(X, (-1, self.num_inputs)), self.W) + self.b)

    @d2l.add_to_class(Scratch)
    @functools.partial(jax.jit, static_argnums=0)
    def loss(self, params, X, y, state):
        probability = state.apply_fn({"params": params}, *X)
        return -d2l.reduce_mean(d2l.log(probability[list(range(len(y))), y])), {}

    fitted = trained(Scratch(6, 3, lr=0.5))
    assert fitted.model.board.data["val_acc"][-1].y > 0.9


def test_a_loop_of_somebodys_own():
    class Loop(d2l.Trainer):
        def fit_epoch(self):
            self.model.training = True
            for batch in self.train_dataloader:
                (_, changed), grads = self.model.training_step(
                    self.state.params, self.prepare_batch(batch), self.state
                )
                self.state = self.state.apply_gradients(grads=grads)
                self.state = self.state.replace(
                    dropout_rng=jax.random.split(self.state.dropout_rng)[0],
                    batch_stats=changed["batch_stats"],
                )
                self.train_batch_idx += 1

    states = []
    for trainer in (Loop, d2l.Trainer):
        d2l.set_seed(0)
        states.append(trained(WithState(), epochs=1, trainer=trainer).state)
    assert_close(states[0].params, states[1].params)
    assert_close(states[0].batch_stats, states[1].batch_stats)


def test_gradients_are_clipped():
    fitted = trained(MLP(lr=1.0), epochs=1, gradient_clip_val=1e-3)
    start = fitted.first_state(jax.random.PRNGKey(1)).params
    moved = optax.tree.norm(jax.tree.map(jnp.subtract, fitted.state.params, start))
    assert 0 < float(moved) <= 5 * 1e-3 * 1.001
    grads = {"a": jnp.array([3.0]), "b": jnp.array([4.0])}
    assert_close(fitted.clip_gradients(1, grads), {"a": [0.6], "b": [0.8]})
    assert_close(fitted.clip_gradients(9, grads), grads)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: d2l.SGD(0.1),
        lambda: d2l.SGD(0.1)(),
        lambda: optax.chain(optax.clip(1e9), d2l.SGD(0.1)()),
        lambda: ByHand(0.1),
    ],
)
def test_sgd_by_hand_is_an_optimizer_of_optax(optimizer):
    d2l.set_seed(0)
    expected = trained(MLP(), epochs=1).state.params

    class Own(MLP):
        def configure_optimizers(self):
            return optimizer()

    d2l.set_seed(0)
    assert_close(trained(Own(), epochs=1).state.params, expected)


class ByHand(d2l.SGD):
    """As many notebooks have it: `init` returns the class, not an object of it."""

    def init(self, params):
        return optax.EmptyState


def test_linear_regression_learns_by_hand_and_with_a_layer():
    data = d2l.SyntheticRegressionData(jnp.array([2.0, -3.4]), 4.2)
    trainer = d2l.Trainer(max_epochs=5)
    by_hand = d2l.LinearRegressionScratch(2, lr=0.1)
    trainer.fit(by_hand, data)
    np.testing.assert_allclose(trainer.state.params["w"].ravel(), [2, -3.4], atol=0.02)
    np.testing.assert_allclose(trainer.state.params["b"], [4.2], atol=0.02)
    concise = d2l.LinearRegression(lr=0.1)
    trainer.fit(concise, data)
    w, b = concise.get_w_b(trainer.state)
    np.testing.assert_allclose([*w.ravel(), *b], [2, -3.4, 4.2], atol=0.02)


def test_losses_and_hits_of_each_example():
    model = MLP()
    fitted = trained(model, epochs=1)
    data, state = Rows(), fitted.state
    X, y = (data.X,), data.y
    losses, _ = model.loss(state.params, X, y, state, False)
    mean, _ = model.loss(state.params, X, y, state=state)
    assert losses.shape == (192,)
    assert float(losses.mean()) == pytest.approx(float(mean), rel=1e-5)
    hits = model.accuracy(state.params, X, y, state, averaged=False)
    assert set(np.unique(hits)) <= {0, 1}
    assert float(hits.mean()) == pytest.approx(float(model.accuracy(state.params, X, y, state)))


def test_the_shape_of_each_layer_is_printed(capsys):
    WithState().layer_summary((2, 6))
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "BatchNorm output shape:\t(2, 6)",
        "Dropout output shape:\t(2, 6)",
        "Dense output shape:\t(2, 3)",
    ]


def test_a_model_is_copied_and_saved_without_its_trainer():
    model = MLP(7)
    trained(model, epochs=1)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other == model
        assert not hasattr(other, "trainer")
        assert other.board.data == model.board.data


def test_models_trainers_and_data_are_not_kept():
    def references():
        trainer = trained(WithState(), epochs=1)
        return [weakref.ref(o) for o in (trainer, trainer.model, trainer.train_dataloader)]

    found = references()
    gc.collect()
    assert [reference() for reference in found] == [None] * 3


def test_a_model_with_a_list_among_its_fields_is_trained():
    class Deep(d2l.Classifier):
        widths: list
        lr: float = 0.1

        @nn.compact
        def __call__(self, X):
            for width in self.widths:
                X = jnp.tanh(nn.Dense(width)(X))
            return nn.Dense(3)(X)

    assert trained(Deep([4, 4])).model.board.data["val_acc"][-1].y > 0.3


def test_training_is_on_the_first_gpu(monkeypatch):
    """The CPU stands for it: what is put on a device is committed to it."""
    monkeypatch.setattr(d2l, "first_gpus", lambda n: [d2l.cpu()][:n])
    for num_gpus in (0, 1):
        fitted = trained(MLP(), epochs=1, num_gpus=num_gpus)
        leaves = jax.tree.leaves((fitted.state.params, fitted.batch))
        assert {leaf.committed for leaf in leaves} == {bool(num_gpus)}


def test_errors_say_what_to_do():
    class Lossless(d2l.Module):
        lr: float = 0.1

        @nn.compact
        def __call__(self, X):
            return nn.Dense(1)(X)

    with pytest.raises(NotImplementedError, match=r"def loss\(self, params, X, y, state\)"):
        trained(Lossless())

    class Netless(d2l.Classifier):
        lr: float = 0.1

    with pytest.raises(NotImplementedError, match="neither `net` nor a forward pass"):
        trained(Netless())

    class Forgetful(MLP):
        def loss(self, params, X, Y, state, averaged=True):
            pass

    with pytest.raises(TypeError, match=r"Forgetful.loss returned None"):
        trained(Forgetful())

    class Silent(MLP):
        def training_step(self, params, batch, state):
            pass

    with pytest.raises(TypeError, match=r"Silent.training_step returned None"):
        trained(Silent())

    class Rateless(d2l.Classifier):
        @nn.compact
        def __call__(self, X):
            return nn.Dense(3)(X)

    with pytest.raises(NotImplementedError, match=r"set self\.lr"):
        trained(Rateless())
    with pytest.raises(TypeError, match="the model first, then the data"):
        d2l.Trainer(1).fit(Rows(), MLP())
    with pytest.raises(ValueError, match="max_epochs must be at least 1"):
        trained(MLP(), epochs=0)
    with pytest.raises(RuntimeError, match="needs a trainer"):
        MLP().plot("loss", 1.0, train=True)


def test_names_that_are_gone_from_jax_and_optax_are_back():
    assert jax.tree_map(lambda x: x + 1, {"a": 1}) == {"a": 2}
    assert isinstance(jax.random.PRNGKey(0), jax.random.PRNGKeyArray)
    decay = optax.additive_weight_decay(0.5)
    updates, _ = decay.update({"w": 0.0}, decay.init({"w": 2.0}), {"w": 2.0})
    assert updates == {"w": 1.0}
