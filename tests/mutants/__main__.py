"""Would the tests notice? Changes the library's meaning, one place at a time, and runs its tests.

A change that no test notices has *survived*; a test is missing there. `make mutants` draws changes
by a seed from two sources: those written by hand in `changes/`, and constants and operators that
cosmic-ray exchanges. It tries those that have no result yet, each on a copy of the tree, and prints
a table. All this lies among the tests because it is them that it judges.

mutmut 3 and cosmic-ray 8 were tried. mutmut makes its own changes only, and runs them in forks of a
process that has imported the code, which the thread pools of frameworks are not made for.
cosmic-ray's own runner changes files in place and has one command for all changes; its operators
are a library, and that is what is used here.

The exit status is 1 if fewer than nine in ten are caught, or if the list is out of date.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from attempts import try_all
from listed import OutOfDateError, read_list
from results import NEEDED, Results, caught_share, table
from sampling import MOST_PLAIN, draw, read_made
from trial import TestsFailError, Tree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main() -> None:
    """Run the command."""
    options = _options()
    package = ROOT / "d2l_local"
    try:
        by_hand = read_list(package)
    except OutOfDateError as error:
        sys.exit(f"These changes of the list no longer apply:\n{error}")
    made = read_made(package, options.operators.read_text(encoding="utf-8").splitlines())
    drawn = draw([*by_hand, *made], options.seed, options.number)
    if sum(mutant.plain for mutant in drawn) > MOST_PLAIN * len(drawn):
        sys.exit("More than a third of the changes are constants or operators: write others.")
    tree = Tree(ROOT)
    results = Results(options.results, tree)
    commit = _git("rev-parse", "--short", "HEAD")
    head = {"seed": options.seed, "drawn": len(drawn), "commit": commit}
    try:
        try_all(drawn, tree, results, head, options.workers)
    except TestsFailError as error:
        sys.exit(str(error))
    found = [result for mutant in drawn if (result := results.find(mutant))]
    print(table(found))
    sys.exit(caught_share(found) < NEEDED)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python tests/mutants", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--seed", type=int, default=0, help="what is drawn (0)")
    parser.add_argument("--number", type=int, help="how many are drawn (five of each module)")
    parser.add_argument("--workers", type=int, default=2, help="how many run at once (2)")
    parser.add_argument("--results", type=Path, default=HERE / "results.json", help="where to keep")
    parser.add_argument("operators", type=Path, help="what operators.py has printed")
    return parser.parse_args()


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return run.stdout.strip()


if __name__ == "__main__":
    main()
