"""Which changes are tried: drawn by a seed, evenly over the modules, few of them plain."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from mutant import Mutant, file_of, means_the_same

# A module's changes in this order: one in five is a constant or an operator.
_PLAIN = (False, False, True, False, False)
PER_MODULE = len(_PLAIN)
MOST_PLAIN = 1 / 3


def read_made(package: Path, lines: Iterable[str]) -> list[Mutant]:
    """Return the changes that `operators.py` has printed, where they are valid Python."""
    mutants = []
    for line in lines:
        module, operator, start, old, new = json.loads(line)
        category = "constants" if "True" in operator or "Number" in operator else "operators"
        mutant = Mutant(module, category, operator, start, old, new, plain=True)
        source = file_of(package, module).read_text(encoding="utf-8")
        # cosmic-ray changes types as well, and `not` does not fit everywhere.
        with contextlib.suppress(SyntaxError):
            if not means_the_same(source, mutant.applied_to(source)):
                mutants.append(mutant)
    return mutants


def draw(mutants: Iterable[Mutant], seed: int, number: int | None = None) -> list[Mutant]:
    """Return `number` of the mutants, or `PER_MODULE` of each module.

    They come in rounds, in each of which every module has one; so fewer are the beginning of more.
    """
    rng = random.Random(seed)
    by_module: dict[str, list[Mutant]] = {}
    for mutant in sorted(mutants, key=lambda m: m.id):
        by_module.setdefault(mutant.module, []).append(mutant)
    queues = []
    for module in sorted(by_module):
        rng.shuffle(by_module[module])
        queues.append(_one_module(by_module[module]))
    rng.shuffle(queues)
    rounds = itertools.zip_longest(*queues)
    if number is None:
        rounds = itertools.islice(rounds, PER_MODULE)
    drawn = [mutant for each in rounds for mutant in each if mutant is not None]
    return drawn[:number]


def _one_module(mutants: list[Mutant]) -> Iterator[Mutant]:
    """Yield a module's mutants, plain ones where it is their turn or the others are used up."""
    left = {plain: [m for m in mutants if m.plain is plain] for plain in (True, False)}
    for plain in itertools.cycle(_PLAIN):
        queue = left[plain] or left[not plain]
        if not queue:
            return
        yield queue.pop()
