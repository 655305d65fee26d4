"""Author and year of the works in a bibliography, for citations in notebooks."""

from dataclasses import dataclass

import pybtex.errors
from pybtex.database import Entry, Person
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from tabbook.book.words import ENGLISH, Words
from tabbook.problems import Problem


@dataclass(frozen=True)
class Citation:
    """How prose names a work: `Rumelhart et al.` and `1986`."""

    authors: str
    year: str


def read_citations(
    text: str, path: str, words: Words = ENGLISH
) -> tuple[dict[str, Citation], list[Problem]]:
    """Return the works of a BibTeX file by key, as far as it is BibTeX, and what is not."""
    parser = Parser()
    with pybtex.errors.capture() as errors:
        try:
            parser.parse_string(text)
        except PybtexError as error:
            errors.append(error)
        citations = {entry.key: _citation(entry, words) for entry in parser.data.entries.values()}
    return citations, [Problem(path, getattr(e, "lineno", None) or 0, str(e)) for e in errors]


def _citation(entry: Entry, words: Words) -> Citation:
    try:
        return Citation(_authors(entry, words), _year(entry))
    except (PybtexError, ValueError):  # what is no LaTeX
        return Citation(entry.key, _year(entry))


def _authors(entry: Entry, words: Words) -> str:
    persons = entry.persons.get("author") or entry.persons.get("editor") or []
    match [_last_name(person) for person in persons]:
        case []:
            title = entry.fields.get("organization") or entry.fields.get("title") or entry.key
            return str(Text.from_latex(title))
        case [name]:
            return name
        case [first, second] if second != "others":
            return words.say("{first} and {second}", first=first, second=second)
        case names:
            return f"{names[0]} et al."


def _last_name(person: Person) -> str:
    return " ".join(str(part) for part in [*person.rich_prelast_names, *person.rich_last_names])


def _year(entry: Entry) -> str:
    return str(entry.fields.get("year", "n.d."))
