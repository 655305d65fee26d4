"""What `_config.yml` and `_toc.yml` say about a book: its tabs, chapters and addresses."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from sphinx.util.matching import patfilter
from sphinx_external_toc.api import FileItem, GlobItem, SiteMap
from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

from tabbook.book.files import files_in, is_file
from tabbook.book.words import ENGLISH, Words
from tabbook.problems import Problem, ProblemsError
from tabbook.text.reader import read_text

CONFIG = "_config.yml"
TOC = "_toc.yml"
CHAPTERS = "chapters"
NOTEBOOKS = "notebooks"
EXERCISES = "exercises"
_OTHER_SOURCES = (".rst", ".ipynb")
# What stands under `sphinx: config:`, and what each tab of `tabbook_tabs` can have.
SETTINGS: Mapping[str, type] = {
    "tabbook_folded": list,
    "tabbook_numbers": bool,
    "tabbook_packages": list,
    "tabbook_solution": str,
    "tabbook_support": str,
    "tabbook_tabs": dict,
    "tabbook_wheel": str,
    "tabbook_words": dict,
}
_TAB: Mapping[str, type] = {
    "title": str,
    "module": str,
    "packages": list,
    "colab": dict,
    "library": str,
    "chapters": list,
}
_WHEEL = re.compile(r"https://\S+\.whl#sha256=[0-9a-f]{64}")
_EXPECTED = {
    bool: "true or false",
    dict: "settings, indented below it",
    list: "a list of names",
    str: "text",
}


@dataclass(frozen=True)
class Library:
    """The library that the chapters of a tab make, and what its functions are called elsewhere.

    `file` is where `tabbook library` writes it, '' if nowhere. `aliases` is a table of aliases in
    Python, and `definitions` is what the library has besides the code of the chapters.
    """

    file: str = ""
    aliases: str = ""
    definitions: str = ""


@dataclass(frozen=True)
class Tab:
    """A framework as `tabbook_tabs` in `_config.yml` describes it.

    `name` stands after `%%tab`, `title` is what readers see, `module` is the framework's face in
    the support library, and `packages` are the distributions that can provide the framework.
    `colab` has the modules that Colab lacks, each with what pip needs to install it. `library` is
    what its chapters save. `chapters` are those that are written for it so far, as the table of
    contents names them; without any, all are.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...] = ()
    colab: tuple[tuple[str, str], ...] = ()
    library: Library = Library()
    chapters: tuple[str, ...] = ()

    def covers(self, chapter: str) -> bool:
        """Whether the chapter with this path is written for this tab, as the settings have it."""
        return not self.chapters or chapter.removesuffix(".md") in self.chapters


@dataclass(frozen=True)
class Book:
    """A book's settings; `chapters` are Markdown files relative to `root`, in reading order.

    `folder` is where the chapters lie, `notebooks` where their notebooks belong: a chapter's path
    within the one is its notebook's within the other. `pages` are the documents that Sphinx reads
    as they are, in reStructuredText. A section that is called `solution` is folded on its page, and
    one that is called as in `folded` also in notebooks.
    `problems` is what is wrong in the book's settings that does not keep its chapters from being
    read. `packages` are distributions, besides the frameworks, whose versions outputs depend on.
    `binds_numbers` says that every number in prose has to come from somewhere.
    `wheel` is the address of the support library for those who run a notebook on Colab.
    `unlisted` are chapters that no table of contents names. `chapter_numbers` are those that Sphinx
    gives to the chapters of numbered parts, which the numbers of their figures begin with.
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
    wheel: str = ""
    folder: str = ""
    notebooks: str = NOTEBOOKS
    pages: tuple[str, ...] = ()
    solution: str = ""
    folded: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    binds_numbers: bool = False
    words: Words = ENGLISH
    problems: tuple[Problem, ...] = ()
    unlisted: tuple[str, ...] = ()
    chapter_numbers: Mapping[str, int] = field(default_factory=dict)

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
    config = _Config(root)
    settings = {name: config.get(("sphinx", "config", name), SETTINGS[name]) for name in SETTINGS}
    site_map = _read_toc(root)
    documents = tuple(_sources(root, _documents(root, site_map)))
    pages = tuple(name for name in documents if not name.endswith(".md"))
    chapters = tuple(name for name in documents if name not in pages)
    return Book(
        root=root,
        title=config.get(("title",), str),
        tabs=tuple(_read_tab(config, name) for name in _tab_names(config, settings)),
        chapters=tuple(chapter for chapter in chapters if is_file(root / chapter)),
        support=settings["tabbook_support"],
        bibliography=tuple(config.get(("bibtex_bibfiles",), list)),
        repository=config.get(("repository", "url"), str).rstrip("/"),
        branch=config.get(("repository", "branch"), str) or "main",
        site=config.get(("html", "baseurl"), str).rstrip("/"),
        wheel=settings["tabbook_wheel"],
        folder=CHAPTERS,
        pages=pages,
        solution=settings["tabbook_solution"],
        folded=tuple(settings["tabbook_folded"]),
        packages=tuple(settings["tabbook_packages"]),
        binds_numbers=settings["tabbook_numbers"],
        words=Words(config.get(("sphinx", "config", "language"), str), settings["tabbook_words"]),
        problems=(
            *_unknown_settings(config),
            *_unpinned_wheel(config, settings["tabbook_wheel"]),
            *_unknown_chapters(config, chapters),
            *_toc_problems(root, chapters),
        ),
        chapter_numbers=_chapter_numbers(root, site_map),
    )


class _Config:
    """`_config.yml`: what is set in it, and the line of each setting.

    Raises `ProblemsError` where there is no such file or it is not YAML.
    """

    def __init__(self, root: Path) -> None:
        try:
            text = (root / CONFIG).read_text(encoding="utf-8")
            self.values, self._node = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
        except FileNotFoundError:
            raise _error(1, "there is no such file; run from the root of the book") from None
        except UnicodeDecodeError as error:
            raise _error(1, f"not UTF-8: {error.reason}") from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            message = f"not YAML: {getattr(error, 'problem', error)}"
            raise _error(mark.line + 1 if mark else 1, message) from None

    def get(self, keys: tuple[str, ...], kind: type) -> Any:
        """What is set under `keys`, each below the one before; an empty `kind` if nothing is.

        A number or a name alone does as text, and as a list of one. Raises `ProblemsError` where
        there is something of another kind.
        """
        value = self.get(keys[:-1], dict).get(keys[-1]) if keys else self.values
        if value is None:
            return kind()
        if kind is list and isinstance(value, str):
            return [value]
        if kind is str and isinstance(value, int | float):
            return str(value)
        is_right = isinstance(value, kind)
        if kind is list and is_right:
            is_right = all(isinstance(item, str) for item in value)
        if not is_right:
            name = keys[-1] if keys else CONFIG
            message = f"'{name}: {value}' should be {_EXPECTED[kind]}"
            raise _error(self.line(keys), message)
        return value

    def line(self, keys: Iterable[str]) -> int:
        """The line of the setting under `keys`, or of the nearest one above that is there."""
        node, line = self._node, 1
        for key in keys:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next((pair for pair in pairs if pair[0].value == str(key)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return line


def _error(line: int, message: str) -> ProblemsError:
    return ProblemsError([Problem(CONFIG, line, message)])


def _unknown_settings(config: _Config) -> Iterator[Problem]:
    """Yield the settings of tabbook's, and of its tabs, that it does not know."""
    above = ("sphinx", "config")
    names = [name for name in config.get(above, dict) if str(name).startswith("tabbook_")]
    known: list[tuple[tuple[str, ...], Mapping[str, type]]]
    known = [((*above, name), SETTINGS) for name in names]
    tabs = (*above, "tabbook_tabs")
    for tab in config.get(tabs, dict):
        known += [((*tabs, tab, key), _TAB) for key in config.get((*tabs, tab), dict)]
    for keys, allowed in known:
        if keys[-1] not in allowed:
            near = difflib.get_close_matches(str(keys[-1]), allowed, 1, 0)[0]
            message = f"unknown setting '{keys[-1]}'; did you mean '{near}'?"
            yield Problem(CONFIG, config.line(keys), message)


def _unpinned_wheel(config: _Config, wheel: str) -> Iterator[Problem]:
    if wheel and not _WHEEL.fullmatch(wheel):
        message = (
            "tabbook_wheel should be an address of a wheel and its hash, https://….whl#sha256=…"
        )
        yield Problem(CONFIG, config.line(("sphinx", "config", "tabbook_wheel")), message)


def _unknown_chapters(config: _Config, chapters: Iterable[str]) -> Iterator[Problem]:
    """Yield the chapters of tabs that the table of contents does not name."""
    known = [chapter.removesuffix(".md") for chapter in chapters]
    tabs = ("sphinx", "config", "tabbook_tabs")
    for tab in config.get(tabs, dict):
        keys = (*tabs, tab, "chapters")
        for name in config.get(keys, list):
            if name not in known:
                near = "".join(difflib.get_close_matches(name, known, 1, 0))
                message = f"{TOC} names no chapter {name!r}; did you mean {near!r}?"
                yield Problem(CONFIG, config.line(keys), message)


def _tab_names(config: _Config, settings: Mapping[str, Any]) -> Iterable[str]:
    """The names in `tabbook_tabs`; Sphinx hands the same mapping to the extension."""
    names = settings["tabbook_tabs"]
    if not names:
        message = "'tabbook_tabs' under 'sphinx: config:' names no tab; expected 'NAME: {title: …}'"
        raise _error(config.line(("sphinx", "config", "tabbook_tabs")), message)
    return names


def _read_tab(config: _Config, name: str) -> Tab:
    keys = ("sphinx", "config", "tabbook_tabs", name)
    entry = {key: config.get((*keys, key), kind) for key, kind in _TAB.items()}
    return Tab(
        name=str(name),
        title=entry["title"] or str(name),
        module=entry["module"] or str(name),
        packages=tuple(entry["packages"]),
        colab=tuple(entry["colab"].items()),
        library=Library(entry["library"]),
        chapters=tuple(entry["chapters"]),
    )


def _read_toc(root: Path) -> SiteMap:
    try:
        site_map = parse_toc_yaml(root / TOC)
    except FileNotFoundError:
        raise ProblemsError([Problem(TOC, 1, "there is no such file")]) from None
    except (MalformedError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise ProblemsError([Problem(TOC, 1, f"not a table of contents: {error}")]) from None
    documents = list(site_map.values())
    children = (child for each in documents for child in (*each.child_files(), *each.child_globs()))
    outside = [name for name in (site_map.root.docname, *children) if not _is_inside(name)]
    if outside:  # Notebooks would be written there, too.
        message = "it should lie in the book's folder"
        raise ProblemsError([_toc_problem(root, name, message) for name in outside])
    return site_map


def _is_inside(entry: str) -> bool:
    path = PurePosixPath(entry)
    return not path.is_absolute() and ".." not in path.parts


def _toc_problem(root: Path, entry: str, message: str) -> Problem:
    """What is wrong with an entry, at its line."""
    lines = read_text(root / TOC).splitlines()
    line = next((n for n, text in enumerate(lines, 1) if entry in text), 1)
    return Problem(TOC, line, f"'{entry}': {message}")


def _sources(root: Path, documents: Iterable[str]) -> Iterator[str]:
    """The files of documents, each once; an entry may have its suffix."""
    names = (re.sub(r"\.(md|rst|ipynb)$", "", name) for name in documents)
    return (_source(root, name) for name in dict.fromkeys(names))


def _chapter_numbers(root: Path, site_map: SiteMap) -> dict[str, int]:
    """The numbers of the chapters in numbered parts, which are counted through all parts."""
    numbered = (
        name
        for part in site_map.root.subtrees
        if part.numbered
        for item in part.items
        for name in _named(root, item)
    )
    return {source: number for number, source in enumerate(_sources(root, numbered), 1)}


def _source(root: Path, document: str) -> str:
    """The file of a document: what Sphinx reads as it is, or else a chapter in Markdown."""
    files = [f"{document}{suffix}" for suffix in (".md", *_OTHER_SOURCES)]
    return next((file for file in files if is_file(root / file)), files[0])


def _documents(root: Path, site_map: SiteMap) -> Iterator[str]:
    """The names of the documents in reading order (the map itself keeps another order)."""
    waiting, seen = [site_map.root.docname], set()
    while waiting:
        name = waiting.pop(0)
        yield name
        if name in site_map and name not in seen:
            seen.add(name)
            items = (item for tree in site_map[name].subtrees for item in tree.items)
            waiting[:0] = [child for item in items for child in _named(root, item)]


def _named(root: Path, item: object) -> Iterator[str]:
    """The documents that an entry names: one, those that match a pattern, or a page elsewhere."""
    if isinstance(item, FileItem):
        yield str(item)
    elif isinstance(item, GlobItem):
        folder = re.split(r"[*?\[]", item)[0].rpartition("/")[0]
        paths = (p for suffix in (".md", *_OTHER_SOURCES) for p in files_in(root / folder, suffix))
        names = {path.relative_to(root).with_suffix("").as_posix() for path in paths}
        made = (f"{EXERCISES}/", f"{NOTEBOOKS}/", "_build/")
        yield from sorted(n for n in patfilter(names, str(item)) if not n.startswith(made))


def _toc_problems(root: Path, chapters: tuple[str, ...]) -> list[Problem]:
    problems = []
    for chapter in chapters:
        if not is_file(root / chapter):
            name = chapter.removesuffix(".md")
            problems.append(_toc_problem(root, name, f"there is no file {chapter}"))
    for path in files_in(root / CHAPTERS, ".md"):
        chapter = path.relative_to(root).as_posix()
        if chapter not in chapters:
            problems.append(Problem(chapter, 1, f"the chapter is missing from {TOC}"))
    return problems
