"""Numbers in prose that a notebook fills in: `:value:` quotes one, `:calc:` computes with them."""

from collections.abc import Mapping

from tabbook.text.arithmetic import Number, evaluate

VALUE = "value"
CALC = "calc"
QUOTES = (VALUE, CALC)

WORDS = "words"
_NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def quote(role: str, argument: str, numbers: Mapping[str, Number]) -> str:
    """Return the text that stands for a mark, given the numbers that the notebook records.

    Raises `KeyError` with the name that is not recorded, and `ValueError` where the mark is no
    arithmetic, comes to no number or has a format that does not fit it.
    """
    subject, _, spec = argument.partition(":")
    number = evaluate(subject, numbers) if role == CALC else numbers[subject]
    try:
        return format_value(number, spec)
    except ValueError:
        message = f"'{spec}' is not a format of {number}; expected one like '.1%'"
        raise ValueError(message) from None


def format_value(number: Number, spec: str = "") -> str:
    """Write a number by a format specification of Python's `format`, or as a word if it is `words`.

    Without one, a whole number gets thousands separators and any other four significant digits.
    Words are for the whole numbers up to twelve; others are digits, as they are in prose.
    Raises `ValueError` where the specification does not fit the number.
    """
    if spec == WORDS:
        number = round(number)
        if 0 <= number < len(_NUMBER_WORDS):
            return _NUMBER_WORDS[number]
    elif spec:
        return format(number, spec)
    return f"{number:,}" if isinstance(number, int) else f"{number:.4g}"


def is_format(spec: str) -> bool:
    """Whether there is a number that `format_value` can write so."""
    for number in (1, 1.0):
        try:
            format_value(number, spec)
        except ValueError:
            continue
        return True
    return False
