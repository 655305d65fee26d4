"""A change tried on a copy of the tree by the tests that run its lines, or by all if none does."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutant import Mutant, file_of
from seen import PACKAGE, PATH, Seen, is_in_functions, read_seen

from d2l_local.common.fashion_mnist import cache_folder
from d2l_local.lab.search import ONE_THREAD

# What no test of the library reads.
_LEFT_OUT = ("notebooks", "exercises", "_build", "__pycache__", ".*")
_PASSED = 0
TOO_LONG = 1000  # No status of pytest.
# What else than a test can notice a change: it does not end, or no test can start.
_CLOCK, _PYTEST = "the clock", "pytest itself"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.M)
_START = 60.0  # Seconds that pytest and the frameworks may need before the first test.
_PATIENCE = 5.0  # Times what the tests took without a change.
_running: set[subprocess.Popen[str]] = set()


class TestsFailError(RuntimeError):
    """The tests, or pytest itself, fail without a change, and can tell nothing about changes."""

    __test__ = False


@dataclass(frozen=True)
class Tree:
    """A folder with a package and its tests, both by their paths in the folder."""

    root: Path
    package: str = "d2l_local"
    tests: str = "tests/d2l_local"

    def copied_to(self, folder: Path) -> Tree:
        """Return the same tree in another folder."""
        shutil.copytree(self.root, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        return Tree(folder, self.package, self.tests)

    @property
    def cache(self) -> Path:
        """The folder that is the user's cache to the tests."""
        return self.root / ".cache"

    def renew_cache(self) -> None:
        """Copy the data from the user's cache, which a changed library could take for damaged."""
        shutil.rmtree(self.cache, ignore_errors=True)
        if cache_folder().exists():
            shutil.copytree(cache_folder(), self.cache / cache_folder().name)

    def source(self, module: str) -> str:
        """Return the text of a module."""
        return file_of(self.root / self.package, module).read_text(encoding="utf-8")

    def run(self, *arguments: str, timeout: float | None, **variables: str) -> tuple[int, str]:
        """Run pytest here, frameworks with one thread, and return its status and output."""
        environment = {
            **os.environ,
            **ONE_THREAD,
            "PYTHONPATH": str(self.root),
            "D2L_LOCAL_CACHE": str(self.cache),
            **variables,
        }
        options = ["-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *arguments]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        _running.add(process)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return TOO_LONG, ""
        finally:
            _end(process)
            _running.discard(process)
        return process.returncode, output

    def watch(self, path: Path) -> Seen:
        """Run all tests without a change and return, and write to `path`, what they run.

        Raises:
            TestsFailError: if one fails.
        """
        variables = {
            "PYTHONPATH": os.pathsep.join([str(self.root), str(Path(__file__).parent)]),
            PATH: str(path),
            PACKAGE: str(self.root / self.package),
        }
        self.renew_cache()
        status, output = self.run("-p", "seen", self.tests, timeout=None, **variables)
        if status != _PASSED:
            path.unlink(missing_ok=True)
            raise TestsFailError(f"the tests fail without a change:\n{output[-3000:]}")
        return read_seen(path)


@dataclass(frozen=True)
class Outcome:
    """The test that noticed a change, or what else did, or None if it survived; and the time."""

    caught: str | None
    seconds: float


def try_out(mutant: Mutant, copy: Tree, seen: Seen) -> Outcome:
    """Try a change on a copy of the tree, and leave the copy as it was.

    Raises:
        TestsFailError: if what caught the change does so without the change, too.
    """
    start = time.monotonic()
    copy.renew_cache()
    source = copy.source(mutant.module)
    path = file_of(copy.root / copy.package, mutant.module)
    _write(path, mutant.applied_to(source))
    try:
        tests = seen.tests_for(mutant, source)
        caught = _caught(copy, seen, tests) if tests else None
        known = tests and is_in_functions(mutant, source)
        if caught == _PYTEST or (caught is None and not known):
            options = _face_only(copy, mutant.module)
            caught = _caught(copy, seen, seen.files(mutant.module), *options)
    finally:
        _write(path, source)
    copy.renew_cache()
    if caught not in (None, _CLOCK):
        _make_sure_of(caught, copy)
    return Outcome(caught, round(time.monotonic() - start, 1))


def _write(path: Path, source: str) -> None:
    path.write_text(source, encoding="utf-8")
    # What is compiled of one text would pass for that of another of the same second and size.
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def _make_sure_of(caught: str, copy: Tree) -> None:
    arguments = ["--collect-only", copy.tests] if caught == _PYTEST else [caught]
    status, output = copy.run(*arguments, timeout=None)
    if status != _PASSED:
        raise TestsFailError(f"{caught} fails without a change, too:\n{output[-3000:]}")


def _face_only(tree: Tree, module: str) -> list[str]:
    """Return pytest's option that leaves out the tests of other faces: no face imports another."""
    faces = {path.parent.name for path in (tree.root / tree.package).glob("*/__init__.py")}
    faces -= {"common"}
    own = next((face for face in faces if module.startswith(face)), None)
    others = " or ".join(sorted(faces - {own}))
    return ["-k", f"{own} or not ({others})"] if own and others else []


def _caught(copy: Tree, seen: Seen, tests: Sequence[str], *options: str) -> str | None:
    expected = sum(s for test, s in seen.seconds.items() if {test, test.split("::")[0]} & {*tests})
    status, output = copy.run("-x", *options, *tests, timeout=_START + _PATIENCE * expected)
    if status == _PASSED:
        return None
    if status == TOO_LONG:
        return _CLOCK
    failed = _FAILED.search(output)
    return failed[1] if failed else _PYTEST


def end_all() -> None:
    """End all tests that run at the moment, whose outcomes then say nothing."""
    for process in list(_running):
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End pytest and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
