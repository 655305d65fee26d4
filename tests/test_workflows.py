"""The workflows on GitHub: safe, and no more than make targets of the book's own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tabbook.book.settings import read_book

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def jobs(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()


def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--quiet", "--persona", "pedantic", *WORKFLOWS]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_step_runs_a_target_with_its_variables(path):
    targets = set(re.findall(r"^([a-z0-9]+):", MAKEFILE, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))
    steps = [step for job in jobs(path) for step in job["steps"]]
    run = [step for step in steps if "run" in step]
    assert run
    for step in run:
        make, *named = step["run"].split()
        assert make == "make"
        assert set(named) <= targets
        assert set(step.get("env", ())) <= variables


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_all_tabs_and_supported_versions_are_run(path):
    matrices = [job["strategy"]["matrix"] for job in jobs(path) if "strategy" in job]
    assert matrices
    low, below = map(int, re.search(r"SUPPORTED \?= >=3\.(\d+),<3\.(\d+)", MAKEFILE).groups())
    for matrix in matrices:
        assert matrix["tab"] == [tab.name for tab in read_book(ROOT).tabs]
        if "python" in matrix:
            assert matrix["python"] == [f"3.{minor}" for minor in range(low, below)]
