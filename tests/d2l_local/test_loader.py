"""Batches of arrays in memory."""

import numpy as np
import pytest

from d2l_local.common.loader import ArrayLoader


def loader(n=10, batch_size=4, shuffle=False, **kwargs):
    rng = np.random.default_rng(0)
    arrays = (np.arange(n), np.arange(n) * 10)
    return ArrayLoader(arrays, batch_size, rng.permutation if shuffle else None, **kwargs)


def test_the_last_batch_has_what_is_left():
    assert [len(x) for x, _ in loader()] == [4, 4, 2]
    assert len(loader()) == 3


def test_without_shuffling_the_order_stays():
    assert np.concatenate([x for x, _ in loader()]).tolist() == list(range(10))


def test_shuffling_gives_every_row_once_with_its_partner_in_a_new_order_each_pass():
    batches = loader(n=100, shuffle=True)
    passes = [np.concatenate([np.stack(b, 1) for b in batches]) for _ in range(2)]
    for rows in passes:
        assert sorted(rows[:, 0]) == list(range(100))
        assert (rows[:, 1] == rows[:, 0] * 10).all()
    assert (passes[0] != passes[1]).any()


def test_a_transform_sees_whole_batches():
    assert next(x.tolist() for (x,) in loader(transform=lambda x, y: [x + y])) == [0, 11, 22, 33]


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"have \[3, 2\] rows"):
        ArrayLoader((np.zeros(3), np.zeros(2)), 1, None)


def test_a_batch_size_of_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1, but is 0"):
        loader(batch_size=0)
