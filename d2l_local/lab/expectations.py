"""What the exercises of the course expect of an experiment: which runs, and which results.

The ranges hold for the few images and epochs of a notebook and for the full settings, in every
framework: they tell a wrong experiment from a right one, not a good result from a better one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from d2l_local.common.figures import as_numpy

Run = Mapping[str, Any]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Range:
    """Where a number should be, and what to look at if it is not."""

    between: tuple[float, float]
    hint: str


@dataclass(frozen=True)
class Derived(Range):
    """Where a number should be that follows from the runs."""

    of: Callable[[list[Run]], float]


@dataclass(frozen=True)
class Exercise:
    """What an exercise expects.

    Args:
        answers: what the reader gives, by name.
        settings: what must be among the runs, each with so many `repeats`.
        results: keys of the numbers that a run must have, finite and not negative.
        training: what all runs have in common.
        repeats: how many different values of the key `repeat` each setting must have.
        rules: what else must hold, by name: functions that return what is wrong, or nothing.
        levels: what else must be in a range, by name.
    """

    answers: Mapping[str, Range]
    settings: Sequence[Settings] = ({},)
    results: Sequence[str] = ("val_acc",)
    training: Settings = field(default_factory=dict)
    repeat: str = "seed"
    repeats: int = 3
    rules: Mapping[str, Callable[[list[Run]], str]] = field(default_factory=dict)
    levels: Mapping[str, Derived] = field(default_factory=dict)

    @property
    def columns(self) -> set[str]:
        """The keys that a run must have besides its settings."""
        return {*self.results, *self.training, *([self.repeat] if self.repeats > 1 else [])}


def matching(runs: list[Run], **settings: Any) -> list[Run]:
    """Return the runs with these settings; of numbers, six digits count."""
    return [
        run for run in runs if all(_equal(run.get(name), value) for name, value in settings.items())
    ]


def _equal(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) or isinstance(found, str) or found is None:
        return found == wanted
    return math.isclose(last(found), wanted, rel_tol=1e-6)


def last(result: Any) -> float:
    """Return a result as a number, that of a curve at its end."""
    array = as_numpy(result)
    if array.size == 0 or array.dtype.kind not in "biuf":
        raise TypeError(f"a run should have numbers, or curves of numbers, but has {result!r}")
    return array.reshape(-1)[-1].item()


def mean(runs: list[Run], result: str = "val_acc", **settings: Any) -> float:
    """Return the mean result of the runs with these settings."""
    return fmean(last(run[result]) for run in matching(runs, **settings))


def _mean(**settings: Any) -> Callable[[list[Run]], float]:
    return lambda runs: mean(runs, **settings)


def _difference(of: Settings, minus: Settings) -> Callable[[list[Run]], float]:
    return lambda runs: mean(runs, **of) - mean(runs, **minus)


def _highest(**settings: Any) -> Callable[[list[Run]], float]:
    return lambda runs: max(last(run["val_acc"]) for run in matching(runs, **settings))


def _values(runs: list[Run], name: str) -> list[Any]:
    """The values of a setting among the runs, each once."""
    return list(dict.fromkeys(run[name] for run in runs))


ADAM = {"optimizer": "Adam"}
IN_PAIRS = "Did both have the same images, epochs and seeds?"

WIDTH = Exercise(
    settings=[{"width": 2**n} for n in range(3, 12)],
    results=["val_acc", "train_acc"],
    training=ADAM | {"lr": 0.001},
    levels={
        "accuracy with 512 units": Derived(
            (0.77, 0.91), "Eight epochs, batches of 125?", _mean(width=512)
        )
    },
    answers={
        "gain": Derived((0.03, 0.16), IN_PAIRS, _difference({"width": 512}, minus={"width": 8}))
    },
)

ONE_LAYER, THREE_LAYERS = ({"budget": 100_000, "depth": depth} for depth in (1, 3))
DEPTH = Exercise(
    settings=[
        {"budget": 0, "depth": 0},
        *(
            {"budget": budget, "depth": depth}
            for budget in (25_000, 100_000)
            for depth in (1, 2, 3)
        ),
    ],
    training=ADAM | {"lr": 0.002},
    levels={
        "gain of one layer over none": Derived(
            (0.005, 0.1), IN_PAIRS, _difference(ONE_LAYER, minus={"depth": 0})
        )
    },
    answers={
        "width_3": Range((99, 100), "Did you count the biases, and the layer of ten outputs?"),
        "gain_3": Derived((-0.03, 0.02), IN_PAIRS, _difference(THREE_LAYERS, minus=ONE_LAYER)),
    },
)

NEURONS = ["1 relu", "1 tanh", "1 none", "2 relu", "3 relu", "linear"]
SINGLE_NEURON = Exercise(
    settings=[{"kind": kind} for kind in NEURONS],
    training=ADAM | {"lr": 0.005},
    levels={
        "accuracy of the linear model": Derived(
            (0.78, 0.88), "Has it no hidden layer?", _mean(kind="linear")
        )
    },
    answers={
        "best_relu": Derived(
            (0.2, 0.5),
            "About 0.1 means that all your units are dead: try more seeds.",
            _highest(kind="1 relu"),
        ),
        "best_none": Derived(
            (0.3, 0.65), "Is the hidden layer still there, with one unit?", _highest(kind="1 none")
        ),
        "length": Range(
            (0.499, 0.501), "Draw the three lines. Where is the second one above both others?"
        ),
    },
)


def _best_rate(runs: list[Run]) -> float:
    return max(_values(runs, "lr"), key=lambda lr: mean(runs, lr=lr))


def _first_failure(runs: list[Run]) -> float:
    best = _best_rate(runs)
    failed = [lr for lr in _values(runs, "lr") if lr > best and mean(runs, lr=lr) < 0.5]
    return min(failed, default=math.inf)


RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
PLAIN = "Batches of 125, 8 epochs, no momentum?"
LEARNING_RATE = Exercise(
    settings=[{"lr": lr} for lr in RATES],
    training={"optimizer": "SGD"},
    levels={"accuracy with a rate of 0.1": Derived((0.68, 0.9), PLAIN, _mean(lr=0.1))},
    answers={
        "best_rate": Derived((0.05, 0.5), PLAIN, _best_rate),
        "first_failure": Derived((0.4, 3), PLAIN, _first_failure),
        "blow_up": Range(
            (0.2, 3), "About 20 steps for a factor of ten? The mean loss of several steps?"
        ),
    },
)


def _spread(runs: list[Run]) -> float:
    means = [mean(runs, stage="repeat", activation=name) for name in ACTIVATIONS]
    return max(means) - min(means)


def _badly_chosen(runs: list[Run]) -> str:
    """Whether the rates of the repeats are what other seeds have chosen."""
    for name in ACTIVATIONS:
        search, repeats = (
            matching(runs, stage=stage, activation=name) for stage in ("search", "repeat")
        )
        accs = {lr: mean(search, lr=lr) for lr in _values(search, "lr")}
        if len(accs) < 3:
            return f"{name} has tried {len(accs)} of them, and three are the least"
        if any(accs.get(run["lr"], 0) < max(accs.values()) - 1e-9 for run in repeats):
            return f"{name} was repeated with another rate than was best in its search"
        if {run["seed"] for run in search} & {run["seed"] for run in repeats}:
            return f"{name} has a seed that chose the rate, and judges it too"
    return ""


ACTIVATIONS = ["ReLU", "leaky ReLU", "ELU", "GELU", "SELU", "SiLU", "tanh", "sigmoid"]
ACTIVATION = Exercise(
    settings=[{"stage": "repeat", "activation": name} for name in ACTIVATIONS],
    rules={"rates": _badly_chosen},
    levels={
        "accuracy of ReLU": Derived(
            (0.72, 0.9), "Four epochs, Adam?", _mean(stage="repeat", activation="ReLU")
        )
    },
    answers={"spread": Derived((0.002, 0.04), "Are the initialisations those given?", _spread)},
)

INITS = [
    *("zero", "constant", "too small", "too large", "uniform", "normal"),
    *("Xavier", "He", "orthogonal"),
]
HE, TOO_SMALL = ({"depth": 3, "init": name} for name in ("He", "too small"))
INITIALISATION = Exercise(
    settings=[{"depth": depth, "init": name} for depth in (1, 3) for name in INITS],
    training=ADAM | {"lr": 0.001},
    levels={
        "accuracy from zero": Derived((0.05, 0.15), "Are all weights zero?", _mean(init="zero")),
        "accuracy from He's": Derived((0.72, 0.9), "Four epochs, batches of 128?", _mean(**HE)),
    },
    answers={"gain": Derived((0.15, 0.55), IN_PAIRS, _difference(HE, minus=TOO_SMALL))},
)


def _too_many_epochs(runs: list[Run]) -> str:
    epochs = [as_numpy(run["curve"]).size for run in runs]
    if max(epochs) > 9:
        return f"a run has {max(epochs)} epochs, and nine are the most"
    if sum(epochs[:-1]) >= 90:
        return f"{sum(epochs)} epochs, and the last run has to begin before 90 are spent"
    return ""


SEARCH = Exercise(
    results=["curve"],
    repeats=1,
    rules={"budget": _too_many_epochs},
    answers={
        "grid_size": Range((126, 126), "Multiply the numbers of values of the four knobs."),
        "accuracy": Derived(
            (0.82, 0.86),
            "Below: did you try rates from 0.001 to 0.01? Above: are there 5,120 images for "
            "training, and others for validation?",
            lambda runs: max(last(run["curve"]) for run in runs),
        ),
    },
)

BY_HAND, LAYERS = (
    {"network": network, "mode": "eager", "width": 512, "depth": 1}
    for network in ("by hand", "layers")
)


def _measured_once(runs: list[Run]) -> str:
    (run, *_) = matching(runs, **BY_HAND)
    low, middle, high = (last(run[name]) for name in ("ratio_low", "ratio_median", "ratio_high"))
    right = low <= middle <= high and low < high
    return "" if right else f"the quartiles are {low:.4g}, {middle:.4g} and {high:.4g}"


def _speed(low: float, high: float) -> Exercise:
    """What to expect of a framework: steps by hand take `low` to `high` times as long."""
    hint = "Did you leave out the first step, and wait for the result?"
    return Exercise(
        settings=[BY_HAND, LAYERS],
        results=["ratio_median", "ratio_low", "ratio_high"],
        repeats=1,
        rules={"several rounds": _measured_once},
        answers={
            "hand_over_layers": Derived(
                (low, high), hint, lambda runs: mean(runs, "ratio_median", **BY_HAND)
            )
        },
    )


def _ratio_of_speeds(runs: list[Run]) -> float:
    aligned, odd = (
        median(last(run["seconds"]) for run in matching(runs, size=size)) / size**3
        for size in (1024, 1025)
    )
    return odd / aligned


MATRICES = Exercise(
    settings=[{"size": 1024}, {"size": 1025}],
    results=["seconds"],
    repeat="round",
    repeats=5,
    answers={
        "aligned_over_odd": Derived(
            (0.5, 2),
            "Were both sizes timed in each round? On a GPU the factor may be larger.",
            _ratio_of_speeds,
        )
    },
)


def _other_looks(runs: list[Run]) -> str:
    others = {str(run.get("kind")) for run in runs} - {"final"}
    return f"{', '.join(sorted(others))} met the test images, too" if others else ""


RECORD = Exercise(
    settings=[{"kind": "final"}],
    results=["test_acc"],
    repeats=1,
    rules={"test images": _other_looks},
    answers={
        "test_acc": Derived(
            (0.9, 0.935),
            "Below: your look is spent, but look for the missing piece on validation images. "
            "Above: did the test images choose anything?",
            lambda runs: mean(runs, "test_acc"),
        )
    },
)

EXERCISES = {
    "activations": ACTIVATION,
    "depth": DEPTH,
    "initialisation": INITIALISATION,
    "learning-rate": LEARNING_RATE,
    "matrices": MATRICES,
    "record": RECORD,
    "search": SEARCH,
    "single-neuron": SINGLE_NEURON,
    "speed-pytorch": _speed(0.8, 2.5),
    "speed-tensorflow": _speed(0.5, 1.7),
    "speed-mxnet": _speed(0.8, 15),
    "speed-jax": _speed(0.3, 1.2),
    "width": WIDTH,
}
