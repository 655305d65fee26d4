"""What a release says of itself: one version, the right names, and whom it trusts."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import d2l_local
from tabbook.cli import main

ROOT = Path(__file__).parents[1]
# https://keepachangelog.com: the newest first, each with its day.
ENTRY = re.compile(r"^## (\S+) - (Unreleased|\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def project(folder):
    return tomllib.loads(text_of(f"{folder}/pyproject.toml"))["project"]


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load(text_of("_config.yml"))


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load(text_of("CITATION.cff"))


def test_everything_has_the_version_of_the_library(citation):
    version = d2l_local.__version__
    assert project("tabbook")["version"] == version
    assert citation["version"] == version
    assert ENTRY.findall(text_of("CHANGELOG.md"))[0][0] == version


def test_the_changelog_has_each_version_once_the_newest_first():
    text = text_of("CHANGELOG.md")
    entries = ENTRY.findall(text)
    assert len(entries) == len(re.findall("^## ", text, re.MULTILINE))
    numbers = [tuple(map(int, version.split("."))) for version, _ in entries]
    assert numbers == sorted(set(numbers), reverse=True)
    assert "Unreleased" not in [day for _, day in entries[1:]]


def test_the_citation_names_what_the_book_names(config, citation):
    repository = config["repository"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == config["title"]
    assert citation["authors"] == [{"name": config["author"]}]
    assert citation["repository-code"] == repository["url"]
    assert citation["url"] == config["html"]["baseurl"]
    start = f"{repository['url']}/blob/{repository['branch']}/"
    licence = text_of(citation["license-url"].removeprefix(start))
    for short, name in (("CC BY 4.0", "LICENSE-TEXT"), ("MIT", "LICENSE-CODE")):
        assert short in citation["abstract"]
        assert f"see {name}" in licence


def test_packages_name_the_repository_and_the_library_all_tabs(config):
    for folder in (".", "tabbook"):
        assert project(folder)["urls"]["Repository"] == config["repository"]["url"]
    for tab in config["sphinx"]["config"]["tabbook_tabs"].values():
        assert tab["title"] in project(".")["description"]


def test_vulnerabilities_are_reported_at_the_repository(config):
    assert f"({config['repository']['url']}/security/advisories/new)" in text_of("SECURITY.md")


CONFIG = """\
sphinx:
  local_extensions: {extension: .}
  config:
    tabbook_support: support
    tabbook_tabs: {first: {title: First, module: face, library: made.py}}
"""
CHAPTER = """\
# Chapter

```{.python .input}
%%tab first
#@save
import support.face, extension

CODE
```
"""


@pytest.mark.parametrize(
    "command", [["check"], ["notebooks"], ["notebooks", "--out", "out"], ["library"]]
)
def test_what_is_said_to_run_nothing_of_a_book_runs_nothing(command, tmp_path, monkeypatch):
    """Each file of this book's would leave a trace if it were imported or executed."""
    trace = tmp_path / "trace"
    code = f"open({str(trace)!r}, 'w')\n"
    files = {
        "_config.yml": CONFIG,
        "_toc.yml": "{format: jb-book, root: index, chapters: [{file: chapters/one}]}",
        "index.md": "# Book\n",
        "chapters/one.md": CHAPTER.replace("CODE", code),
        **dict.fromkeys(("extension.py", "conftest.py"), code),
        **dict.fromkeys(("support/__init__.py", "support/face/__init__.py"), code),
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert main(command) == 0
    assert not trace.exists()
