"""The command line: `tabbook notebooks`, `execute`, `build`, `check` and `library`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tabbook.book.checks import CHECKS, accept_checks
from tabbook.book.d2lbook import CONFIG as INI
from tabbook.book.d2lbook import read_ini_book
from tabbook.book.numbers import summary
from tabbook.book.settings import CONFIG, Book, read_book
from tabbook.notebook.draft import Draft
from tabbook.notebook.export import export_notebooks
from tabbook.notebook.library import save_libraries
from tabbook.notebook.manuscript import Manuscript, read_manuscript
from tabbook.notebook.write import edit_problem, read_notebook, write_notebook
from tabbook.page.build import PAGES, are_current, build_pages
from tabbook.problems import Problem, ProblemsError, unusable

if TYPE_CHECKING:
    from nbformat import NotebookNode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command in the book of the working directory; the exit status is 1 on any problem."""
    options = _parser().parse_args(arguments)
    try:
        problems = options.run(options)
    except ProblemsError as error:
        problems = error.problems
    except BrokenPipeError:
        raise
    except OSError as error:
        problems = [unusable(error)]
    for problem in sorted(set(problems)):
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tabbook", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, add_options in (
        ("notebooks", write_notebooks, _add_export_options),
        ("execute", execute_notebooks, _add_execution_options),
        ("build", build_book, _add_execution_options),
        ("check", check, _add_check_options),
        ("library", write_libraries, _add_library_options),
    ):
        subparser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        subparser.set_defaults(run=command)
        add_options(subparser)
    return parser


def _add_book(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "book",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="PATH",
        help="the folder of the book (this one); d2lbook's books, with config.ini, are read too",
    )


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    _add_book(parser)
    parser.add_argument(
        "--numbers",
        action="store_true",
        help="trace the numbers in prose, as `tabbook_numbers: true` in _config.yml does",
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help=f"add new checks to {CHECKS}; those that are gone stay until you delete their lines",
    )


def _add_export_options(parser: argparse.ArgumentParser) -> None:
    _add_book(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write every chapter in every tab to DIR/TAB/CHAPTER.ipynb, not executed",
    )
    parser.add_argument("--force", action="store_true", help="overwrite edited notebooks, too")


def _add_library_options(parser: argparse.ArgumentParser) -> None:
    _add_book(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write to this folder instead of that of the book",
    )


def _add_execution_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="only these chapters")
    parser.add_argument("--tab", action="append", help="only this tab; may be given again")
    parser.add_argument("--force", action="store_true", help="execute what is up to date, too")
    parser.add_argument(
        "--jobs",
        type=int,
        help="notebooks side by side (as many as there are cores, and 2 GiB of free memory each)",
    )


def check(options: argparse.Namespace) -> list[Problem]:
    """Report what can be known without executing anything."""
    manuscript = read_manuscript(_read_any_book(options.book))
    if options.accept:
        accept_checks(manuscript.book.root, manuscript.checks())
    problems = [*manuscript.problems(), *manuscript.quote_problems(), *manuscript.check_problems()]
    if options.numbers or manuscript.book.binds_numbers:
        counts, unbound = manuscript.trace_numbers()
        print(summary(counts))
        problems += unbound
    return problems


def write_notebooks(options: argparse.Namespace) -> list[Problem]:
    """Write every notebook as its chapter is now; outputs stay with the code they belong to."""
    if options.out:
        book = _read_any_book(options.book)
        return export_notebooks(book, options.out, overwrite=options.force)
    manuscript = _read_sound_manuscript(options.book)
    _remove_orphans(manuscript)
    edited = _write_prose(manuscript.drafts, options.force)
    _write_exercises(manuscript, options.force)
    return [*edited, *manuscript.quote_problems()]


def write_libraries(options: argparse.Namespace) -> list[Problem]:
    """Write the code that `#@save` marks to the file that the settings of each tab name."""
    return save_libraries(_read_any_book(options.book), options.out or options.book)


def execute_notebooks(options: argparse.Namespace) -> list[Problem]:
    """Execute the notebooks that are out of date; the others follow changes of their prose."""
    manuscript = _read_sound_manuscript(Path())
    drafts = _chosen(manuscript.drafts, options)
    stale = [draft for draft in drafts if options.force or _is_stale(draft)]
    _remove_orphans(manuscript)
    edited = _write_prose([draft for draft in drafts if draft not in stale], options.force)
    _write_exercises(manuscript, options.force)
    print(f"{len(drafts) - len(stale)} of {len(drafts)} notebooks are up to date", flush=True)
    lost = {draft.path: _lost_edit(draft) for draft in stale if not options.force}
    edited += filter(None, lost.values())
    executed = _execute([draft for draft in stale if not lost.get(draft.path)], options.jobs)
    return [*edited, *executed, *manuscript.quote_problems()]


def _execute(drafts: Sequence[Draft], jobs: int | None) -> list[Problem]:
    if not drafts:
        return []
    # What starts kernels takes a second to import.
    from tabbook.run.execute import execute

    return execute(drafts, jobs)


def build_book(options: argparse.Namespace) -> list[Problem]:
    """Execute the notebooks that are out of date, then have Jupyter Book build the pages."""
    book = read_book(Path())
    is_whole = not (options.chapters or options.tab)
    if is_whole and not options.force and are_current(book):
        print(f"everything is up to date: {PAGES / 'index.html'}")
        return []
    problems = execute_notebooks(options)
    if not problems and not are_current(book):
        build_pages(book, is_whole)
    return problems


def _read_any_book(folder: Path) -> Book:
    """Read a Jupyter Book or, where there is a `config.ini` instead, a book of d2lbook."""
    if not os.path.isdir(folder):
        raise ProblemsError([Problem(str(folder), 0, "there is no such folder")])
    is_d2lbooks = (folder / INI).is_file() and not (folder / CONFIG).is_file()
    return read_ini_book(folder) if is_d2lbooks else read_book(folder)


def _read_sound_manuscript(folder: Path) -> Manuscript:
    """Read a book; raises `ProblemsError` if its text has any: what it makes would be wrong."""
    manuscript = read_manuscript(read_book(folder))
    problems = list(manuscript.problems())
    if problems:
        raise ProblemsError(problems)
    return manuscript


def _is_stale(draft: Draft) -> bool:
    return draft.is_stale(read_notebook(draft.book.root / draft.path))


def _remove_orphans(manuscript: Manuscript) -> None:
    for path in manuscript.orphans():
        (manuscript.book.root / path).unlink()
        print(f"removed {path.as_posix()}, which no chapter makes any more")


def _lost_edit(draft: Draft) -> Problem | None:
    """The edit in a notebook that would be lost, were it executed and written anew."""
    committed = read_notebook(draft.book.root / draft.path)
    return edit_problem(draft.path, committed, draft.notebook(committed))


def _write_prose(drafts: Sequence[Draft], overwrite: bool) -> list[Problem]:
    """Write notebooks with the outputs that they have; returns the edits that keep them as is."""
    edited = []
    for draft in drafts:
        committed = read_notebook(draft.book.root / draft.path)
        edited += _write(draft, draft.path, draft.rewritten(committed), overwrite)
    return edited


def _write_exercises(manuscript: Manuscript, overwrite: bool) -> None:
    """Write the exercises; one that somebody is working on is no fault, and stays as it is."""
    for draft in manuscript.exercises:
        path = draft.book.exercise(draft.tab, draft.chapter.path)
        if _write(draft, path, draft.exercise(), overwrite):
            print(f"{path.as_posix()} has been worked on, so it is left as it is")


def _write(draft: Draft, path: Path, notebook: NotebookNode, overwrite: bool) -> list[Problem]:
    target = draft.book.root / path
    committed = read_notebook(target)
    problem = None if overwrite else edit_problem(path, committed, notebook)
    if problem:
        return [problem]
    if notebook != committed:
        write_notebook(notebook, target)
    return []


def _chosen(drafts: Sequence[Draft], options: argparse.Namespace) -> list[Draft]:
    """The drafts that the command line names; raises `ProblemsError` for a name without one."""
    chapters = {Path(chapter).as_posix() for chapter in options.chapters}
    tabs = set(options.tab or ())
    unknown = chapters - {draft.chapter.path for draft in drafts}
    unknown |= tabs - {draft.tab.name for draft in drafts}
    if unknown:
        raise ProblemsError([Problem(name, 0, "no such chapter or tab") for name in unknown])
    return [
        draft
        for draft in drafts
        if (not chapters or draft.chapter.path in chapters) and (not tabs or draft.tab.name in tabs)
    ]
