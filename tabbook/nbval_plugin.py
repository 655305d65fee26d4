"""Make `pytest --nbval` compare committed outputs for real, in the kernels that wrote them.

nbval collects the notebooks; the cells run as `tabbook execute` runs them. Text must come out
equal, recorded numbers within their tolerance, and images with the same type and size.

With pytest-xdist, `-n auto --dist loadfile` runs as many notebooks side by side as the machine has
cores and memory for, and each has its share of the cores.
"""

import math
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbformat import NotebookNode, from_dict
from nbval.plugin import IPyNbCell, IPyNbFile

from tabbook.notebook.values import value_of
from tabbook.notebook.write import METADATA
from tabbook.page.svg import SVG, svg_size
from tabbook.run.execute import default_jobs
from tabbook.run.kernel import (
    CellError,
    KernelLostError,
    join_streams,
    kernel_environment,
    run_cell,
    start_client,
    stop_client,
    threads,
)

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
# How far the width and the height of a figure may change, relative to what they were.
SIZE_TOLERANCE = 0.1


def pytest_configure() -> None:
    """Give the tests of this process, which come to import the frameworks, their share too."""
    if WORKERS > 1:
        os.environ |= threads(WORKERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Tell `-n auto` how many notebooks fit beside each other."""
    return default_jobs()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    parent: pytest.Collector,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Replace nbval's collector of a notebook by ours."""
    found = yield
    return [
        Notebook.from_parent(parent, path=each.path) if isinstance(each, IPyNbFile) else each
        for each in found
    ]


class Notebook(IPyNbFile):
    """A notebook whose cells run in one kernel, with the environment of `tabbook execute`."""

    client: NotebookClient | None = None

    def collect(self) -> Iterator["Cell"]:
        """Yield the code cells."""
        for cell in super().collect():
            if METADATA in self.nb.metadata:  # A chapter cannot switch its own comparison off.
                cell.options |= {"check": self.compare_outputs, "skip": False}
            yield Cell.from_parent(
                self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options
            )

    def setup(self) -> None:
        """Start the kernel. The cells keep their committed outputs; a copy of each is executed."""
        self.client = run_sync(start_client)(
            from_dict(self.nb),
            self.path.parent,
            kernel_environment(self.config.rootpath, WORKERS),
            self.config.option.nbval_cell_timeout,
        )

    def teardown(self) -> None:
        """Stop the kernel."""
        if self.client is not None:
            run_sync(stop_client)(self.client)
            self.client = None


class Cell(IPyNbCell):
    """A code cell: it passes when it runs and its outputs are the committed ones."""

    def runtest(self) -> None:
        """Execute the cell and compare."""
        if self.options["skip"]:
            pytest.skip()
        if self.parent.client is None:
            self.raise_cell_error("Not executed: an earlier cell took the kernel with it")
        index = self.parent.nb.cells.index(self.cell)
        # The client's own cell: what replaces an output that is shown already goes there.
        executed = self.parent.client.nb.cells[index]
        try:
            run_sync(run_cell)(self.parent.client, executed, index)
        except KernelLostError as failure:
            self.parent.teardown()
            self.raise_cell_error("Cell execution failed", failure.message)
        except CellError as failure:
            self.raise_cell_error("Cell execution failed", failure.message)
        differences = compare_outputs(self.cell.outputs, executed.outputs)
        if self.options["check"] and differences:
            self.raise_cell_error("Cell outputs differ", f"{self.place}: " + "\n".join(differences))

    @property
    def place(self) -> str:
        """Chapter and tab, for messages."""
        facts = self.parent.nb.metadata.get(METADATA, {})
        return f"{facts.get('chapter', Path(self.fspath).name)} ({facts.get('tab', 'no tab')})"


def compare_outputs(old: list[NotebookNode], new: list[NotebookNode]) -> list[str]:
    """How the outputs of a re-execution differ from the committed ones; empty where they agree."""
    old, new = join_streams(old), join_streams(new)
    if len(old) != len(new):
        kinds = " and ".join(
            f"{word} [{', '.join(_kind(output) for output in outputs)}]"
            for word, outputs in (("committed", old), ("executed", new))
        )
        said = [f"stderr: {output.text}" for output in new if _kind(output) == "stderr"]
        return ["\n".join([f"the number of outputs differs: {kinds}", *said])]
    return [text for pair in zip(old, new, strict=True) for text in _compare(*pair)]


def _compare(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    if _kind(old) != _kind(new):
        yield f"committed {_kind(old)}, executed {_kind(new)}"
    elif old.output_type == "stream":
        yield from _differing("text", old.text, new.text)
    elif old.output_type == "error":
        yield from _differing("error", old.ename, new.ename)
    elif (value := value_of(old)) is not None:
        number = value_of(new)
        if number is None or number.name != value.name:
            yield f"value {value.name} is no longer recorded here"
        elif not value.accepts(number.number):
            limit = value.tolerance
            yield (
                f"value {value.name}: committed {value.number}, executed {number.number}, "
                + ("must come out the same" if limit is None else f"tolerance {limit:g}")
            )
    else:
        for mime_type in old.data:
            yield from _compare_data(mime_type, old.data[mime_type], new.data[mime_type])


def _kind(output: NotebookNode) -> str:
    """What sort of output it is: its stream, or its media types."""
    if output.output_type == "stream":
        return str(output.name)
    return "error" if output.output_type == "error" else "/".join(sorted(output.data))


def _compare_data(mime_type: str, old: Any, new: Any) -> Iterator[str]:
    """Compare an image by its size, anything else whole.

    Training noise moves curves, and with them the tick labels that stand beside the axes.
    """
    if mime_type == SVG:
        if not _similar(svg_size(old), svg_size(new)):
            yield from _differing(f"size of {mime_type}", str(svg_size(old)), str(svg_size(new)))
    elif not mime_type.startswith("image/") and old != new:  # JSON's keys are sorted in files.
        yield from _differing(mime_type, str(old), str(new))


def _similar(old: tuple[float, ...], new: tuple[float, ...]) -> bool:
    return len(old) == len(new) and all(
        math.isclose(a, b, rel_tol=SIZE_TOLERANCE) for a, b in zip(old, new, strict=True)
    )


def _differing(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} differs\ncommitted: {old.rstrip()}\nexecuted:  {new.rstrip()}"
