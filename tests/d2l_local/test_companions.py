"""What older notebooks import beside a framework, on current versions."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from d2l_local.compat.companions import mend_companions

# The mends of `common` need no framework, so these tests start a Python without one.
MENDED = "from d2l_local.compat.companions import mend_companions\nmend_companions()\n"


def run(code, first=MENDED):
    """What a process of its own prints, with Matplotlib's backend for files."""
    environment = {**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(
        [sys.executable, "-c", first + code],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


# Pandas -------------------------------------------------------------------------------------------


@pytest.fixture
def pd():
    pandas = pytest.importorskip("pandas")
    mend_companions()
    return pandas


@pytest.fixture
def table(pd):
    """A column of numbers and one of text, of the type that text has in pandas 3."""
    text = pd.array(["Pave", "Gravel", None], dtype=pd.StringDtype("python", na_value=np.nan))
    assert text.dtype == "str"
    return pd.DataFrame({"Area": [1.0, None, 3], "Street": text})


HOUSES = """
import pandas as pd
houses = pd.DataFrame({"Area": [1.0, 2.0], "Street": ["Pave", "Gravel"]})
print(houses.dtypes[houses.dtypes != "object"].index[0], pd.get_dummies(houses).values.dtype)
"""


@pytest.mark.parametrize("first", ["", "import pandas\n" + MENDED, MENDED + MENDED])
def test_pandas_is_mended_whether_it_comes_before_or_after_the_library(pd, first):
    assert run(HOUSES, first or MENDED) == "Area float64"


def test_asking_for_pandas_imports_nothing_and_does_not_lose_the_mend(pd):
    code = """
import importlib.util, sys
print(importlib.util.find_spec("pandas").name, "pandas" in sys.modules)
"""
    assert run(code + HOUSES).splitlines() == ["pandas False", "Area float64"]


@pytest.mark.parametrize("types", ["object", object, "O", np.dtype("O")])
def test_columns_of_text_are_chosen_as_those_of_objects_were(table, types):
    assert list(table.dtypes[table.dtypes == types].index) == ["Street"]
    assert list(table.dtypes[table.dtypes != types].index) == ["Area"]


def test_other_questions_about_types_have_the_answers_of_pandas(table):
    assert (table.dtypes == "float64").tolist() == [True, False]
    assert (table.dtypes != "str").tolist() == [True, False]
    assert table["Street"].dtype != "object"


def test_indicators_beside_numbers_make_an_array_of_numbers(pd, table):
    dummies = pd.get_dummies(table.fillna({"Area": 0}), dummy_na=True)
    assert dummies.values.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [3, 0, 0, 1]]
    for part in (dummies, dummies[:2], dummies.iloc[1:].copy(), pd.concat([dummies, dummies])):
        assert part.values.dtype == part.to_numpy().dtype == np.asarray(part).dtype == "float64"
    assert np.asarray(dummies, np.float32).dtype == "float32"
    assert dummies.to_numpy(object).dtype == object


def test_indicators_themselves_stay_what_they_are_in_pandas(pd, table):
    dummies = pd.get_dummies(table, dummy_na=True)
    assert len(dummies[dummies["Street_Pave"]]) == 1, "a column of booleans chooses rows"
    assert dummies.drop(columns=["Area"]).values.dtype == bool
    assert pd.get_dummies(table, columns=["Area"]).values.dtype == object, "with a column of text"


@pytest.mark.parametrize("name", ["mean", "median", "std", "var", "corr"])
def test_statistics_leave_text_out_where_there_are_numbers_too(table, name):
    assert getattr(table, name)().equals(getattr(table[["Area"]], name)())


def test_gaps_are_filled_with_means(table):
    assert table.fillna(table.mean())["Area"].tolist() == [1, 2, 3]


def test_there_is_no_mean_of_text(table):
    with pytest.raises(TypeError):
        table[["Street"]].mean()
    with pytest.raises(TypeError):
        table.mean(numeric_only=False)


# Matplotlib and IPython ---------------------------------------------------------------------------


def test_names_that_matplotlib_dropped_are_there():
    code = """
import matplotlib.pyplot as plt
from matplotlib import cm
print(cm.get_cmap("viridis").name, plt.cm.get_cmap("gray").name)
plt.style.use("seaborn-whitegrid")
plt.style.use("seaborn")
print(plt.gca(projection="3d").name, plt.gca().name, len(plt.gcf().axes))
"""
    assert run(code).splitlines() == ["viridis gray", "3d 3d 1"]


def test_formats_of_figures_are_set_by_the_name_that_ipython_dropped():
    code = """
from IPython import display
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
display.set_matplotlib_formats("svg")
display.set_matplotlib_close(False)
from matplotlib.figure import Figure
print("image/svg+xml" in [k for k, f in shell.display_formatter.formatters.items()
                          if Figure in f.type_printers])
"""
    assert run(code) == "True"


# The data set by the names of the frameworks ------------------------------------------------------


def test_tensorflow_reads_it_from_the_cache(face):
    if face.name != "tensorflow":
        pytest.skip("Keras's own name")
    import keras
    import tensorflow as tf

    from d2l_local.common import fashion_mnist

    assert tf.keras.datasets.fashion_mnist.load_data is keras.datasets.fashion_mnist.load_data
    read = tf.keras.datasets.fashion_mnist.load_data()
    for arrays, train in zip(read, (True, False), strict=True):
        for array, expected in zip(arrays, fashion_mnist.load(train), strict=True):
            np.testing.assert_array_equal(array, expected)


def test_gluon_reads_it_from_the_cache(face, tmp_path):
    if face.name != "mxnet":
        pytest.skip("Gluon's own name")
    import mxnet as mx
    from mxnet import gluon

    data = gluon.data.vision.FashionMNIST(root=str(tmp_path), train=False)
    image, label = data[0]
    assert (len(data), image.shape, label) == (10000, (28, 28, 1), 9)
    assert {type(image), type(label)} == {mx.np.ndarray}
    with mx.util.np_array(False):  # As older notebooks have it, which use `mx.nd`.
        image, label = gluon.data.vision.FashionMNIST(root=str(tmp_path), train=False)[0]
    assert (type(image), type(label), label) == (mx.nd.NDArray, np.int32, 9)
    assert list(tmp_path.iterdir()) == []


without_torchvision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is not None
    and "stand_ins" not in importlib.util.find_spec("torchvision").origin,
    reason="torchvision itself is installed",
)


@without_torchvision
def test_torchvision_has_the_data_set_where_it_is_not_installed(face):
    if face.name != "torch":
        pytest.skip("for PyTorch")
    import torch
    import torchvision
    from torchvision import transforms
    from torchvision.datasets import FashionMNIST

    plain = FashionMNIST(root="../data", train=False, download=True)
    image, label = plain[0]
    assert (image.size, image.mode, plain.classes[label]) == ((28, 28), "L", "Ankle boot")
    trans = transforms.Compose([transforms.Resize((32, 48)), transforms.ToTensor()])
    data = torchvision.datasets.FashionMNIST("../data", False, trans, lambda label: label + 1)
    X, y = next(iter(torch.utils.data.DataLoader(data, batch_size=4)))
    assert (X.shape, X.dtype, y[0]) == ((4, 1, 32, 48), torch.float32, 10)
    assert plain.targets.dtype == torch.int64
    assert plain.classes[1:4] == ["Trouser", "Pullover", "Dress"]
    assert torch.equal(transforms.ToTensor()(image)[0], plain.data[0] / 255)
    assert transforms.Resize(14)(image.resize((28, 56))).size == (14, 28)
    step = image.point(lambda _: 0)
    step.paste(200, (14, 0, 28, 28))  # Black on the left, bright on the right.
    assert len(set(transforms.Resize((28, 84))(step).getdata())) > 2, "what is between is smooth"


@without_torchvision
@pytest.mark.parametrize(
    "statement",
    [
        "from torchvision import models",
        "from torchvision.datasets import CIFAR10",
        "from torchvision.transforms import RandomCrop",
    ],
)
def test_what_only_torchvision_has_says_so(face, statement):
    if face.name != "torch":
        pytest.skip("for PyTorch")
    _, module, _, name = statement.split()
    said = rf"^{module}\.{name} needs torchvision itself.*pip install torchvision"
    with pytest.raises(ImportError, match=said) as error:
        exec(statement)
    assert error.value.name == "torchvision"


def test_a_torchvision_that_is_installed_wins(tmp_path):
    (tmp_path / "torchvision.py").write_text("__version__ = 'real'")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from d2l_local.torch.companions import mend_companions
mend_companions()
import torchvision
print(torchvision.__version__)
"""
    assert run(code, "") == "real"


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_probability") is None,
    reason="TensorFlow Probability is not installed",
)
def test_tensorflow_probability_throws_a_die(face):
    if face.name != "tensorflow":
        pytest.skip("for TensorFlow")
    import tensorflow as tf
    import tensorflow_probability as tfp

    counts = tfp.distributions.Multinomial(10, probs=tf.ones(6) / 6).sample(500)
    assert counts.shape == (500, 6)
    assert float(tf.reduce_sum(counts)) == 5000
