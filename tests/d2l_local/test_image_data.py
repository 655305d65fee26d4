"""Fashion-MNIST in batches, in every framework."""

import matplotlib as mpl
import numpy as np
import pytest
from drawn import image_in, stretched

from d2l_local.common import fashion_mnist

mpl.use("agg")


def test_a_batch_has_floats_between_0_and_1_and_integer_labels(face):
    data = face.d2l.FashionMNIST(batch_size=32)
    X, y = next(iter(data.train_dataloader()))
    assert tuple(X.shape) == ((32, 28, 28, 1) if face.immutable else (32, 1, 28, 28))
    images, labels = face.numpy(X), face.numpy(y)
    assert (images.dtype, labels.dtype.kind) == (np.float32, "i")
    assert 0 <= images.min() < images.max() <= 1
    assert set(labels) <= set(range(10))


def test_validation_batches_are_the_real_images_in_their_order(face):
    data = face.d2l.FashionMNIST(batch_size=128)
    images, labels = fashion_mnist.load(train=False)
    X, y = next(iter(data.val_dataloader()))
    np.testing.assert_allclose(face.numpy(X).squeeze(), images[:128] / 255, atol=1e-6)
    np.testing.assert_array_equal(face.numpy(y), labels[:128])


def test_a_pass_over_the_training_set_gives_every_label_once(face):
    data = face.d2l.FashionMNIST(batch_size=4096)
    loader = data.train_dataloader()
    labels = np.concatenate([face.numpy(y) for _, y in loader])
    assert len(loader) == 15
    assert np.bincount(labels).tolist() == [6000] * 10
    assert (labels != fashion_mnist.load(train=True)[1]).any(), "the order is a new one"


def test_a_part_of_the_training_images_can_be_held_out(face):
    data = face.d2l.FashionMNIST(batch_size=100, num_train=300, num_val=200)
    assert (data.val_name, face.d2l.FashionMNIST().val_name) == ("validation", "test")
    images, labels = fashion_mnist.load(train=True)
    trained = np.concatenate([face.numpy(y) for _, y in data.train_dataloader()])
    assert sorted(trained) == sorted(labels[:300])
    held_out = [(face.numpy(X).squeeze(), face.numpy(y)) for X, y in data.val_dataloader()]
    np.testing.assert_allclose(np.concatenate([X for X, _ in held_out]), images[-200:] / 255)
    np.testing.assert_array_equal(np.concatenate([y for _, y in held_out]), labels[-200:])


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"num_train": 10}, "go together and are positive, but are 10 and None"),
        ({"num_train": 0, "num_val": 5}, "go together and are positive, but are 0 and 5"),
        ({"num_train": 50_000, "num_val": 10_001}, "more than the 60,000 training images"),
    ],
)
def test_images_that_cannot_be_held_out_are_an_error(face, numbers, message):
    with pytest.raises(ValueError, match=message):
        face.d2l.FashionMNIST(**numbers)


def test_a_seed_makes_batches_repeat(face):
    def first_labels(seed):
        face.d2l.set_seed(seed)
        _, y = next(iter(face.d2l.FashionMNIST(batch_size=64).train_dataloader()))
        return face.numpy(y).tolist()

    assert first_labels(3) == first_labels(3)
    assert first_labels(3) != first_labels(4)


def interpolated(image, height, width):
    """An image (28, 28) with values between its pixels by linear interpolation."""
    down, across = ((np.arange(n) + 0.5) * 28 / n - 0.5 for n in (height, width))
    image = np.stack([np.interp(across, np.arange(28), row) for row in image])
    return np.stack([np.interp(down, np.arange(28), column) for column in image.T]).T


def test_images_are_stretched_to_another_size(face):
    X, _ = next(iter(face.d2l.FashionMNIST(batch_size=4, resize=(32, 48)).val_dataloader()))
    images = fashion_mnist.load(train=False)[0][:4] / 255
    expected = [interpolated(image, 32, 48) for image in images]
    np.testing.assert_allclose(face.numpy(X).squeeze(), expected, atol=1e-2)


@pytest.mark.parametrize("train", [True, False])
def test_what_is_done_to_a_batch_does_not_reach_the_data_set(face, train):
    if face.immutable:
        pytest.skip("a tensor of this framework cannot be changed")
    data = face.d2l.FashionMNIST(batch_size=300, num_train=300, num_val=300)
    before = [sorted(face.numpy(t).sum() for t in b) for b in data.get_dataloader(train)]
    for batch in data.get_dataloader(train):
        for tensor in batch:
            tensor[:] = 0
    after = [sorted(face.numpy(t).sum() for t in b) for b in data.get_dataloader(train)]
    np.testing.assert_allclose(after, before, rtol=1e-4)


def test_one_number_is_both_the_height_and_the_width(face):
    X, _ = next(iter(face.d2l.FashionMNIST(batch_size=4, resize=32).val_dataloader()))
    assert sorted(X.shape) == [1, 4, 32, 32]


def test_items_are_counted_from_the_end_too_and_have_one(face):
    if face.immutable:
        pytest.skip("the data set is a pair of arrays")
    part = face.d2l.FashionMNIST(num_train=100, num_val=50).val
    image, label = part[-1]
    images, labels = fashion_mnist.load(train=True)
    np.testing.assert_allclose(face.numpy(image)[0], images[-1] / 255, atol=1e-6)
    assert label == labels[-1]
    assert len(list(part)) == 50


def test_class_names_stand_for_numbers(face):
    data = face.d2l.FashionMNIST()
    assert data.text_labels(range(10)) == list(fashion_mnist.LABELS)


def test_images_are_shown_upright_with_the_names_of_their_classes_or_given_titles(face):
    import matplotlib.pyplot as plt

    data = face.d2l.FashionMNIST(batch_size=8)
    batch = next(iter(data.val_dataloader()))
    data.visualize(batch)
    images = face.numpy(batch[0]).reshape(8, 28, 28)
    for axes, image in zip(plt.gcf().axes, images, strict=True):
        np.testing.assert_allclose(image_in(axes), stretched(image), atol=0.02)
    assert [a.get_title() for a in plt.gcf().axes] == data.text_labels(face.numpy(batch[1]))
    data.visualize(batch, nrows=2, ncols=4, labels=list("abcdefgh"))
    assert [a.get_title() for a in plt.gcf().axes] == list("abcdefgh")
    rows = [round(a.get_position().y0, 3) for a in plt.gcf().axes]
    assert rows[:4] == [rows[0]] * 4
    assert rows[4:] == [rows[4]] * 4
    assert rows[0] > rows[4]
    plt.close("all")


def test_a_single_image_can_be_shown(face):
    import matplotlib.pyplot as plt

    batch = next(iter(face.d2l.FashionMNIST(batch_size=1).val_dataloader()))
    face.d2l.FashionMNIST().visualize(batch)
    [axes] = [axes for axes in plt.gcf().axes if axes.images]
    image = face.numpy(batch[0]).reshape(28, 28)
    np.testing.assert_allclose(image_in(axes), stretched(image), atol=0.02)
    plt.close("all")


def test_a_batch_of_images_can_be_shown_as_it_comes(face):
    import matplotlib.pyplot as plt

    X, _ = next(iter(face.d2l.FashionMNIST(batch_size=4).val_dataloader()))
    cells = face.d2l.show_images(X, 2, 2)
    for axes, image in zip(cells, face.numpy(X).reshape(4, 28, 28), strict=True):
        np.testing.assert_allclose(image_in(axes), stretched(image), atol=0.02)
    plt.close("all")


@pytest.mark.parametrize("train", [True, False])
def test_the_data_set_can_be_looked_at(face, train):
    data = face.d2l.FashionMNIST()
    part = data.train if train else data.val
    count = 60_000 if train else 10_000
    if face.immutable:
        assert part[0].shape == (count, 28, 28)
        assert part[1].shape == (count,)
    else:
        image, label = part[0]
        assert (len(part), tuple(image.shape)) == (count, (1, 28, 28))
        assert int(label) == fashion_mnist.load(train)[1][0]
