"""Classes built cell by cell, and constructors that remember their arguments."""

import gc
import weakref

import pytest

from d2l_local.common.hyperparameters import HyperParameters, add_to_class


class Example(HyperParameters):
    def __init__(self, lr, sizes=(1, 2), _hidden=0):
        self.save_hyperparameters(ignore=["sizes"])


@pytest.fixture
def without_garbage_collection():
    """Objects in a cycle stay alive."""
    gc.disable()
    yield
    gc.enable()


def test_a_method_added_to_a_class_reaches_instances_that_exist_already():
    example = Example(0.1)

    @add_to_class(Example)
    def double(self):
        return 2 * self.lr

    assert example.double() == 0.2
    assert double(example) == 0.2, "the decorated name stays usable"


def test_adding_to_an_instance_says_to_name_the_class():
    with pytest.raises(TypeError, match=r"instance of Example; write @d2l.add_to_class\(Example\)"):
        add_to_class(Example(0.1))


def test_arguments_become_attributes_except_ignored_and_private_ones():
    example = Example(0.1)
    assert example.lr == 0.1
    assert example.hparams == {"lr": 0.1}
    assert not hasattr(example, "sizes")
    assert not hasattr(example, "_hidden")


def test_a_subclass_keeps_its_own_arguments_and_those_of_its_base():
    class Special(Example):
        def __init__(self, depth):
            super().__init__(lr=0.5)
            self.save_hyperparameters()

    special = Special(depth=3)
    assert (special.lr, special.depth) == (0.5, 3)


def test_the_object_is_left_out_whatever_it_is_called():
    class Example(HyperParameters):
        def __init__(this, lr):  # noqa: N805
            this.save_hyperparameters()

    assert vars(Example(0.1)) == {"lr": 0.1, "hparams": {"lr": 0.1}}


def test_one_name_can_be_ignored_without_a_list():
    class Example(HyperParameters):
        def __init__(self, data, a, d):
            self.save_hyperparameters(ignore="data")

    assert Example([1], 2, 3).hparams == {"a": 2, "d": 3}


def test_variables_of_a_function_around_the_class_are_no_hyperparameters():
    data = [1, 2, 3]

    class Example(HyperParameters):
        def __init__(self, lr):
            self.save_hyperparameters()
            self.size = len(data)

    assert vars(Example(0.1)) == {"lr": 0.1, "size": 3, "hparams": {"lr": 0.1}}


def test_what_is_ignored_is_freed_when_its_last_name_goes(without_garbage_collection):
    class Data:
        pass

    class Example(HyperParameters):
        def __init__(self, lr, data):
            self.save_hyperparameters(ignore=["data"])

    data = Data()
    example, alive = Example(0.1, data), weakref.ref(data)
    del data
    assert alive() is None
    alive = weakref.ref(example)
    del example
    assert alive() is None
