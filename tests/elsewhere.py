"""Execute notebooks in another environment, and name each cell that fails or breaks a check.

    python tests/elsewhere.py PYTHON NOTEBOOK ...

PYTHON is the interpreter of that environment, which needs ipykernel and what the notebooks import.
The library is that of this folder. Outputs are not compared, for other versions draw other
numbers; but a notebook has its checks in it, which fail where the text would be wrong.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from tabbook.book.settings import read_book
from tabbook.run.kernel import CELL_TIME_LIMIT, kernel_environment

ROOT = Path(__file__).parents[1]
VERSIONS = """
import platform, sys
from importlib.metadata import distributions
found = [f"{d.name} {d.version}" for name in sys.argv[1:] for d in distributions(name=name)]
print("Python", platform.python_version(), *found)
"""


def executed(notebook: nbformat.NotebookNode, python: str, folder: Path) -> list[str]:
    """Execute a notebook with the kernel of another Python; return what went wrong, by cell."""

    class Specs(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="elsewhere", language="python")

    manager = AsyncKernelManager(kernel_spec_manager=Specs())
    client = NotebookClient(notebook, km=manager, timeout=CELL_TIME_LIMIT, allow_errors=True)
    environment = {**os.environ, **kernel_environment(ROOT)}
    try:
        client.execute(cwd=str(folder), env=environment, stderr=subprocess.DEVNULL)
    except (CellTimeoutError, DeadKernelError) as error:
        return [str(error)]
    return [
        f"cell {index}: {output.ename}: {output.evalue.splitlines()[0] if output.evalue else ''}"
        for index, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python", type=Path)
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="notebook")
    options = parser.parse_args()
    python = str(options.python.absolute())
    book = read_book(ROOT)
    packages = [*book.packages, *(name for tab in book.tabs for name in tab.packages)]
    command = [python, "-c", VERSIONS, *packages, "keras", "flax", "optax"]
    print(subprocess.check_output(command, text=True), end="", flush=True)
    failed = 0
    for path in options.notebooks:
        start = time.perf_counter()
        faults = executed(nbformat.read(path, as_version=4), python, path.parent.absolute())
        failed += bool(faults)
        print(f"{path}: {time.perf_counter() - start:.0f} s, {'fails' if faults else 'runs'}")
        print(*(f"  {fault}" for fault in faults), sep="\n", end="\n" if faults else "", flush=True)
    sys.exit(f"{failed} of {len(options.notebooks)} notebooks fail" if failed else 0)


if __name__ == "__main__":
    main()
