"""Execute notebooks in another environment, and name each cell that fails or breaks a check.

    python tests/elsewhere.py PYTHON NOTEBOOK ...

PYTHON is the interpreter of that environment, which needs ipykernel and what the notebooks import.
The library is that of this folder. Outputs are not compared, for other versions draw other
numbers; but a notebook has its checks in it, which fail where the text would be wrong.

With `--wheel`, notebooks take themselves to be on Colab, in a folder of their own: the library is
what their set-up cell installs, from this wheel in the place of the address that the book names.
What that has changed in the environment is printed.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
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
# Packages that know Colab, such as one that Flax brings, import parts of this module.
COLAB = 'import sys, unittest.mock; sys.modules["google.colab"] = unittest.mock.MagicMock()'
VERSIONS = """
import platform, sys
from importlib.metadata import distributions
found = [f"{d.name} {d.version}" for name in sys.argv[1:] for d in distributions(name=name)]
print("Python", platform.python_version(), *found)
"""


def executed(
    notebook: nbformat.NotebookNode, python: str, folder: Path, environment: dict[str, str]
) -> list[str]:
    """Execute a notebook with the kernel of another Python; return what went wrong, by cell."""

    class Specs(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="elsewhere", language="python")

    manager = AsyncKernelManager(kernel_spec_manager=Specs())
    client = NotebookClient(notebook, km=manager, timeout=CELL_TIME_LIMIT, allow_errors=True)
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


def on_colab(notebook: nbformat.NotebookNode, wheel: Path) -> None:
    """Make a notebook take itself to be on Colab, and its library from a wheel here."""
    address = read_book(ROOT).wheel
    here = f"{wheel.absolute().as_uri()}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    set_up = next(cell for cell in notebook.cells if "google.colab" in cell.source)
    assert address
    assert address in set_up.source
    set_up.source = f"{COLAB}\n{set_up.source.replace(address, here)}"


def freeze(python: str, environment: dict[str, str]) -> set[str]:
    command = [python, "-m", "pip", "freeze", "--disable-pip-version-check"]
    return set(subprocess.check_output(command, text=True, env=environment).splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("python", type=Path)
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="notebook")
    options = parser.parse_args()
    python = str(options.python.absolute())
    book = read_book(ROOT)
    packages = [*book.packages, *(name for tab in book.tabs for name in tab.packages)]
    command = [python, "-c", VERSIONS, *packages, "keras", "flax", "optax"]
    print(subprocess.check_output(command, text=True), end="", flush=True)
    environment, failed = kernel_environment(ROOT), 0
    if options.wheel:
        del environment["PYTHONPATH"]  # which has the library of this folder
    for path in options.notebooks:
        notebook, folder = nbformat.read(path, as_version=4), path.parent.absolute()
        before = freeze(python, environment)
        with tempfile.TemporaryDirectory() as elsewhere:
            if options.wheel:
                on_colab(notebook, options.wheel)
                folder = Path(elsewhere)
            start = time.perf_counter()
            faults = executed(notebook, python, folder, environment)
            seconds = time.perf_counter() - start
        failed += bool(faults)
        print(f"{path}: {seconds:.0f} s, {'fails' if faults else 'runs'}")
        after = freeze(python, environment)
        lines = [*faults, *(f"- {name}" for name in before - after)]
        lines += [f"+ {name.partition(' @ ')[0]}" for name in after - before]
        print(*(f"  {line}" for line in lines), sep="\n", end="\n" if lines else "", flush=True)
    sys.exit(f"{failed} of {len(options.notebooks)} notebooks fail" if failed else 0)


if __name__ == "__main__":
    main()
