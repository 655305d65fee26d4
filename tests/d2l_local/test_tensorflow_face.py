"""What only TensorFlow has: graphs, and parameters that Keras does not see."""

import faces
import numpy as np
import pytest


@pytest.fixture(scope="module")
def face():
    return faces.load("tensorflow")


def fit(face, model, data, epochs=2):
    face.seed(0)
    trainer = face.d2l.Trainer(max_epochs=epochs)
    trainer.fit(model, data)
    return trainer


def test_variables_are_parameters_wherever_they_are_kept(face):
    import tensorflow as tf

    class Model(face.d2l.Module):
        def __init__(self):
            super().__init__()
            self.one = tf.Variable(1.0)
            self.several = [tf.Variable(2.0), {"deep": tf.Variable(3.0)}]
            self.same = self.one
            self.fixed = tf.Variable(4.0, trainable=False)
            self.net = tf.keras.layers.Dense(1)

    model = Model()
    model.net(tf.zeros((1, 2)))
    assert len(model.trainable_variables) == 5
    assert {v.numpy().item() for v in model.trainable_variables if v.shape == ()} == {1, 2, 3}


def plain_step(self, batch):
    loss = self.loss(self(batch[0]), batch[1])
    self.plot("loss", loss, train=True)
    return loss


@pytest.fixture(autouse=True)
def early_graphs(monkeypatch):
    """Graphs from the fourth batch on, so that short trainings have them."""
    from d2l_local.tensorflow import steps as compiled

    monkeypatch.setattr(compiled, "EAGER_BATCHES", 3)


def layered(face, rate=0.5, **members):
    """A model of Keras' own layers, whose dropout draws from a seed; its board draws nothing."""
    import tensorflow as tf

    layers = tf.keras.layers

    class Layered(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.board.display = False
            self.dropout = layers.Dropout(rate, seed=1)
            self.net = tf.keras.Sequential(
                [
                    layers.Dense(16, activation="relu"),
                    self.dropout,
                    layers.BatchNormalization(),
                    layers.Dense(3),
                ]
            )

        def configure_optimizers(self):
            return tf.keras.optimizers.Adam(0.01)

    for name, value in members.items():
        setattr(Layered, name, value)
    return Layered()


def results(model):
    """The weights and the points of the curves, one after the other."""
    points = [p.y for curve in model.board.data.values() for p in curve]
    return np.concatenate([*(np.ravel(w) for w in model.get_weights()), points])


def trained(face, clusters, trainer, make=layered):
    face.d2l.set_seed(0)
    model = make(face)
    trainer.fit(
        model, face.data(*clusters, batch_size=24)
    )  # 6 batches and a smaller one; 2 to validate.
    return model


def graphs(trainer):
    """Which steps of a trainer have become graphs."""
    return [trainer.steps.update.graph is not None, trainer.steps.validate.graph is not None]


def test_compiled_and_eager_training_have_the_same_weights_and_curves(face, clusters):
    Trainer = face.d2l.Trainer
    unasked, eager, asked = (Trainer(max_epochs=5, jit=jit) for jit in (None, False, True))
    one, *others = (
        results(trained(face, clusters, trainer)) for trainer in (eager, unasked, asked)
    )
    assert graphs(unasked) == [True, True]
    for other in others:
        np.testing.assert_allclose(other, one, atol=1e-3)


@pytest.mark.usefixtures("face")
def test_one_graph_serves_batches_of_any_size_and_no_other_shapes():
    import tensorflow as tf

    from d2l_local.tensorflow.steps import EAGER_BATCHES, Compiled

    runs = []

    def total(batch):
        runs.append(batch[0].shape)
        return tf.reduce_sum(batch[0])

    compiled = Compiled(total, lambda: [None])
    for size in [4] * EAGER_BATCHES + [4, 2, 3, 4]:
        assert compiled([tf.ones((size, 3))]) == 3 * size
    assert [tuple(shape) for shape in runs] == [(4, 3)] * EAGER_BATCHES + [(None, 3)]
    assert compiled([tf.ones((4, 5))]) == 20
    assert tuple(runs[-1]) == (4, 5)
    number = Compiled(lambda batch: batch[0] + 1, lambda: [None])
    assert [int(number([tf.constant(i)])) for i in range(30)] == list(range(1, 31))


def rate_falls(trainer):
    trainer.model.dropout.rate = 0.5 if trainer.epoch == 0 else 0.0


def norm_is_limited(trainer):
    trainer.gradient_clip_val = 0.01 * trainer.epoch


def layer_is_frozen(trainer):
    trainer.model.net.layers[-1].trainable = trainer.epoch == 0


def own_relu(x):
    import tensorflow as tf

    return tf.nn.relu(x)


def learning_rate_falls(trainer):
    trainer.optim.learning_rate = 0.01 / (1 + trainer.epoch)


def method_is_exchanged(trainer):
    if trainer.epoch == 1:
        type(trainer.model).loss = lambda self, y_hat, y: (
            3 * type(self).__base__.loss(self, y_hat, y)
        )


@pytest.mark.parametrize(
    "change",
    [rate_falls, norm_is_limited, layer_is_frozen, learning_rate_falls, method_is_exchanged],
)
def test_what_changes_between_epochs_counts(face, clusters, change):
    class Changing(face.d2l.Trainer):
        def fit_epoch(self):
            change(self)
            super().fit_epoch()

    one, other = (
        results(trained(face, clusters, Changing(max_epochs=2, jit=jit))) for jit in (False, None)
    )
    np.testing.assert_allclose(other, one, atol=1e-3)


def test_a_learning_rate_that_changes_makes_no_second_graph(face, clusters, monkeypatch):
    from d2l_local.tensorflow.steps import Steps

    made = []
    graph_of = Steps._graph_of

    def counted(self, step, **options):
        made.append(step)
        return graph_of(self, step, **options)

    class Falling(face.d2l.Trainer):
        def fit_epoch(self):
            learning_rate_falls(self)
            super().fit_epoch()

    monkeypatch.setattr(Steps, "_graph_of", counted)
    trainer = Falling(max_epochs=4)
    trained(face, clusters, trainer)
    assert graphs(trainer) == [True, True]
    assert len(made) == 2, "one to train, one to validate"


def own_forward(self, X):
    return self.net(X)


def own_loss(self, y_hat, y):
    return type(self).__base__.loss(self, y_hat, y)


def own_plot(self, key, value, train):
    type(self).__base__.plot(self, key, value, train)


@pytest.mark.parametrize(
    "own",
    [
        {"training_step": plain_step},
        {"forward": own_forward},
        {"loss": own_loss},
        {"plot": own_plot},
    ],
)
def test_a_method_of_ones_own_runs_eagerly(face, clusters, own):
    trainer = face.d2l.Trainer(max_epochs=1)
    trained(face, clusters, trainer, lambda face: layered(face, **own))
    assert not trainer.steps.update.compilable


def test_a_validation_of_ones_own_leaves_the_training_a_graph(face, clusters):
    def validation_step(self, batch):
        self.plot("loss", float(self.loss(self(batch[0]), batch[1])), train=False)

    trainer = face.d2l.Trainer(max_epochs=2)
    trained(face, clusters, trainer, lambda face: layered(face, validation_step=validation_step))
    assert graphs(trainer) == [True, False]


def foreign_parts(tf):
    """Networks that run Python of the learner's somewhere."""
    layers = tf.keras.layers

    class Scaled(layers.Layer):
        def call(self, X):
            return 2 * X

    dense = layers.Dense(3)
    dense.call = lambda X: X
    return {
        "a layer of one's own": tf.keras.Sequential([Scaled(), layers.Dense(3)]),
        "deep inside": tf.keras.Sequential([tf.keras.Sequential([Scaled()])]),
        "an activation of one's own": layers.Dense(3, activation=own_relu),
        "a function in a layer": layers.Lambda(lambda X: 2 * X),
        "a constraint of one's own": layers.Dense(3, kernel_constraint=lambda W: W / 2),
        "a method that was replaced": dense,
        "a decorated function": layers.Dense(3, activation=tf.custom_gradient(own_relu)),
        "a function": own_relu,
    }


@pytest.mark.usefixtures("face")
def test_only_what_consists_of_keras_parts_is_the_frameworks_own():
    import tensorflow as tf

    from d2l_local.tensorflow.steps import are_ours

    layers = tf.keras.layers
    inputs = tf.keras.Input((4,))
    own = [
        tf.keras.Sequential(
            [
                layers.Flatten(),
                layers.Dense(3, "relu", kernel_initializer=lambda s, dtype=None: tf.ones(s)),
            ]
        ),
        tf.keras.Model(inputs, layers.Dense(3)(inputs) * 2),
        layers.Dense(3, activation=tf.nn.tanh),
        tf.keras.optimizers.Adam(),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    ]
    assert [are_ours([o]) for o in own] == [True] * len(own)
    foreign = foreign_parts(tf)
    assert {name: are_ours([o]) for name, o in foreign.items()} == dict.fromkeys(foreign, False)
    assert are_ours([property(tf.nn.relu)])
    assert not are_ours([property(lambda self: None)])


def test_the_steps_run_on_the_first_gpu_in_use(face, clusters):
    from tensorflow.python.eager import context  # Which device is asked for, there or not.

    placed = []

    def training_step(self, batch):
        loss = plain_step(self, batch)
        placed.append(context.context().device_name)
        return loss

    trainer = face.d2l.Trainer(max_epochs=1)
    trainer.gpus = [face.d2l.gpu(0), face.d2l.gpu(1)]
    trained(face, clusters, trainer, lambda face: layered(face, training_step=training_step))
    assert len(placed) == 7
    assert all(device.endswith("GPU:0") for device in placed)


def test_one_number_is_the_size_of_a_square(face):
    X, _ = next(iter(face.d2l.FashionMNIST(batch_size=2, resize=32).val_dataloader()))
    assert tuple(X.shape) == (2, 32, 32, 1)


def test_batches_do_not_change_with_the_array_that_they_come_from(face):
    T = np.zeros((4, 1), np.float32)
    batches = face.d2l.load_array((T,), 2, is_train=False)
    T += 1
    assert all(float(X[0, 0]) == 0 for (X,) in batches)


def test_python_in_a_step_runs_for_every_batch(face, clusters, capsys):
    masks, epochs, rates = [], [], []

    def forward(self, X):
        self.calls = getattr(self, "calls", 0) + 1
        masks.append(np.random.rand(4) < 0.5)
        epochs.append(getattr(self.trainer, "epoch", 0))
        rates.append(self.rate)
        print("a step")
        return self.net(X)

    def training_step(self, batch):
        self.last = plain_step(self, batch)
        return self.last if self.last > 0 else 2 * self.last

    class Changing(face.d2l.Trainer):
        def fit_epoch(self):
            self.model.rate = 0.1 * self.epoch
            super().fit_epoch()

    members = {"forward": forward, "training_step": training_step}
    model = trained(face, clusters, Changing(max_epochs=2), lambda face: layered(face, **members))
    per_epoch = 9
    assert float(model.last) > 0
    assert model.calls == len(masks) == 2 * per_epoch == capsys.readouterr().out.count("a step")
    assert len({tuple(mask) for mask in masks}) > 8
    assert epochs == [0] * per_epoch + [1] * per_epoch
    assert rates == [0.0] * per_epoch + [0.1] * per_epoch


def test_with_jit_the_step_is_a_graph_by_the_rules_of_tensorflow(face, clusters):
    runs = []

    def training_step(self, batch):
        runs.append(1)
        loss = plain_step(self, batch)
        if loss > 100:  # A graph can branch on a tensor.
            loss = 2 * loss
        self.plot("same_loss", loss, train=True)
        return loss

    trainer = face.d2l.Trainer(max_epochs=3, jit=True)
    model = trained(
        face, clusters, trainer, lambda face: layered(face, training_step=training_step)
    )
    assert trainer.train_batch_idx == 21
    assert len(runs) < 8
    curves = model.board.data
    assert list(curves) == ["train_loss", "train_same_loss", "val_loss", "val_acc"]
    assert [p.y for p in curves["train_loss"]] == [p.y for p in curves["train_same_loss"]]


def test_a_long_eager_training_says_once_how_to_make_it_fast(face, clusters, capsys, monkeypatch):
    from d2l_local.tensorflow import steps as compiled

    monkeypatch.setattr(compiled, "_advice_given", False)
    monkeypatch.setattr(compiled, "LONG_TRAINING", 10)
    own = {"forward": own_forward}
    for epochs, jit, said in ((1, None, 0), (2, False, 0), (2, None, 1), (2, None, 0)):
        trained(
            face, clusters, face.d2l.Trainer(epochs, jit=jit), lambda face: layered(face, **own)
        )
        assert capsys.readouterr().out.count("Trainer(..., jit=True)") == said


def test_functions_of_ones_own_run_for_every_batch(face, clusters):
    import tensorflow as tf

    W, calls = tf.Variable(tf.ones((6, 3))), []

    def net(X):
        calls.append(1)
        return tf.matmul(X, W)

    def loss(y_hat, y):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(y, y_hat)

    batches = face.d2l.load_array(clusters, 16)
    for _ in range(2):
        face.d2l.train_epoch_ch3(net, batches, loss, face.d2l.Updater([W], 0.1))
    face.d2l.evaluate_accuracy(net, batches)
    assert len(calls) == 3 * len(batches)


def test_functions_with_keras_parts_give_the_same_as_a_loop_by_hand(face, clusters):
    import tensorflow as tf

    batches = face.d2l.load_array(clusters, 16, is_train=False)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    weights = []
    for library in (True, False):
        face.d2l.set_seed(0)
        layers = tf.keras.layers
        net = tf.keras.Sequential([layers.Flatten(), layers.Dropout(0.5, seed=1), layers.Dense(3)])
        optimizer = tf.keras.optimizers.SGD(0.1)
        if library:
            face.d2l.train_epoch_ch3(net, batches, loss, optimizer)
        else:
            for X, y in batches:
                with tf.GradientTape() as tape:
                    value = loss(y, net(X, training=True))
                variables = net.trainable_variables
                optimizer.apply_gradients(
                    zip(tape.gradient(value, variables), variables, strict=True)
                )
        weights.append(np.concatenate([np.ravel(w) for w in net.get_weights()]))
    np.testing.assert_allclose(*weights, atol=1e-4)


def test_evaluation_leaves_the_mode_of_a_model_as_it_was(face, clusters):
    model = layered(face)
    data = face.data(*clusters)
    for mode in (True, False, None):
        model.training = mode
        face.d2l.evaluate_accuracy(model, data.val_dataloader())
        assert model.training is mode


def test_an_endless_data_set_is_an_error_and_not_an_endless_epoch(face, clusters):
    batches = face.d2l.load_array(clusters, 16).repeat()
    with pytest.raises(ValueError, match="no end"):
        face.d2l.evaluate_accuracy(own_relu, batches)
    with pytest.raises(ValueError, match="no end"):
        face.d2l.train_epoch_ch3(own_relu, batches, None, face.d2l.Updater([], 0.1))


@pytest.mark.parametrize("by_hand", [False, True])
def test_weights_can_be_saved_after_a_training(face, clusters, weights, tmp_path, by_hand):
    def make(face, weights=weights):
        return face.classifier(weights) if by_hand else layered(face)

    model = trained(face, clusters, face.d2l.Trainer(max_epochs=1), make)
    model.save_weights(tmp_path / "model.weights.h5")
    other = make(face, [0 * w for w in weights])
    other(face.tensor(clusters[0][:2]))
    other.load_weights(tmp_path / "model.weights.h5")
    for one, same in zip(model.trainable_variables, other.trainable_variables, strict=True):
        np.testing.assert_array_equal(same.numpy(), one.numpy())


def test_batches_are_a_data_set_of_tensorflow(face):
    import tensorflow as tf

    batches = face.d2l.FashionMNIST(batch_size=100).train_dataloader()
    assert isinstance(batches, tf.data.Dataset)
    assert len(list(batches.take(2).map(lambda X, y: y))) == 2
    model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)])
    model.compile(loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert len(model.fit(batches.take(3), verbose=0).history["loss"]) == 1


def test_an_error_of_the_model_is_shown_as_it_is(face, weights, clusters):
    def forward(self, X):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        fit(face, face.classifier(weights, forward=forward), face.data(*clusters))


def test_layers_know_whether_they_train_or_validate(face, clusters):
    import tensorflow as tf

    seen = set()

    class Spy(tf.keras.layers.Layer):
        def call(self, X, training=None):
            seen.add(training)
            return X

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.lr = 0.1
            self.net = tf.keras.Sequential([Spy(), tf.keras.layers.Dense(3)])

    fit(face, Model(), face.data(*clusters))
    assert seen == {True, False}


@pytest.mark.usefixtures("face")
def test_the_passes_of_a_training_have_the_batches_of_separate_passes():
    import tensorflow as tf

    from d2l_local.tensorflow.data import batches_of
    from d2l_local.tensorflow.steps import passes_over

    def drawn(prepare):
        tf.random.set_seed(1)
        loader = prepare(batches_of([tf.range(10)], 4, shuffle=True))
        return [[X.numpy().tolist() for (X,) in loader] for _ in range(3)]

    separate = drawn(lambda loader: loader)
    assert drawn(passes_over) == separate
    assert separate[0] != separate[1]
    assert [len(batch) for batch in separate[0]] == [4, 4, 2]


@pytest.mark.usefixtures("face")
def test_a_pass_begins_at_the_beginning_also_after_one_that_was_broken_off():
    import tensorflow as tf

    from d2l_local.tensorflow.steps import passes_over

    loader = passes_over(tf.data.Dataset.range(3))
    assert next(iter(loader)) == 0
    assert [[int(i), int(j)] for i, j in zip(loader, loader, strict=True)] == [
        [i, i] for i in range(3)
    ]
    assert [int(i) for i in loader] == [0, 1, 2]
    assert len(loader) == 3


@pytest.mark.usefixtures("face")
def test_a_pass_over_what_cannot_be_counted_is_its_own():
    import tensorflow as tf

    from d2l_local.tensorflow.steps import passes_over

    uncounted = tf.data.Dataset.range(3).filter(lambda i: i < 2)
    for loader in ([1, 2], uncounted):
        assert passes_over(loader) is loader
