"""Measure how long the book takes to follow an edit, against the budgets.

    python benchmarks/book.py [--execute]

It works on a copy of the repository. `--execute` also executes every notebook, with one job and
with two, which takes as long as it takes.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What is no part of the book, or is made from it.
LEFT_OUT = (".*", "__pycache__", "_build", "shared", "tests")
REPEATS = 3
LIMITS = {
    "prose edit, page rebuilt": 10.0,
    "nothing changed, rebuilt": 3.0,
    "check": 3.0,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--execute", action="store_true", help="execute all notebooks, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(shutil.copytree(ROOT, Path(folder, "book"), ignore=_ignored))
        tabbook(book, "build")
        rows = list(measure(book, execute=options.execute))
    print("| what | seconds | limit |\n|---|---|---|")
    for what, seconds in rows:
        limit = LIMITS.get(what)
        print(f"| {what} | {seconds:.1f} | {'' if limit is None else f'{limit:g}'} |")
    return int(any(seconds > LIMITS.get(what, seconds) for what, seconds in rows))


def _ignored(folder: str, names: list[str]) -> set[str]:
    inner = Path(folder) != ROOT
    return set() if inner else set(shutil.ignore_patterns(*LEFT_OUT)(folder, names))


def measure(book: Path, *, execute: bool) -> Iterator[tuple[str, float]]:
    """Yield what is measured and its seconds, the shortest of a few tries."""
    chapter = max((book / "chapters").rglob("*.md"), key=lambda path: path.stat().st_size)
    yield "prose edit, page rebuilt", min(edited(book, chapter) for _ in range(REPEATS))
    yield "nothing changed, rebuilt", min(tabbook(book, "build") for _ in range(REPEATS))
    yield "check", min(tabbook(book, "check") for _ in range(REPEATS))
    for jobs in (1, 2) if execute else ():
        name = f"all notebooks executed, --jobs {jobs}"
        yield name, tabbook(book, "execute", "--force", "--jobs", str(jobs))


def edited(book: Path, chapter: Path) -> float:
    """Add a sentence to the first paragraph of a chapter; return how long its page takes."""
    title, gap, rest = chapter.read_text(encoding="utf-8").partition("\n\n")
    chapter.write_text(f"{title}{gap}One more sentence. {rest}", encoding="utf-8")
    return tabbook(book, "build")


def tabbook(book: Path, *arguments: str) -> float:
    """Run a command of tabbook in a book, in a process of its own; return its seconds."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tabbook", *arguments], cwd=book, check=True, stdout=sys.stderr
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
