"""Whether the builder's time grows with a chapter's length: seconds for n and 2n of hostile lines.

    python benchmarks/hostile.py [NAME ...] [--seconds 20]

Each line of the table is one kind of chapter. A ratio near 2 is linear, near 4 quadratic. Every
measurement is a process of its own, which is stopped after `--seconds`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from math import isqrt
from pathlib import Path
from tempfile import TemporaryDirectory

from tabbook.book.d2lbook import read_ini_book
from tabbook.notebook.export import export_notebooks
from tabbook.notebook.manuscript import read_manuscript

CONFIG = "[project]\ntitle = Hostile\n[build]\ntabs = pytorch, mxnet\nnotebooks = *.md\n"
CODE = "```{.python .input}\n"
# The text of `n` pieces of each kind, and the n that takes about as long as a book.
KINDS: dict[str, tuple[Callable[[int], str], int]] = {
    "table, spaces": (lambda n: "a|b" + " " * n, 60_000),
    "labels behind text": (lambda n: "words :label:`x`\n" * n, 2_000),
    "labels of one section": (lambda n: "".join(f":label:`x{i}`\n" for i in range(n)), 2_000),
    "quotes with fences": (lambda n: "".join(">" * (i % 40) + " ```\n" for i in range(n)), 2_000),
    "nested quotes": (lambda n: "> " * n + "x\n", 1_000),
    "[a": (lambda n: "[a" * n, 8_000),
    "![a](": (lambda n: "![a](" * n, 8_000),
    "[**a": (lambda n: "[**a" * n, 8_000),
    "(**a": (lambda n: "(**a" * n, 8_000),
    "[a](b": (lambda n: "[a](b" * n, 8_000),
    "[a](b( )": (lambda n: "[a](" + "b(" * n, 8_000),
    "[a]: lines": (lambda n: "[a]: b\n" * n, 4_000),
    "<img": (lambda n: "<img " * n, 8_000),
    "<img with spaces": (lambda n: "<img" + " x" * n, 16_000),
    "$$a lines": (lambda n: "$$a\n" * n, 4_000),
    "$ a": (lambda n: "$a " * n, 8_000),
    "references to nothing": (
        lambda n: "".join(f"# T\n:label:`aa{i}`\n\n:numref:`ab{i}`\n\n" for i in range(n)),
        1_500,
    ),
    "citations of nothing": (lambda n: "".join(f":cite:`a{i}`\n" for i in range(n)), 3_000),
    "values of nothing": (lambda n: "".join(f":value:`a{i}`\n" for i in range(n)), 3_000),
    "<!--": (lambda n: "<!-- " * n, 8_000),
    "<!-- lines": (lambda n: "<!--\n\n" * n, 4_000),
    "backslashes": (lambda n: "\\" * n, 30_000),
    "stars": (lambda n: "*" * n, 30_000),
    "**a": (lambda n: "**a" * n, 8_000),
    "begin_tab": (lambda n: ":begin_tab:`mxnet`\n" * n, 4_000),
    "begin_tab, end_tab": (lambda n: ":begin_tab:`mxnet`\na\n:end_tab:\n\n" * n, 1_500),
    "footnotes": (lambda n: "".join(f"a[^{i}]\n\n[^{i}]: b\n\n" for i in range(n)), 1_500),
    "directives": (lambda n: "```{note}\n" * n, 3_000),
    "colon directives": (lambda n: ":::{note}\n" * n, 3_000),
    "colon directives, nested": (
        lambda n: "\n".join(":" * (k + 3) + "{note}" for k in reversed(range(isqrt(n)))),
        100_000,
    ),
    "cells without an end": (lambda n: CODE * n, 3_000),
    "cells": (lambda n: f"{CODE}1\n```\n\n" * n, 1_500),
    "branches, nested": (
        lambda n: (
            CODE
            + "".join("    " * i + "if tab.selected('mxnet'):\n" for i in range(isqrt(n)))
            + "    " * isqrt(n)
            + "1\n```\n"
        ),
        1_600,
    ),
    "branches": (
        lambda n: f"{CODE}%%tab all\n" + "if tab.selected('mxnet'):\n    1\n" * n + "```\n",
        1_500,
    ),
    "backticks": (lambda n: "`" * n, 30_000),
    "backticks, growing": (lambda n: " ".join("`" * (i + 1) for i in range(isqrt(n))), 10_000),
    "fences, growing": (lambda n: "\n".join("`" * (i + 3) for i in range(isqrt(n))), 100_000),
    "roles without an end": (lambda n: ":numref:`a" * n, 8_000),
    "colons": (lambda n: ":a" * n, 20_000),
    "captions": (lambda n: ": a\n\n" * n, 3_000),
    "tables": (lambda n: ": a\n\n|a|b|\n|-|-|\n|1|2|\n:label:`x`\n\n" * n, 1_000),
    "table rule": (lambda n: "a|b\n" + "-" * n + "|" + "-" * n, 20_000),
    "rows": (lambda n: "|a|b|\n|-|-|\n" + "|1|2|\n" * n, 4_000),
    "lists, nested": (lambda n: "".join("  " * i + "- a\n" for i in range(isqrt(n))), 20_000),
    "headings": (lambda n: "# a\n" * n, 4_000),
    "empty lines": (lambda n: "\n" * n, 30_000),
    "one word": (lambda n: "a" * n, 100_000),
    "spaces in lines": (lambda n: (" " * 200 + "\n") * n, 2_000),
    "figures": (lambda n: "![a](b.png)\n:width:`3px`\n:label:`f`\n\n" * n, 1_500),
    "raw figures": (
        lambda n: "```eval_rst\n" + ".. figure:: a.png\n\n" * n + "```\n",
        2_000,
    ),
    "toc": (lambda n: "```toc\n" + "a\n" * n + "```\n", 3_000),
}


def build(text: str, command: str) -> None:
    """Check a book of one chapter, or write its notebooks."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "config.ini").write_text(CONFIG, encoding="utf-8")
        (root / "index.md").write_text(text, encoding="utf-8")
        book = read_ini_book(root)
        if command == "notebooks":
            export_notebooks(book, root / "out")
        else:
            list(read_manuscript(book).problems())


def seconds(text: str, command: str, limit: float) -> float:
    """How long that takes; infinity where it takes longer than `limit`."""
    process = multiprocessing.get_context("fork").Process(target=build, args=(text, command))
    start = time.perf_counter()
    process.start()
    process.join(limit)
    elapsed = time.perf_counter() - start
    if process.is_alive():
        process.kill()
        return float("inf")
    if process.exitcode:
        raise SystemExit(f"{command} failed")
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(KINDS))
    parser.add_argument("--seconds", type=float, default=20, help="the longest measurement")
    options = parser.parse_args()
    build("", "notebooks")  # What is imported late.
    print(f"{'kind':<26}{'n':>8}", end="")
    print("".join(f"{f'{command}, s':>14}{'2n, s':>8}{'ratio':>7}" for command in COMMANDS))
    for name in options.names or KINDS:
        make, n = KINDS[name]
        print(f"{name:<26}{n:>8}", end="", flush=True)
        for command in COMMANDS:
            once, twice = (seconds(make(size), command, options.seconds) for size in (n, 2 * n))
            print(f"{once:>14.2f}{twice:>8.2f}{twice / once:>7.1f}", end="", flush=True)
        print(flush=True)


COMMANDS = ("check", "notebooks")

if __name__ == "__main__":
    main()
