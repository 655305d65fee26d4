"""What runs, what is done and the time left: one display in a terminal, plain lines elsewhere."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text


class Progress(ExitStack):
    """The progress of a run over the notebooks `names`, `workers` of them side by side.

    `expected` has the seconds that notebooks took before, where that is known. As a context
    manager it shows the display and takes it away.
    """

    def __init__(
        self,
        names: Sequence[str],
        workers: int,
        expected: Mapping[str, float],
        console: Console | None = None,
    ) -> None:
        super().__init__()
        self.console = console or Console(soft_wrap=True, highlight=False, markup=False)
        self.estimate = Estimate(names, workers, expected)
        self.rows: dict[str, TaskID] = {}
        name = TextColumn("{task.description}", markup=False)
        self.running = Bars(SpinnerColumn(), name, TimeElapsedColumn(), console=self.console)
        columns = (name, BarColumn(), MofNCompleteColumn(), _TimeLeft(self.estimate))
        self.whole = Bars(*columns, console=self.console)
        self.done = self.whole.add_task("notebooks", total=len(names))

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            display = Group(self.running, self.whole)
            self.enter_context(Live(display, console=self.console, transient=True))
        return super().__enter__()

    def start(self, name: str) -> None:
        """A notebook begins to run."""
        self.estimate.start(name)
        self.rows[name] = self.running.add_task(name, total=None)
        if not self.console.is_terminal:
            self.console.print(f"executing {name}")

    def finish(self, name: str, outcome: str) -> float:
        """A notebook has come to its end; returns the seconds that it took."""
        seconds = self.estimate.finish(name)
        self.running.remove_task(self.rows.pop(name))
        self.whole.advance(self.done)
        count = f"{self.estimate.done}/{self.estimate.total}"
        left = f", {text}" if (text := self.estimate.text()) else ""
        self.console.print(f"{outcome} {name} in {seconds:.0f} s ({count}{left})")
        return seconds


class Estimate:
    """How long a run will still take, by what its notebooks took before or take now."""

    def __init__(self, names: Sequence[str], workers: int, expected: Mapping[str, float]) -> None:
        self.workers = workers
        self.seconds = {name: expected[name] for name in names if name in expected}
        self.waiting = set(names)
        self.running: dict[str, float] = {}
        self.total = len(names)

    @property
    def done(self) -> int:
        """How many notebooks have come to their end."""
        return self.total - len(self.waiting) - len(self.running)

    def start(self, name: str) -> None:
        """A notebook begins to run."""
        self.waiting.remove(name)
        self.running[name] = time.monotonic()

    def finish(self, name: str) -> float:
        """A notebook has come to its end; returns the seconds that it took."""
        self.seconds[name] = time.monotonic() - self.running.pop(name)
        return self.seconds[name]

    def left(self) -> float | None:
        """The seconds until all are done; None where nothing tells how long one takes."""
        if not self.seconds:
            return None
        usual = sum(self.seconds.values()) / len(self.seconds)
        now = time.monotonic()
        rest = [self.seconds.get(name, usual) for name in self.waiting]
        for name, started in self.running.items():
            rest.append(max(0.0, self.seconds.get(name, usual) - (now - started)))
        # One notebook is never cut in two, so the longest is a bound too.
        return max([sum(rest) / self.workers, *rest], default=0.0)

    def text(self) -> str:
        """The time left in words; empty where it is not known, or nothing is left."""
        left = self.left()
        if not left:
            return ""
        return f"about {left:.0f} s left" if left < 100 else f"about {left / 60:.0f} min left"


class _TimeLeft(ProgressColumn):
    """The estimate, in the row of the whole run."""

    def __init__(self, estimate: Estimate) -> None:
        super().__init__()
        self.estimate = estimate

    def render(self, task: Task) -> Text:
        return Text(self.estimate.text())
