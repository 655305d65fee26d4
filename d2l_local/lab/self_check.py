"""Tells learners whether their own experiment answers the question of an exercise.

The runs are looked at first, and what is concluded from them after that. What each exercise expects
is in `expectations.py`, so that no notebook shows it beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from d2l_local.common.figures import as_numpy
from d2l_local.lab.expectations import (
    EXERCISES,
    Derived,
    Exercise,
    Range,
    Run,
    last,
    matching,
)
from d2l_local.lab.record import show

MIME_TYPE = "application/vnd.d2l-local.self-check+json"
# How far an answer may be from what the runs say: learners round.
_RELATIVE, _ABSOLUTE = 0.02, 0.001


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it is right (None: not known yet), and what there is to say."""

    name: str
    passed: bool | None
    said: str

    def __str__(self) -> str:
        mark = "…" if self.passed is None else "✓" if self.passed else "✗"
        return f"{mark} {self.name}: {self.said}"


def self_check(exercise: str, runs: Any, **answers: Any) -> None:
    """Say what is right or wrong with an experiment: `d2l.self_check('width', runs, gain=gain)`.

    The runs must have the settings and seeds asked for and plausible results, and the answers must
    follow from them. A measured number is shown only where something is wrong: a notebook whose
    results are good says the same each time. `python -m d2l_local.collect` reads the output.

    Args:
        exercise: what the exercise is called, such as "width".
        runs: a dictionary for each training, with its settings, its seed and its results, as a list
            or a DataFrame; `...` if there are none yet.
        answers: the results asked for, numbers or one-element tensors; `...` for one not known yet.

    Raises:
        ValueError: if there is no such exercise.
        TypeError: if the answers are not those of the exercise or not numbers, or if `runs` is not
            a list of dictionaries.
    """
    if exercise not in EXERCISES:
        raise ValueError(f"there is no exercise {exercise!r}; there are: {', '.join(EXERCISES)}")
    expected = EXERCISES[exercise]
    if answers.keys() != expected.answers.keys():
        wanted, given = (", ".join(names) or "none" for names in (expected.answers, answers))
        raise TypeError(f"{exercise!r} has the answers {wanted}, but got {given}")
    numbers = {name: _answer(name, value) for name, value in answers.items()}
    checks = list(_checks(expected, _rows(runs), numbers))
    content = {"exercise": exercise, "checks": [asdict(check) for check in checks]}
    show(MIME_TYPE, content, "\n".join(map(str, checks)))


def optimizer_settings(model: Any) -> dict[str, Any]:
    """Return how a model was trained by `fit`, such as `{'optimizer': 'Adam', 'lr': 0.001}`."""
    optim = model.trainer.optim
    optim = getattr(optim, "optimizer", optim)  # MXNet's trainer has its optimiser inside.
    if hasattr(optim, "param_groups"):
        rate = optim.param_groups[0]["lr"]
    else:
        rate = optim.learning_rate if hasattr(optim, "learning_rate") else optim.lr
    # Keras keeps 0.001 as a 32-bit number, which is 0.0010000000475.
    return {"optimizer": type(optim).__name__, "lr": float(f"{as_numpy(rate).item():.6g}")}


def _answer(name: str, value: Any) -> float | None:
    if value is ...:
        return None
    array = as_numpy(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise TypeError(f"{name} should be a number, but is a {type(value).__name__}: {value!r}")
    return array.item()


def _rows(runs: Any) -> list[Run] | None:
    if runs is ...:
        return None
    rows = runs.to_dict("records") if hasattr(runs, "to_dict") else runs
    if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
        raise TypeError(f"runs should be a list of dictionaries, but is a {type(runs).__name__}")
    return list(rows)


def _checks(
    expected: Exercise, rows: list[Run] | None, answers: Mapping[str, float | None]
) -> Iterator[Check]:
    complete = [] if rows is None else [row for row in rows if expected.columns <= row.keys()]
    experiment = list(_of_experiment(expected, rows, complete))
    yield from experiment
    usable = all(check.passed for check in experiment)
    for name, quantity in expected.answers.items():
        number = answers[name]
        if number is None:
            yield Check(name, None, "no value yet")
        elif not isinstance(quantity, Derived):
            yield _check(name, _outside(number, quantity), _range(quantity))
        elif usable:
            problem = _other_than_runs(number, quantity, complete) or _outside(number, quantity)
            yield _check(name, problem, f"follows from the runs, {_range(quantity)}")
        else:
            yield Check(name, None, "waits until the runs are right")


def _check(name: str, problem: str, right: str) -> Check:
    return Check(name, not problem, problem or right)


def _of_experiment(
    expected: Exercise, rows: list[Run] | None, complete: list[Run]
) -> Iterator[Check]:
    """Check the runs, as far as the next question makes sense."""
    if rows is None:
        yield Check("runs", None, "no value yet")
        return
    problem = _missing(expected, rows)
    yield _check("runs", problem, "all that the question asks for")
    if problem:
        return
    if expected.training:
        yield _check("training", _trained_otherwise(expected, complete), _named(expected.training))
    problem = _implausible(expected, complete)
    yield _check("results", problem, "plausible, and not the same every time")
    if problem:
        return
    for name, rule in expected.rules.items():
        yield _check(name, rule(complete), "in order")
    for name, level in expected.levels.items():
        yield _check(name, _outside(level.of(complete), level), _range(level))


def _missing(expected: Exercise, rows: list[Run]) -> str:
    """Which runs, keys or repeats are missing; empty if none is."""
    for setting in expected.settings:
        some, where = matching(rows, **setting), f" with {_named(setting)}" if setting else ""
        if not some:
            return f"none{where}"
        keys = sorted(key for key in expected.columns if any(key not in row for row in some))
        if keys:
            return f"no {', '.join(keys)} in a run{where}"
        number = len({last(row[expected.repeat]) for row in some}) if expected.repeats > 1 else 1
        if number < expected.repeats:
            return (
                f"only {number} {expected.repeat}{'s' * (number > 1)}{where}, where "
                f"{expected.repeats} are asked for: a single result may be luck"
            )
    return ""


def _trained_otherwise(expected: Exercise, rows: list[Run]) -> str:
    others = [row for row in rows if not matching([row], **expected.training)]
    if not others:
        return ""
    found = _named({name: others[0][name] for name in expected.training})
    wanted = _named(expected.training)
    return f"{len(others)} of {len(rows)} runs differ, such as one with {found}: take {wanted}"


def _implausible(expected: Exercise, rows: list[Run]) -> str:
    """What is wrong with the results of the runs; empty if nothing is."""
    trained = [last(row["train_acc"]) for row in rows if "train_acc" in row]
    results = {name: [last(row[name]) for row in rows] for name in expected.results}
    for name, values in [*results.items(), ("train_acc", trained)]:
        for value in values:
            if not math.isfinite(value):
                return f"{name} is {value} in a run: did its training diverge?"
            if value < 0:
                return f"{name} is negative in a run: {value:.4g}"
            if name.endswith("_acc") and value > 1:
                return f"{name} is {value:.4g} in a run: a fraction is wanted, not percent"
    if len(trained) == len(rows) and "val_acc" in results:
        if trained == results["val_acc"]:
            return "val_acc is train_acc in every run: did both come from the training images?"
        if sum(trained) < sum(results["val_acc"]) - 0.01 * len(rows):
            return "val_acc is higher than train_acc: are the two exchanged?"
    name = expected.results[0]
    repeated = [matching(rows, **setting) for setting in expected.settings]
    if expected.repeats > 1 and all(
        len({last(row[name]) for row in some}) == 1 for some in repeated
    ):
        return f"each {expected.repeat} has the same {name}: does it come before the model is made?"
    return ""


def _other_than_runs(number: float, quantity: Derived, rows: list[Run]) -> str:
    """What is wrong with an answer that does not follow from the runs; empty if it does."""
    right = quantity.of(rows)
    if _close(number, right):
        return ""
    if not math.isfinite(number):
        return f"{number}: was something divided by zero, or a mean taken of no runs?"
    if _close(-number, right):
        return f"the sign is wrong, your runs say {right:.4g}: which minus which?"
    if _close(number / 100, right):
        return f"{number:.4g} is in percent, where a fraction is wanted: {right:.4g}"
    if number and _close(1 / number, right):
        return f"{number:.4g} is upside down, your runs say {right:.4g}: what divided by what?"
    trained: list[Run] = [
        {**row, "val_acc": row["train_acc"]} for row in rows if "train_acc" in row
    ]
    if len(trained) == len(rows) and _close(number, quantity.of(trained)):
        return f"{number:.4g} is of the training images, and of others your runs say {right:.4g}"
    return f"{number:.4g} does not follow from your runs, which say {right:.4g}"


def _close(number: float, right: float) -> bool:
    return math.isclose(number, right, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)


def _outside(number: float, quantity: Range) -> str:
    """On which side of the range a number is, and what to look at; empty if it is inside."""
    low, high = quantity.between
    if low <= number <= high:
        return ""
    if not math.isfinite(number):
        return f"{number} is no result. {quantity.hint}"
    side, limit = ("below", low) if number < low else ("above", high)
    # Rounded, the number may look like the limit: then it gets more digits.
    texts = (f"{number:.{digits}g}" for digits in range(4, 18))
    text = next(text for text in texts if float(text) != limit)
    return f"{text} is {side} {limit:g}. {quantity.hint}"


def _range(quantity: Range) -> str:
    low, high = quantity.between
    return f"{low:g}" if low == high else f"between {low:g} and {high:g}"


def _named(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())
