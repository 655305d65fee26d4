"""The bibliography: every work can be found and is cited, and the file has one format.

`python tests/test_sources.py` brings the file into it.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from pybtex.database.input.bibtex import LowLevelParser

ROOT = Path(__file__).parents[1]
BIBLIOGRAPHY = ROOT / "references.bib"
CITED = re.compile(r":cite[pt]?:`([^`]+)`|\{cite(?::\w+)?\}`([^`]+)`")
FIELDS = (
    *("author", "editor", "title", "edition", "journal", "booktitle", "series", "volume"),
    *("number", "pages", "howpublished", "institution", "publisher", "address", "year"),
    *("doi", "eprint", "archiveprefix", "url", "note"),
)
# What Sphinx makes links of, and its form: a number in the wrong field would lead nowhere.
LINKS = {
    "doi": re.compile(r"10\.\d{4,}/\S+"),
    "eprint": re.compile(r"\d{4}\.\d{4,5}"),
    "url": re.compile(r"https?://\S+"),
}

Entry = tuple[str, str, dict[str, str]]


def entries(text: str) -> list[Entry]:
    """Return type, key and fields of each entry, in the file's order."""
    return [
        (kind.lower(), key, {name.lower(): _on_one_line(value) for name, value in fields})
        for kind, (key, fields) in LowLevelParser(text)
    ]


def _on_one_line(value: list[str]) -> str:
    return " ".join("".join(value).split())


def in_one_format(works: list[Entry]) -> str:
    """Return the file: sorted by key, a field on each line, in the order of `FIELDS`."""
    return "\n".join(map(_written, sorted(works, key=lambda work: work[1])))


def _written(work: Entry) -> str:
    kind, key, fields = work
    width = max(map(len, fields))
    names = sorted(fields, key=lambda name: [*FIELDS, name].index(name))
    lines = [f"  {name:{width}} = {{{fields[name]}}}," for name in names]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


@pytest.fixture(scope="module")
def works() -> list[Entry]:
    return entries(BIBLIOGRAPHY.read_text(encoding="utf-8"))


def test_the_file_is_sorted_and_has_one_format(works: list[Entry]) -> None:
    assert BIBLIOGRAPHY.read_text(encoding="utf-8") == in_one_format(works), (
        "`python tests/test_sources.py` sorts and aligns the entries"
    )


def test_every_work_can_be_found(works: list[Entry]) -> None:
    assert [key for _, key, fields in works if not fields.keys() & LINKS.keys()] == []


def test_links_are_numbers_where_numbers_belong(works: list[Entry]) -> None:
    found = [
        (key, name, fields[name])
        for _, key, fields in works
        for name, form in LINKS.items()
        if name in fields and not form.fullmatch(fields[name])
    ]
    assert found == []


def test_no_work_stands_there_twice(works: list[Entry]) -> None:
    titles = [re.sub(r"\W", "", fields["title"]).lower() for _, _, fields in works]
    links = [fields[name] for _, _, fields in works for name in LINKS if name in fields]
    assert repeated([key for _, key, _ in works]) == []
    assert repeated(titles) == []
    assert repeated(links) == []


def test_what_is_cited_is_listed_and_what_is_listed_is_cited(works: list[Entry]) -> None:
    pages = [*(ROOT / "chapters").rglob("*.md"), ROOT / "index.md"]
    found = [match for page in pages for match in CITED.findall(page.read_text(encoding="utf-8"))]
    cited = {key.strip() for match in found for key in "".join(match).split(",")}
    assert cited == {key for _, key, _ in works}


if __name__ == "__main__":
    BIBLIOGRAPHY.write_text(
        in_one_format(entries(BIBLIOGRAPHY.read_text(encoding="utf-8"))), encoding="utf-8"
    )
