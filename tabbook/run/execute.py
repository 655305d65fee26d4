"""Execute notebooks side by side; each is written whole when it succeeds, else left alone."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode

from tabbook.notebook.draft import Draft
from tabbook.notebook.write import write_notebook, write_text
from tabbook.problems import Problem, unusable
from tabbook.run.kernel import (
    CELL_TIME_LIMIT,
    CellError,
    cores,
    kernel_environment,
    run_cell,
    start_client,
    stop_client,
)
from tabbook.run.progress import Progress

# A framework with Fashion-MNIST in memory takes up to 0.7 GiB; training adds to that.
MEMORY_PER_KERNEL = 2 * 2**30
# A picture within a text, as in the `src` of an HTML image or of an SVG's.
_ENCODED = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=\s]+")
DURATIONS = Path("_build", "durations.json")


def default_jobs() -> int:
    """How many kernels run side by side: as many as there are cores and free memory for."""
    return max(1, min(cores(), psutil.virtual_memory().available // MEMORY_PER_KERNEL))


def execute(
    drafts: Sequence[Draft], jobs: int | None = None, time_limit: float = CELL_TIME_LIMIT
) -> list[Problem]:
    """Execute notebooks of one book, `jobs` at a time, the longest first, and write them.

    Returns what went wrong. An interruption stops all kernels and leaves the notebooks as they are
    on disk: finished ones new, all others old.
    """
    if not drafts:
        return []
    durations = _read_durations(drafts[0].book.root)
    ordered = sorted(drafts, key=lambda draft: -durations.get(draft.name, float("inf")))
    workers = min(jobs or default_jobs(), len(drafts))
    with Progress([draft.name for draft in ordered], workers, durations) as progress:
        return asyncio.run(_Run(workers, time_limit, durations, progress).all(ordered))


@dataclass
class _Run:
    """One call of `execute`: what its notebooks share."""

    workers: int
    time_limit: float
    durations: dict[str, float]
    progress: Progress

    async def all(self, drafts: Iterable[Draft]) -> list[Problem]:
        free = asyncio.Semaphore(self.workers)

        async def when_free(draft: Draft) -> list[Problem]:
            async with free:
                return await self.one(draft)

        return list(chain.from_iterable(await asyncio.gather(*map(when_free, drafts))))

    async def one(self, draft: Draft) -> list[Problem]:
        self.progress.start(draft.name)
        try:
            problems = await self.attempt(draft)
        except OSError as error:  # A full disk, say: others may lie on another.
            problems = [unusable(error)]
        seconds = self.progress.finish(draft.name, "failed" if problems else "executed")
        if not problems:
            self.durations[draft.name] = round(seconds, 1)
            with suppress(OSError):  # They are for estimates only.
                _write_durations(draft.book.root, self.durations)
        return problems

    async def attempt(self, draft: Draft) -> list[Problem]:
        notebook = draft.notebook()
        target = draft.book.root / draft.path
        target.parent.mkdir(parents=True, exist_ok=True)
        environment = kernel_environment(draft.book.root, self.workers)
        try:
            client = await start_client(notebook, target.parent, environment, self.time_limit)
            try:
                for index, cell in enumerate(notebook.cells):
                    if cell.cell_type == "code":
                        await run_cell(client, cell, index)
            finally:
                await stop_client(client)
        except CellError as failure:
            return [draft.problem(failure.index, failure.line, failure.message)]
        problems = output_problems(draft, notebook)
        if not problems:
            write_notebook(draft.notebook(notebook), target)
        return problems


def output_problems(draft: Draft, notebook: NotebookNode) -> list[Problem]:
    """What must not be committed: paths of this machine and messages on the error stream."""
    private = [str(draft.book.root.resolve()), str(Path.home())]
    problems = []
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            text = "\n".join(_texts(output))
            found = private_path(private, text)
            if found:
                excerpt = text[max(0, found.start() - 40) : found.start() + 200]
                message = f"the output names {found[0]}, a path of this machine: …{excerpt}…"
                problems.append(draft.problem(index, 1, message))
            elif output.get("name") == "stderr":
                message = f"the cell writes to the error stream: {output.text.strip()}"
                problems.append(draft.problem(index, 1, message))
    return problems


def private_path(private: Iterable[str], text: str) -> re.Match[str] | None:
    """Where a text names one of the folders `private` first, or something in it.

    Windows' separators may be doubled, as they are in a string's repr, or be slashes.
    """
    folders = [re.split(r"[\\/]+", path.rstrip("\\/")) for path in private]
    patterns = [r"(?:\\{1,4}|/)".join(map(re.escape, parts)) for parts in folders if any(parts)]
    if not patterns:
        return None
    # Upper and lower case are one on Windows and, usually, on macOS.
    whole = rf"(?<![\w.~-])(?:{'|'.join(patterns)})(?![\w~-])"
    return re.search(whole, text, re.IGNORECASE)


def _texts(output: Mapping[str, Any]) -> Iterator[str]:
    """The texts of an output; pictures that are not text may have any letters in them."""
    yield str(output.get("text", ""))
    yield "\n".join(output.get("traceback", []))
    for kind, data in output.get("data", {}).items():
        if kind == "image/svg+xml" or not kind.startswith(("image/", "audio/", "video/")):
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            yield _ENCODED.sub("", text)
    yield json.dumps(output.get("metadata", {}), ensure_ascii=False)


def _read_durations(root: Path) -> dict[str, float]:
    """The seconds that notebooks took, by name, as far as the file says so."""
    try:
        durations = json.loads((root / DURATIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = durations.items() if isinstance(durations, dict) else ()
    return {
        name: seconds
        for name, seconds in pairs
        if isinstance(seconds, int | float) and 0 <= seconds < float("inf")
    }


def _write_durations(root: Path, durations: dict[str, float]) -> None:
    write_text(json.dumps(durations, indent=1, sort_keys=True) + "\n", root / DURATIONS)
