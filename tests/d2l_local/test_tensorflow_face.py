"""What only TensorFlow needs: graphs, and parameters that Keras does not see."""

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


def counting(step):
    """A training step, and the list that grows whenever Python runs it."""
    runs = []

    def training_step(self, batch):
        runs.append(len(batch))
        return step(self, batch)

    return training_step, runs


def plain_step(self, batch):
    loss = self.loss(self(batch[0]), batch[1])
    self.plot("loss", loss, train=True)
    return loss


def needs_a_value(self, batch):
    self.plot("same_loss", float(self.loss(self(batch[0]), batch[1])), train=True)
    return plain_step(self, batch)


def branches_on_a_value(self, batch):
    loss = plain_step(self, batch)
    return loss if loss > 0 else 2 * loss


def counts(self, batch):
    self.steps_taken = getattr(self, "steps_taken", 0) + 1
    return plain_step(self, batch)


def keeps_a_list(self, batch):
    self.seen.append(1)
    return plain_step(self, batch)


def reads_the_epoch(self, batch):
    return plain_step(self, batch) * (1.0 if self.trainer.epoch == 0 else 0.5)


def prints(self, batch):
    print("a step")
    return plain_step(self, batch)


def test_a_step_is_run_once_for_the_first_batch_and_once_for_the_graph(face, weights, clusters):
    training_step, runs = counting(plain_step)
    trainer = fit(face, face.classifier(weights, training_step=training_step), face.data(*clusters))
    assert trainer.train_batch_idx == 10
    assert len(runs) == 2


def test_each_shape_of_batch_has_a_graph(face, weights, clusters):
    training_step, runs = counting(plain_step)
    data = face.data(*clusters, batch_size=48)  # 160 rows: the last batch has 16.
    fit(face, face.classifier(weights, training_step=training_step), data)
    assert len(runs) == 3


@pytest.mark.parametrize(
    "step", [needs_a_value, branches_on_a_value, counts, keeps_a_list, reads_the_epoch, prints]
)
def test_a_step_that_a_graph_would_change_runs_eagerly(face, weights, clusters, step, capsys):
    training_step, runs = counting(step)
    model = face.classifier(weights, training_step=training_step)
    model.seen = []
    trainer = fit(face, model, face.data(*clusters))
    assert len(runs) == trainer.train_batch_idx + 1, "all batches, and one attempt at a graph"
    assert getattr(model, "steps_taken", 10) == 10
    assert len(model.seen) in (0, 10)
    assert capsys.readouterr().out.count("a step") in (0, 10)


def test_a_graph_gives_the_same_curves_as_eager_execution(face, weights, clusters):
    curves = []
    for step in (plain_step, prints):
        model = face.classifier(weights, training_step=step)
        fit(face, model, face.data(*clusters, batch_size=48), epochs=3)
        curves.append([p.y for points in model.board.data.values() for p in points])
    np.testing.assert_allclose(*curves, atol=1e-6)


def test_a_learning_rate_that_is_changed_in_python_counts(face, weights, clusters):
    class Trainer(face.d2l.Trainer):
        def fit_epoch(self):
            self.optim.lr = 0.1 if self.epoch == 0 else 0.0
            super().fit_epoch()
            states.append(model.W1.numpy())

    states = []
    model = face.classifier(weights, configure_optimizers=lambda self: face.d2l.SGD(0.1))
    Trainer(max_epochs=3).fit(model, face.data(*clusters))
    assert (states[0] != weights[0]).any()
    np.testing.assert_array_equal(states[1], states[0])
    np.testing.assert_array_equal(states[2], states[0])


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

    from d2l_local.tensorflow.data import Passes, batches_of

    def drawn(pass_over):
        tf.random.set_seed(1)
        loader = batches_of([tf.range(10)], 4, shuffle=True)
        return [[X.numpy().tolist() for (X,) in pass_over(loader)] for _ in range(3)]

    separate = drawn(lambda loader: loader)
    assert drawn(Passes().next_over) == separate
    assert separate[0] != separate[1]
    assert [len(batch) for batch in separate[0]] == [4, 4, 2]


@pytest.mark.usefixtures("face")
def test_a_pass_over_what_cannot_be_counted_is_its_own():
    import tensorflow as tf

    from d2l_local.tensorflow.data import Passes

    uncounted = tf.data.Dataset.range(3).filter(lambda i: i < 2)
    for loader in ([1, 2], uncounted):
        assert Passes().next_over(loader) is loader
