"""The sections `[library-TAB]` of d2lbook's `config.ini`: a tab's library and its aliases."""

import re
from collections.abc import Iterator, Mapping

from tabbook.book.settings import Library
from tabbook.text.aliases import read_aliases

_FLUENT = "{} = lambda x, /, *args, **kwargs: x.{}(*args, **kwargs)"
# In a regular expression, the group for an argument, as in `d2l.size\(([\w\_\d]+)\) -> \1.size`.
_GROUP = re.compile(r"\((?:\[[^\]]*\]|\\w|\.)[+*]\??\)")


def read_library(settings: Mapping[str, str]) -> tuple[Library, list[str]]:
    """Return the library of a tab, and the entries that cannot be read as aliases.

    As in d2lbook, `alias` is only written to the library; and where two entries are for one name,
    that of `reverse_alias` is what readers see.
    """
    entries = list(_entries(settings))
    faults = [entry for _, entry, alias in entries if not _is_alias(alias)]
    aliases = [(setting, alias) for setting, entry, alias in entries if entry not in faults]
    written = [alias for setting, alias in aliases if setting != "reverse_alias"]
    definitions = [settings.get("alias", "").strip(), *written]
    shown = "\n".join(alias for _, alias in aliases)
    return Library(settings.get("lib_file", "").strip(), shown, "\n".join(definitions)), faults


def _entries(settings: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the setting, the entry as it is written, and the alias in Python."""
    module = settings.get("lib_name", "").strip()
    if module:
        for name, native, entry in _pairs(settings, "simple_alias", ","):
            yield "simple_alias", entry, f"{name} = {module}.{native}"
        for name, native, entry in _pairs(settings, "fluent_alias", ","):
            yield "fluent_alias", entry, _FLUENT.format(name, native)
        for call, native, entry in _pairs(settings, "args_alias"):
            yield "args_alias", entry, f"def {call}:\n    return {native}"
    for called, native, entry in _pairs(settings, "reverse_alias"):
        yield "reverse_alias", entry, _reversed(called.removeprefix("d2l."), native)


def _pairs(
    settings: Mapping[str, str], name: str, separator: str = "\n"
) -> Iterator[tuple[str, str, str]]:
    """Yield what an alias is called, what it stands for, and both as they are written.

    A bracket at the end, as in `exp(`, keeps d2lbook from changing longer names, too.
    """
    for line in re.split(rf"[{separator}\n]", settings.get(name, "")):
        if entry := line.strip():
            called, arrow, native = (part.strip() for part in entry.partition("->"))
            called = called.removesuffix("(")
            yield called, native.removesuffix("(") if arrow else called, entry


def _reversed(called: str, native: str) -> str:
    """Return an entry of `reverse_alias` in Python; one that is a pattern is a function."""
    number = len(_GROUP.findall(called))
    if not number:
        return f"{called} = {native}"
    parameters = (f"_{index}" for index in range(1, number + 1))
    called = re.sub(r"\\(\W)", r"\1", _GROUP.sub(lambda _: next(parameters), called))
    return f"def {called}:\n    return " + re.sub(r"\\(\d+)", r"_\1", native)


def _is_alias(text: str) -> bool:
    try:
        return bool(read_aliases(text).aliases)
    except SyntaxError:
        return False
