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


def test_steps_are_traced_after_the_first(face, weights, clusters):
    trainer = fit(face, face.classifier(weights), face.data(*clusters))
    assert not trainer.update.eager
    assert len(trainer.update.traces) == 1


def test_a_graph_gives_the_same_curves_as_eager_execution(face, weights, clusters):
    curves = []
    for eager in (False, True):
        model, data = face.classifier(weights), face.data(*clusters, batch_size=48)

        class Trainer(face.d2l.Trainer):
            def prepare_model(self, model, eager=eager):
                super().prepare_model(model)
                self.update.eager = self.validate.eager = eager

        face.seed(0)
        Trainer(max_epochs=3).fit(model, data)
        curves.append([p.y for points in model.board.data.values() for p in points])
    np.testing.assert_allclose(*curves, atol=1e-6)


def test_a_step_that_needs_values_in_python_runs_eagerly(face, weights, clusters):
    seen = []

    def training_step(self, batch):
        loss = self.loss(self(batch[0]), batch[1])
        seen.append(float(loss))
        self.plot("loss", loss, train=True)
        return loss

    model = face.classifier(weights, training_step=training_step)
    trainer = fit(face, model, face.data(*clusters))
    assert trainer.update.eager
    assert len(seen) == trainer.train_batch_idx


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
