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


def test_a_trainer_may_leave_validation_out(face, weights, clusters):
    class TrainOnly(face.d2l.Trainer):
        def prepare_data(self, data):
            super().prepare_data(data)
            self.val_dataloader, self.num_val_batches = None, 0

    model = face.classifier(weights)
    TrainOnly(max_epochs=2).fit(model, face.data(*clusters))
    assert list(model.board.data) == ["train_loss"]


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


def test_loss_and_accuracy_take_scores_with_more_axes(face, weights):
    """As for each pixel, or each word: (2, 4, 3) scores and (2, 4) labels are 8 of each."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(2, 4, 3)).astype(np.float32)
    labels = rng.integers(0, 3, (2, 4))
    model = face.classifier(weights)
    several = [face.tensor(scores), face.tensor(labels)]
    flat = [face.tensor(scores.reshape(8, 3)), face.tensor(labels.reshape(8))]
    assert float(model.loss(*several)) == pytest.approx(float(model.loss(*flat)), rel=1e-5)
    for averaged in (True, False):
        rates = [face.numpy(model.accuracy(*both, averaged)).ravel() for both in (several, flat)]
        np.testing.assert_allclose(*rates)


def test_a_batch_may_have_several_inputs(face, weights, clusters):
    """Its last element is the labels; the others go to `forward`."""
    X, y = clusters
    forward = type(face.classifier(weights)).forward

    class Data(face.d2l.DataModule):
        def get_dataloader(self, train):
            halves = face.tensor(X[:, :3]), face.tensor(X[:, 3:]), face.tensor(y)
            return face.d2l.load_array(halves, 192, train)

    d2l = face.d2l
    model = face.classifier(
        weights, forward=lambda self, left, right: forward(self, d2l.concat([left, right], 1))
    )
    whole = face.classifier(weights)
    fit(face, model, Data())
    fit(face, whole, face.data(np.concatenate([X, X[:32]]), np.concatenate([y, y[:32]]), 192))
    for ours, theirs in zip(parameters(face, model), parameters(face, whole), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    y_hat = face.numpy(whole(face.tensor(X))).argmax(1)
    assert model.board.data["val_acc"][-1].y == pytest.approx((y_hat == y).mean())


def test_the_older_name_of_the_classifier_is_the_same_class(face):
    assert face.d2l.Classification is face.d2l.Classifier


def test_a_model_without_a_loss_or_an_optimizer_says_what_to_define(face):
    class Empty(face.d2l.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"def loss\(self, y_hat, y\)"):
        Empty().loss(None, None)
    with pytest.raises(NotImplementedError, match=r"def configure_optimizers\(self\).*set self.lr"):
        Empty().configure_optimizers()
    with pytest.raises(NotImplementedError, match="Empty has neither `net` nor a forward pass"):
        Empty().forward(None)


def test_a_learning_rate_that_was_not_kept_is_said_to_be_so(face):
    class Forgetful(face.d2l.Module):
        def __init__(self, lr):
            super().__init__()

    with pytest.raises(NotImplementedError, match=r"takes lr.*self.save_hyperparameters\(\)"):
        Forgetful(0.1).configure_optimizers()


def test_a_model_that_was_not_set_up_is_said_to_be_so(face, clusters):
    class Forgetful(face.d2l.Classifier):
        def __init__(self, lr):
            self.save_hyperparameters()

    with pytest.raises(Exception, match=r"super\(\).__init__\(\)"):
        fit(face, Forgetful(0.1), face.data(*clusters))


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


@pytest.mark.parametrize(
    ("batch_size", "points", "expected"),
    [
        (32, 2, [3, 2, 3, 2, 3, 2]),
        (32, 1, [5, 5, 5]),
        (32, 0.5, [10]),
        (32, 1.5, [4, 3, 3, 4]),
        (80, 5, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_points_cut_the_batches_into_equal_parts_and_leave_none_over(
    face, weights, clusters, batch_size, points, expected
):
    calls = []

    class Board(face.d2l.ProgressBoard):
        def draw(self, x, y, label, every_n=1):
            waiting = len(self.raw_points.get(label, []))
            super().draw(x, y, label, every_n)
            if label == "train_loss" and not self.raw_points[label]:
                calls.append(waiting + 1)

    model = face.classifier(weights)
    model.board = Board(display=False)
    model.plot_train_per_epoch = points
    fit(face, model, face.data(*clusters, batch_size=batch_size))
    assert calls == expected


def test_a_draw_of_ones_own_is_told_whole_numbers_of_calls(face, weights, clusters):
    """The older package's compares for equality: `if len(points) != every_n: return`."""
    told = []

    class Board(face.d2l.ProgressBoard):
        def draw(self, x, y, label, every_n=1):
            told.append((label, every_n))

    model = face.classifier(weights)
    model.board = Board()
    fit(face, model, face.data(*clusters), max_epochs=1)
    assert [n for label, n in told if label == "train_loss"] == [3, 3, 3, 2, 2]
    assert all(isinstance(n, int) for _, n in told)


def test_a_batch_counts_in_its_point_as_often_as_it_has_examples(face, weights, clusters):
    drawn = []

    class Board(face.d2l.ProgressBoard):
        def draw(self, x, y, label, every_n=1, weight=1.0):
            drawn.append((label, every_n, weight))

    model = face.classifier(weights)
    model.plot_train_per_epoch = 1
    model.board = Board()
    fit(face, model, face.data(*clusters, batch_size=25), max_epochs=1)
    validation = [("val_loss", 2, 25), ("val_acc", 2, 25), ("val_loss", 2, 7), ("val_acc", 2, 7)]
    assert drawn == [("train_loss", 7, 25)] * 6 + [("train_loss", 7, 10), *validation]


def test_the_curves_bear_the_names_of_what_they_show(face, weights, clusters):
    X, y = clusters
    model = face.classifier(weights, lr=0.0)
    wrong = np.concatenate([y[:-32], 2 - y[-32:]])  # for validation only
    fit(face, model, face.data(X, wrong, batch_size=160), max_epochs=1)
    batches = {"train_loss": (X[:-32], y[:-32]), "val_loss": (X[-32:], wrong[-32:])}
    for label, (inputs, labels) in batches.items():
        loss = model.loss(model(face.tensor(inputs)), face.tensor(labels))
        assert curve(model, label) == [pytest.approx(float(loss), abs=1e-5)]


def test_what_an_interrupted_training_left_is_not_in_the_points_of_the_next(
    face, weights, clusters
):
    def validation_step(self, batch):
        self.plot("first", self.value, train=False)
        if self.value == 1:
            raise KeyboardInterrupt

    data = face.data(*clusters, batch_size=16)
    model = face.classifier(weights, validation_step=validation_step)
    model.value = 1
    with pytest.raises(KeyboardInterrupt):
        fit(face, model, data)
    model.value = 2
    fit(face, model, data, max_epochs=1)
    assert curve(model, "val_first") == [2]


def test_validation_is_in_evaluation_mode_and_records_nothing_for_gradients(
    face, weights, clusters
):
    seen = []

    def note(self, step):
        if face.name == "torch":
            import torch

            seen.append((step, self.training, torch.is_grad_enabled()))
        elif face.immutable:  # gradients are what is asked for, by a tape or a function
            seen.append((step, self.training, step == "training"))
        else:
            from mxnet import autograd

            seen.append((step, autograd.is_training(), autograd.is_recording()))

    def training_step(self, batch):
        note(self, "training")
        return face.d2l.Classifier.training_step(self, batch)

    def validation_step(self, batch):
        note(self, "validation")

    model = face.classifier(weights, training_step=training_step, validation_step=validation_step)
    fit(face, model, face.data(*clusters, batch_size=160), max_epochs=2, **face.eagerly)
    assert seen == [("training", True, True), ("validation", False, False)] * 2


def test_an_error_on_the_first_batch_comes_with_the_shapes(face, weights, clusters):
    X, y = clusters
    model = face.classifier(weights)
    with pytest.raises(Exception, match="4") as caught:
        fit(face, model, face.data(X[:, :4], y))
    (note,) = face.notes(caught.value)
    assert "MLP.training_step" in note
    assert "(32, 4)" in note
    assert "(32,)" in note


def test_an_error_on_the_first_batch_of_validation_names_that_step(face, weights, clusters):
    def validation_step(self, batch):
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong") as caught:
        fit(face, face.classifier(weights, validation_step=validation_step), face.data(*clusters))
    (note,) = face.notes(caught.value)
    assert "MLP.validation_step" in note
    assert "(32, 6)" in note


@pytest.mark.parametrize("error", [ValueError, AttributeError, NameError, KeyboardInterrupt])
def test_later_errors_and_those_of_other_kinds_come_without_the_shapes(
    face, weights, clusters, error
):
    def training_step(self, batch):
        if error is not ValueError or self.trainer.train_batch_idx == 1:
            raise error("wrong")
        return face.d2l.Classifier.training_step(self, batch)

    model = face.classifier(weights, training_step=training_step)
    with pytest.raises(error) as caught:
        fit(face, model, face.data(*clusters), **face.eagerly)
    assert face.notes(caught.value) == []


def test_an_error_on_the_first_batch_of_a_loop_of_ones_own_comes_with_its_shapes(
    face, weights, clusters
):
    class Trainer(face.d2l.Trainer):
        def fit_epoch(self):
            for batch in self.train_dataloader:
                self.model.training_step(batch)

    def training_step(self, batch):
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong") as caught:
        Trainer(1).fit(face.classifier(weights, training_step=training_step), face.data(*clusters))
    assert "(32, 6)" in face.notes(caught.value)[0]


def test_a_loop_and_steps_of_ones_own_keep_their_errors(face, weights, clusters):
    class Trainer(face.d2l.Trainer):
        def fit_epoch(self):
            loss = None
            raise ValueError(f"my own {loss}")

    with pytest.raises(ValueError, match="my own None") as caught:
        Trainer(1).fit(face.classifier(weights), face.data(*clusters))
    assert face.notes(caught.value) == []


def test_a_model_that_brings_its_own_loaders_keeps_its_errors(face, weights, clusters):
    data = face.data(*clusters)

    def training_step(self, batch):
        raise ValueError("wrong")

    model = face.classifier(weights, training_step=training_step)
    model.train_dataloader, model.val_dataloader = data.train_dataloader, data.val_dataloader
    with pytest.raises(ValueError, match="wrong"):
        fit(face, model, data)


def test_an_error_between_the_steps_comes_without_the_shapes(face, weights, clusters):
    model = face.classifier(weights)
    data = face.data(*clusters)

    class Trainer(face.d2l.Trainer):
        def prepare_batch(self, batch):
            if self.train_batch_idx == self.num_train_batches:
                raise ValueError("wrong")
            return batch

    with pytest.raises(ValueError, match="wrong") as caught:
        Trainer(max_epochs=1).fit(model, data)
    assert face.notes(caught.value) == []


@pytest.mark.parametrize("function", ["forward", "loss", "training_step"])
def test_a_function_without_return_is_named(face, weights, clusters, function):
    model = face.classifier(weights, **{function: lambda self, *args: None})
    with pytest.raises(TypeError, match=f"MLP.{function} returned None") as caught:
        fit(face, model, face.data(*clusters))
    assert face.notes(caught.value) == []


def test_model_and_data_in_the_wrong_order_are_an_error_that_says_so(face, weights, clusters):
    model, data = face.classifier(weights), face.data(*clusters)
    with pytest.raises(TypeError, match=r"fit\(model, data\), but got Rows and MLP"):
        fit(face, data, model)
    with pytest.raises(TypeError, match=r"DataModule; list has none"):
        fit(face, model, [])


def test_training_for_no_epoch_is_an_error(face, weights, clusters):
    with pytest.raises(ValueError, match="max_epochs must be at least 1, but is 0"):
        fit(face, face.classifier(weights), face.data(*clusters), max_epochs=0)


def endless():
    while True:
        yield 1


@pytest.mark.parametrize("train", [True, False])
def test_a_loader_without_an_end_is_an_error(face, weights, clusters, train):
    model, data = face.classifier(weights), face.data(*clusters)
    setattr(data, "train_dataloader" if train else "val_dataloader", endless)
    with pytest.raises(ValueError, match="100,000 batches and goes on, but an epoch has an end"):
        fit(face, model, data)


def test_an_iterator_that_is_used_up_is_an_error(face, weights, clusters):
    model, data = face.classifier(weights), face.data(*clusters)
    batches = iter(list(data.train_dataloader()))
    data.train_dataloader = lambda: batches
    with pytest.raises(ValueError, match="no batches after the first pass"):
        fit(face, model, data)


def test_data_without_a_batch_are_an_error(face, weights, clusters):
    model, data = face.classifier(weights), face.data(*clusters)
    data.train_dataloader = list
    with pytest.raises(ValueError, match="no batch"):
        fit(face, model, data)


def test_labels_that_no_output_stands_for_are_refused(face, weights, clusters):
    X, y = clusters
    if face.name == "jax":  # A compiled step has no errors, but a loss that is not a number.
        with pytest.warns(UserWarning, match="train_loss became nan"):
            fit(face, face.classifier(weights), face.data(X, y + 7))
        return
    with pytest.raises(Exception, match=r"label|Target|target") as caught:
        fit(face, face.classifier(weights), face.data(X, y + 7))
    assert "integers from 0 to the number of outputs minus 1" in face.notes(caught.value)[0]


def test_a_loss_that_is_not_a_number_is_reported_once(face, weights, clusters):
    nan = [np.full_like(w, np.nan) for w in weights]
    with pytest.warns(
        UserWarning, match=r"train_loss became nan at epoch .*learning rate"
    ) as caught:
        fit(face, face.classifier(nan), face.data(*clusters))
    [warning] = [w for w in caught if "train_loss" in str(w.message)]
    assert "d2l_local/common" not in warning.filename  # it points to the caller's own line


def test_a_trainer_whose_constructor_was_replaced_still_trains(face, weights, clusters):
    class Trainer(face.d2l.Trainer):
        pass

    @face.d2l.add_to_class(Trainer)
    def __init__(self, max_epochs, num_gpus=0, gradient_clip_val=0):  # noqa: N807
        self.save_hyperparameters()
        self.gpus = [face.d2l.gpu(i) for i in range(min(num_gpus, face.d2l.num_gpus()))]

    @face.d2l.add_to_class(Trainer)
    def prepare_model(self, model):
        model.trainer = self
        model.board.xlim = [0, self.max_epochs]
        self.model = model

    model = face.classifier(weights)
    Trainer(max_epochs=2).fit(model, face.data(*clusters))
    assert len(model.board.data["val_acc"]) == 2


def test_members_that_are_added_to_a_library_class_count(face, weights, clusters, monkeypatch):
    monkeypatch.setattr(face.d2l.Classifier, "accuracy", face.d2l.Classifier.accuracy)
    model = face.classifier(weights)

    @face.d2l.add_to_class(face.d2l.Classifier)
    def accuracy(self, Y_hat, Y, averaged=True):
        return 0.25

    fit(face, model, face.data(*clusters))
    assert curve(model, "val_acc") == [0.25] * 3


def test_an_optimizer_that_is_added_to_the_base_class_counts(face, weights, clusters, monkeypatch):
    Module = face.d2l.Module
    monkeypatch.setattr(Module, "configure_optimizers", Module.configure_optimizers)
    used = []

    @face.d2l.add_to_class(Module)
    def configure_optimizers(self):
        used.append(type(self).__name__)
        return face.d2l.SGD(0.1) if face.immutable else face.d2l.SGD([self.W1], 0.1)

    fit(face, face.classifier(weights), face.data(*clusters))
    assert used == ["MLP"]


def test_a_learning_rate_is_enough_for_an_optimizer(face, weights, clusters):
    model = face.classifier(weights, lr=1)
    trainer = fit(face, model, face.data(*clusters))
    if face.name == "jax":
        assert face.d2l.optimizer_settings(model) == {"optimizer": "SGD", "lr": 1}
    else:
        assert "SGD" in str(type(getattr(trainer.optim, "_optimizer", trainer.optim)))
    assert (parameters(face, model)[0] != weights[0]).any()


def test_a_learning_rate_is_enough_for_an_optimizer_of_layers(face, clusters):
    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.lr = 0.25
            self.net = dense(face, 6, 3)

    if face.name == "jax":  # An optimizer of Optax is two functions, without a name or a rate.
        model = Model()
        fit(face, model, face.data(*clusters))
        assert face.d2l.optimizer_settings(model) == {"optimizer": "SGD", "lr": 0.25}
        return
    optimizer = Model().configure_optimizers()
    optimizer = getattr(optimizer, "optimizer", optimizer)  # what a trainer of Gluon's holds
    assert type(optimizer).__name__ == "SGD"
    rate = optimizer.param_groups[0]["lr"] if face.name == "torch" else optimizer.learning_rate
    assert float(rate) == 0.25


def dense(face, inputs, outputs):
    """A layer of the framework, with its parameters."""
    if face.name == "torch":
        from torch import nn

        return nn.Linear(inputs, outputs)
    if face.name == "tensorflow":
        import tensorflow as tf

        return tf.keras.Sequential([tf.keras.Input((inputs,)), tf.keras.layers.Dense(outputs)])
    if face.name == "jax":
        from flax import nnx

        return nnx.Linear(inputs, outputs, rngs=nnx.Rngs(0))
    from mxnet.gluon import nn

    layer = nn.Dense(outputs, in_units=inputs)
    layer.initialize()
    return layer


def test_when_training_ends_the_last_points_are_shown(face, weights, clusters, capsys):
    model = face.classifier(weights)
    fit(face, model, face.data(*clusters))
    last = {label: points[-1].y for label, points in model.board.data.items()}
    shown = capsys.readouterr().err.splitlines()[-1]
    for label, value in last.items():
        assert f"{label} {value:.4f}" in shown


def test_a_board_of_ones_own_needs_to_draw_and_no_more(face, weights, clusters):
    class Board:
        def __init__(self):
            self.drawn = []

        def draw(self, x, y, label, every_n=1):
            self.drawn.append((x, float(y), label))

    model = face.classifier(weights)
    model.board = Board()
    fit(face, model, face.data(*clusters))
    assert {label for _, _, label in model.board.drawn} == {"train_loss", "val_loss", "val_acc"}


def test_a_loss_of_the_framework_may_take_the_place_of_the_method(face, weights, clusters):
    if face.name == "torch":
        from torch import nn

        loss = nn.CrossEntropyLoss()
    elif face.name == "tensorflow":
        import tensorflow as tf

        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    elif face.name == "jax":
        import optax

        def loss(y_hat, y):
            return optax.softmax_cross_entropy_with_integer_labels(y_hat, y).mean()
    else:
        from mxnet import gluon

        loss = gluon.loss.SoftmaxCrossEntropyLoss()
    models = [face.classifier(weights) for _ in range(2)]
    models[0].loss = loss
    for model in models:
        face.seed(0)
        fit(face, model, face.data(*clusters))
    for label in ("train_loss", "val_loss"):
        np.testing.assert_allclose(curve(models[0], label), curve(models[1], label), atol=1e-5)
