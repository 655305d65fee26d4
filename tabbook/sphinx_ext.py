"""The Sphinx extension: a chapter becomes the merged page of all tabs, with synced tab sets.

Sphinx reads the chapter's text; `source-read` replaces it by the merged notebook of all tabs as
JSON, which MyST-NB then reads through its custom format for `.md`. Everything after that is
MyST-NB's and sphinx-design's own rendering.
"""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from tabbook.book.settings import EXERCISES, NOTEBOOKS, SETTINGS, read_book
from tabbook.page.merge import merge
from tabbook.page.nodes import setup_page

LOGGER = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "page" / "static"
TEMPLATES = Path(__file__).parent / "page" / "templates"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx; called by Sphinx itself."""
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_design")
    for name, kind in SETTINGS.items():
        app.add_config_value(name, kind(), "env", [kind])
    app.connect("config-inited", _configure)
    app.connect("builder-inited", _add_static_files)
    app.connect("source-read", _merge_tabs)
    setup_page(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read_merged(text: str) -> NotebookNode:
    """MyST-NB's reader of a chapter whose text `source-read` has replaced."""
    return nbformat.reads(text, as_version=4)


def _configure(_app: Sphinx, config: Config) -> None:
    config.nb_custom_formats = {**config.nb_custom_formats, ".md": f"{__name__}.read_merged"}
    config.templates_path = [*config.templates_path, str(TEMPLATES)]
    # Pages are made from these; they are none themselves.
    made = [f"{folder}/{tab}" for folder in (EXERCISES, NOTEBOOKS) for tab in config.tabbook_tabs]
    config.exclude_patterns += ["_build", *made]
    # As in Jupyter and in d2lbook, `$$x$$` is a display wherever it stands; see `Displays`.
    config.myst_dmath_double_inline = True


def _merge_tabs(app: Sphinx, document: str, content: list[str]) -> None:
    """Replace a chapter's text by its merged notebook, and note what the page depends on."""
    chapter = Path(app.env.doc2path(document)).relative_to(app.srcdir).as_posix()
    if not chapter.endswith(".md"):
        return
    page = merge(read_book(Path(app.srcdir)), chapter, content[0])
    for problem in page.problems:
        LOGGER.warning(problem.message, location=(document, problem.line), type="tabbook")
    for path in page.dependencies:
        app.env.note_dependency(path.as_posix())
    app.env.temp_data["tabbook_page"] = page
    # `tabbook execute` has executed the cells, each in the kernel of its tab.
    page.notebook.metadata["mystnb"] = {"execution_mode": "off"}
    content[0] = nbformat.writes(page.notebook)


def _add_static_files(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    app.config.html_static_path.append(str(STATIC))
    app.add_css_file("tabbook.css")
    tabs = json.dumps(list(map(str, app.config.tabbook_tabs)))
    # In the head and before all other scripts: no other tab is ever painted.
    app.add_js_file("tabbook.js", priority=100, **{"data-tabs": tabs})
