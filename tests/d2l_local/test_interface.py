"""The interface of the d2l package: every name of its early chapters, with its signature."""

import inspect
import re

import faces
import interface_table
import pytest

DESCRIBED = interface_table.interface()
FIRST = sorted({name for g in interface_table.GENERATIONS for name in DESCRIBED[g]["first"]})


def signatures():
    """(framework, name of a function or method, its signature in the package)."""
    for generation in interface_table.GENERATIONS:
        for name, described in DESCRIBED[generation]["first"].items():
            for framework, entry in described.items():
                if "signature" in entry:
                    yield framework, name, entry["signature"]
                for method, signature in entry.get("methods", {}).items():
                    yield framework, f"{name}.{method}", signature
    for name, described in DESCRIBED["earlier"].items():
        for framework, entry in described.items():
            yield framework, name, entry["signature"]


def parameters(signature):
    """The (name, default as source) pairs of a signature that is given as source."""
    names = {}
    exec(f"def described{re.sub(r'd2l[.]get_key[(][)]', 'None', signature)}: pass", names)
    return list(inspect.signature(names["described"]).parameters.values())


@pytest.mark.parametrize("name", FIRST)
def test_the_name_is_there(face, name):
    assert getattr(face.d2l, name) is not None


@pytest.mark.parametrize(("framework", "name", "signature"), sorted(set(signatures())))
def test_the_arguments_are_what_they_always_were(framework, name, signature):
    found = faces.load(framework).d2l
    for part in name.split("."):
        found = getattr(found, part)
    actual = list(inspect.signature(found).parameters.values())
    renamed = getattr(found, "older_names", {})
    for position, old in enumerate(parameters(signature)):
        if old.kind in (old.VAR_POSITIONAL, old.VAR_KEYWORD):
            assert old.kind in {p.kind for p in actual}
            continue
        new = actual[position]
        assert new.name == renamed.get(old.name, old.name)
        assert same_default(new.default, old.default), (new.default, old.default)


def same_default(new, old):
    """Equal; a tuple may stand where the package had a list, or nothing for an empty list."""
    if isinstance(old, list):
        return list(new or ()) == old
    return new == old


def test_the_table_in_the_documentation_is_up_to_date():
    table = interface_table.page({name: faces.load(name).d2l for name in interface_table.TITLES})
    assert interface_table.PAGE.read_text(encoding="utf-8") == table, (
        "write it anew: python tests/d2l_local/interface_table.py"
    )
