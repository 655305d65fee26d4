"""The reference pages name what is there, and what is there can be documented."""

import importlib
import operator
import re
from pathlib import Path

import faces
import pytest

PAGES = Path(__file__).parents[2] / "reference"
ROOT = PAGES.parent
NAMED = re.compile(r"^\.\. auto(?:class|function|data):: ([\w.]+)", re.M)
LINKED = re.compile(r":doc:`/([\w/-]+)`")


@pytest.mark.parametrize("page", [*faces.NAMES, "common"])
def test_every_name_of_a_reference_page_is_the_librarys_own_and_has_a_docstring(page):
    text = (PAGES / f"{page}.rst").read_text(encoding="utf-8")
    names = NAMED.findall(text)
    assert len(names) > 15
    if page != "common":
        names = [f"d2l_local.{page}.{name.removeprefix(f'd2l_local.{page}.')}" for name in names]
    for name in names:
        module, *attributes = name.split(".")
        while True:
            try:
                importlib.import_module(f"{module}.{attributes[0]}")
            except ImportError:
                break
            module = f"{module}.{attributes.pop(0)}"
        documented = operator.attrgetter(".".join(attributes))(importlib.import_module(module))
        assert documented.__doc__, name
        # Docstrings of a framework's methods are not written for Sphinx, which warns of them.
        assert str(getattr(documented, "__module__", "")).startswith("d2l_local"), name


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.rst")), ids=lambda page: page.stem)
def test_a_reference_page_links_to_chapters_that_are_there(page):
    for chapter in LINKED.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / f"{chapter}.md").exists(), chapter
