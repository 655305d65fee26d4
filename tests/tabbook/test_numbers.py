import time
from collections import Counter

import pytest

from tabbook.book.links import Links
from tabbook.book.numbers import summary, too_many_declared, trace_numbers
from tabbook.notebook.prose import NotebookProse
from tabbook.page.prose import PageProse
from tabbook.text.numbers import find_numbers, number_pattern
from tabbook.text.reader import read_chapter
from tabbook.text.select import select

TABS = ("pytorch", "mxnet")
PATTERN = number_pattern(["PyTorch"])
CODE = "\n```{{.python .input}}\n%%tab {}\n{}\n```\n"


def trace(text: str) -> tuple[str, list[str]]:
    """The counts of a chapter, and its problems by line."""
    chapter = read_chapter(text, "a.md", TABS)
    code = {tab: [c for c in select(chapter, tab) if c.kind == "code"] for tab in TABS}
    counts, problems = trace_numbers(chapter, code, PATTERN)
    return summary(counts).partition(": ")[2], [f"{p.line}: {p.message}" for p in problems]


def unbound(text: str) -> list[str]:
    """The numbers of a chapter that come from nowhere."""
    _, problems = trace(text)
    return [problem.split("'")[1] for problem in problems if "the number '" in problem]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It gets 0.85, or .5.", ["0.85", ".5"]),
        ("12%, 12 %, 12 per cent, ten percent", ["12%", "12 %", "12 per cent", "ten percent"]),
        ("60,000 images of 784 pixels", ["60,000", "784"]),
        ("3 s, 5 ms, 2 GB, 64 MiB, 5ms", ["3 s", "5 ms", "2 GB", "64 MiB", "5ms"]),
        ("ten seconds, a ten-minute talk", ["ten seconds", "ten-minute"]),
        ("three times as many, twice the size", ["three times", "twice"]),
        ("three\ntimes larger, half as large", ["three times", "half"]),
        ("five times per epoch", ["five times"]),
        ("PyTorch 3.2 s and TensorFlow 4.1 s, PyTorch 95 % right", ["3.2 s", "4.1 s", "95 %"]),
        ("In Table 2, 0.95 of them", ["0.95"]),
        ("3x faster, 1.5X, 10 x as fast", ["3x", "1.5X", "10 x"]),
        ("1.2M parameters, 60K images", ["1.2M", "60K"]),
        ("90 sec, 45 mins, 3 hrs, 85 °C", ["90 sec", "45 mins", "3 hrs", "85 °C"]),
        ("ten-fold, tenfold, 10-fold", ["ten-fold", "tenfold", "10-fold"]),
        ("2× faster, 1.5 × as fast", ["2×", "1.5 ×"]),
        ("2.5 million weights, 10k, 1e-3", ["2.5 million", "10k", "1e-3"]),
        ("100–200, 784-256-10, 224x224", ["100", "200", "784", "256", "224x224"]),
        ("the 100th, −0.5", ["100th", "0.5"]),
        ("2048 units, 2000 steps, of 1920 pixels", ["2048", "2000", "1920"]),
    ],
)
def test_numbers_are_found(text: str, numbers: list[str]):
    assert [number.text for number in find_numbers(PATTERN, text)] == numbers


@pytest.mark.parametrize(
    "text",
    [
        "two of 12 runs, 28 × 28 pixels, twenty-five, a hundred, sometimes, ones, tens",
        "it is called twice, and two bits are two thirds",
        "In 1986, (Rumelhart, 1986), since 2012, the 1980s, on 12 March 2012, 2026-08-19",
        "Python 3.13, Python 3.12 and 3.13, PyTorch 2.13, version 1.5, v1.0.3, 2.13.0",
        "Fashion-MNIST, float32, LeNet-5, ReLU6, CIFAR-100, LeNet-300-100, 3D, Section 3.2",
    ],
)
def test_small_counts_dates_versions_and_names_are_no_numbers(text: str):
    assert list(find_numbers(PATTERN, text)) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("60,000", 60000),
        ("10%", 0.1),
        ("12.3%", 0.123),
        ("2.5 million", 2.5e6),
        ("ten seconds", 10),
        ("twenty-five seconds", 25),
        ("a hundred times", 100),
        ("two hundred thousand times", 200_000),
        ("three times as many", None),
        ("twice as many", None),
    ],
)
def test_numbers_are_read(text: str, amount: float | None):
    assert [number.amount for number in find_numbers(PATTERN, text)] == [amount]


@pytest.mark.parametrize(
    "text",
    [
        "`0.5` and `` 784 ``, $0.5$ and\n$$0.5 +\n0.6$$",
        "[a link](https://example.org/784), https://example.org/0.5?a=784, doi:10.1000/182",
        "![](image-784.png) <img width=300> [x][784]\n\n[784]: 784.html",
        "## 2.12 A Section\n\n12. An item\n\n> 12. An item",
        ":numref:`sec_784` :math:`0.5`",
        "```\n0.5\n```",
        "<!-- 0.5 -->",
        "(~~0.5~~)",
        "text[^784]",
    ],
)
def test_what_no_one_reads_as_prose_is_left_out(text: str):
    assert trace(text) == ("0 recorded, 0 computed, 0 in code, 0 declared, 0 unbound", [])


@pytest.mark.parametrize(
    "text",
    [
        "It gets 0.87.",
        "# A 0.87",
        "* 0.87",
        "[0.87](x.md)",
        "![It gets 0.87](x.png)",
        ": It gets 0.87\n\n| a |\n|---|\n| b |\n",
        "| a |\n|---|\n| 0.87 |\n",
        "**0.87** and (**more**)",
        "[^1]: It gets 0.87",
        "```{note}\nIt gets 0.87\n```",
        "```{admonition} Title\n:class: tip\n\nIt gets 0.87\n```",
        ":begin_tab:`mxnet`\nIt gets 0.87\n:end_tab:\n",
    ],
)
def test_prose_is_read_wherever_it_stands(text: str):
    assert unbound(text) == ["0.87"]


def test_quoted_and_computed_numbers_are_counted():
    text = ":value:`a` and :value:`b:.1%`, :calc:`a / b:words` times as many.\n\nWords.\n"
    assert trace(text) == ("2 recorded, 1 computed, 0 in code, 0 declared, 0 unbound", [])


def test_a_number_in_the_code_of_its_section_is_bound():
    text = "# A\n\n60,000 images, 10%, 0.25, 784.\n" + CODE.format("all", "f(60_000, 0.1, -0.25)")
    counts, problems = trace(text)
    assert counts == "0 recorded, 0 computed, 3 in code, 0 declared, 1 unbound"
    assert problems == [
        "3: the number '784' is in no code of this section; quote it by :value: or :calc:, "
        "or say why: '<!-- number 784: … -->'"
    ]


def test_the_code_of_the_sections_around_and_within_counts_and_that_beside_does_not():
    first, second, third, fourth = (CODE.format("all", f"f({n * 111})") for n in range(1, 5))
    numbers = "\n\n111, 222, 333, 444\n"
    text = f"# Chapter\n{first}\n## A{numbers}{second}\n### A1{numbers}{third}\n## B\n{fourth}"
    assert unbound(text) == ["444", "444"]
    assert unbound(text.replace("# Chapter", "# Chapter\n\n444, 555", 1)) == ["555", "444", "444"]


def test_a_number_has_to_be_in_the_code_of_every_tab_that_sees_it():
    text = "It has 784 inputs.\n\n:begin_tab:`mxnet`\nOr 784.\n:end_tab:\n"
    text += CODE.format("mxnet", "f(784)") + CODE.format("pytorch", "g()")
    counts, problems = trace(text)
    assert counts == "0 recorded, 0 computed, 1 in code, 0 declared, 1 unbound"
    assert problems[0].startswith("1: the number '784' is in no code of pytorch of this section;")


def test_a_multiple_is_not_bound_by_a_number_in_code():
    text = "It is three times as fast.\n" + CODE.format("all", "f(3)")
    assert trace(text)[1] == [
        "1: the number 'three times' is not computed; write it as :calc:`a / b:words`, "
        "or say why: '<!-- number three times: … -->'"
    ]


def test_output_and_strings_and_other_languages_bind_nothing():
    code = CODE.format("all", "print('784')  # 784") + CODE.format("all", "%%bash\nls 784")
    assert unbound("784\n" + code + "\n```{.json .output}\n784\n```\n") == ["784"]


@pytest.mark.parametrize(
    "text",
    [
        "People get 0.835. <!-- number 0.835: the data set's own table -->",
        "People get 0.835.\n<!-- number 0.835: the data set's own\ntable -->\nMore.",
        "People get 0.835.\n\n<!-- number 0.835: the data set's own table -->",
        "| a |\n|---|\n| 0.835 |\n<!-- number 0.835: its own table -->",
        "People get 0.835 :cite:`xiao`, or so.",
        "As :citet:`xiao` say, e.g. on p. 3, people get 0.835. More.",
    ],
)
def test_a_number_with_a_reason_or_a_source_is_declared(text: str):
    assert trace(text) == ("0 recorded, 0 computed, 0 in code, 1 declared, 0 unbound", [])


def test_several_numbers_are_declared_together():
    text = "60,000 images, three times as many as 20,000. <!-- number 60,000, Three times: why -->"
    assert unbound(text) == ["20,000"]


def test_a_citation_in_another_sentence_is_no_source():
    assert unbound("It gets 0.87. People get 0.835 :cite:`xiao`. It gets 0.88.") == ["0.87", "0.88"]


def test_declarations_that_declare_nothing_are_reported():
    text = "It gets 0.87.\n<!-- number 0.88: a reason -->\n\n0.5 <!-- number 0.5 -->"
    assert trace(text)[1] == [
        "2: '<!-- number 0.88: … -->' declares 0.88, but the numbers of its paragraph are 0.87",
        "1: the number '0.87' is in no code of this section; quote it by :value: or :calc:, "
        "or say why: '<!-- number 0.87: … -->'",
        "4: '<!-- number 0.5: … -->' gives no reason behind a colon",
    ]
    assert trace("<!-- number 0.5: why -->\n\nWords.")[1] == [
        "1: '<!-- number 0.5: … -->' declares 0.5, but the numbers of its paragraph are none"
    ]


DECLARED = """It gets 0.5 <!-- number 0.5: why -->, or
<!-- number 0.5:
why -->
so.

```{note}
A.
<!-- number 3: x -->
```"""


def test_declarations_are_absent_from_pages_and_notebooks():
    for prose in (PageProse(), NotebookProse(Links(""))):
        text = prose.translate(DECLARED)
        assert "It gets 0.5, or\nso." in text
        assert "number" not in text
        assert "<!-- a comment -->" in prose.translate("Words <!-- a comment -->")
        assert prose.translate("`<!-- number 5: x -->`") == "`<!-- number 5: x -->`"


def test_a_book_with_too_many_declarations_is_told_so():
    assert too_many_declared(Counter({"declared": 5, "in code": 95})) == ""
    assert too_many_declared(Counter({"declared": 6, "in code": 94})) == (
        "6.0% of the numbers in prose are declared, at most 5% may be"
    )
    assert too_many_declared(Counter({"declared": 1})) == ""


def test_a_chapter_with_too_many_quotes_is_told_so():
    line = "* :value:`a`, :value:`b`, :value:`c`\n"
    assert trace(line * 3 + "\nWords.\n")[1] == [
        "0: its paragraphs quote 2.2 numbers on average, at most 2 may be; a table can take them"
    ]
    assert trace("* :value:`a`, :value:`b`\n" * 3)[1] == []
    assert trace("| a |\n|---|\n" + "| :value:`a` :value:`b` :value:`c` |\n" * 9)[1] == []


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "1,111", "one ", "1 ", "a-1", "](a", "](()", "<a ", "<!-- number ", "[^", "$", ". "),
        *("0.5 :cite:`a` ", "Python 3, ", "ten times ", "2012, ", ":value:`a` "),
        *(
            "\n",
            "1\n\n",
            "\n\n# 1\n",
            "0.5 <!-- number 0.5: a -->\n\n",
            "0.5<!-- number 0.5: a -->",
        ),
    ],
)
def test_time_grows_linearly_with_hostile_text(piece: str):
    start = time.perf_counter()
    trace(piece * (60_000 // len(piece)))
    assert time.perf_counter() - start < 5
