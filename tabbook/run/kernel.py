"""A kernel of this interpreter for one notebook, and what a cell's failure means in words."""

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tabbook.notebook.write import WIDGET

CELL_TIME_LIMIT = 1800
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
# Every thread pool that a framework or numpy brings along. They fight where each takes all cores.
THREAD_POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "NPROC",  # of XLA, which compiles for JAX
)
# nbclient logs what it also raises.
LOGGER = logging.getLogger(__name__)
LOGGER.setLevel(logging.CRITICAL)


class CellError(Exception):
    """A cell that did not run to its end.

    `index` is the cell in the notebook, `line` the line in it (1 is the first), `message` what
    happened, with the traceback where there is one.
    """

    def __init__(self, index: int, line: int, message: str) -> None:
        super().__init__(message)
        self.index, self.line, self.message = index, line, message


class KernelLostError(CellError):
    """A cell after which its kernel cannot run another one."""


class _ThisInterpreter(KernelSpecManager):
    """Finds the kernel of this interpreter, whatever kernels are installed on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(workers: int) -> dict[str, str]:
    """The environment of a process that trains beside `workers - 1` others."""
    return {
        **dict.fromkeys(THREAD_POOLS, str(max(1, cores() // workers))),
        # Two workers that call MXNet's OpenBLAS at once can wait for each other for ever.
        "MXNET_CPU_WORKER_NTHREADS": "1",
    }


def kernel_environment(root: Path, workers: int = 1) -> dict[str, str]:
    """The environment of a kernel that shares the machine with `workers - 1` others.

    The book's root is importable, commands are found that are installed beside this interpreter,
    the frameworks keep their logs and progress bars to themselves, and nothing depends on the
    user's own IPython settings or on a random hash seed.
    """
    path = [str(root.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])]
    commands = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {
        **os.environ,
        **threads(workers),
        "PATH": os.pathsep.join(commands),
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TQDM_DISABLE": "1",
        # Dask says on the error stream that it stops, as often as chance has it.
        "DASK_LOGGING__DISTRIBUTED": "critical",
        "IPYTHONDIR": str(root.resolve() / "_build" / "ipython"),
    }


async def start_client(
    notebook: NotebookNode,
    folder: Path,
    environment: Mapping[str, str],
    time_limit: float = CELL_TIME_LIMIT,
) -> NotebookClient:
    """Start a kernel in `folder` and a client that runs the notebook's cells in it, each for at
    most `time_limit` seconds. `stop_client` must follow. Raises `KernelLostError`.
    """
    Path(environment["IPYTHONDIR"]).mkdir(parents=True, exist_ok=True)
    manager = AsyncKernelManager(kernel_spec_manager=_ThisInterpreter())
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=time_limit,
        record_timing=False,
        store_widget_state=False,
        log=LOGGER,
    )
    try:
        await manager.start_kernel(
            cwd=str(folder),
            env=dict(environment),
            extra_arguments=["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"],
        )
        await client.async_start_new_kernel_client()
    except RuntimeError as error:
        await stop_client(client)
        raise KernelLostError(0, 1, f"the kernel did not start: {error}") from None
    except BaseException:
        await stop_client(client)
        raise
    return client


async def stop_client(client: NotebookClient) -> None:
    """Stop a client and its kernel at once."""
    # nbclient stops a kernel that does not start by itself, and forgets it.
    manager = cast(AsyncKernelManager | None, client.km)
    try:
        if manager is not None and manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    finally:
        # nbclient asks the client every second whether the kernel lives, even after an
        # interruption, and ends when told that it does not. So the client stays.
        if client.kc is not None:
            client.kc.stop_channels()


async def run_cell(client: NotebookClient, cell: NotebookNode, index: int) -> None:
    """Run one cell; its outputs replace those it had. Raises `CellError`."""
    try:
        await client.async_execute_cell(cell, index)
    except CellExecutionError as error:
        traceback = _traceback(cell)
        place = _place(client.nb, traceback, index)
        raise CellError(*place, f"{error.ename}: {error.evalue}\n{traceback}") from None
    except CellTimeoutError:
        message = f"the cell ran longer than its time limit of {client.timeout:g} seconds"
        raise KernelLostError(index, 1, message) from None
    except DeadKernelError:
        message = "the kernel died in this cell (out of memory, or a crash in compiled code)"
        raise KernelLostError(index, 1, message) from None
    cell.outputs = join_streams(cell.outputs)


def _traceback(cell: NotebookNode) -> str:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return ANSI.sub("", "\n".join(errors[-1].traceback)).strip() if errors else ""


def _place(notebook: NotebookNode, traceback: str, index: int) -> tuple[int, int]:
    """Cell and line of the innermost frame of a traceback that lies in the notebook."""
    counts = {cell.get("execution_count"): n for n, cell in enumerate(notebook.cells)}
    for count, line in reversed(FRAME.findall(traceback)):
        if int(count) in counts:
            return counts[int(count)], int(line)
    return index, 1


def _without_widgets(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Leave of widgets, as tqdm's bars are, the text; the id of their state is random."""
    for output in outputs:
        data = output.get("data", {})
        if data.pop(WIDGET, None) is None or data:
            yield output


def join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring outputs of one stream: where the kernel cut them is chance.

    Of widgets the text is left.
    """
    joined: list[NotebookNode] = []
    for output in _without_widgets(outputs):
        if joined and _stream(output) is not None and _stream(joined[-1]) == _stream(output):
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _stream(output: NotebookNode) -> Any:
    return output.name if output.output_type == "stream" else None
