"""Linear regression on synthetic data, in every framework."""

import numpy as np
import pytest


@pytest.fixture
def data(face):
    face.seed(0)
    w = face.tensor(np.array([2, -3.4], np.float32))
    return face.d2l.SyntheticRegressionData(w=w, b=4.2, num_train=500, num_val=100)


def w_and_b(face, model):
    """The weights and the bias of a layer as numpy arrays, which TensorFlow's are already."""
    params = model.get_w_b()
    return [np.array(p if face.name == "tensorflow" else face.numpy(p)) for p in params]


def of_a_layer(face, lr, num_inputs=2):
    """The model with a layer; one of Flax has to be told the number of inputs."""
    told = {"num_inputs": num_inputs} if face.name == "jax" else {}
    return face.d2l.LinearRegression(lr=lr, **told)


def test_the_data_follow_the_true_line_but_for_the_noise(face, data):
    X, y = face.numpy(data.X), face.numpy(data.y)
    assert (X.shape, y.shape) == ((600, 2), (600, 1))
    noise = y - X @ np.array([[2], [-3.4]]) - 4.2
    assert 0.008 < noise.std() < 0.012
    assert (data.b, data.noise, data.num_train, data.batch_size) == (4.2, 0.01, 500, 32)


def test_the_noise_has_the_deviation_that_is_asked_for(face):
    face.seed(0)
    w = face.tensor(np.zeros(1, np.float32))
    data = face.d2l.SyntheticRegressionData(w, 0.0, noise=0.5, num_train=2000, num_val=2000)
    assert face.numpy(data.y).std() == pytest.approx(0.5, rel=0.05)
    _, y = face.d2l.synthetic_data(w, 0.0, 4000)
    assert face.numpy(y).std() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(("name", "factor"), [("Scratch", 0.5), ("", None)])
def test_the_loss_is_the_mean_of_the_squared_errors(face, name, factor):
    halved = 0.5 if face.name == "mxnet" else 1  # as each framework's own loss has it
    arguments = (2, 0.1) if name else (0.1,)
    model = getattr(face.d2l, f"LinearRegression{name}")(*arguments)
    y_hat, y = (face.tensor(np.array(a, np.float32)) for a in ([[1], [5]], [[3], [1]]))
    assert float(model.loss(y_hat, y)) == pytest.approx((factor or halved) * (4 + 16) / 2)


def test_by_hand_the_weights_start_with_the_deviation_that_is_asked_for(face):
    face.seed(0)
    for model, sigma in (
        (face.d2l.LinearRegressionScratch(4000, 0.1), 0.01),
        (face.d2l.LinearRegressionScratch(4000, 0.1, sigma=3.0), 3.0),
    ):
        w, b = (face.numpy(param) for param in (model.w, model.b))
        assert (w.shape, b.ravel().tolist()) == ((4000, 1), [0])
        if face.name == "mxnet":  # Whoever writes the loop needs no `attach_grad`.
            assert (model.w.grad.shape, model.b.grad.shape) == ((4000, 1), (1,))
        assert w.std() == pytest.approx(sigma, rel=0.1)
        assert abs(w.mean()) < 0.1 * sigma


def test_with_a_layer_the_weights_start_small_and_the_bias_at_zero_or_small(face):
    """PyTorch's layers draw both from -1/sqrt(n) to 1/sqrt(n), which is small for many inputs."""
    face.d2l.set_seed(0)
    model = of_a_layer(face, 0.1, 4000)
    model(face.tensor(np.ones((1, 4000), np.float32)))
    w, b = w_and_b(face, model)
    assert w.std() == pytest.approx((3 * 4000) ** -0.5 if face.name == "torch" else 0.01, rel=0.1)
    assert abs(b.item()) <= (4000**-0.5 if face.name == "torch" else 0)


def test_with_a_layer_a_step_goes_against_the_gradient_times_the_learning_rate(face):
    """One row with x = 1 and a target of 3: the gradient of the bias is that of the weight."""
    X, y = np.ones((33, 1), np.float32), np.full((33, 1), 3, np.float32)
    model = of_a_layer(face, 0.125, 1)
    before = []

    class Data(face.d2l.DataModule):
        def get_dataloader(self, train):
            if train:
                model(face.tensor(X[:1]))
                before[:] = [param.item() for param in w_and_b(face, model)]
            return face.d2l.load_array((face.tensor(X), face.tensor(y)), 33)

    face.d2l.Trainer(max_epochs=1).fit(model, Data())
    after = [param.item() for param in w_and_b(face, model)]
    slope = (1 if face.name == "mxnet" else 2) * (sum(before) - 3)  # half the square in MXNet
    assert after == pytest.approx([p - 0.125 * slope for p in before], abs=1e-6)


def test_by_hand_a_step_goes_against_the_gradient_times_the_learning_rate(face):
    """One row with x = 1 and a target of 3, for half the square: both gradients are the error."""
    X, y = np.ones((33, 1), np.float32), np.full((33, 1), 3, np.float32)
    model = face.d2l.LinearRegressionScratch(1, lr=0.125)
    before = [param.item() for param in map(face.numpy, (model.w, model.b))]

    class Data(face.d2l.DataModule):
        def get_dataloader(self, train):
            return face.d2l.load_array((face.tensor(X), face.tensor(y)), 33)

    face.d2l.Trainer(max_epochs=1).fit(model, Data())
    after = [param.item() for param in map(face.numpy, (model.w, model.b))]
    slope = sum(before) - 3
    assert after == pytest.approx([p - 0.125 * slope for p in before], abs=1e-6)


def test_what_is_done_to_a_batch_does_not_reach_the_data(face, data):
    if face.immutable:
        pytest.skip("a tensor of this framework cannot be changed")
    before = face.numpy(data.X).copy(), face.numpy(data.y).copy()
    for loader in (data.train_dataloader(), data.val_dataloader()):
        for X, y in loader:
            X[:], y[:] = 0, 0
    np.testing.assert_array_equal(face.numpy(data.X), before[0])
    np.testing.assert_array_equal(face.numpy(data.y), before[1])


def test_a_seed_is_one_for_the_framework_numpy_and_python(face):
    import random

    drawn = []
    for _ in range(2):
        face.d2l.set_seed(5)
        drawn.append((random.random(), np.random.rand(), face.d2l.get_seed()))
    assert drawn[0] == drawn[1]


def test_training_and_validation_have_rows_of_their_own(face, data):
    train = np.concatenate([face.numpy(y) for _, y in data.train_dataloader()])
    val = np.concatenate([face.numpy(y) for _, y in data.val_dataloader()])
    np.testing.assert_array_equal(val, face.numpy(data.y)[500:])
    np.testing.assert_array_equal(np.sort(train, 0), np.sort(face.numpy(data.y)[:500], 0))
    assert len(data.train_dataloader()) == 16


def test_by_hand_it_recovers_the_true_parameters(face, data):
    model = face.d2l.LinearRegressionScratch(2, lr=0.1)
    face.d2l.Trainer(max_epochs=5).fit(model, data)
    np.testing.assert_allclose(face.numpy(model.w).ravel(), [2, -3.4], atol=0.01)
    assert face.numpy(model.b).item() == pytest.approx(4.2, abs=0.01)


def test_with_a_layer_it_recovers_the_true_parameters(face, data):
    model = face.d2l.LinearRegression(lr=0.05)
    face.d2l.Trainer(max_epochs=10).fit(model, data)
    w, b = w_and_b(face, model)
    np.testing.assert_allclose(w.ravel(), [2, -3.4], atol=0.02)
    assert b.item() == pytest.approx(4.2, abs=0.02)


@pytest.mark.parametrize(("name", "arguments"), [("Scratch", (2, 0.1)), ("", (0.1,))])
def test_targets_of_another_shape_are_refused(face, name, arguments):
    model = getattr(face.d2l, f"LinearRegression{name}")(*arguments)
    y_hat = face.tensor(np.zeros((4, 1), np.float32))
    with pytest.raises(ValueError, match=r"y = d2l.reshape\(y, y_hat.shape\)") as error:
        model.loss(y_hat, face.tensor(np.zeros(4, np.float32)))
    assert "targets have shape (4,), but the predictions (4, 1)" in str(error.value)
    with pytest.raises(ValueError, match=r"shape \(1, 1\), but the predictions \(4, 1\)"):
        model.loss(y_hat, face.tensor(np.zeros((1, 1), np.float32)))


def test_a_data_module_takes_a_folder_and_a_number_of_workers(face):
    data = face.d2l.DataModule("data", num_workers=2)
    assert (data.root, data.num_workers) == ("data", 2)


def test_a_loader_may_be_a_generator(face, data):
    class Data(face.d2l.DataModule):
        def get_dataloader(self, train):
            rows = slice(0, 500) if train else slice(500, 600)
            X, y = data.X[rows], data.y[rows]
            for start in range(0, len(X), 50):
                yield X[start : start + 50], y[start : start + 50]

    model = face.d2l.LinearRegressionScratch(2, lr=0.1)
    trainer = face.d2l.Trainer(max_epochs=3)
    trainer.fit(model, Data())
    assert (trainer.num_train_batches, trainer.num_val_batches) == (10, 2)
    assert (trainer.train_batch_idx, trainer.val_batch_idx) == (30, 6)


def test_cross_correlation_sums_products_of_a_window(face):
    X = np.arange(9, dtype=np.float32).reshape(3, 3)
    K = np.array([[0, 1], [2, 3]], np.float32)
    result = face.numpy(face.d2l.corr2d(face.tensor(X), face.tensor(K)))
    np.testing.assert_allclose(result, [[19, 25], [37, 43]])
    edge = face.d2l.corr2d(face.tensor(X), face.tensor(np.array([[1, -1]], np.int64)))
    np.testing.assert_allclose(face.numpy(edge), np.full((3, 2), -1.0))


def test_seeds_come_from_the_framework_s_own_generator(face):
    seeds = []
    for _ in range(2):
        face.seed(3)
        seeds.append([face.d2l.get_seed() for _ in range(3)])
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0])) == 3
    assert type(face.d2l.get_key()) is type(face.d2l.get_key())
