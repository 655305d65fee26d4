"""What a large book takes: seconds to check it and to write its notebooks, in four tabs.

    python benchmarks/large.py [CHAPTERS]

The book has the chapters of this one again and again, 192 if no number is given.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CONFIG = "[project]\ntitle = Large\n[build]\ntabs = pytorch, tensorflow, mxnet, jax\n"


def make_book(folder: Path, number: int) -> None:
    sources = itertools.cycle(sorted((ROOT / "chapters").rglob("*.md")))
    (folder / "config.ini").write_text(CONFIG, encoding="utf-8")
    for index, source in zip(range(number), sources, strict=False):
        (folder / f"{index:03}.md").write_bytes(source.read_bytes())


def seconds(folder: Path, *arguments: str) -> float:
    start = time.perf_counter()
    # What is copied has labels twice, so the exit status says nothing.
    command = [sys.executable, "-m", "tabbook", *arguments]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="?", type=int, default=192)
    number = parser.parse_args().chapters
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_book(folder, number)
        print(f"check      {seconds(folder, 'check'):.1f} s")
        print(f"notebooks  {seconds(folder, 'notebooks', '--out', 'out'):.1f} s")
        written = sum(1 for _ in (folder / "out").rglob("*.ipynb"))
        print(f"{number} chapters, {written} notebooks")


if __name__ == "__main__":
    main()
