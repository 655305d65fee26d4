"""The command line: `tabbook notebooks`, `execute`, `build` and `check`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tabbook.book import read_book
from tabbook.draft import Draft
from tabbook.execute import default_jobs, execute
from tabbook.manuscript import Manuscript, read_manuscript
from tabbook.notebook import read_notebook, write_notebook
from tabbook.pages import build_pages
from tabbook.problems import Problem, ProblemsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command in the book of the working directory; the exit status is 1 on any problem."""
    options = _parser().parse_args(arguments)
    try:
        problems = options.run(read_manuscript(read_book(Path.cwd())), options)
    except ProblemsError as error:
        problems = error.problems
    except KeyboardInterrupt:
        print("interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    for problem in sorted(set(problems)):
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tabbook", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in (
        ("notebooks", write_notebooks),
        ("execute", execute_notebooks),
        ("build", build_book),
        ("check", check),
    ):
        subparser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        subparser.set_defaults(run=command)
        if name in ("execute", "build"):
            _add_execution_options(subparser)
    return parser


def _add_execution_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="only these chapters")
    parser.add_argument("--tab", action="append", help="only this tab; may be given again")
    parser.add_argument("--force", action="store_true", help="execute what is up to date, too")
    parser.add_argument(
        "--jobs", type=int, default=default_jobs(), help="notebooks side by side (%(default)s)"
    )


def check(manuscript: Manuscript, _options: argparse.Namespace) -> list[Problem]:
    """Report what can be known without executing anything."""
    return [*manuscript.problems(), *manuscript.value_problems()]


def write_notebooks(manuscript: Manuscript, _options: argparse.Namespace) -> list[Problem]:
    """Write every notebook as its chapter is now; outputs stay with the code they belong to."""
    _refuse_problems(manuscript)
    _write_prose(manuscript.drafts)
    return list(manuscript.value_problems())


def execute_notebooks(manuscript: Manuscript, options: argparse.Namespace) -> list[Problem]:
    """Execute the notebooks that are out of date; the others follow changes of their prose."""
    _refuse_problems(manuscript)
    drafts = _chosen(manuscript.drafts, options)
    stale = [draft for draft in drafts if options.force or _is_stale(draft)]
    _write_prose([draft for draft in drafts if draft not in stale])
    print(f"{len(drafts) - len(stale)} of {len(drafts)} notebooks are up to date", flush=True)
    return [*execute(stale, options.jobs), *manuscript.value_problems()]


def build_book(manuscript: Manuscript, options: argparse.Namespace) -> list[Problem]:
    """Execute the notebooks that are out of date, then have Jupyter Book build the pages."""
    problems = execute_notebooks(manuscript, options)
    if not problems:
        build_pages(manuscript.book)
    return problems


def _refuse_problems(manuscript: Manuscript) -> None:
    """Raise `ProblemsError` where the text has problems: what it makes would be wrong."""
    problems = list(manuscript.problems())
    if problems:
        raise ProblemsError(problems)


def _is_stale(draft: Draft) -> bool:
    return draft.is_stale(read_notebook(draft.book.root / draft.path))


def _write_prose(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        target = draft.book.root / draft.path
        write_notebook(draft.rewritten(read_notebook(target)), target)


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
