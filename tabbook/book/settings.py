"""What `_config.yml` and `_toc.yml` say about a book: its tabs, chapters and addresses."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sphinx_external_toc.api import SiteMap
from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

from tabbook.problems import Problem, ProblemsError

CONFIG = "_config.yml"
TOC = "_toc.yml"
CHAPTERS = "chapters"
NOTEBOOKS = "notebooks"
EXERCISES = "exercises"
_PREFIX = "tabbook_"
_SETTINGS = ("tabbook_packages", "tabbook_solution", "tabbook_support", "tabbook_tabs")
_TAB = ("title", "module", "packages", "colab")


@dataclass(frozen=True)
class Tab:
    """A framework as `tabbook_tabs` in `_config.yml` describes it.

    `name` stands after `%%tab`, `title` is what readers see, `module` is the framework's face in
    the support library, and `packages` are the distributions that can provide the framework.
    `colab` has the modules that Colab lacks, each with what pip needs to install it.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...] = ()
    colab: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Book:
    """A book's settings; `chapters` are Markdown files relative to `root`, in reading order.

    `folder` is where the chapters lie, `notebooks` where their notebooks belong: a chapter's path
    within the one is its notebook's within the other. `pages` are the documents that Sphinx reads
    as they are, in reStructuredText. A section that is called `solution` is folded on its page.
    `problems` is what is wrong in the book's settings that does not keep its chapters from being
    read. `packages` are distributions, besides the frameworks, whose versions outputs depend on.
    """

    root: Path
    title: str
    tabs: tuple[Tab, ...]
    chapters: tuple[str, ...]
    support: str
    bibliography: tuple[str, ...]
    repository: str = ""
    branch: str = ""
    site: str = ""
    folder: str = ""
    notebooks: str = NOTEBOOKS
    pages: tuple[str, ...] = ()
    solution: str = ""
    packages: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def tab_names(self) -> tuple[str, ...]:
        """The names of the tabs, in the order in which pages show them."""
        return tuple(tab.name for tab in self.tabs)

    def tab(self, name: str) -> Tab:
        """The tab called `name`; raises `KeyError` where the book has none."""
        return {tab.name: tab for tab in self.tabs}[name]

    @property
    def raw(self) -> str:
        """Where the repository's files can be fetched from; empty where it is not on GitHub."""
        owner_and_name = self.repository.removeprefix("https://github.com/")
        if owner_and_name == self.repository:
            return ""
        return f"https://raw.githubusercontent.com/{owner_and_name}/{self.branch}"

    def notebook(self, tab: Tab, chapter: str) -> Path:
        """Where the notebook of `chapter` for `tab` lies, relative to the book's root."""
        return self._ipynb(self.notebooks, tab, chapter)

    def exercise(self, tab: Tab, chapter: str) -> Path:
        """Where the notebook of a chapter without its solution lies, relative to the root."""
        return self._ipynb(EXERCISES, tab, chapter)

    def _ipynb(self, folder: str, tab: Tab, chapter: str) -> Path:
        path = Path(chapter)
        inner = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
        return Path(folder, tab.name, inner.with_suffix(".ipynb"))


def read_book(root: Path) -> Book:
    """Read the Jupyter Book in the folder `root`.

    Raises `ProblemsError` where its settings cannot be read or name no tab.
    """
    config = _read_config(root)
    settings = _mapping(_mapping(config, "sphinx"), "config")
    repository = _mapping(config, "repository")
    documents = _read_toc(root)
    pages = tuple(name for name in documents if name.endswith(".rst"))
    chapters = tuple(name for name in documents if name not in pages)
    return Book(
        root=root,
        title=config.get("title", ""),
        tabs=_read_tabs(settings),
        chapters=tuple(chapter for chapter in chapters if (root / chapter).is_file()),
        support=settings.get("tabbook_support", ""),
        bibliography=_paths(config.get("bibtex_bibfiles")),
        repository=repository.get("url", "").rstrip("/"),
        branch=repository.get("branch", "main"),
        site=_mapping(config, "html").get("baseurl", "").rstrip("/"),
        folder=CHAPTERS,
        pages=pages,
        solution=settings.get("tabbook_solution", ""),
        packages=tuple(settings.get("tabbook_packages") or ()),
        problems=(*_settings_problems(root, settings), *_toc_problems(root, chapters)),
    )


def _read_config(root: Path) -> dict[str, Any]:
    try:
        config = yaml.safe_load((root / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = "there is no such file; run from the root of the book"
        raise ProblemsError([Problem(CONFIG, 1, message)]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProblemsError([Problem(CONFIG, line, f"not YAML: {error.problem}")]) from None
    return config if isinstance(config, dict) else {}


def _mapping(config: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the settings under `key`, none if there is no such key.

    Raises `ProblemsError` where there is something else than settings.
    """
    value = config.get(key) or {}
    if not isinstance(value, dict):
        message = f"'{key}: {value}' should be settings, indented below '{key}:'"
        raise ProblemsError([Problem(CONFIG, 1, message)])
    return value


def _settings_problems(root: Path, settings: dict[str, Any]) -> Iterator[Problem]:
    """Yield the settings of tabbook's, and of its tabs, that it does not know."""
    names = [name for name in settings if str(name).startswith(_PREFIX)]
    known = [(name, _SETTINGS) for name in names]
    known += [(key, _TAB) for tab in settings["tabbook_tabs"].values() for key in tab or {}]
    lines = (root / CONFIG).read_text(encoding="utf-8").splitlines()
    for name, allowed in known:
        if name not in allowed:
            near = difflib.get_close_matches(str(name), allowed, 1, 0)[0]
            line = next((n for n, text in enumerate(lines, 1) if f"{name}:" in text), 1)
            yield Problem(CONFIG, line, f"unknown setting '{name}'; did you mean '{near}'?")


def _paths(entry: str | list[str] | None) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else tuple(entry or ())


def _read_tabs(settings: dict[str, Any]) -> tuple[Tab, ...]:
    """The tabs in `tabbook_tabs`; Sphinx hands the same mapping to the extension."""
    entries = settings.get("tabbook_tabs")
    if not isinstance(entries, dict) or not entries:
        message = "'tabbook_tabs' under 'sphinx: config:' names no tab; expected 'NAME: {title: …}'"
        raise ProblemsError([Problem(CONFIG, 1, message)])
    return tuple(_read_tab(name, _mapping(entries, name)) for name in entries)


def _read_tab(name: str, entry: dict[str, Any]) -> Tab:
    return Tab(
        name=name,
        title=str(entry.get("title", name)),
        module=str(entry.get("module", name)),
        packages=tuple(entry.get("packages", ())),
        colab=tuple((entry.get("colab") or {}).items()),
    )


def _read_toc(root: Path) -> tuple[str, ...]:
    try:
        site_map = parse_toc_yaml(root / TOC)
    except FileNotFoundError:
        raise ProblemsError([Problem(TOC, 1, "there is no such file")]) from None
    except (MalformedError, yaml.YAMLError) as error:
        raise ProblemsError([Problem(TOC, 1, f"not a table of contents: {error}")]) from None
    return tuple(_source(root, name) for name in _documents(site_map))


def _source(root: Path, document: str) -> str:
    """The file of a document: reStructuredText where there is one, else a chapter in Markdown."""
    if (root / f"{document}.rst").is_file():
        return f"{document}.rst"
    return f"{document.removesuffix('.md')}.md"


def _documents(site_map: SiteMap) -> Iterator[str]:
    """The names of the documents in reading order (the map itself keeps another order)."""
    waiting = [site_map.root.docname]
    while waiting:
        name = waiting.pop(0)
        yield name
        if name in site_map:
            waiting = site_map[name].child_files() + waiting


def _toc_problems(root: Path, chapters: tuple[str, ...]) -> list[Problem]:
    lines = (root / TOC).read_text(encoding="utf-8").splitlines()
    problems = []
    for chapter in chapters:
        if not (root / chapter).is_file():
            name = chapter.removesuffix(".md")
            line = next((n for n, text in enumerate(lines, 1) if name in text), 1)
            problems.append(Problem(TOC, line, f"'{name}': there is no file {chapter}"))
    for path in sorted((root / CHAPTERS).rglob("*.md")):
        chapter = path.relative_to(root).as_posix()
        if chapter not in chapters and "/." not in chapter:  # Jupyter keeps copies in such folders.
            problems.append(Problem(chapter, 1, f"the chapter is missing from {TOC}"))
    return problems
