"""Batches of arrays in memory, in every framework."""

import numpy as np
import pytest


def loader(face, n=10, batch_size=4, shuffle=False):
    numbers = np.arange(n, dtype=np.float32)
    arrays = [face.tensor(a) for a in (numbers, numbers * 10)]
    return face.d2l.load_array(arrays, batch_size, shuffle), arrays


def rows(face, batches):
    return np.concatenate([np.stack([face.numpy(t) for t in batch], 1) for batch in batches])


def test_the_last_batch_has_what_is_left(face):
    batches, _ = loader(face)
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    assert len(batches) == 3


def test_without_shuffling_the_order_stays(face):
    assert rows(face, loader(face)[0])[:, 0].tolist() == list(range(10))


def test_shuffling_gives_every_row_once_with_its_partner_in_a_new_order_each_pass(face):
    batches, _ = loader(face, n=100, shuffle=True)
    passes = [rows(face, batches) for _ in range(2)]
    for numbers in passes:
        assert sorted(numbers[:, 0]) == list(range(100))
        assert (numbers[:, 1] == numbers[:, 0] * 10).all()
    assert (passes[0] != passes[1]).any()


@pytest.mark.parametrize("shuffle", [True, False])
def test_what_is_done_to_a_batch_does_not_reach_the_data(face, shuffle):
    if face.immutable:
        pytest.skip("a tensor of this framework cannot be changed")
    batches, arrays = loader(face, shuffle=shuffle)
    for batch in batches:
        for tensor in batch:
            tensor[:] = -1
    assert [face.numpy(a).min() for a in arrays] == [0, 0]
    assert rows(face, batches).min() == 0


def test_arrays_of_different_length_are_refused(face):
    with pytest.raises(ValueError, match=r"have \[3, 2\] rows"):
        face.d2l.load_array([face.tensor(np.zeros(n)) for n in (3, 2)], 1)


def test_a_batch_size_of_zero_is_refused(face):
    with pytest.raises(ValueError, match="at least 1, but is 0"):
        loader(face, batch_size=0)
