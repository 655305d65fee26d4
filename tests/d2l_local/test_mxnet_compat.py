"""MXNet 1.9.1 on this Python and numpy; the last test runs this file on the others."""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as onp
import pytest

compat = pytest.importorskip("d2l_local.mxnet.compat", reason="MXNet is not installed")

ROOT = Path(__file__).parents[2]
# The oldest numpy of the 1 and the 2 series that we support, and the newest.
VERSIONS = {"3.11": "numpy==2.0.*", "3.12": "numpy<2", "3.13": "numpy"}
OTHERS = [v for v in VERSIONS if not platform.python_version().startswith(f"{v}.")]


@pytest.fixture(scope="module")
def mx():
    import mxnet

    return mxnet


def run(code: str, *, options: tuple[str, ...] = (), path: Path = ROOT):
    """Run Python code in a process of its own, where it must succeed."""
    search = os.pathsep.join([str(path), str(ROOT)])
    result = subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": search},
    )
    assert result.returncode == 0, result.stderr
    return result


# The import ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh() -> dict:
    """What a process that takes warnings for errors sees of an import by four threads at once."""
    result = run(
        """if True:
        import importlib, json, sys, types
        from concurrent.futures import ThreadPoolExecutor
        import numpy as np

        def names():
            # numpy loads some of its submodules when they are first asked for.
            return {n for n, v in vars(np).items() if not isinstance(v, types.ModuleType)}

        def converts(_):
            importlib.import_module("d2l_local.mxnet")
            return hasattr(importlib.import_module("mxnet").nd.NDArray, "__array__")

        sys.setswitchinterval(1e-6)  # lets a thread see what another has half done
        facts = {"before": sorted(names()), "distutils": "distutils.version" in sys.modules}
        with ThreadPoolExecutor(4) as pool:
            facts["converts"] = list(pool.map(converts, range(4)))
        facts["after"] = sorted(names())
        facts["distutils after"] = "distutils.version" in sys.modules
        print(json.dumps(facts))
        """,
        options=("-W", "error"),
    )
    *printed, facts = result.stdout.splitlines()
    return {"printed": "\n".join(printed) + result.stderr, **json.loads(facts)}


def test_numpy_is_as_it_was_after_the_import(fresh):
    assert fresh["after"] == fresh["before"]


def test_distutils_is_as_it_was_after_the_import(fresh):
    assert fresh["distutils after"] == fresh["distutils"]


def test_the_import_prints_nothing(fresh):
    assert fresh["printed"] == ""


def test_set_np_leaves_the_root_logger_alone():
    # The face calls it.
    run("import logging, d2l_local.mxnet; assert logging.root.handlers == []")


def test_threads_that_import_at_once_all_get_the_mended_module(fresh):
    assert fresh["converts"] == [True] * 4


def test_a_second_call_leaves_what_is_loaded_as_it_is(mx):
    equal = mx.np.equal
    compat.import_mxnet()
    assert sys.modules["mxnet"] is mx
    assert mx.np.equal is equal


def test_without_the_face_it_fails_with_an_error_of_its_own_and_works_after_the_face():
    code = """if True:
        try:
            import mxnet
        except (AttributeError, ImportError) as error:
            print("d2l_local" in str(error))
        from d2l_local import mxnet as d2l
        import mxnet
        from mxnet import autograd, gluon, init, np, npx
        from mxnet.gluon import nn
        print(mxnet.context.cpu(), np.random.multinomial(3, [1.0, 0.0]), d2l.ones(2))
    """
    assert run(code).stdout == "False\ncpu(0) [3 0] [1. 1.]\n"


def test_it_shares_a_process_with_the_other_frameworks(mx):
    torch = pytest.importorskip("torch")
    tensorflow = pytest.importorskip("tensorflow")
    products = [xp.ones((50, 50)) @ xp.ones((50, 50)) for xp in (mx.np, torch, tensorflow)]
    assert [float(product[0, 0]) for product in products] == [50, 50, 50]


# Training -----------------------------------------------------------------------------------------


def toy_classes(mx):
    mx.random.seed(0)
    X = mx.np.random.normal(size=(64, 4))
    return X, (X[:, 0] > 0).astype("int32")


def test_training_a_gluon_network_lowers_its_loss(mx):
    X, y = toy_classes(mx)
    nn = mx.gluon.nn
    net = nn.HybridSequential()
    net.add(nn.Dense(16, activation="relu"), nn.BatchNorm(), nn.Dropout(0.1), nn.Dense(2))
    net.initialize(mx.init.Xavier())
    net.hybridize()
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    cross_entropy = mx.gluon.loss.SoftmaxCrossEntropyLoss()
    losses = []
    for _ in range(20):
        with mx.autograd.record():
            loss = cross_entropy(net(X), y)
        loss.backward()
        trainer.step(len(X))
        losses.append(float(loss.mean()))
    assert losses[-1] < losses[0] / 2


def test_training_hand_written_parameters_lowers_the_loss(mx):
    X, y = toy_classes(mx)
    W = mx.np.random.normal(0, 0.1, size=(4, 2))
    b = mx.np.zeros(2)
    losses = []
    for parameter in (W, b):
        parameter.attach_grad()
    for _ in range(20):
        with mx.autograd.record():
            loss = -mx.npx.pick(mx.npx.log_softmax(mx.np.dot(X, W) + b), y).mean()
        loss.backward()
        for parameter in (W, b):
            parameter -= 1.0 * parameter.grad
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize(
    "workers", [{}, {"num_workers": 2}, {"num_workers": 2, "thread_pool": True}], ids=str
)
def test_a_data_loader_yields_every_example(mx, workers):
    dataset = mx.gluon.data.ArrayDataset(onp.ones((5, 2), "float32"), onp.arange(5))
    batches = list(mx.gluon.data.DataLoader(dataset, batch_size=2, **workers))
    assert [X.shape for X, _ in batches] == [(2, 2), (2, 2), (1, 2)]
    assert [float(label) for _, labels in batches for label in labels] == [0, 1, 2, 3, 4]


# What numpy 2 stops at run time -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((onp.int64(3), 2), "(3, 2)"),
        ([onp.float32(0.1), onp.float64(-2e-05)], "[0.1, -2e-05]"),
        ((None, onp.int64(2)), "(None, 2)"),
        (((onp.int64(1), onp.int64(2)), (0,)), "((1, 2), (0,))"),
        ((onp.True_, onp.False_), "(True, False)"),
        (onp.float64(0.5), "0.5"),
        ("float32", "float32"),
    ],
)
def test_a_parameter_is_written_without_the_types_of_numpy_scalars(value, text):
    assert compat.parameter_text(value) == text


def assigned_slice(mx):
    x = mx.np.zeros((3, 3))
    x[2, onp.int64(1)] = 5
    return x


def initialised_dense(mx):
    net = mx.gluon.nn.Dense(onp.int64(3), in_units=onp.int64(4))
    net.initialize(mx.init.Orthogonal())
    net.hybridize()
    return net(mx.np.ones((3, 4)))


@pytest.mark.parametrize(
    "make",
    [
        lambda mx: mx.np.zeros((onp.int64(3), 3)),
        lambda mx: mx.np.full((onp.int64(3), 3), onp.float32(2)),
        lambda mx: mx.np.arange(9).reshape((onp.int64(3), -1)),
        lambda mx: mx.np.ones((3, 1, 3)).sum(axis=(onp.int64(1),)),
        lambda mx: mx.np.random.normal(0, 1, (onp.int64(3), 3)),
        lambda mx: mx.np.random.uniform(0, 1, onp.int64(9)).reshape(3, 3),
        lambda mx: mx.np.random.choice(onp.int64(5), size=onp.int64(9)).reshape(3, 3),
        lambda mx: mx.nd.zeros((onp.int64(3), 3)),
        assigned_slice,
        initialised_dense,
    ],
)
def test_a_shape_or_size_may_hold_numpy_integers(mx, make):
    assert make(mx).asnumpy().shape == (3, 3)


def test_a_symbols_shape_may_hold_numpy_integers(mx):
    x = mx.sym.var("x", shape=(onp.int64(3), 2))
    assert x.infer_shape()[0] == [(3, 2)]


def test_a_learning_rate_may_be_a_numpy_float(mx):
    net = mx.gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize(mx.init.Constant(1))
    trainer = mx.gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": onp.float64(0.5), "wd": onp.float64(0)}
    )
    with mx.autograd.record():
        loss = net(mx.np.ones((1, 2))).sum()
    loss.backward()
    trainer.step(1)
    assert net.weight.data().tolist() == [[0.5, 0.5]]


def test_numpy_converts_an_array_at_once_and_keeps_its_type(mx):
    x = mx.np.arange(6, dtype="int32").reshape(2, 3)
    assert onp.asarray(x).dtype == "int32"
    assert onp.array(x, dtype="float64").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert x.__array__("float64").dtype == "float64"
    assert onp.asarray([x[0, 1], x[1, 2]]).tolist() == [1, 5]


def test_numpy_does_not_get_the_memory_of_an_array(mx):
    onp.asarray(mx.np.ones(2))[0] = 7
    with pytest.raises(ValueError, match="copy"):
        mx.np.ones(2).__array__(copy=False)


def test_numpys_functions_still_dispatch_to_mxnet(mx):
    assert isinstance(onp.mean(mx.np.ones(3)), mx.np.ndarray)
    assert isinstance(onp.exp(mx.np.ones(3)), mx.np.ndarray)
    assert bool(onp.any(mx.np.array([0, 1])))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("in1d", [False, True, False, True]),
        ("msort", [[0, 1], [1, 1]]),
        ("trapz", [0.5, 1]),
        ("alltrue", False),
        ("sometrue", True),
        ("product", 0),
        ("round_", [[0, 1], [1, 1]]),
    ],
)
def test_functions_that_numpy_dropped_stay_in_mxnet(mx, name, expected):
    x = mx.np.array([[0.0, 1], [1, 1]])
    arguments = (mx.np.array([[0, 1], [0, 1]]), mx.np.array([1])) if name == "in1d" else (x,)
    assert onp.asarray(getattr(mx.np, name)(*arguments)).tolist() == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("PINF", onp.inf), ("NINF", -onp.inf), ("PZERO", 0.0), ("NZERO", -0.0)],
)
def test_numbers_that_numpy_dropped_stay_in_mxnet(mx, name, expected):
    number = getattr(mx.np, name)
    assert (number, onp.signbit(number)) == (expected, onp.signbit(expected))


@pytest.mark.parametrize("name", ["NaN", "NAN"])
def test_the_names_of_what_is_no_number_stay_in_mxnet(mx, name):
    assert onp.isnan(getattr(mx.np, name))


def test_a_financial_function_says_where_it_went(mx):
    with pytest.raises(RuntimeError, match="numpy_financial"):
        mx.np.pv(0.05, 10, 1)


def test_arrays_can_be_padded(mx):
    assert mx.np.pad(mx.np.ones(1), (1, 1)).tolist() == [0, 1, 0]


def test_an_empty_array_can_be_made_like_another(mx):
    assert mx.np.empty_like(mx.np.ones((2, 3)), dtype="float64").shape == (2, 3)


def test_boolean_masks_of_both_kinds_index(mx):
    x = mx.np.arange(4)
    assert x[x > 1].tolist() == x[onp.array([False, False, True, True])].tolist() == [2, 3]


def test_results_that_numpy_names_are_plain_tuples(mx):
    q, r = mx.np.linalg.qr(mx.np.eye(2))
    assert onp.allclose(onp.asarray(mx.np.dot(q, r)), onp.eye(2))


def test_checkpoints_of_the_best_epoch_can_be_kept(mx, tmp_path):
    from mxnet.gluon.contrib.estimator.event_handler import CheckpointHandler

    loss = mx.metric.Loss()
    handler = CheckpointHandler(str(tmp_path), monitor=loss, save_best=True, mode="min")
    assert handler.best == float("inf")


# Errors -------------------------------------------------------------------------------------------


@pytest.fixture
def without_mxnet(monkeypatch):
    monkeypatch.setitem(sys.modules, "mxnet", None)


def on(monkeypatch, system: str, machine: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)


def test_where_mxnet_is_missing_the_error_says_how_to_install_it(without_mxnet, monkeypatch):
    on(monkeypatch, "Linux", "x86_64")
    with pytest.raises(ModuleNotFoundError, match="The mxnet tab needs MXNet") as caught:
        compat.import_mxnet()
    assert "pip install --no-deps mxnet==1.9.1" in str(caught.value)
    assert "requests" in str(caught.value)


@pytest.mark.parametrize(
    ("system", "machine"), [("Windows", "AMD64"), ("Darwin", "arm64"), ("Linux", "aarch64")]
)
def test_where_there_is_no_wheel_the_error_says_so(without_mxnet, monkeypatch, system, machine):
    on(monkeypatch, system, machine)
    with pytest.raises(ModuleNotFoundError, match=f"this is {system} {machine}") as caught:
        compat.import_mxnet()
    assert "Linux x86-64 and Intel macOS" in str(caught.value)
    assert "pip install" not in str(caught.value)


def error_of_importing(package: Path, *statements: str) -> str:
    """The error text of the face where `mxnet` is a package of these statements."""
    (package / "mxnet").mkdir()
    (package / "mxnet" / "libinfo.py").write_text("__version__ = '1.7.0'")
    (package / "mxnet" / "__init__.py").write_text(
        "\n".join(["from . import libinfo", *statements])
    )
    code = """if True:
        import numpy as np
        before = set(vars(np))
        try:
            import d2l_local.mxnet
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
        assert set(vars(np)) == before
    """
    return run(code, path=package).stdout


def test_a_package_that_mxnet_needs_is_named(tmp_path):
    error = error_of_importing(
        tmp_path, "import sys", "sys.modules['requests'] = None", "import requests"
    )
    assert error.startswith("ModuleNotFoundError: MXNet needs requests")
    assert "pip install requests" in error


def test_a_library_that_does_not_load_is_explained_first(tmp_path):
    cause = "libquadmath.so.0: cannot open shared object file"
    explanation, *rest = error_of_importing(tmp_path, f"raise OSError({cause!r})").splitlines()
    assert explanation.startswith("OSError: MXNet's library cannot be loaded")
    assert "libquadmath0" in explanation
    assert rest == [cause]


@pytest.mark.parametrize("statement", ["np.no_such_name", "import mxnet.no_such_module"])
def test_another_version_that_fails_is_told_what_is_supported(tmp_path, statement):
    error = error_of_importing(tmp_path, "import numpy as np", statement)
    assert error.startswith("ImportError: MXNet 1.7.0 cannot be imported")
    assert "no_such" in error
    assert f"numpy {onp.__version__}, Python {platform.python_version()}" in error
    assert "Supported: MXNet 1.9.1" in error


# The other interpreters ---------------------------------------------------------------------------


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv, which also looks among pyenv's interpreters."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    beside = [Path(sys.executable).parent, *sorted(pyenv.glob("versions/*/bin"))]
    path = os.pathsep.join([*map(str, beside), os.environ["PATH"]])
    binary = shutil.which("uv", path=path)
    if binary is None:
        pytest.skip("uv is not installed")
    environment = os.environ | {"PATH": path}
    return subprocess.run([binary, *arguments], capture_output=True, text=True, env=environment)


def python_with_mxnet(version: str) -> str:
    """Make an environment with MXNet, or use the one of an earlier run; its interpreter."""
    from d2l_local.common.download import user_cache

    numpy = VERSIONS[version]
    folder = user_cache() / "tests" / f"mxnet-{version}-{numpy}"
    python = str(folder / "bin" / "python")
    commands = [
        ("pip", "install", "--python", python, numpy, "requests", "wrapt", "pytest"),
        ("pip", "install", "--python", python, "--no-deps", "mxnet==1.9.1"),
    ]
    if not folder.exists():
        options = ("--no-project", "--no-python-downloads", "--python", version)
        commands.insert(0, ("venv", *options, str(folder)))
    for command in commands:
        result = uv(*command)
        if result.returncode:
            pytest.skip(f"no Python {version} with {numpy} and MXNet here: {result.stderr}")
    return python


@pytest.mark.parametrize("version", OTHERS)
def test_all_of_this_holds_on_other_versions(version):
    python = python_with_mxnet(version)
    options = ["-q", "--noconftest", "-c", os.devnull, "-p", "no:cacheprovider"]
    result = subprocess.run(
        [python, "-m", "pytest", *options, "-k", "not on_other_versions", __file__],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 0, result.stdout + result.stderr
