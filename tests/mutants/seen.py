"""Which tests run which lines: a plugin of pytest that writes it down, and what reads it.

`pytest -p seen` watches the package whose folder is in the environment variable `MUTANTS_PACKAGE`,
and writes to the path in `MUTANTS_SEEN`. coverage.py watches the processes that a test starts, too:
there it reads the settings that `COVERAGE_PROCESS_START` names, with the test as their context.
"""

from __future__ import annotations

import ast
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mutant import Mutant

PATH, PACKAGE, TEST = "MUTANTS_SEEN", "MUTANTS_PACKAGE", "MUTANTS_TEST"
SETTINGS = """[run]
include = {package}/*
context = ${{{test}-}}
data_file = {folder}/.coverage
parallel = true
patch = _exit
sigterm = true
disable_warnings = no-data-collected
"""


@dataclass(frozen=True)
class Seen:
    """What one run of all tests has shown.

    `seconds` maps each test to how long it took; `lines` maps module and line number, such as
    "common/board:12", to the tests that ran the line, themselves or in a process that they started.
    """

    seconds: dict[str, float]
    lines: dict[str, list[str]]

    def tests_for(self, mutant: Mutant, source: str) -> list[str]:
        """Return the tests that run the changed lines, the quickest first.

        What runs while the module is imported, such as a default, all its tests may depend on.
        """
        touched: Iterable[int] = mutant.lines(source)
        if is_in_functions(mutant, source):
            touched = _whole_statements(source, set(touched))
        else:
            touched = range(1, source.count("\n") + 2)
        tests = {test for n in touched for test in self.lines.get(f"{mutant.module}:{n}", [])}
        return sorted(tests, key=lambda test: self.seconds[test])

    def files(self, module: str) -> list[str]:
        """Return all files of tests: those named after `module` first, then the quickest."""
        seconds: dict[str, float] = {}
        for test, value in self.seconds.items():
            file = test.partition("::")[0]
            seconds[file] = seconds.get(file, 0.0) + value
        parts = module.split("/")
        return sorted(
            seconds, key=lambda f: (not any(p in Path(f).stem for p in parts), seconds[f])
        )


def is_in_functions(mutant: Mutant, source: str) -> bool:
    """Tell whether the changed lines run when functions are called, not when they are defined."""
    return set(mutant.lines(source)) <= set(_lines_in_functions(source))


def _lines_in_functions(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            body = node.body if isinstance(node.body, list) else [node.body]
            yield from range(body[0].lineno, (body[-1].end_lineno or 0) + 1)


def _whole_statements(source: str, touched: set[int]) -> set[int]:
    """Return the lines and the others of their statements: Python reports some of them only."""
    whole = set(touched)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or 0
            lines = range(node.lineno, end + 1)
            whole |= set(lines) if touched & set(lines) else set()
    return whole


def read_seen(path: Path) -> Seen:
    """Return what the plugin has written."""
    return Seen(**json.loads(path.read_text(encoding="utf-8")))


def pytest_configure(config: pytest.Config) -> None:
    """Start to watch."""
    watcher = _Watcher(Path(os.environ[PATH]), Path(os.environ[PACKAGE]))
    config.pluginmanager.register(watcher)


class _Watcher:
    def __init__(self, path: Path, package: Path):
        from coverage import Coverage

        self.path, self.package = path, package
        self.seconds: dict[str, float] = {}
        self.folder = tempfile.TemporaryDirectory(prefix="mutants-")
        settings = Path(self.folder.name, "settings")
        text = SETTINGS.format(package=package, test=TEST, folder=self.folder.name)
        settings.write_text(text, encoding="utf-8")
        os.environ["COVERAGE_PROCESS_START"] = str(settings)
        self.coverage = Coverage(config_file=str(settings))
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self.coverage.switch_context(item.nodeid)
        os.environ[TEST] = item.nodeid
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        self.coverage.combine([self.folder.name])
        data = self.coverage.get_data()
        lines = {}
        for file in data.measured_files():
            module = Path(file).relative_to(self.package).with_suffix("").as_posix()
            for line, contexts in data.contexts_by_lineno(file).items():
                if tests := sorted(filter(None, contexts)):
                    lines[f"{module}:{line}"] = tests
        seen = {"seconds": self.seconds, "lines": lines}
        self.path.write_text(json.dumps(seen), encoding="utf-8")
        self.folder.cleanup()
