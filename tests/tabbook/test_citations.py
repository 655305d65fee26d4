import pytest

from tabbook.book.citations import Citation, read_citations


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
    assert read_citations(f"@misc{{key, {fields}}}", "refs.bib") == ({"key": citation}, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n@misc{key,", "refs.bib:2: "),
        ("@misc{key, year=1}\n@misc{key, year=2}", "refs.bib: repeated bibliography entry: key"),
        ("@misc{key, author={A, B, C, D}}", "refs.bib: Too many commas in "),
    ],
)
def test_what_is_wrong_in_the_file_is_reported(text: str, message: str) -> None:
    (problem,) = read_citations(text, "refs.bib")[1]
    assert str(problem).startswith(message)


def test_a_fault_costs_no_other_work() -> None:
    text = "@misc{a, author={A, B, C, D}}\n@misc{b, author={E F}, year=2000}\n@misc{c,"
    citations, problems = read_citations(text, "refs.bib")
    assert citations["b"] == Citation("F", "2000")
    assert len(problems) == 2


def test_what_is_no_latex_leaves_the_key() -> None:
    citations, _ = read_citations(r"@misc{key, title={a\}, year=2000}", "refs.bib")
    assert citations == {"key": Citation("key", "2000")}
