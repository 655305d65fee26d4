"""What a reader's experiment is told: about right ones, and about each kind of mistake."""

import csv
import shutil
import subprocess
import sys

import faces
import numpy as np
import pandas
import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook, new_output

from d2l_local.lab.expectations import EXERCISES, Derived
from d2l_local.lab.results import path_of, results_of
from d2l_local.lab.self_check import MIME_TYPE, self_check

# Answers that do not come from the runs.
ON_PAPER = {"width_3": 99, "length": 0.5, "blow_up": 0.7, "grid_size": 126}
WITHOUT_STORED_RESULTS = {"matrices", "single-neuron"}
SPEEDS = {
    "torch": "speed-pytorch",
    "tensorflow": "speed-tensorflow",
    "mxnet": "speed-mxnet",
    "jax": "speed-jax",
}


def runs_of(exercise, framework="torch"):
    """The course's own runs, with what all of them have in common."""
    stored = results_of(framework)("speed" if exercise.startswith("speed") else exercise)
    if exercise == "search":  # ninety epochs of a lucky searcher
        stored = sorted(stored, key=lambda run: run["curve"][-1])[-10:]
    return [{**run, **EXERCISES[exercise].training} for run in stored]


def answers_of(exercise, runs):
    """The answers that follow from runs."""
    expected = EXERCISES[exercise]
    complete = [run for run in runs if expected.columns <= run.keys()]
    return {
        name: answer.of(complete) if isinstance(answer, Derived) else ON_PAPER[name]
        for name, answer in expected.answers.items()
    }


@pytest.fixture
def said(capsys):
    """What a self-check says, as a dictionary from the names of its checks to mark and text."""

    def lines(exercise, runs, **answers):
        self_check(exercise, runs, **answers)
        output = capsys.readouterr().out
        return {
            name: f"{mark} {text}"
            for mark, name, text in (
                (line[0], *line[2:].split(": ", 1)) for line in output.splitlines()
            )
        }

    return lines


@pytest.mark.parametrize("exercise", sorted(set(EXERCISES) - WITHOUT_STORED_RESULTS))
def test_the_courses_own_results_pass_and_are_told_the_same_in_every_framework(exercise, said):
    own = [name for name, speed in SPEEDS.items() if speed == exercise]
    frameworks = own or [name for name in faces.NAMES if path_of(name, exercise).exists()]
    assert frameworks
    told = []
    for framework in frameworks:
        runs = runs_of(exercise, framework)
        told.append(said(exercise, runs, **answers_of(exercise, runs)))
    assert all(text[0] == "✓" for lines in told for text in lines.values()), told
    assert all(lines == told[0] for lines in told)


def by_hand(kinds, accuracies, **common):
    return [
        {"kind": kind, "seed": seed, "val_acc": acc + 0.001 * seed, **common}
        for kind, acc in zip(kinds, accuracies, strict=True)
        for seed in (1, 2, 3, 4)
    ]


def test_one_neuron_may_be_a_table_and_keep_its_models(said):
    kinds = ["1 relu", "1 tanh", "1 none", "2 relu", "3 relu", "linear"]
    runs = by_hand(kinds, (0.27, 0.21, 0.45, 0.4, 0.5, 0.83), optimizer="Adam", lr=0.005)
    table = pandas.DataFrame(runs).assign(model=object())
    told = said("single-neuron", table, best_relu=0.274, best_none=0.454, length=0.5)
    assert all(text[0] == "✓" for text in told.values()), told
    told = said("single-neuron", table, best_relu=0.454, best_none=0.274, length=0.4)
    assert told["best_relu"] == "✗ 0.454 does not follow from your runs, which say 0.274"
    assert told["length"].startswith("✗ 0.4 is below 0.499. Draw the three lines.")


def test_times_are_compared_round_by_round(said):
    runs = [
        {"size": size, "round": i, "seconds": seconds * (1 + 0.1 * i)}
        for size, seconds in ((1024, 0.016), (1025, 0.017))
        for i in range(5)
    ]
    ratio = 0.017 / 0.016 * (1024 / 1025) ** 3
    told = said("matrices", runs, aligned_over_odd=ratio)
    assert all(text[0] == "✓" for text in told.values()), told
    told = said("matrices", runs, aligned_over_odd=1 / ratio)
    assert "is upside down" in told["aligned_over_odd"]
    assert said("matrices", runs[:7], aligned_over_odd=ratio)["runs"].startswith("✗ only 2 rounds")


# Wrong experiments


def changed(**changes):
    return lambda run: {**run, **changes}


def without(name):
    return lambda run: {key: value for key, value in run.items() if key != name}


@pytest.mark.parametrize(
    ("mistake", "check", "message"),
    [
        (lambda run: run if run["seed"] == 1 else None, "runs", "✗ only 1 seed with width=8"),
        (lambda run: run if run["width"] != 64 else None, "runs", "✗ none with width=64"),
        (without("train_acc"), "runs", "✗ no train_acc in a run with width=8"),
        (without("optimizer"), "runs", "✗ no optimizer in a run with width=8"),
        (changed(lr=0.01), "training", "with optimizer=Adam, lr=0.01: take "),
        (changed(optimizer="SGD"), "training", "✗ 90 of 90 runs differ, such as one with "),
        (lambda run: {**run, "val_acc": run["train_acc"]}, "results", "✗ val_acc is train_acc"),
        (
            lambda run: {**run, "val_acc": run["train_acc"], "train_acc": run["val_acc"]},
            "results",
            "are the two exchanged?",
        ),
        (lambda run: {**run, "val_acc": 100 * run["val_acc"]}, "results", "not percent"),
        (changed(val_acc=float("nan")), "results", "✗ val_acc is nan in a run"),
        (lambda run: {**run, "val_acc": -run["val_acc"]}, "results", "✗ val_acc is negative"),
        (
            lambda run: {**run, "val_acc": 0.8 + run["width"] / 1e5, "train_acc": 0.9},
            "results",
            "✗ each seed has the same val_acc",
        ),
        (
            lambda run: {**run, "val_acc": 0.4 + run["seed"] / 100},
            "accuracy with 512 units",
            "✗ 0.455 is below 0.77",
        ),
    ],
)
def test_a_wrong_experiment_is_told_what_is_wrong(mistake, check, message, said):
    wrong = [run for run in map(mistake, runs_of("width")) if run is not None]
    told = said("width", wrong, gain=0.1)
    assert message in told[check], told
    assert told["gain"] == "… waits until the runs are right"


GAIN = answers_of("width", runs_of("width"))["gain"]


@pytest.mark.parametrize(
    ("claimed", "message"),
    [
        (0.1, f"0.1 does not follow from your runs, which say {GAIN:.4g}"),
        (-GAIN, f"the sign is wrong, your runs say {GAIN:.4g}: which minus which?"),
        (100 * GAIN, f"{100 * GAIN:.4g} is in percent, where a fraction is wanted: {GAIN:.4g}"),
        (1 / GAIN, f"{1 / GAIN:.4g} is upside down"),
        (float("nan"), "nan: was something divided by zero, or a mean taken of no runs?"),
        (float("inf"), "inf: was something divided by zero"),
    ],
)
def test_an_answer_that_does_not_follow_from_the_runs_is_told_why(claimed, message, said):
    told = said("width", runs_of("width"), gain=claimed)
    assert told.pop("gain").startswith(f"✗ {message}")
    assert all(text[0] == "✓" for text in told.values()), told


def test_a_difference_of_training_accuracies_is_recognised(said):
    runs = runs_of("width")
    trained = [{**run, "val_acc": run["train_acc"]} for run in runs]
    told = said("width", runs, **answers_of("width", trained))
    assert "is of the training images" in told["gain"]


def test_a_rounded_answer_is_right(said):
    told = said("width", runs_of("width"), gain=round(GAIN, 3))
    assert told["gain"] == "✓ follows from the runs, between 0.03 and 0.16"


def test_an_answer_outside_never_looks_like_the_limit(said):
    told = said("single-neuron", ..., best_relu=..., best_none=..., length=0.4989999)
    assert told["length"].startswith("✗ 0.4989999 is below 0.499. ")
    told = said("single-neuron", ..., best_relu=..., best_none=..., length=float("nan"))
    assert told["length"].startswith("✗ nan is no result. ")
    told = said("single-neuron", ..., best_relu=..., best_none=..., length=-0.5)
    assert told["length"].startswith("✗ -0.5 is below 0.499. ")


def test_what_is_not_there_yet_is_neither_right_nor_wrong(said):
    assert said("width", ..., gain=...) == {"runs": "… no value yet", "gain": "… no value yet"}
    told = said("single-neuron", ..., best_relu=..., best_none=0.4, length=0.5)
    assert told == {
        "runs": "… no value yet",
        "best_relu": "… no value yet",
        "best_none": "… waits until the runs are right",
        "length": "✓ between 0.499 and 0.501",
    }
    assert said("width", [], gain=...)["runs"] == "✗ none with width=8"


def test_the_range_is_not_told_before_there_are_runs(said):
    told = str(said("width", ..., gain=0.1)) + str(said("width", runs_of("width"), gain=...))
    assert "0.16" not in told


def test_an_activation_is_repeated_with_its_own_rate_and_with_new_seeds(said):
    runs = runs_of("activations")
    one_rate = [{**run, "lr": 0.001} for run in runs]
    other = [{**run, "lr": 0.0003} if run["stage"] == "repeat" else run for run in runs]
    old = [{**run, "seed": run["seed"] % 10} if run["stage"] == "repeat" else run for run in runs]
    for wrong, message in ((one_rate, "tried 1"), (other, "another rate"), (old, "judges it too")):
        assert message in said("activations", wrong, spread=0.01)["rates"]


def test_a_search_keeps_to_its_epochs(said):
    runs = runs_of("search")
    more = said("search", [*runs, *runs], grid_size=126, accuracy=0.85)
    assert more["budget"].startswith("✗ 180 epochs, ")
    longer = [{**runs[0], "curve": runs[0]["curve"] * 2}]
    assert said("search", longer, grid_size=126, accuracy=0.85)["budget"].startswith(
        "✗ a run has 18"
    )


def test_a_single_measurement_of_time_is_none(said):
    runs = [
        {**run, "ratio_low": run["ratio_median"], "ratio_high": run["ratio_median"]}
        for run in runs_of("speed-pytorch")
    ]
    assert said("speed-pytorch", runs, hand_over_layers=1.2)["several rounds"][0] == "✗"


def test_only_the_final_network_meets_the_test_images(said):
    runs = [*runs_of("record"), {"kind": "wider", "seed": 1, "test_acc": 0.9}]
    told = said("record", runs, test_acc=0.92)
    assert told["test images"] == "✗ wider met the test images, too"


# Reader's objects and their outputs


def test_results_may_be_tensors_and_the_trainer_says_how_it_trained(face, weights, clusters, said):
    model = face.classifier(weights, lr=0.1)
    model.board.display = False
    face.d2l.Trainer(max_epochs=1).fit(model, face.data(*clusters))
    assert face.d2l.optimizer_settings(model) == {"optimizer": "SGD", "lr": 0.1}
    runs = [
        {**run, "val_acc": face.tensor(np.array([run["val_acc"]], dtype="float32"))}
        for run in runs_of("width")
    ]
    told = said("width", runs, gain=face.tensor(np.array(GAIN, dtype="float32")))
    assert told["gain"][0] == "✓"


@pytest.mark.parametrize(
    ("arguments", "answers", "error", "message"),
    [
        (("breadth", []), {"gain": 1}, ValueError, "no exercise 'breadth'; there are: activations"),
        (("width", []), {}, TypeError, "'width' has the answers gain, but got none"),
        (("width", []), {"a": 1, "b": 2}, TypeError, "but got a, b"),
        (("width", []), {"gain": "0.1"}, TypeError, "gain should be a number, but is a str: '0.1'"),
        (("width", []), {"gain": [0.1, 0.2]}, TypeError, "gain should be a number, but is a list"),
        (("width", 0.8), {"gain": 0.1}, TypeError, "a list of dictionaries, but is a float"),
        (("width", [0.8]), {"gain": 0.1}, TypeError, "a list of dictionaries, but is a list"),
    ],
)
def test_what_cannot_be_checked_is_an_error(arguments, answers, error, message):
    with pytest.raises(error, match=message):
        self_check(*arguments, **answers)


def test_a_result_that_is_no_number_is_an_error():
    runs = [{**run, "val_acc": "good"} for run in runs_of("width")]
    with pytest.raises(
        TypeError, match="should have numbers, or curves of numbers, but has 'good'"
    ):
        self_check("width", runs, gain=0.1)


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    return shown


def test_a_teacher_collects_what_was_said(displayed, tmp_path):
    self_check("width", runs_of("width"), gain=GAIN)
    self_check("width", runs_of("width"), gain=0.1)
    assert displayed[0][MIME_TYPE]["checks"][-1] == {
        "name": "gain",
        "passed": True,
        "said": "follows from the runs, between 0.03 and 0.16",
    }
    for name, outputs in {"ada": displayed, "bob": []}.items():
        outputs = [new_output("display_data", data) for data in outputs]
        (tmp_path / name).mkdir()
        cell = new_code_cell("d2l.self_check(…)", outputs=outputs)
        write(new_notebook(cells=[cell]), tmp_path / name / "width.ipynb")
    (tmp_path / "eve.ipynb").write_text("<html>", encoding="utf-8")
    (tmp_path / "ada" / ".ipynb_checkpoints").mkdir()
    shutil.copy(tmp_path / "ada" / "width.ipynb", tmp_path / "ada" / ".ipynb_checkpoints")
    command = [sys.executable, "-m", "d2l_local.collect", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    head, *rows = csv.reader(ran.stdout.splitlines())
    assert head == ["notebook", "exercise", "right", "of", "not right"]
    wrong = f"gain: 0.1 does not follow from your runs, which say {GAIN:.4g}"
    assert rows[:3] == [
        [str(tmp_path / "ada" / "width.ipynb"), "width", "5", "5", ""],
        [str(tmp_path / "ada" / "width.ipynb"), "width", "4", "5", wrong],
        [str(tmp_path / "bob" / "width.ipynb"), "", "0", "0", "no self-check was run"],
    ]
    assert rows[3][4].startswith("cannot be read: ")
    assert len(rows) == 4, "not the copies that Jupyter keeps"
