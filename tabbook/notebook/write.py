"""The notebook of one tab as a file: equal cells give equal bytes.

nbformat is imported where it is called: its validator may take more than a second to import, and
some commands read and write no notebook.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabbook.problems import Problem, ProblemsError
from tabbook.text.reader import Cell

if TYPE_CHECKING:
    from nbformat import NotebookNode

METADATA = "tabbook"
TEXT = "text"
WIDGET = "application/vnd.jupyter.widget-view+json"
CHECK = "check"
SET_UP = "set-up"
TOLERANCE = "tabbook_tol"
FOLDED_HEADING = "folded-heading"
# Any Python will do, and which one ran is of this machine.
PYTHON: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # What `jupyter nbconvert --to script` asks for.
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
# JupyterLab folds by `jupyter.source_hidden`, Colab by `cellView`; both ignore what is not theirs.
FOLDED: dict[str, Any] = {
    "cellView": "form",
    "jupyter": {"source_hidden": True},
    "tags": [CHECK],
}
# JupyterLab folds by this what stands under a heading, Colab by `FOLDED_IN_COLAB`.
FOLDED_CELLS: dict[str, Any] = {"jp-MarkdownHeadingCollapsed": True}
FOLDED_IN_COLAB = "collapsed_sections"
# Jupyter Book leaves out cells with this tag.
LEFT_OUT: dict[str, Any] = {"tags": ["remove-cell"]}


def make_notebook(cells: Iterable[Cell], facts: dict[str, str]) -> NotebookNode:
    """Build a notebook of the cells of one tab, without outputs and with the prose as it is.

    `facts` is what the notebook says of itself under `metadata.tabbook`.
    """
    from nbformat.v4 import new_notebook

    seen: Counter[str] = Counter()
    made = [_make_cell(cell, seen) for cell in cells]
    folded = [cell.id for cell in made if cell.metadata.items() >= FOLDED_CELLS.items()]
    colab = {"colab": {FOLDED_IN_COLAB: folded}} if folded else {}
    return new_notebook(cells=made, metadata={**PYTHON, **colab, METADATA: facts})


def _make_cell(cell: Cell, seen: Counter[str]) -> NotebookNode:
    # nbformat's own constructors validate each cell, which takes most of the time.
    from nbformat import from_dict

    made = {"cell_type": cell.kind, "id": _cell_id(cell, seen), "source": cell.source}
    if cell.kind == "markdown":
        # Colab has its own place for ids.
        folded = {**FOLDED_CELLS, "id": made["id"]} if FOLDED_HEADING in cell.marks else {}
        return from_dict({**made, "metadata": folded})
    metadata = FOLDED if CHECK in cell.marks else LEFT_OUT if SET_UP in cell.marks else {}
    if cell.tolerance:
        metadata = {**metadata, TOLERANCE: cell.tolerance}
    code: dict[str, Any] = {"metadata": metadata, "outputs": [], "execution_count": None}
    return from_dict({**made, **code})


def _cell_id(cell: Cell, seen: Counter[str]) -> str:
    """An id that depends on the cell alone, so that an edit elsewhere leaves it as it is."""
    digest = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def carry_outputs(old: Iterable[NotebookNode], new: Iterable[NotebookNode]) -> None:
    """Give the code cells of `new` the outputs of those of `old` with the same source, in order.

    The set-up cell has none, whatever is in it: it counts as run if it was.
    """
    executed: defaultdict[str, deque[NotebookNode]] = defaultdict(deque)
    for cell in _code_cells(old):
        executed[_what_it_runs(cell)].append(cell)
    for cell in _code_cells(new):
        if executed[_what_it_runs(cell)]:
            source = executed[_what_it_runs(cell)].popleft()
            cell.outputs = source.outputs
            cell.execution_count = source.execution_count


def _what_it_runs(cell: NotebookNode) -> str:
    return "" if cell.metadata.get("tags") == LEFT_OUT["tags"] else cell.source


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells of a notebook."""
    return _code_cells(notebook.cells)


def _code_cells(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    return [cell for cell in cells if cell.cell_type == "code"]


def sign(notebook: NotebookNode) -> NotebookNode:
    """Let a notebook say which text it has, so that a later edit shows; returns it."""
    notebook.metadata[METADATA][TEXT] = _digest_of_text(notebook)
    return notebook


def edit_problem(path: Path, committed: NotebookNode | None, new: NotebookNode) -> Problem | None:
    """What is wrong with writing `new` to `path`: somebody has edited what lies there.

    Outputs may be overwritten, and so may a notebook that does not say which text it had.
    """
    if committed is None or _digest_of_text(committed) == _digest_of_text(new):
        return None
    facts = committed.metadata.get(METADATA)
    if not facts:
        message = "another notebook is there, so it is left as it is; `--force` overwrites it"
        return Problem(path.as_posix(), 0, message)
    if not is_edited(committed):
        return None
    return Problem(
        path.as_posix(),
        0,
        "edited since it was made, so it is left as it is: put the change into "
        f"{facts.get('chapter')}, or let `tabbook notebooks --force` overwrite it",
    )


def is_edited(notebook: NotebookNode) -> bool:
    """Whether a notebook has another text than it says that it was made with, if it does."""
    facts = notebook.metadata.get(METADATA) or {}
    return TEXT in facts and facts[TEXT] != _digest_of_text(notebook)


def _digest_of_text(notebook: NotebookNode) -> str:
    cells = [cell for cell in notebook.cells if cell.source.strip()]  # Jupyter adds empty ones
    text = json.dumps([[cell.cell_type, cell.source] for cell in cells])
    return hashlib.sha256(text.encode()).hexdigest()


def read_notebook(path: Path) -> NotebookNode | None:
    """Read a notebook; None where there is no such file or it is not a notebook of today's format.

    It is not validated: that was done when it was written.
    """
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None


@cache
def _parse(text: str) -> NotebookNode | None:
    """Parse a notebook once: it is asked for where it may be stale, written and quoted."""
    from nbformat import ValidationError, reader

    try:
        notebook = reader.reads(text)
    except (AttributeError, KeyError, TypeError, ValueError, ValidationError):
        return None  # It is no JSON, or JSON of something else.
    return notebook if _has_the_form_of_a_notebook(notebook) else None


def _has_the_form_of_a_notebook(notebook: NotebookNode) -> bool:
    """Whether what this package asks of a notebook is there, and of its kind."""
    cells = notebook.get("cells")
    return (
        notebook.get("nbformat") == 4
        and isinstance(notebook.get("metadata"), dict)
        and isinstance(notebook.metadata.get(METADATA, {}), dict)
        and isinstance(cells, list)
        and all(map(_has_the_form_of_a_cell, cells))
    )


def _has_the_form_of_a_cell(cell: Any) -> bool:
    match cell:
        case {"cell_type": "markdown" | "raw", "source": str()}:
            return True
        case {"cell_type": "code", "source": str(), "outputs": list(outputs)}:
            count = cell.get("execution_count", "")
            return isinstance(count, int | None) and all(map(_has_the_form_of_an_output, outputs))
    return False


def _has_the_form_of_an_output(output: Any) -> bool:
    return isinstance(output, dict) and all(
        isinstance(output.get(key, {}), dict) for key in ("data", "metadata")
    )


def notebook_text(notebook: NotebookNode) -> str:
    """The notebook as the text of its file."""
    from nbformat.v4 import writes

    return writes(notebook) + "\n"


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a valid notebook whole or not at all; a file that would not change is left alone."""
    text = notebook_text(notebook)
    if path.is_file() and path.read_bytes() == text.encode():
        return
    from nbformat import ValidationError, validate

    try:
        validate(notebook)
    except ValidationError as error:
        message = f"it would be no notebook, with an output that is none: {error.message}"
        raise ProblemsError([Problem(path.as_posix(), 0, message)]) from error
    write_text(text, path)


def write_text(text: str, path: Path) -> None:
    """Write a file whole or not at all: an interruption leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
