"""What is wrong in a book, said as file, line and message."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to repair; `line` counts from 1, 0 means the file as a whole.

    It is said in one line; `details`, such as a traceback, follow in lines of their own.
    """

    path: str
    line: int
    message: str
    details: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        said = f"{place}: {' '.join(map(str.strip, self.message.splitlines()))}"
        return f"{said}\n{self.details}" if self.details else said


def unusable(error: OSError) -> Problem:
    """What is wrong where a file cannot be read or written: it names the file."""
    # What is written whole is written elsewhere first; the second name is where it belongs.
    name = error.filename2 or error.filename or "tabbook"
    return Problem(str(name), 0, f"cannot be used: {error.strerror}")


class ProblemsError(Exception):
    """All problems of a run, sorted; its text has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))
