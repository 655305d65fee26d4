"""Texts whose words have to come out the same, and whose numbers only nearly."""

import re
from collections.abc import Callable, Sequence

# Not the digits of a name (`float64`, `W_1`); with thousands separators.
_NUMBER = re.compile(r"(?<![\w.])[+-]?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.I)

Near = Callable[[float, float], bool]


def within(share: float) -> Near:
    """Return whether two numbers differ by at most a share of the larger one."""
    return lambda old, new: abs(old - new) <= share * max(abs(old), abs(new))


def texts_agree(old: str, new: str, near: Near) -> bool:
    """Whether two texts have the same words, and at the same places numbers that are near."""
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return False
    return all(map(near, numbers_in(old), numbers_in(new)))


def all_agree(old: Sequence[str], new: Sequence[str], near: Near) -> bool:
    """Whether the texts agree one by one."""
    return len(old) == len(new) and all(
        texts_agree(*pair, near) for pair in zip(old, new, strict=True)
    )


def numbers_in(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
