"""What only MXNet needs: parameters that are arrays, and names of the first generation."""

import faces
import numpy as np
import pytest


@pytest.fixture(scope="module")
def face():
    return faces.load("mxnet")


@pytest.fixture
def data(face, clusters):
    return face.data(*clusters)


def arrays(face):
    params = face.parameter(np.zeros((6, 3), np.float32)), face.parameter(np.zeros(3, np.float32))
    return list(params)


def test_arrays_that_a_model_returns_itself_are_its_parameters(face, data):
    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.lr = 0.1
            self.W, self.b = arrays(face)
            self.fixed = face.parameter(np.ones(3, np.float32))

        def collect_params(self):
            return [self.W, self.b]

        def forward(self, X):
            return face.d2l.matmul(X, self.W) + self.b + self.fixed

    model = Model()
    assert [p is q for p, q in zip(model.parameters(), (model.W, model.b), strict=True)] == [
        True
    ] * 2
    face.d2l.Trainer(max_epochs=2).fit(model, data)
    assert abs(face.numpy(model.W)).max() > 0
    assert face.numpy(model.fixed).tolist() == [1, 1, 1]


def test_a_block_that_is_no_module_of_the_library_is_trained(face, data):
    from mxnet import gluon

    class Block(gluon.nn.Block):
        def __init__(self):
            super().__init__()
            self.board = face.d2l.ProgressBoard(display=False)
            self.net = gluon.nn.Dense(3)
            self.net.initialize()
            self.losses = []

        def training_step(self, batch):
            self.losses.append(gluon.loss.SoftmaxCrossEntropyLoss()(self.net(batch[0]), batch[1]))
            return self.losses[-1].mean()

        def validation_step(self, batch):
            pass

        def configure_optimizers(self):
            return gluon.Trainer(self.collect_params(), "sgd", {"learning_rate": 0.5})

    block = Block()
    face.d2l.Trainer(max_epochs=3).fit(block, data)
    assert float(block.losses[-1].mean()) < 0.5 * float(block.losses[0].mean())


def test_training_takes_a_context_under_the_name_of_the_first_generation(face, clusters, capsys):
    from mxnet import gluon

    data = face.d2l.load_array([face.tensor(a) for a in clusters], 64)
    face.d2l.train_ch5(gluon.nn.Dense(3), data, data, 3, 0.5, ctx=face.d2l.try_gpu())
    assert "test acc" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["equal", "not_equal", "less", "less_equal", "greater"])
def test_arrays_of_different_types_can_be_compared(face, name):
    from mxnet import np as mnp

    ours, theirs = np.array([0, 1, 2]), np.array([0.5, 1.0, 1.5], np.float32)
    result = getattr(mnp, name)(face.tensor(ours), face.tensor(theirs))
    assert face.numpy(result).tolist() == getattr(np, name)(ours, theirs).tolist()
    labels = face.tensor(np.array([1.0, 0.0], np.float32))
    assert face.numpy(face.tensor(np.eye(2, dtype=np.float32)).argmax(axis=1) == labels).sum() == 0


def test_the_workers_of_a_search_compute_in_numpy_mode(face, tmp_path):
    d2l = face.d2l

    def objective(trial):
        from mxnet.gluon import nn

        class MLP(d2l.Classifier):
            def __init__(self, lr):
                super().__init__()
                self.lr = lr
                self.net = nn.Dense(10)
                self.net.initialize()

        data = d2l.FashionMNIST(256, num_train=512, num_val=256)
        model = MLP(trial.suggest_float("lr", 0.01, 0.1, log=True))
        model.board.display = False
        d2l.Trainer(max_epochs=2).fit(model, data)
        return float(d2l.evaluate_accuracy(model, data.val_dataloader()))

    # Each thread has a mode of its own, and a worker of Dask runs a trial in a new thread.
    study = d2l.search(objective, 2, storage=tmp_path / "search.log", workers=2)
    assert study.best_value > 0.2


@pytest.mark.timeout(120)  # Dask waits for ever where no worker can read the objective.
def test_the_workers_of_a_search_import_the_library_before_what_the_objective_refers_to(
    face, tmp_path
):
    from distributed import Client
    from mxnet import gluon, np

    def objective(trial):
        target = np.array(trial.suggest_float("x", 1, 2))
        return float(gluon.loss.L1Loss()(np.zeros(1), target.reshape(1)).item())

    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with Client(**options, local_directory=tmp_path) as client:
        study = face.d2l.search(objective, 2, storage=tmp_path / "search.log", workers=client)
    assert [trial.value for trial in study.trials] == pytest.approx(
        [trial.params["x"] for trial in study.trials]
    )


def test_arrays_in_lists_and_in_modules_inside_are_parameters(face, data):
    class Inner(face.d2l.Module):
        def __init__(self):
            super().__init__()
            (self.W, self.b) = arrays(face)

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.lr = 0.1
            self.inner = Inner()
            self.weights = (self.inner.W, self.inner.b)
            self.scale = [face.tensor(np.ones(3, np.float32))]

        def forward(self, X):
            return (face.d2l.matmul(X, self.weights[0]) + self.weights[1]) * self.scale[0]

    model = Model()
    assert len(model.get_scratch_params()) == 3
    face.d2l.Trainer(max_epochs=2).fit(model, data)
    assert all(abs(face.numpy(p)).max() > 0 for p in model.weights)
    assert (face.numpy(model.scale[0]) != 1).any()


def test_the_trainer_moves_a_model_and_batches_to_its_gpu(face):
    import mxnet as mx

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.W, self.b = self.weights = arrays(face)
            self.net = mx.gluon.nn.Dense(3, in_units=2)
            self.net.initialize()

    device, trainer, model = mx.cpu(1), face.d2l.Trainer(max_epochs=1), Model()
    batch = [face.tensor(np.ones(3)), face.tensor(np.ones(3))]
    assert trainer.prepare_batch(batch) is batch
    trainer.gpus = [device]
    assert [a.ctx for a in trainer.prepare_batch(batch)] == [device] * 2
    trainer.prepare_model(model)
    assert [a.ctx for a in (model.W, *model.weights)] == [device] * 3
    assert model.weights[0] is model.W
    assert model.W.grad.ctx == device
    assert model.net.weight.list_ctx() == [device]


def test_arrays_of_modules_inside_are_moved_too(face):
    import mxnet as mx

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.inner = [face.d2l.Module()]
            self.inner[0].W, self.inner[0].b = arrays(face)

    model = Model()
    model.set_scratch_params_device(mx.cpu(1))
    assert [a.ctx for a in model.get_scratch_params()] == [mx.cpu(1)] * 2


def test_a_network_is_trained_and_judged_on_the_device_that_is_asked_for(face):
    import mxnet as mx

    net = mx.gluon.nn.Dense(3)
    X, y = face.tensor(np.ones((8, 2), np.float32)), face.tensor(np.zeros(8, np.int32))
    batches = face.d2l.load_array((X, y), 4)
    face.d2l.train_ch6(net, batches, batches, 1, 0.5, device=mx.cpu(1))
    assert net.weight.list_ctx() == [mx.cpu(1)]
    assert face.d2l.evaluate_accuracy_gpu(net, batches) == 1


def test_a_source_of_random_numbers_follows_the_seed(face):
    numbers = []
    for seed in (1, 1, 2):
        face.d2l.set_seed(seed)
        numbers.append(face.d2l.get_key().random())
    assert numbers[0] == numbers[1] != numbers[2]


def test_clipping_leaves_out_what_has_no_gradient(face, data):
    import mxnet as mx

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.net, self.fixed = mx.gluon.nn.Dense(3), mx.gluon.nn.Dense(4)
            self.net.initialize()
            self.fixed.initialize()
            self.fixed.collect_params().setattr("grad_req", "null")

        def forward(self, X):
            return self.net(self.fixed(X))

        def configure_optimizers(self):
            return mx.gluon.Trainer(self.net.collect_params(), "sgd", {"learning_rate": 0.1})

    model = Model()
    face.d2l.Trainer(max_epochs=1, gradient_clip_val=1e-3).fit(model, data)
    grads = [model.net.weight.grad(), model.net.bias.grad()]
    norm = sum((face.numpy(g) ** 2).sum() for g in grads) ** 0.5
    assert norm == pytest.approx(1e-3, rel=1e-3)


def test_clipping_limits_the_gradients_of_layers_and_arrays_together(face, data):
    import mxnet as mx

    class Model(face.d2l.Classifier):
        def __init__(self):
            super().__init__()
            self.net = mx.gluon.nn.Dense(3)
            self.net.initialize()
            self.scale = face.tensor(np.ones(3, np.float32))

        def forward(self, X):
            return self.net(X) * self.scale

        def configure_optimizers(self):
            return mx.gluon.Trainer(self.collect_params(), "sgd", {"learning_rate": 0.1})

    model = Model()
    face.d2l.Trainer(max_epochs=1, gradient_clip_val=1e-3).fit(model, data)
    grads = [model.net.weight.grad(), model.net.bias.grad(), model.scale.grad]
    norm = sum((face.numpy(g) ** 2).sum() for g in grads) ** 0.5
    assert norm == pytest.approx(1e-3, rel=1e-3)


def test_a_layer_before_the_model_is_set_up_is_an_error_that_says_so(face):
    import mxnet as mx

    class Forgetful(face.d2l.Classifier):
        def __init__(self):
            self.net = mx.gluon.nn.Dense(3)

    with pytest.raises(TypeError, match=r"super\(\).__init__\(\) first in Forgetful.__init__"):
        Forgetful()


def test_a_data_set_can_be_transformed_by_gluon(face):
    part = face.d2l.FashionMNIST(num_train=100, num_val=50).val
    image, label = part.transform_first(lambda image: 1 - image)[3]
    np.testing.assert_allclose(face.numpy(image), 1 - face.numpy(part[3][0]))
    assert label == part[3][1]


def test_a_loader_knows_its_data_set(face, clusters):
    loader = face.d2l.load_array([face.tensor(a) for a in clusters], 64)
    assert (len(loader.dataset), loader.batch_size) == (192, 64)
    assert len(face.d2l.load_data_fashion_mnist(256)[1].dataset) == 10_000


def test_a_matrix_may_be_multiplied_by_a_vector(face):
    matrix, vector = np.float32([[1, 2], [3, 4]]), np.float32([1, -1])
    product = face.d2l.matmul(face.tensor(matrix), face.tensor(vector))
    np.testing.assert_allclose(face.numpy(product), matrix @ vector)


def test_the_quicker_optimizer_has_the_name_that_mxnet_gives_it(face):
    from mxnet import gluon

    layer = gluon.nn.Dense(1, in_units=1)
    layer.initialize()
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.1})
    assert type(trainer.optimizer).__name__ == "SGD"
    assert type(trainer.optimizer).__module__.startswith("d2l_local")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"wd": 0.1, "rescale_grad": 0.5, "clip_gradient": 0.25},
        {"momentum": 0.5, "wd": 0.1, "clip_gradient": 0.25},
        {"lr_scheduler": {"step": 2, "factor": 0.5}},
    ],
    ids=lambda options: "-".join(options) or "plain",
)
def test_the_quicker_optimizer_does_what_mxnet_s_own_does(face, options):
    import mxnet as mx

    from d2l_local.mxnet.optimizer import OneByOneSGD

    results = []
    for Optimizer in (OneByOneSGD, mx.optimizer.SGD):
        kept = dict(options)
        if "lr_scheduler" in kept:  # It keeps a rate that falls, so each optimizer has its own.
            kept["lr_scheduler"] = mx.lr_scheduler.FactorScheduler(**kept["lr_scheduler"])
        updater = mx.optimizer.get_updater(Optimizer(learning_rate=0.5, **kept))
        weight = face.tensor(np.float32([1, -2, 3]))
        for step in range(6):
            updater(0, face.tensor(np.float32([0.1, 1, -1]) * (step + 1)), weight)
        results.append(face.numpy(weight))
    np.testing.assert_allclose(*results, rtol=1e-5)
