import pytest

from tabbook.citations import Citation, read_citations
from tabbook.problems import ProblemsError


@pytest.mark.parametrize(
    ("fields", "citation"),
    [
        ("author={Ada Lovelace}, year=1843", Citation("Lovelace", "1843")),
        (
            "author={LeCun, Yann and Bengio, Yoshua}, year={1995}",
            Citation("LeCun and Bengio", "1995"),
        ),
        ("author={A B and C D and E F}, year=2012", Citation("B et al.", "2012")),
        ("author={A B and others}, year=2012", Citation("B et al.", "2012")),
        ("author={van der Maaten, Laurens}, year=2008", Citation("van der Maaten", "2008")),
        (r"author={G{\"o}del, Kurt}, year=1931", Citation("Gödel", "1931")),
        ("editor={A B}, year=2000", Citation("B", "2000")),
        ("author={{The JAX authors}}", Citation("The JAX authors", "n.d.")),
        ("title={{Fashion-MNIST}}, year=2017", Citation("Fashion-MNIST", "2017")),
        ("organization={W3C}, year=2017", Citation("W3C", "2017")),
    ],
)
def test_a_work_is_named_by_authors_and_year(fields: str, citation: Citation) -> None:
    assert read_citations(f"@misc{{key, {fields}}}", "refs.bib") == {"key": citation}


def test_what_is_no_bibtex_is_reported_with_its_line() -> None:
    with pytest.raises(ProblemsError, match=r"^refs\.bib:2: "):
        read_citations("\n@misc{key,", "refs.bib")


def test_a_key_that_stands_twice_is_reported() -> None:
    with pytest.raises(ProblemsError, match=r"^refs\.bib: .*\bkey\b"):
        read_citations("@misc{key, year=1}\n@misc{key, year=2}", "refs.bib")
