"""Changes of a toy package, tried by its tests."""

import pytest
import trial
from attempts import try_all
from listed import read_list
from results import Results, caught_share, table
from seen import Seen
from trial import TestsFailError, Tree

MODULE = '''"""Sums."""

START = 0


def total(numbers):
    result = START
    for number in numbers:
        result = result + number
    return result


def mean(numbers):
    return (
        total(numbers)
        / len(numbers)
    )
'''
TESTS = """from toy.sums import mean, total


def test_the_total_is_the_sum():
    assert total([1, 2]) == 3


def test_there_is_a_mean():
    mean([1, 5])
"""
CHANGES = """sums = [
  ["averaging", "/ len(numbers)", "/ max(numbers)", "another divisor"],
  ["order", "result + number", "number", "the sum is its last term"],
  ["data", "START = 0", "START = 7", "a constant that both tests depend on"],
]
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # pytest starts more quickly without
    files = {
        "toy/__init__.py": "",
        "toy/sums.py": MODULE,
        "checks/test_sums.py": TESTS,
        "changes/toy.toml": CHANGES,
    }
    for name, text in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(tmp_path / "root", "toy", "checks")


def test_changes_are_caught_or_survive_and_a_second_run_tries_what_has_changed(
    tree, tmp_path, capsys
):
    mutants = read_list(tree.root / "toy", tree.root / "changes")
    path = tmp_path / "results.json"

    def run():
        results = Results(path, tree)
        try_all(mutants, tree, results, {"seed": 0, "drawn": len(mutants)}, workers=2)
        return [results.find(mutant) for mutant in mutants]

    averaging, *others = run()
    assert averaging["caught"] is None
    assert [each["caught"] for each in others] == [
        "checks/test_sums.py::test_the_total_is_the_sum"
    ] * 2
    assert (tree.root / "toy/sums.py").read_text(encoding="utf-8") == MODULE
    assert "3 changes drawn, 3 still to try." in capsys.readouterr().out

    assert run() == [averaging, *others]
    assert "3 changes drawn, 0 still to try." in capsys.readouterr().out

    better = TESTS.replace("    mean([1, 5])", "    assert mean([1, 5]) == 3")
    (tree.root / "checks/test_sums.py").write_text(better, encoding="utf-8")
    averaging, *same = run()
    assert averaging["caught"] == "checks/test_sums.py::test_there_is_a_mean"
    assert same == others
    assert "3 changes drawn, 1 still to try." in capsys.readouterr().out


def test_what_runs_in_a_process_that_a_test_starts_belongs_to_the_test(tree, tmp_path):
    (tree.root / "checks/test_processes.py").write_text(
        """import subprocess, sys

def test_a_process():
    subprocess.run([sys.executable, "-c", "from toy.sums import mean; mean([1])"], check=True)
""",
        encoding="utf-8",
    )
    seen = tree.watch(tmp_path / "seen.json")
    mean, *_ = read_list(tree.root / "toy", tree.root / "changes")
    assert sorted(seen.tests_for(mean, MODULE)) == [
        "checks/test_processes.py::test_a_process",
        "checks/test_sums.py::test_there_is_a_mean",
    ]


def test_what_a_change_does_to_the_data_is_done_to_a_copy(tree, tmp_path, monkeypatch):
    data = tmp_path / "cache/data"
    data.mkdir(parents=True)
    (data / "images").write_text("whole", encoding="utf-8")
    monkeypatch.setattr(trial, "cache_folder", lambda: data)
    (tree.root / "checks/test_sums.py").write_text(
        """import os, pathlib
from toy.sums import mean

def test_the_data_are_whole():
    images = pathlib.Path(os.environ["D2L_LOCAL_CACHE"], "data/images")
    assert images.read_text() == "whole"
    if mean([1, 5]) != 3:
        images.unlink()
        raise ValueError
""",
        encoding="utf-8",
    )
    [mean, *_] = read_list(tree.root / "toy", tree.root / "changes")
    seen = tree.watch(tmp_path / "seen.json")
    for _ in range(2):
        caught = trial.try_out(mean, tree, seen).caught
        assert caught == "checks/test_sums.py::test_the_data_are_whole"
    assert (data / "images").read_text(encoding="utf-8") == "whole"


def test_a_change_that_never_ends_is_caught_by_the_clock(tree):
    assert tree.run(tree.tests, timeout=0.1) == (trial.TOO_LONG, "")


def test_tests_that_fail_without_a_change_are_an_error(tree, tmp_path):
    (tree.root / "checks/test_sums.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(TestsFailError, match=r"test_sums.py::test_it"):
        tree.watch(tmp_path / "seen.json")
    assert not (tmp_path / "seen.json").exists()


def test_a_pytest_that_cannot_start_catches_nothing(tree):
    mutants = read_list(tree.root / "toy", tree.root / "changes")
    seen = Seen(seconds={"checks/test_sums.py::test_there_is_a_mean": 0.0}, lines={})
    (tree.root / "pytest.ini").write_text("[pytest]\naddopts = -p there_is_no_such_plugin\n")
    with pytest.raises(TestsFailError, match="there_is_no_such_plugin"):
        trial.try_out(mutants[0], tree, seen)
    assert tree.source("sums") == MODULE


def test_a_change_that_no_test_can_start_with_is_caught(tree):
    (tree.root / "conftest.py").write_text("from toy.sums import START\n")
    (tree.root / "changes/toy.toml").write_text(
        'sums = [["names", "START = 0", "BEGINNING = 0", "another name"]]'
    )
    [mutant] = read_list(tree.root / "toy", tree.root / "changes")
    seen = Seen(seconds={"checks/test_sums.py::test_there_is_a_mean": 0.0}, lines={})
    assert trial.try_out(mutant, tree, seen).caught == "pytest itself"


def test_a_change_of_a_face_survives_only_if_its_own_tests_and_the_shared_ones_pass(tree):
    tests = ["the_others", "sun", "moon", "sun_and_moon"]
    files = {
        "toy/sun/__init__.py": "LIGHT = 1\n",
        "toy/moon/__init__.py": "LIGHT = 0\n",
        "checks/test_light.py": "\n".join(f"def test_{name}(): pass" for name in tests),
        "changes/toy.toml": '"sun/__init__" = [["data", "1", "2", "too bright"]]',
    }
    for name, text in files.items():
        (tree.root / name).parent.mkdir(exist_ok=True)
        (tree.root / name).write_text(text, encoding="utf-8")
    (tree.root / "checks/test_sums.py").unlink()
    options = trial._face_only(tree, "sun/__init__")
    assert tree.run(*options, tree.tests, timeout=None)[1].startswith("...  ")
    assert trial._face_only(tree, "sums") == []


def test_the_tests_for_a_line_are_those_that_run_it_and_the_quickest_come_first(tree):
    seen = Seen(
        seconds={"slow": 3.0, "quick": 1.0, "other": 2.0},
        lines={"sums:9": ["slow", "quick"], "sums:15": ["other"], "else:15": ["no"]},
    )
    mean, total, start = read_list(tree.root / "toy", tree.root / "changes")
    assert seen.tests_for(mean, MODULE) == ["other"]
    assert seen.tests_for(total, MODULE) == ["quick", "slow"]
    assert seen.tests_for(start, MODULE) == ["quick", "other", "slow"]


def test_the_table_counts_by_module_and_category_and_names_the_survivors():
    common = {"plain": False, "words": "…", "change": "a -> b"}
    results = [
        {"id": "x:1", "category": "order", "caught": "test_it", **common},
        {"id": "x:2", "category": "units", "caught": None, **common},
    ]
    assert caught_share(results) == 0.5
    lines = table(results).splitlines()
    assert [line.split() for line in lines if line.startswith(("x", "order", "units"))] == [
        ["x", "2", "1"],
        ["order", "1", "1"],
        ["units", "1", "0"],
    ]
    assert "1 of 2 caught (50.0%); 0 (0%) are constants or operators." in lines
    assert lines[-2:] == ["  x:2  units: …", "    a -> b"]
