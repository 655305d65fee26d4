"""What a run says of itself, in a terminal and elsewhere."""

import io
import time

import pytest
from rich.console import Console

from tabbook.run.progress import Estimate, Progress


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tabbook.run.progress.time.monotonic", clock.monotonic)
    return clock


def test_nothing_is_known_of_a_first_run_until_one_notebook_is_done(clock: Clock):
    estimate = Estimate(["a", "b", "c"], 1, {})
    estimate.start("a")
    assert estimate.left() is None
    assert estimate.text() == ""
    clock.now = 30
    assert estimate.finish("a") == 30
    assert estimate.left() == 60


def test_notebooks_side_by_side_take_less_but_none_is_cut_in_two(clock: Clock):
    expected = {"a": 60, "b": 20, "c": 20, "d": 20}
    assert Estimate("abcd", 1, expected).left() == 120
    assert Estimate("abcd", 2, expected).left() == 60
    assert Estimate("abcd", 3, expected).left() == 60
    estimate = Estimate("abcd", 2, expected)
    estimate.start("a")
    clock.now = 50
    assert estimate.left() == 35


def test_a_notebook_that_takes_longer_than_before_counts_as_nearly_done(clock: Clock):
    estimate = Estimate("ab", 1, {"a": 10, "b": 5})
    estimate.start("a")
    clock.now = 500
    assert estimate.left() == 5


@pytest.mark.parametrize(("seconds", "text"), [(99, "about 99 s left"), (240, "about 4 min left")])
def test_the_time_left_is_told_in_seconds_or_minutes(clock: Clock, seconds: float, text: str):
    assert Estimate("a", 1, {"a": seconds}).text() == text


def run(console: Console, clock: Clock) -> None:
    with Progress(["a.md (PyTorch)", "b.md [x]"], 1, {"b.md [x]": 7}, console) as progress:
        progress.start("a.md (PyTorch)")
        clock.now = 12
        progress.finish("a.md (PyTorch)", "executed")
        progress.start("b.md [x]")
        clock.now = 20
        progress.finish("b.md [x]", "failed")


def test_where_there_is_no_terminal_there_are_lines(clock: Clock):
    file = io.StringIO()
    run(Console(file=file, soft_wrap=True, highlight=False, markup=False), clock)
    assert file.getvalue().splitlines() == [
        "executing a.md (PyTorch)",
        "executed a.md (PyTorch) in 12 s (1/2, about 7 s left)",
        "executing b.md [x]",
        "failed b.md [x] in 8 s (2/2)",
    ]


def test_in_a_terminal_one_display_shows_what_runs_and_how_much_is_done():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, markup=False)
    with Progress(["a.md (PyTorch)", "b.md"], 1, {"b.md": 7}, console) as progress:
        progress.start("a.md (PyTorch)")
        time.sleep(0.5)
        shown = file.getvalue()
    assert "a.md (PyTorch)" in shown
    assert "0/2" in shown
    assert " s left" in shown
    assert "executing" not in shown
