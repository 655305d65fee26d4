"""`%load_ext d2l_local.tab` in a real IPython."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell

from d2l_local import tab

Run = Callable[[str], object]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setattr(tab, "_chosen", None)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setattr(tab, "find_spec", lambda name: None)
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell: InteractiveShell) -> Run:
    """A function that runs a cell, and fails where it fails."""

    def run_cell(source: str) -> object:
        result = shell.run_cell(source)
        result.raise_error()
        return result.result

    run_cell("%load_ext d2l_local.tab")
    return run_cell


def test_the_first_tab_is_chosen_until_the_reader_chooses(run: Run, capsys):
    run("tab.interact_select(['mxnet', 'pytorch'])")
    assert tab.selected("mxnet")
    assert "To choose another: tab.select('pytorch')" in capsys.readouterr().out
    run("tab.select('pytorch')")
    assert tab.selected("pytorch")


def test_running_the_first_cell_again_keeps_the_choice(run: Run):
    run("tab.interact_select('mxnet', 'pytorch')")
    run("tab.select('pytorch')")
    run("tab.interact_select('mxnet', 'pytorch')")
    assert tab.selected("pytorch")
    run("tab.interact_select('mxnet', 'jax')")
    assert tab.selected("mxnet")


def test_cells_of_the_chosen_tab_and_of_all_run_and_others_are_skipped(
    run: Run, shell: InteractiveShell, capsys
):
    run("tab.interact_select(['pytorch', 'mxnet'])")
    run("%%tab pytorch\na = 1")
    run("%%tab mxnet, jax\na = 2")
    run("%%tab mxnet, pytorch  # both\nb = 3")
    run("%%tab all\nc = a + b")
    assert shell.user_ns["c"] == 4
    assert "Skipped: this cell is for mxnet, jax, and pytorch is chosen." in capsys.readouterr().out


def test_before_a_choice_only_cells_of_all_run(run: Run, shell: InteractiveShell, capsys):
    run("%%tab pytorch\na = 1")
    run("%%tab all\nb = 1")
    assert "a" not in shell.user_ns
    assert shell.user_ns["b"] == 1
    assert "no tab is chosen yet (tab.select('pytorch') chooses one)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "value"),
    [("'pytorch'", True), ("'mxnet', 'pytorch'", True), ("['jax']", False), ("()", False)],
)
def test_code_can_ask_for_the_tab(run: Run, names: str, value: bool):
    run("tab.select('pytorch')")
    assert run(f"tab.selected({names})") is value


def test_branches_of_a_cell_follow_the_choice(run: Run, shell: InteractiveShell):
    run("tab.select('mxnet')")
    cell = "%%tab all\nif tab.selected('mxnet'):\n    x = 1\nif tab.selected('pytorch'):\n    x = 2"
    run(cell)
    assert shell.user_ns["x"] == 1


def test_the_last_expression_is_shown(run: Run, capsys):
    run("%%tab all\n1 + 1")
    assert "2" in capsys.readouterr().out


def test_a_failure_fails_the_cell_and_shows_its_traceback_once(
    run: Run, shell: InteractiveShell, capsys
):
    with pytest.raises(tab.TabCellError):
        run("%%tab all\n1 / 0")
    shown = capsys.readouterr().out
    assert shown.count("division by zero") == 1
    assert "This cell, which is for all, has failed." in shown


def test_without_names_the_message_says_what_to_write(shell: InteractiveShell, run: Run, capsys):
    shell.run_cell("tab.interact_select()")
    assert "tab.interact_select(['pytorch', 'mxnet'])" in "".join(capsys.readouterr())


def test_with_ipywidgets_the_reader_clicks(run: Run, monkeypatch: pytest.MonkeyPatch):
    offered = []

    def interact(function: Callable[..., None], tab: list[str]) -> None:
        offered.append(tab)
        function(tab=tab[0])

    widgets = ModuleType("ipywidgets")
    widgets.interact = interact  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets)
    monkeypatch.setattr(tab, "find_spec", lambda name: name)
    run("tab.interact_select(['mxnet', 'pytorch'])")
    tab.select("pytorch")
    run("tab.interact_select(['mxnet', 'pytorch'])")
    assert offered == [["mxnet", "pytorch"], ["pytorch", "mxnet"]]
    assert tab.selected("pytorch")


def test_d2lbooks_own_extension_loads_beside_it(run: Run, shell: InteractiveShell):
    run("%load_ext d2lbook.tab")
    run("tab.select_tab('mxnet')")
    run("%%tab mxnet\nx = tab.selected('mxnet')")
    assert shell.user_ns["x"] is True


def test_the_extension_imports_no_framework():
    packages = {"torch", "tensorflow", "mxnet", "ipywidgets"}
    code = f"import sys, d2l_local.tab; print({packages} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
