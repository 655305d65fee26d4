"""What became of the changes: a small JSON file that grows line by line, and a table of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mutant import Mutant
from trial import Outcome, Tree

NEEDED = 0.9


class Results:
    """The results in the file at `path`, as far as they still hold for `tree`.

    A change that was caught stays so as long as its module stays the same; one that has survived,
    as long as the tests stay the same too.
    """

    def __init__(self, path: Path, tree: Tree):
        self.path, self.tree = path, tree
        tests = sorted((tree.root / tree.tests).rglob("*.py"))
        self.tests = _digest(*(file.read_text(encoding="utf-8") for file in tests))
        self.known: dict[str, dict[str, Any]] = {}
        if path.exists():
            stored = json.loads(path.read_text(encoding="utf-8"))["mutants"]
            self.known = {each["id"]: each for each in stored}

    def find(self, mutant: Mutant) -> dict[str, Any] | None:
        """Return the result of a change, or None if it is still to be tried."""
        known = self.known.get(mutant.id)
        if known is None or known["of"] != self._of(mutant, known["caught"]):
            return None
        return known

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        """Take in what became of a change."""
        self.known[mutant.id] = {
            "id": mutant.id,
            "category": mutant.category,
            "plain": mutant.plain,
            "change": f"{_short(mutant.old)} -> {_short(mutant.new)}",
            "words": mutant.words,
            "caught": outcome.caught,
            "seconds": outcome.seconds,
            "of": self._of(mutant, outcome.caught),
        }

    def write(self, drawn: Iterable[Mutant], head: dict[str, object]) -> None:
        """Write the results of the changes drawn, one in a line, under `head`."""
        results = filter(None, map(self.find, drawn))
        lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in results)
        text = f'{json.dumps(head)[:-1]}, "mutants": [\n{lines}\n]}}\n'
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self.path)

    def _of(self, mutant: Mutant, caught: str | None) -> str:
        changed = mutant.applied_to(self.tree.source(mutant.module))
        return _digest(changed) if caught else _digest(changed, self.tests)


def _digest(*texts: str) -> str:
    return hashlib.sha1("\0".join(texts).encode()).hexdigest()[:8]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 80 else f"{words[:79]}…"


def caught_share(results: Iterable[dict[str, Any]]) -> float:
    """Return the fraction of changes that were caught."""
    outcomes = [each["caught"] is not None for each in results]
    return sum(outcomes) / len(outcomes)


def table(results: list[dict[str, Any]]) -> str:
    """Return how many were caught in each module and category, and who survived."""
    plain = sum(each["plain"] for each in results)
    caught = sum(each["caught"] is not None for each in results)
    lines = [
        *_counts("module", results, lambda each: each["id"].partition(":")[0]),
        "",
        *_counts("category", results, lambda each: each["category"]),
        "",
        f"{caught} of {len(results)} caught ({caught_share(results):.1%}); "
        f"{plain} ({plain / len(results):.0%}) are constants or operators.",
    ]
    survivors = [each for each in results if each["caught"] is None]
    if survivors:
        lines += ["", "Survived:"]
        lines += [
            f"  {s['id']}  {s['category']}: {s['words']}\n    {s['change']}" for s in survivors
        ]
    return "\n".join(lines)


def _counts(
    title: str, results: list[dict[str, Any]], key: Callable[[dict[str, Any]], str]
) -> list[str]:
    groups: dict[str, list[bool]] = {}
    for each in results:
        groups.setdefault(key(each), []).append(each["caught"] is not None)
    rows = [f"{name:<32}{len(g):>6}{sum(g):>8}" for name, g in sorted(groups.items())]
    return [f"{title:<32}{'tried':>6}{'caught':>8}", *rows]
