"""Make `pytest --nbval` compare committed outputs for real, in the kernels that wrote them.

nbval collects the notebooks; the cells run as `tabbook execute` runs them, and `compare_cells`
says what must come out again.

With pytest-xdist, `-n auto --dist loadfile` runs as many notebooks side by side as the machine has
cores and memory for, and each has its share of the cores.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbformat import from_dict
from nbval.plugin import IPyNbCell, IPyNbFile

from tabbook.notebook.write import METADATA
from tabbook.run.compare import compare_cells
from tabbook.run.execute import default_jobs
from tabbook.run.kernel import (
    CellError,
    KernelLostError,
    kernel_environment,
    run_cell,
    start_client,
    stop_client,
    threads,
)

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


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
        differences = compare_cells(self.cell, executed, self.parent.nb)
        if self.options["check"] and differences:
            self.raise_cell_error("Cell outputs differ", f"{self.place}: " + "\n".join(differences))

    @property
    def place(self) -> str:
        """Chapter and tab, for messages."""
        facts = self.parent.nb.metadata.get(METADATA, {})
        return f"{facts.get('chapter', Path(self.fspath).name)} ({facts.get('tab', 'no tab')})"
