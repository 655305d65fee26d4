"""Numbers that a text states: decimals, percentages, large ones, ones with a unit, multiples."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tabbook.text.inline import HIDDEN

_SMALL = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, int] = {word: n for n, word in enumerate(_SMALL, 1)}
_WORDS |= {word: 10 * n for n, word in enumerate(_TENS, 1)} | {"a": 1}
_MAGNITUDES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_MAGNITUDES |= {"k": 1_000, "K": 1_000, "M": 10**6}

_DIGITS = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+"
_WORD = "|".join(sorted(_WORDS.keys() - {"a"}, key=len, reverse=True))
_IN_WORDS = (
    rf"(?:{_WORD}|a(?=[ ](?:hundred|thousand|million)))"
    rf"(?:[ -](?:{_WORD}|hundred|thousand|million))*"
)
_LONG_UNIT = r"(?:(?:milli|micro|nano)?second|minute|hour|(?:kilo|mega|giga|tera)?byte)s?"
_SHORT_UNIT = r"secs?|mins?|hrs?|°C|ms|[µμ]s|us|ns|s|min|h|[kKMGTP]?B|[KMGT]iB|[kMG]?Hz"
_UNIT = rf"(?:{_LONG_UNIT}|{_SHORT_UNIT}|[GT]?FLOPS?)"
# What is compared stands behind a multiple: `three times as many`. Without it, `three times` is a
# count, and before another number a product.
_COMPARED = r"(?=\s+(?:as|the|th[ai]t|this|its|our|their|more|less|what|(?!per\b)\w+er|worse)\b)"
_SKIPPED = [
    r"\d+(?:\.\d+){2,}",  # a version or an address
    r"(?:18|19|20)\d\d-\d\d(?:-\d\d)?(?!\d)",
    r"(?:18|19|20)\d0s\b",
]
_NAMED = (
    *("version", "versions", "Version", "Versions", "Python", "NumPy", "CUDA"),
    *("Debian", "Ubuntu", "macOS", "Windows"),
    *("Section", "Chapter", "Figure", "Table", "Equation", "Part"),
)
_DATE_BEFORE = re.compile(
    r"(?:\b(?:in|since|from|until|till|by|before|after|around|about|to|of|and|or|early|late|year"
    r"|spring|summer|autumn|winter|January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\s+(?:\d{1,2},?\s+)?|[(,;–-]\s*)$",
    re.IGNORECASE,
)
# What is counted stands behind a number: `2048 units`. Behind a date another clause may begin.
_COUNTED = re.compile(r"\s+(?!(?:as|has|is|its|this|thus|was)\b)[a-z-]+s\b")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_ORDINAL_OR_SIZE = re.compile(r"(?:st|nd|rd|th|x\d+)?")


@dataclass(frozen=True)
class TypedNumber:
    """A number as it is written, and where; `amount` is what it says, None for a multiple."""

    text: str
    start: int
    amount: float | None


def number_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of numbers; what follows one of `names`, as in `Python 3.13`, is none."""
    named = "|".join(map(re.escape, sorted({*_NAMED, *names}, key=len, reverse=True)))
    version = rf"v?(?>\d+(?:\.\d+)*)\b(?!\s?%)(?![\s-]?{_UNIT}(?!\w))"
    further = rf"(?:(?:,\s|\s(?:and|or|to)\s|–|-)(?!0\.){version})*"
    skipped = "|".join([rf"\b(?:{named})\s+{version}{further}", *_SKIPPED])
    return re.compile(
        rf"(?P<skipped>{skipped})"
        rf"|(?<![\w.])(?:(?P<digits>{_DIGITS})|(?P<words>(?i:{_IN_WORDS})))"
        rf"(?:(?P<multiple>\s?[×xX](?!\w|\s*\d)|-?fold\b|[\s-]+times\b{_COMPARED})"
        rf"|(?P<count>\s+times\b(?!\s+[\d{HIDDEN}]))"
        rf"|(?P<percent>\s?%|[\s-]per\s?cent(?:age\s+points?)?\b)"
        rf"|(?P<long_unit>[\s-]{_LONG_UNIT}\b)"
        rf"|[\s-]?(?P<unit>{_UNIT})(?!\w)"
        r"|\s?(?P<magnitude>[kKM]|thousand|million|billion)\b)?(?P<tail>\w*)"
        rf"|\b(?P<multiple_word>(?i:twice|thrice|half(?=\s+as\b)){_COMPARED})"
        r"|[^\W\d]\w*(?:-\d+(?![.\d]))*"  # a word, or a name such as LeNet-5
    )


def find_numbers(pattern: re.Pattern[str], text: str) -> Iterator[TypedNumber]:
    """Yield the numbers of a text in order.

    Not the small counts, years, versions, and digits in names.
    """
    for found in pattern.finditer(text):
        if found["digits"]:
            is_number = _is_large(found) and not _is_year(found)
        elif found["words"]:
            is_number = any(found.group("multiple", "count", "percent", "long_unit"))
            is_number = is_number and not found["tail"]
        else:
            is_number = bool(found["multiple_word"])
        if is_number:
            yield TypedNumber(" ".join(found[0].split()), found.start(), _amount(found))


def rounded(number: float) -> float:
    """A number to compare by equality: 12.3% is 0.123, whatever a division by 100 gives."""
    return float(f"{number:.12g}")


def _is_large(found: re.Match[str]) -> bool:
    """Whether digits are more than a small count, or a part of a name."""
    if not _ORDINAL_OR_SIZE.fullmatch(found["tail"]):
        return False
    suffixes = found.group("multiple", "count", "percent", "long_unit", "unit", "magnitude")
    digits = found["digits"]
    return any(suffixes) or not digits.isdigit() or len(digits) > 2


def _is_year(found: re.Match[str]) -> bool:
    text, start, end = found.string, found.start(), found.end()
    if not _YEAR.fullmatch(found[0]):
        return False
    before = _DATE_BEFORE.search(text[max(0, start - 30) : start])
    return bool(before) and not _COUNTED.match(text, end, end + 40)


def _amount(found: re.Match[str]) -> float | None:
    if found["multiple"] or found["multiple_word"]:
        return None
    if found["digits"]:
        amount = float(re.sub(r"[^\d.e+-]", "", found["digits"]))
    else:
        amount = _spelled(found["words"])
    amount *= _MAGNITUDES.get(found["magnitude"], 1)
    return rounded(amount / 100 if found["percent"] else amount)


def _spelled(words: str) -> float:
    total, part = 0, 0
    for word in re.split(r"[ -]", words.lower()):
        if word not in _MAGNITUDES:
            part += _WORDS[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        else:
            total, part = total + max(part, 1) * _MAGNITUDES[word], 0
    return total + part
