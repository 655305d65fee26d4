import time

import pytest

from tabbook.text.arithmetic import evaluate
from tabbook.text.quotes import format_value, quote

NUMBERS = {"a": 6, "b": 2, "accuracy": 0.853}


@pytest.mark.parametrize(
    ("number", "spec", "text"),
    [
        (0.85312, "", "0.8531"),
        (60000, "", "60,000"),
        (0.85312, ".1%", "85.3%"),
        (1234.5, ",.0f", "1,234"),
        (1e-7, "", "1e-07"),
        (2.9, "words", "three"),
        (12, "words", "twelve"),
        (0.2, "words", "zero"),
        (12.6, "words", "13"),
        (-2, "words", "-2"),
    ],
)
def test_numbers_are_written_as_the_prose_asks(number: float, spec: str, text: str):
    assert format_value(number, spec) == text


def test_a_format_that_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match="Unknown format code"):
        format_value(0.5, "d")


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("28 * 28", "784"),
        ("a / b", "3"),
        ("a / b:words", "three"),
        ("(a + b) // 3 - -b ** 2", "6"),
        ("a % 4", "2"),
        ("1 - accuracy:.1%", "14.7%"),
        ("max(a, b, 7) + min(a, b) + abs(-1)", "10"),
        ("round(accuracy, 1)", "0.9"),
        ("sqrt(16) + log(exp(2))", "6"),
        (" a * 10_000 ", "60,000"),
        ("+a", "6"),
    ],
)
def test_prose_computes_with_recorded_numbers(argument: str, text: str):
    assert quote("calc", argument, NUMBERS) == text


def test_a_value_is_quoted_by_its_name():
    assert quote("value", "accuracy:.1%", NUMBERS) == "85.3%"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a +", "it is not arithmetic"),
        ("", "it is not arithmetic"),
        ("(" * 10_000, "it is not arithmetic"),
        ("a.real", "'a.real' is no arithmetic"),
        ("__import__('os')", r"'__import__\('os'\)' is no arithmetic"),
        ("max(a, key=b)", "is no arithmetic"),
        ("a < b", "'a < b' is no arithmetic"),
        ("'a'", "no arithmetic"),
        ("True", "'True' is no arithmetic"),
        ("a / (b - 2)", "division by zero"),
        ("sqrt(-1)", "nonnegative|math domain"),
        ("(-1) ** 0.5", "it comes to "),
        ("1e308 * 10", "it comes to inf"),
        ("9 ** 9 ** 9", "the power is too large"),
        ("max()", "at least 1 argument"),
    ],
)
def test_what_is_no_arithmetic_or_no_number_is_an_error(expression: str, message: str):
    with pytest.raises(ValueError, match=message):
        evaluate(expression, NUMBERS)


def test_a_name_that_is_not_recorded_is_named():
    with pytest.raises(KeyError, match="loss"):
        evaluate("a / loss", NUMBERS)


def test_a_format_that_does_not_fit_names_the_number():
    with pytest.raises(ValueError, match=r"'d' is not a format of 0\.853; expected one like"):
        quote("calc", "accuracy:d", NUMBERS)


def test_long_expressions_take_no_time():
    start = time.perf_counter()
    for expression in ("1" + " + 1" * 20_000, "-" * 20_000 + "1", "max(" * 150 + "1" + ")" * 150):
        try:
            evaluate(expression, {})
        except ValueError:
            continue
    assert time.perf_counter() - start < 2
