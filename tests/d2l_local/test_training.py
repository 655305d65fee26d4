"""Models, data and training, the same in every framework."""

import math

import numpy as np
import pytest


def fit(face, model, data, **kwargs):
    trainer = face.d2l.Trainer(**{"max_epochs": 3, **kwargs})
    trainer.fit(model, data)
    return trainer


def curve(model, label):
    return [point.y for point in model.board.data[label]]


def parameters(face, model):
    return [face.numpy(p).copy() for p in (model.W1, model.b1, model.W2, model.b2)]


def test_training_lowers_the_loss_and_finds_the_classes(face, weights, clusters):
    face.seed(0)
    model = face.classifier(weights, lr=0.3)
    fit(face, model, face.data(*clusters), max_epochs=10)
    assert curve(model, "train_loss")[-1] < 0.5 * curve(model, "train_loss")[0]
    assert curve(model, "val_acc")[-1] > 0.9


def test_every_epoch_gives_two_points_of_training_and_one_of_validation(face, weights, clusters):
    model = face.classifier(weights)
    trainer = fit(face, model, face.data(*clusters, batch_size=40))
    assert trainer.num_train_batches == 4
    assert trainer.num_val_batches == 1
    assert list(model.board.data) == ["train_loss", "val_loss", "val_acc"]
    assert [len(points) for points in model.board.data.values()] == [6, 3, 3]
    assert [point.x for point in model.board.data["val_acc"]] == [1, 2, 3]
    assert model.board.data["train_loss"][0].x == pytest.approx(0.5 / 4)


def test_the_trainer_counts_epochs_and_batches(face, weights, clusters):
    model = face.classifier(weights)
    trainer = fit(face, model, face.data(*clusters, batch_size=40))
    assert (trainer.epoch, trainer.max_epochs) == (2, 3)
    assert (trainer.train_batch_idx, trainer.val_batch_idx) == (12, 3)
    assert trainer.model is model
    assert model.trainer is trainer
    assert model.board.xlim == (0, 3)


def test_the_frameworks_agree_on_loss_and_on_the_step_that_follows(weights, clusters):
    """One batch, plain gradient descent: the change of the weights is the gradient."""
    import faces

    X, y = (array[:64] for array in clusters)
    results = []
    for name in faces.NAMES:
        face = faces.load(name)
        model = face.classifier(weights, lr=0.1)
        fit(face, model, face.data(X, y, batch_size=32), max_epochs=1)
        steps = [
            (new - old) / 0.1 for new, old in zip(parameters(face, model), weights, strict=True)
        ]
        results.append((curve(model, "train_loss")[0], steps))
    for loss, steps in results[1:]:
        assert loss == pytest.approx(results[0][0], abs=1e-5)
        for step, reference in zip(steps, results[0][1], strict=True):
            np.testing.assert_allclose(step, reference, atol=1e-5)


def test_clipping_limits_the_joint_norm_of_the_gradients(face, weights, clusters):
    X, y = (array[:64] for array in clusters)
    model = face.classifier(weights, lr=1.0)
    fit(face, model, face.data(X, y), max_epochs=1, gradient_clip_val=0.01)
    changes = [new - old for new, old in zip(parameters(face, model), weights, strict=True)]
    assert math.sqrt(sum((c**2).sum() for c in changes)) == pytest.approx(0.01, rel=1e-3)


def test_validation_changes_no_parameter(face, weights, clusters):
    model = face.classifier(weights, lr=0.0)
    fit(face, model, face.data(*clusters))
    for new, old in zip(parameters(face, model), weights, strict=True):
        np.testing.assert_array_equal(new, old)


def test_data_without_validation_trains_all_the_same(face, weights, clusters):
    data = face.data(*clusters)
    data.val_dataloader = lambda: None
    model = face.classifier(weights)
    trainer = fit(face, model, data)
    assert list(model.board.data) == ["train_loss"]
    assert trainer.num_val_batches == 0


def test_more_gpus_than_there_are_means_those_there_are(face):
    assert len(face.d2l.Trainer(max_epochs=1, num_gpus=64).gpus) == face.d2l.num_gpus()


def test_accuracy_is_the_fraction_of_largest_scores_at_the_label(face, weights):
    model = face.classifier(weights)
    scores = face.tensor(np.array([[0, 1, 0], [5, 1, 0], [0, 0, 2]], np.float32))
    labels = face.tensor(np.array([1, 1, 2]))
    assert float(model.accuracy(scores, labels)) == pytest.approx(2 / 3)
    assert face.numpy(model.accuracy(scores, labels, averaged=False)).tolist() == [1, 0, 1]


def test_the_loss_of_equal_scores_is_the_logarithm_of_the_number_of_classes(face, weights):
    model = face.classifier(weights)
    scores, labels = face.tensor(np.zeros((4, 3), np.float32)), face.tensor(np.array([0, 1, 2, 0]))
    assert float(model.loss(scores, labels)) == pytest.approx(math.log(3), abs=1e-5)
    assert face.numpy(model.loss(scores, labels, averaged=False)).shape == (4,)


def test_the_older_name_of_the_classifier_is_the_same_class(face):
    assert face.d2l.Classification is face.d2l.Classifier


def test_a_model_without_a_loss_or_an_optimizer_says_what_to_define(face):
    class Empty(face.d2l.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"def loss\(self, y_hat, y\)"):
        Empty().loss(None, None)
    with pytest.raises(NotImplementedError, match=r"def configure_optimizers\(self\)"):
        Empty().configure_optimizers()
    with pytest.raises(NotImplementedError, match="Empty has neither `net` nor a forward pass"):
        Empty().forward(None)


def test_plotting_outside_of_training_says_that_a_trainer_is_needed(face, weights):
    with pytest.raises(RuntimeError, match=r"during Trainer\(...\).fit"):
        face.classifier(weights).plot("loss", 1.0, train=True)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5)])
def test_a_step_of_ones_own_may_plot_any_kind_of_number(face, weights, clusters, value):
    def validation_step(self, batch):
        self.plot("mine", value, train=False)

    model = face.classifier(weights, validation_step=validation_step)
    fit(face, model, face.data(*clusters))
    assert curve(model, "val_mine") == [0.5] * 3
