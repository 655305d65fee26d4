"""All changes that have no result yet, tried side by side."""

from __future__ import annotations

import hashlib
import queue
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from mutant import Mutant
from results import Results
from seen import Seen, read_seen
from trial import Outcome, Tree, end_all, try_out


def try_all(
    drawn: Sequence[Mutant], tree: Tree, results: Results, head: dict[str, object], workers: int
) -> None:
    """Try the changes that have no result yet, and keep each result as soon as it is there.

    Each worker has a copy of the tree, which is gone afterwards.
    """
    missing = [mutant for mutant in drawn if results.find(mutant) is None]
    print(f"{len(drawn)} changes drawn, {len(missing)} still to try.", flush=True)
    if not missing:
        return
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        for i in range(workers):
            copies.put(tree.copied_to(Path(folder, str(i))))
        seen = _what_tests_run(tree, tree.copied_to(Path(folder, "unchanged")))

        def attempt(mutant: Mutant) -> tuple[Mutant, Outcome]:
            copy = copies.get()
            try:
                return mutant, try_out(mutant, copy, seen)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            attempts = [pool.submit(attempt, mutant) for mutant in missing]
            try:
                for number, done in enumerate(as_completed(attempts), 1):
                    mutant, outcome = done.result()
                    results.add(mutant, outcome)
                    results.write(drawn, head)
                    print(
                        f"[{number}/{len(missing)}] {mutant.id} {outcome.seconds:.0f} s: "
                        f"{outcome.caught or 'SURVIVED'}",
                        flush=True,
                    )
            except BaseException:  # An interruption, too: nobody waits for the tests that run.
                pool.shutdown(wait=False, cancel_futures=True)
                end_all()
                raise


def _what_tests_run(tree: Tree, copy: Tree) -> Seen:
    """Return what the tests run, as an earlier call found it if nothing has changed since."""
    files = [*(tree.root / tree.package).rglob("*.py"), *(tree.root / tree.tests).rglob("*.py")]
    digest = hashlib.sha1(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()[:8]
    path = tree.root / "_build" / "mutants" / f"seen-{digest}.json"
    if path.exists():
        return read_seen(path)
    print("Running all tests without a change, to see which lines each of them runs.", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return copy.watch(path)
