import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tabbook.book.settings import read_book
from tabbook.notebook.draft import Draft
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.values import Value, recorded_values
from tabbook.notebook.write import code_cells, read_notebook
from tabbook.problems import Problem
from tabbook.run.execute import execute, output_problems, private_path
from tabbook.run.kernel import (
    THREAD_POOLS,
    KernelLostError,
    kernel_environment,
    run_cell,
    start_client,
    stop_client,
)

TOC = "format: jb-book\nroot: index\nchapters:\n- file: chapters/part/first\n"


def write_chapter(root: Path, *cells: str) -> None:
    """Make the book one chapter of these cells; `pytorch: code` is a cell of one tab."""
    fences = []
    for cell in cells:
        tab, _, source = cell.partition(": ")
        fences.append(f"```{{.python .input}}\n%%tab {tab}\n{source}\n```\n")
    (root / "chapters/part/second.md").unlink(missing_ok=True)
    (root / "_toc.yml").write_text(TOC)
    (root / "chapters/part/first.md").write_text("# Title\n\n" + "\n".join(fences))


def drafts(root: Path, *tabs: str) -> list[Draft]:
    found = read_manuscript(read_book(root)).drafts
    return [draft for draft in found if not tabs or draft.tab.name in tabs]


def run(root: Path, *tabs: str, **options: float) -> list[Problem]:
    return execute(drafts(root, *tabs), **options)


def outputs(root: Path, tab: str) -> list[str]:
    notebook = read_notebook(root / f"notebooks/{tab}/part/first.ipynb")
    assert notebook is not None
    return [output.get("text", "") for cell in code_cells(notebook) for output in cell.outputs]


def test_notebooks_are_executed_with_the_support_library_and_keep_what_they_record(root: Path):
    found = [draft for draft in drafts(root, "mxnet") if "first" in draft.name]
    assert execute(found) == []
    notebook = read_notebook(root / "notebooks/mxnet/part/first.ipynb")
    assert notebook is not None
    assert recorded_values(notebook.cells) == {
        "accuracy": Value("accuracy", 0.847, 0.02),
        "images": Value("images", 60000, None),
    }
    assert "The accuracy is 84.7%, of 60,000 images." in notebook.cells[1].source
    assert [cell.execution_count for cell in code_cells(notebook)] == [1, 2, 3, 4, 5, 6, 7]
    assert all("execution" not in cell.metadata for cell in notebook.cells)


def test_a_failing_cell_is_reported_at_its_line_and_the_others_go_on(root: Path):
    write_chapter(
        root, "all: def divide(a):\n    return 1 / a", "mxnet: divide(0)", "pytorch: print(1)"
    )
    (problem,) = run(root)
    assert (problem.path, problem.line) == ("chapters/part/first.md", 6)
    assert problem.message.startswith("MXNet: ZeroDivisionError: division by zero")
    assert "return 1 / a" in problem.details
    assert "\x1b" not in problem.details
    assert outputs(root, "pytorch") == ["1\n"]


def test_a_failure_leaves_the_good_notebook(root: Path):
    write_chapter(root, "pytorch: print('good')")
    assert run(root) == []
    write_chapter(root, "pytorch: print('bad')", "pytorch: raise ValueError")
    assert len(run(root)) == 1
    assert outputs(root, "pytorch") == ["good\n"]


def test_a_kernel_that_dies_is_said_to_have_died(root: Path):
    write_chapter(root, "pytorch: import os\nos._exit(1)", "mxnet: print(2)")
    (problem,) = run(root, jobs=2)
    assert "the kernel died in this cell" in problem.message
    assert outputs(root, "mxnet") == ["2\n"]


def test_a_cell_that_hangs_is_stopped_at_its_time_limit(root: Path):
    write_chapter(root, "pytorch: import time\ntime.sleep(600)")
    (problem,) = run(root, time_limit=1)
    assert "longer than its time limit of 1 seconds" in problem.message
    assert problem.line == 5


def test_paths_of_the_machine_and_error_streams_are_not_committed(root: Path):
    write_chapter(
        root,
        "pytorch: import os\nprint(os.getcwd())",
        "mxnet: import sys\nprint('noise', file=sys.stderr)",
    )
    first, second = sorted(run(root))
    assert f"the output names {root}, a path of this machine" in str(first)
    message = "MXNet: the cell writes to the error stream: noise"
    assert str(second) == f"chapters/part/first.md:11: {message}"
    assert not list(root.glob("notebooks/**/*.ipynb"))


@pytest.mark.parametrize(
    ("folder", "text"),
    [
        ("/someone", "File '/someone/a.py'"),
        ("/someone", "/someone"),
        ("/someone", "in /someone."),
        ("/someone", "file:///someone/x"),
        (r"C:\Users\name", r"File C:\Users\name\a.py"),
        (r"C:\Users\name", r"'C:\\Users\\name\\a.py'"),
        (r"C:\Users\name", "c:/users/name/a.py"),
    ],
)
def test_a_private_path_is_found_in_every_spelling(folder: str, text: str):
    assert private_path([folder], text)


@pytest.mark.parametrize(
    "text", ["/someones/tree", "data/someone", "/someone-else", "x/someone", "someone"]
)
def test_a_word_with_the_same_letters_is_no_private_path(text: str):
    assert private_path(["/someone"], text) is None
    assert private_path(["/", ""], text) is None


def test_pictures_may_have_any_letters_in_them(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/someone"))
    draft = read_manuscript(read_book(root)).drafts[0]
    notebook = draft.notebook()
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    page = '<img src="data:image/png;base64,AA/someone/BB=="> {}'
    cell.outputs = [
        new_output(
            "display_data", data={"image/png": "AA/someone/BB", "text/html": page.format("")}
        )
    ]
    assert output_problems(draft, notebook) == []
    cell.outputs[0].data["text/html"] = page.format("/someone/b")
    (problem,) = output_problems(draft, notebook)
    assert "the output names /someone, a path of this machine" in problem.message


def test_neighbouring_prints_are_one_output(root: Path):
    write_chapter(root, "pytorch: for i in range(3):\n    print(i, flush=True)")
    assert run(root) == []
    assert outputs(root, "pytorch") == ["0\n1\n2\n"]


def test_of_a_widget_its_text_is_kept_and_commands_of_the_environment_are_found(root: Path):
    command = "command = !which python\nimport sys\nprint(command[0] == sys.executable)"
    write_chapter(root, "all: import ipywidgets\nipywidgets.IntSlider(3)", f"all: {command}")
    assert run(root, "mxnet") == []
    notebook = read_notebook(root / "notebooks/mxnet/part/first.ipynb")
    assert notebook is not None
    slider, found = (cell.outputs[0] for cell in code_cells(notebook)[-2:])
    assert slider.data == {"text/plain": "IntSlider(value=3)"}
    assert found.text == "True\n"


def test_the_longest_notebook_starts_first(root: Path, capsys: pytest.CaptureFixture[str]):
    write_chapter(root, "all: import time", "mxnet: time.sleep(1.5)")
    run(root, jobs=1)
    capsys.readouterr()
    run(root, jobs=1)
    assert capsys.readouterr().out.startswith("executing chapters/part/first.md (MXNet)")


def test_kernels_share_the_threads(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tabbook.run.kernel.cores", lambda: 8)
    environment = kernel_environment(Path("."), workers=3)
    assert {environment[name] for name in THREAD_POOLS} == {"2"}
    assert kernel_environment(Path("."), workers=20)["OMP_NUM_THREADS"] == "1"


def test_a_kernel_that_does_not_start_is_said_so(root: Path):
    write_chapter(root, "pytorch: print(1)")
    (root / "ipykernel_launcher.py").write_text("raise SystemExit(3)\n")
    (problem,) = run(root)
    assert "PyTorch: the kernel did not start: " in problem.message


def test_an_interruption_leaves_no_kernel_and_no_broken_file_and_what_is_done(root: Path):
    write_chapter(
        root,
        "pytorch: print('done')",
        "mxnet, tensorflow: import time\ntime.sleep(600)",
    )
    # A shell has its background processes ignore the signal, and theirs inherit that.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "import sys; sys.argv = ['tabbook', 'execute', '--jobs', '3']\n"
    code += "from tabbook.__main__ import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    finished = root / "notebooks/pytorch/part/first.ipynb"
    kernels = wait_for_kernels(process, 2, finished)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert process.stderr is not None
    assert process.stderr.read() == "interrupted; the next run goes on from here\n"
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert alive == []
    assert [path for path in root.glob("notebooks/**/*") if path.is_file()] == [finished]
    (first,) = drafts(root, "pytorch")
    assert not first.is_stale(read_notebook(finished))


def test_a_cancelled_cell_leaves_nothing_that_fails_later(root: Path):
    problems: list[dict[str, Any]] = []

    async def cancelled() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: problems.append(fault))
        notebook = new_notebook(cells=[new_code_cell("import time\ntime.sleep(600)")])
        client = await start_client(notebook, root, kernel_environment(root))
        cell = asyncio.ensure_future(run_cell(client, notebook.cells[0], 0))
        await asyncio.sleep(0.5)
        cell.cancel()
        with suppress(KernelLostError, asyncio.CancelledError):
            await cell
        await stop_client(client)
        await asyncio.sleep(1.5)  # nbclient looks after the kernel once a second

    asyncio.run(cancelled())
    gc.collect()  # What failed unseen is reported when it is collected.
    assert problems == []


def wait_for_kernels(
    process: subprocess.Popen[str], number: int, finished: Path
) -> list[psutil.Process]:
    for _ in range(600):
        kernels = psutil.Process(process.pid).children(recursive=True)
        if len(kernels) == number and finished.is_file():
            time.sleep(1)  # let them begin their cells
            return kernels
        time.sleep(0.1)
    raise AssertionError("the kernels did not start")


@pytest.mark.parametrize("text", ["null", "[1]", "{"])
def test_what_was_remembered_of_durations_may_be_damaged(root: Path, text: str):
    write_chapter(root, "pytorch: print(1)")
    (root / "_build").mkdir(exist_ok=True)
    (root / "_build/durations.json").write_text(text)
    assert run(root, "pytorch") == []
    assert outputs(root, "pytorch") == ["1\n"]
