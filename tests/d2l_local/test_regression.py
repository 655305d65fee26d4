"""Linear regression on synthetic data, in every framework."""

import numpy as np
import pytest


@pytest.fixture
def data(face):
    face.seed(0)
    w = face.tensor(np.array([2, -3.4], np.float32))
    return face.d2l.SyntheticRegressionData(w=w, b=4.2, num_train=500, num_val=100)


def test_the_data_follow_the_true_line_but_for_the_noise(face, data):
    X, y = face.numpy(data.X), face.numpy(data.y)
    assert (X.shape, y.shape) == ((600, 2), (600, 1))
    noise = y - X @ np.array([[2], [-3.4]]) - 4.2
    assert 0.008 < noise.std() < 0.012
    assert (data.b, data.noise, data.num_train, data.batch_size) == (4.2, 0.01, 500, 32)


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
    w, b = (
        np.asarray(face.d2l.numpy(p) if face.name != "tensorflow" else p) for p in model.get_w_b()
    )
    np.testing.assert_allclose(w.ravel(), [2, -3.4], atol=0.02)
    assert b.item() == pytest.approx(4.2, abs=0.02)


def test_targets_of_another_shape_are_refused(face):
    model = face.d2l.LinearRegressionScratch(2, lr=0.1)
    y_hat = face.tensor(np.zeros((4, 1), np.float32))
    with pytest.raises(
        ValueError, match=r"targets have shape \(4,\), but the predictions \(4, 1\)"
    ):
        model.loss(y_hat, face.tensor(np.zeros(4, np.float32)))


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
