"""MXNet 1.9.1 on current Python and numpy.

MXNet's last release reads names that numpy 1.24 to 2.4 removed and `distutils`, which Python 3.12
removed. `import_mxnet` lends it both while it is imported, and afterwards mends the few places that
stop at run time. The user's `numpy` and log are left as they were. The face calls it before it
imports anything of MXNet, which is why the face comes before MXNet in every program.

Two things stay as numpy left them: `mx.recordio.pack` with an array as label needs numpy < 2.3, and
a number that its integer type cannot hold is an error where it used to wrap round.
"""

import functools
import importlib
import logging
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from d2l_local.common.faces import frameworks_first, is_installed

_INSTALL = "pip install --no-deps mxnet==1.9.1"
_SUPPORTED = "MXNet 1.9.1 with numpy 1.26 to 2.5 on Python 3.11 to 3.13"
_WHEELS = {("Linux", "x86_64"), ("Darwin", "x86_64")}


def import_mxnet() -> None:
    """Import MXNet, and mend it; where it is imported already, do nothing.

    Raises ModuleNotFoundError where MXNet or something it needs is not installed, OSError where its
    library cannot be loaded, and ImportError where it fails otherwise; each says what to do.
    """
    if not is_installed("mxnet"):
        raise ModuleNotFoundError(_not_installed(), name="mxnet")
    if "mxnet" in sys.modules:
        return
    _forget_a_failed_import()
    try:
        with frameworks_first(), _old_numpy_names(), _version_classes(), _root_logger_as_it_is():
            importlib.import_module("mxnet")
        _mend()
    except ModuleNotFoundError as error:
        raise _not_found(error) from None
    except OSError as error:
        raise OSError(_library_not_loaded(error)) from error
    except Exception as error:
        raise ImportError(_failed(error), name="mxnet") from error


def _forget_a_failed_import() -> None:
    """Remove the parts of MXNet that an import without its face has left; they are incomplete."""
    for name in [name for name in sys.modules if name.startswith("mxnet.")]:
        del sys.modules[name]


# What MXNet reads while it is imported ------------------------------------------------------------


def _financial(name: str) -> Callable[..., Any]:
    def removed(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"numpy 1.20 removed {name}; the package numpy_financial has it")

    return removed


_OLD_NAMES: dict[str, Any] = {
    "Inf": np.inf,
    "PINF": np.inf,
    "NINF": -np.inf,
    "NaN": np.nan,
    "NAN": np.nan,
    "PZERO": 0.0,
    "NZERO": -0.0,
    "bool": np.bool_,
    "int": int,
    "compat": SimpleNamespace(basestring=str),
    "alltrue": np.all,
    "sometrue": np.any,
    "product": np.prod,
    "round_": np.round,
    "trapz": getattr(np, "trapezoid", None),  # numpy < 2 lacks the new name, not the old one
    "in1d": lambda *args, **kwargs: np.ravel(np.isin(*args, **kwargs)),
    "msort": lambda a: np.sort(a, axis=0),
    **{name: _financial(name) for name in ("mirr", "npv", "pmt", "ppmt", "pv", "rate")},
}


def _missing_names() -> dict[str, Any]:
    # `hasattr` would ask numpy's module-level `__getattr__`, which warns about some of these names.
    return {name: value for name, value in _OLD_NAMES.items() if name not in vars(np)}


@contextmanager
def _root_logger_as_it_is() -> Iterator[None]:
    """Leave no handler behind: MXNet adds one, and every library's log would go to stderr."""
    handlers = list(logging.root.handlers)
    try:
        yield
    finally:
        logging.root.handlers[:] = handlers


@contextmanager
def _old_numpy_names() -> Iterator[None]:
    """Let numpy have the names it dropped."""
    missing = _missing_names()
    vars(np).update(missing)
    try:
        yield
    finally:
        for name in missing:
            delattr(np, name)


@contextmanager
def _version_classes() -> Iterator[None]:
    """Let `distutils.version` be what MXNet takes from it: two ways to compare versions."""
    name = "distutils.version"
    before = sys.modules.get(name)
    sys.modules[name] = stand_in = ModuleType(name)
    vars(stand_in).update(LooseVersion=_version, StrictVersion=_version)
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


# What MXNet does at run time ----------------------------------------------------------------------


def _mend() -> None:
    _give_mxnet_its_own_numpy()
    # As if it had been said: `logging.info`, which says it, adds a handler to the root logger.
    util = importlib.import_module("mxnet.util")
    vars(util).update(_set_np_shape_logged=True, _set_np_array_logged=True)
    for name in ("mxnet._ctypes.ndarray", "mxnet._ctypes.symbol", "mxnet.io.io"):
        # A global named `str` shadows the builtin for the functions of this module alone.
        vars(importlib.import_module(name))["str"] = parameter_text
    symbol = importlib.import_module("mxnet.symbol.symbol")
    _convert_arguments(symbol.Symbol, "_set_attr", _plain_text)
    for name in ("mxnet.ndarray.numpy.random", "mxnet.symbol.numpy.random"):
        random = importlib.import_module(name)
        for function in random.__all__:
            _convert_arguments(random, function, _plain_integer)
    multiarray = importlib.import_module("mxnet.numpy.multiarray")
    _convert_arguments(multiarray, "_as_mx_np_array", _plain_tuple)
    multiarray.NDArray.__array__ = _to_numpy
    for module in (multiarray, importlib.import_module("mxnet.numpy")):
        for comparison in _COMPARISONS:
            _promote_operands(module, comparison)


def _give_mxnet_its_own_numpy() -> None:
    """Put a copy of numpy's namespace that has the old names where MXNet's modules hold numpy."""
    own = ModuleType("numpy")
    vars(own).update(vars(np), **_missing_names())
    for module in [m for name, m in sys.modules.items() if name.startswith("mxnet.")]:
        vars(module).update({name: own for name, value in vars(module).items() if value is np})


def parameter_text(value: object) -> str:
    """Write an operator's parameter as MXNet's library reads it: `(3, 2)`, not `(np.int64(3), 2)`.

    Since numpy 2 a numpy scalar inside a tuple or list prints with its type.
    """
    text = str(value)
    return _NUMPY_SCALAR.sub(r"\1\2", text) if "np." in text else text


_NUMPY_SCALAR = re.compile(r"\bnp\.(?:(True|False)_|\w+\(([^()]*)\))")


def _convert_arguments(owner: Any, name: str, convert: Callable[[Any], Any]) -> None:
    function = getattr(owner, name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*map(convert, args), **{key: convert(v) for key, v in kwargs.items()})

    setattr(owner, name, call)


def _plain_text(value: Any) -> Any:
    # A shape reaches a symbol's attributes as text already.
    return parameter_text(value) if isinstance(value, str) else value


def _plain_integer(value: Any) -> Any:
    # Samplers ask `size == ()`; since numpy 2.2 a numpy integer has no answer to that.
    return int(value) if isinstance(value, np.integer) else value


def _plain_tuple(value: Any) -> Any:
    # numpy 2 returns named tuples (`linalg.qr`), which MXNet would rebuild from a single list.
    return tuple(value) if isinstance(value, tuple) else value


_COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


def _promote_operands(module: Any, name: str) -> None:
    """Let arrays of different types be compared, such as int64 from `argmax` with float labels."""
    compare = getattr(module, name)

    @functools.wraps(compare)
    def call(x1: Any, x2: Any, *args: Any, **kwargs: Any) -> Any:
        types = [x.dtype for x in (x1, x2) if hasattr(x, "asnumpy")]
        if len(types) == 2 and types[0] != types[1]:
            common = np.result_type(*types)
            x1, x2 = x1.astype(common), x2.astype(common)
        return compare(x1, x2, *args, **kwargs)

    setattr(module, name, call)


def _to_numpy(self: Any, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    """Convert an MXNet array as numpy and matplotlib ask for it.

    Without it they walk through the array element by element, and numpy 2 gives up.
    """
    if copy is False:
        raise ValueError("numpy cannot share the memory of an MXNet array; it needs a copy")
    return np.asarray(self.asnumpy(), dtype)


# What to say where it cannot be imported ----------------------------------------------------------


def _not_found(error: ModuleNotFoundError) -> ImportError:
    if error.name and not error.name.startswith("mxnet."):
        text = f"MXNet needs {error.name}, which is not installed: pip install {error.name}"
        return ModuleNotFoundError(text, name=error.name)
    return ImportError(_failed(error), name="mxnet")


def _not_installed() -> str:
    if (platform.system(), platform.machine()) not in _WHEELS:
        return (
            "The mxnet tab needs MXNet 1.9.1, which has wheels for Linux x86-64 and Intel macOS "
            f"only; this is {platform.system()} {platform.machine()}. Use another tab here."
        )
    return (
        f"The mxnet tab needs MXNet 1.9.1, which is not installed:\n    {_INSTALL}\n"
        "    pip install requests\n"
        "--no-deps, because its requirement numpy < 2 is out of date: here it runs with numpy 2. "
        "Besides numpy it needs requests, and graphviz only for mx.viz.plot_network."
    )


def _library_not_loaded(error: OSError) -> str:
    return (
        f"MXNet's library cannot be loaded on {platform.system()} {platform.machine()}; on Debian "
        f"and Ubuntu `apt-get install libquadmath0 libgomp1` is what it misses most often.\n{error}"
    )


def _failed(error: Exception) -> str:
    version = getattr(sys.modules.get("mxnet.libinfo"), "__version__", "of unknown version")
    return (
        f"MXNet {version} cannot be imported: {type(error).__name__}: {error}\n"
        f"Found: numpy {np.__version__}, Python {platform.python_version()}. "
        f"Supported: {_SUPPORTED}:\n    {_INSTALL}"
    )
