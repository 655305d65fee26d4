"""What a merged page is made of in Sphinx: tab sets, text that follows the chosen tab, links.

A run of neighbouring elements that belong to tabs becomes one of sphinx-design's tab sets::

    <container design_component="tab-set">
        <container design_component="tab-item">      one for each tab
            <rubric sync_group="tab" sync_id=TAB>
            <container design_component="tab-content">
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import cast
from urllib import parse

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole, SphinxTranslator
from sphinx_design.shared import create_component, is_component
from sphinx_external_toc.events import TableOfContentsNode

from tabbook.book.files import is_file
from tabbook.book.words import Words
from tabbook.page.merge import IMAGES, TAB, Page
from tabbook.page.svg import is_drawing
from tabbook.text.arithmetic import Number
from tabbook.text.quotes import QUOTES, quote
from tabbook.text.reader import read_text

SYNC_GROUP = "tab"
CAPTIONED = "tabbook-figure"
PAGE = "tabbook_page"
PIXELS_PER_POINT = 4 / 3  # CSS


def setup_page(app: Sphinx) -> None:
    """Register directive, role, node and transforms with Sphinx."""
    app.add_directive("tabbook-tab", TabDirective)
    app.add_directive("tabbook-caption", CaptionDirective)
    app.add_directive("tabbook-recall", RecallDirective)
    app.add_directive("tabbook-choice", ChoiceDirective)
    for name in QUOTES:
        app.add_role(f"tabbook-{name}", QuoteRole(name))
    app.add_node(
        tab_text,
        html=(_visit_tab_text, _depart_tab_text),
        latex=(_pass, _pass),
        text=(_pass, _pass),
    )
    app.add_node(output_image, html=(_visit_output_image, _pass))
    app.add_node(fold, html=(_visit_fold, _depart_fold), latex=(_pass, _pass), text=(_pass, _pass))
    app.add_node(fold_title, html=(_visit_fold_title, _depart_fold_title))
    app.add_transform(Contents)
    app.add_transform(Displays)
    app.add_transform(OutputImages)
    app.add_transform(TabSets)
    app.add_transform(Captions)
    app.add_transform(Folds)
    app.add_post_transform(UnnumberedSections)
    app.add_post_transform(Drawings)


class tab_text(nodes.inline):
    """Text that a page shows where `tab` is chosen."""


def _visit_tab_text(self: SphinxTranslator, node: tab_text) -> None:
    self.body.append(self.starttag(node, "span", "", **{"data-tab": node["tab"]}))


def _depart_tab_text(self: SphinxTranslator, _node: tab_text) -> None:
    self.body.append("</span>")


class output_image(nodes.image):
    """An image among a cell's outputs; `width` and `height`, where known, are in pixels."""


def _visit_output_image(self: SphinxTranslator, node: output_image) -> None:
    """Write sizes as HTML's attributes: their ratio keeps the image's place free until it loads.

    Docutils would write them as CSS, which the page's own CSS for narrow screens could not change.
    """
    target = posixpath.join(self.builder.imgpath, parse.quote(self.builder.images[node["uri"]]))
    sizes = {name: node[name] for name in ("width", "height") if name in node}
    # A browser fetches it when its tab is chosen.
    tag = self.emptytag(node, "img", "\n", src=target, alt=node["alt"], loading="lazy", **sizes)
    self.body.append(tag)


class fold(nodes.General, nodes.Element):
    """What a page shows when a reader opens it; the first of its children is a `fold_title`.

    `right` says whether a choice is right, 'true' or 'false'.
    """


class fold_title(nodes.rubric):
    """What is seen of a fold before it is opened; Sphinx takes labels of its kind for titles."""

    tagname = "rubric"


def _visit_fold(self: SphinxTranslator, node: fold) -> None:
    data = {"data-right": node["right"]} if "right" in node else {}
    self.body.append(self.starttag(node, "details", "", **data))


def _depart_fold(self: SphinxTranslator, _node: fold) -> None:
    self.body.append("</details>\n")


def _visit_fold_title(self: SphinxTranslator, node: fold_title) -> None:
    self.body.append(self.starttag(node, "summary", ""))


def _depart_fold_title(self: SphinxTranslator, _node: fold_title) -> None:
    self.body.append("</summary>\n")


def _pass(_self: SphinxTranslator, _node: nodes.Node) -> None:
    pass


class TabDirective(SphinxDirective):
    """Prose of one tab: ` ```{tabbook-tab} NAME `. `TabSets` puts it into a tab set."""

    required_arguments = 1
    final_argument_whitespace = True  # in the name of a tab
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the content into a container that knows its tab."""
        container = nodes.container(**{TAB: self.arguments[0]})
        self.set_source_info(container)
        self.state.nested_parse(self.content, self.content_offset, container)
        return [container]


class CaptionDirective(SphinxDirective):
    """The caption of what the cell above shows, and its labels: ` ```{tabbook-caption} LABEL… `.

    `Captions` moves into the figure what it is of.
    """

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a figure that has a caption alone; Sphinx numbers it, since it has an id."""
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        words = [child for paragraph in content.children for child in paragraph.children]
        figure = nodes.figure("", nodes.caption("", "", *words), classes=[CAPTIONED])
        self.set_source_info(figure)
        figure["names"] = " ".join(self.arguments).split()
        self.state.document.note_explicit_target(figure, figure)
        return [figure]


class RecallDirective(SphinxDirective):
    """A question with choices: an element with an id, the choices in order."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the content into a container."""
        question = nodes.container(classes=["tabbook-recall"])
        self.set_source_info(question)
        number = self.env.new_serialno("tabbook-recall") + 1
        question["ids"] = [f"tabbook-recall-{number}"]
        self.state.document.set_id(question)
        self.state.nested_parse(self.content, self.content_offset, question)
        return [question]


class ChoiceDirective(SphinxDirective):
    """A choice, ` ```{tabbook-choice} right `: what it says, and an explanation in a fold."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the fold; the first paragraph is its title."""
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        words, *explanation = content.children
        title = fold_title("", "", *words.children)
        right = str(self.arguments[0] == "right").lower()
        return [fold("", title, *explanation, classes=["tabbook-choice"], right=right)]


class QuoteRole(SphinxRole):
    """A recorded or computed number; text that follows the tab where tabs differ."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return one text where all tabs agree and one for each tab otherwise."""
        page = cast(Page, self.env.temp_data[PAGE])
        numbers = page.numbers or {"": {}}
        texts = {tab: self._text(values) for tab, values in numbers.items()}
        if len(set(texts.values())) == 1:
            return [nodes.Text(texts.popitem()[1])], []
        return list(self._per_tab(texts)), []

    def _text(self, numbers: Mapping[str, Number]) -> str:
        """What stands for the mark; whatever is wrong with it, `quote_problems` reports."""
        try:
            return quote(self.mark, self.text, numbers)
        except (KeyError, ValueError):
            return "?"

    def _per_tab(self, texts: dict[str, str]) -> Iterator[nodes.Node]:
        """Without the page's script all are readable: '0.853 (PyTorch), 0.851 (TensorFlow)'."""
        # As in tab sets, what the page has for the first tab stands for those that it lacks.
        lacking = [tab for tab in self.env.config.tabbook_tabs if tab not in texts]
        for number, (tab, text) in enumerate(texts.items(), 1):
            rest = f" ({_title(self.env.config, tab)})" + (", " if number < len(texts) else "")
            name = nodes.inline("", rest, classes=["tabbook-name"])
            tabs = [tab, *lacking] if number == 1 else [tab]
            yield tab_text("", "", nodes.Text(text), name, tab=" ".join(map(str, tabs)))


class Contents(SphinxTransform):
    """Leave a page one table of contents, the first: it has all that `_toc.yml` puts there."""

    default_priority = 99  # before sphinx-external-toc fills them

    def apply(self, **_kwargs: object) -> None:
        """Take out all others."""
        for node in list(self.document.findall(TableOfContentsNode))[1:]:
            node.parent.remove(node)


class Displays(SphinxTransform):
    """Have displayed equations that stand in the middle of a paragraph end it."""

    default_priority = 208

    def apply(self, **_kwargs: object) -> None:
        """Split the paragraphs."""
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if any(isinstance(child, nodes.math_block) for child in paragraph.children):
                paragraph.replace_self(list(_split(paragraph)))


def _split(paragraph: nodes.paragraph) -> Iterator[nodes.Node]:
    """The displayed equations of a paragraph, and paragraphs of the text between them."""
    runs = groupby(paragraph.children, lambda node: isinstance(node, nodes.math_block))
    for is_display, run in runs:
        part = list(run)
        if is_display:
            yield from part
        elif any(node.astext().strip() for node in part):
            yield nodes.paragraph("", "", *part)


class OutputImages(SphinxTransform):
    """Give the images among a cell's outputs the descriptions and the sizes that it recorded."""

    default_priority = 209

    def apply(self, **_kwargs: object) -> None:
        """Replace images, in order."""
        for cell in list(self.document.findall(nodes.container)):
            recorded = cell.get("cell_metadata", {}).get(IMAGES, [])
            images = list(cell.findall(nodes.image))
            for image, facts in zip(images, recorded, strict=False):
                sizes = {
                    name: str(round(points * PIXELS_PER_POINT))
                    for name, points in zip(("width", "height"), facts["size"], strict=False)
                }
                attributes = {**image.attributes, **sizes, "alt": facts["alt"]}
                image.replace_self(output_image(image.rawsource, **attributes))


class TabSets(SphinxTransform):
    """Fold every run of neighbours that belong to tabs into one tab set."""

    default_priority = 210

    def apply(self, **_kwargs: object) -> None:
        """Replace the runs, and put the chapter's links under its title."""
        parents = {id(node.parent): node.parent for node in self.document.findall(_in_tab)}
        for parent in parents.values():
            parent.children = list(self._fold(parent.children))
            for child in parent.children:
                child.parent = parent
        self._add_links()

    def _fold(self, children: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
        for in_tab, run in groupby(children, _in_tab):
            if in_tab:
                yield self._tab_set(run)
            else:
                yield from run

    def _tab_set(self, run: Iterable[nodes.Node]) -> nodes.Element:
        contents: dict[str, list[nodes.Node]] = {tab: [] for tab in self.config.tabbook_tabs}
        for node in run:
            contents.setdefault(_tab(node), []).append(node)
        items = [self._tab_item(tab, nodes_) for tab, nodes_ in contents.items() if nodes_]
        return create_component("tab-set", classes=["sd-tab-set"], children=items)

    def _tab_item(self, tab: str, children: list[nodes.Node]) -> nodes.Element:
        title = _title(self.config, tab)
        label = nodes.rubric(title, title, classes=["sd-tab-label"])
        label["sync_group"], label["sync_id"] = SYNC_GROUP, tab
        content = create_component("tab-content", classes=["sd-tab-content"], children=children)
        return create_component("tab-item", classes=["sd-tab-item"], children=[label, content])

    def _add_links(self) -> None:
        """A tab set under the title: it chooses the tab and links to that tab's notebook."""
        page = self.env.temp_data.get(PAGE)
        title = next(self.document.findall(nodes.title), None)
        if page is None or title is None or not page.links:
            return
        lines = {tab: _links(links) for tab, links in page.links.items()}
        lines |= {tab: nodes.paragraph(text, text) for tab, text in page.absences.items()}
        ordered = [tab for tab in self.config.tabbook_tabs if tab in lines]
        if len(ordered) == 1 and not any(page.links.values()):
            return  # nothing to choose, nothing to show
        items = [self._tab_item(tab, [lines[tab]]) for tab in ordered]
        tab_set = create_component("tab-set", classes=["sd-tab-set"], children=items)
        title.parent.insert(title.parent.index(title) + 1, tab_set)


class Captions(SphinxTransform):
    """Move what a caption is of into its figure: the tab set or the outputs right above it."""

    default_priority = 211  # there are tab sets now

    def apply(self, **_kwargs: object) -> None:
        """Fill the figures; one of nothing stays a caption alone."""
        for figure in list(self.document.findall(nodes.figure)):
            shown = _shown_above(figure) if CAPTIONED in figure["classes"] else None
            if shown is not None:
                figure.parent.remove(figure)
                shown.parent.replace(shown, figure)
                figure.insert(0, shown)


def _shown_above(node: nodes.Element) -> nodes.Element | None:
    """The tab set right above an element, or the cell's outputs; there may be none."""
    index = node.parent.index(node)
    if not index:  # prose of a tab is in a container
        return _shown_above(node.parent) if _in_tab(node.parent) else None
    above = node.parent[index - 1]
    if is_component(above, "tab-set"):
        return above
    inner = above.children if isinstance(above, nodes.container) else []
    return next((each for each in inner if "cell_output" in each["classes"]), None)


class Folds(SphinxTransform):
    """Fold the sections that `tabbook_solution` and `tabbook_folded` name, until they are opened.

    A solution is a section like others with a heading. The others are no sections any more, so they
    have no number and are in no table of contents.
    """

    default_priority = 261  # sections have their labels now

    def apply(self, **_kwargs: object) -> None:
        """Replace the sections, or their content."""
        words = Words(self.config.language or "", self.config.tabbook_words)
        for section in list(self.document.findall(nodes.section)):
            title = section.next_node(nodes.title)
            if title is None or section.parent is self.document:
                continue
            if title.astext() == self.config.tabbook_solution:
                shown = fold_title("", words.say("Show the solution"))
                content = section.children[1:]
                section[1:] = [fold("", shown, *content, classes=["tabbook-solution"])]
            elif title.astext() in self.config.tabbook_folded:
                section.parent.replace(section, self._folded(section, title))

    def _folded(self, section: nodes.section, title: nodes.title) -> fold:
        names = {key: section[key] for key in ("ids", "names")}
        shown = fold_title(title.rawsource, "", *title.children, **names)
        self.document.ids |= dict.fromkeys(section["ids"], shown)
        return fold("", shown, *section.children[1:], classes=["tabbook-fold"])


class Drawings(SphinxPostTransform):
    """Let drawings stand in the page itself, where their colours can follow its theme.

    A drawing is an SVG file whose root has the class `drawing`.
    """

    default_priority = 6  # before images are fetched
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Replace the images."""
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.env.srcdir, image["uri"])
            text = read_text(path) if path.suffix == ".svg" and is_file(path) else ""
            if is_drawing(text):
                svg = text[text.index("<svg") :]
                html = f'<div class="tabbook-drawing">\n{svg}\n</div>'
                image.parent.replace(image, nodes.raw("", html, format="html"))


class UnnumberedSections(SphinxPostTransform):
    """Let a `{numref}` to a section without a number show its title: Sphinx shows the label."""

    default_priority = 5  # before references are resolved

    def run(self, **_kwargs: object) -> None:
        """Make `{ref}` of such references."""
        for xref in list(self.document.findall(addnodes.pending_xref)):
            if xref["reftype"] == "numref" and not xref["refexplicit"]:
                document, anchor, _ = self._labels.get(xref["reftarget"], ("", "", ""))
                if document and self._is_section(document, anchor):
                    xref["reftype"] = "ref"

    @property
    def _labels(self) -> Mapping[str, tuple[str, str, str]]:
        return cast(StandardDomain, self.env.get_domain("std")).labels

    def _is_section(self, document: str, anchor: str) -> bool:
        """Whether a place is a section without a number."""
        numbers = self.env.toc_secnumbers.get(document, {})
        figures = self.env.toc_fignumbers.get(document, {}).values()
        if numbers.get(f"#{anchor}") or any(anchor in numbered for numbered in figures):
            return False  # which is what most are, and needs no page to be read
        node = self.env.get_doctree(document).ids.get(anchor)
        if isinstance(node, fold_title):
            return True
        if not isinstance(node, nodes.section):
            return False
        places = ["", *(f"#{name}" for name in node["ids"])]
        is_first = isinstance(node.parent, nodes.document)
        return not any(numbers.get(place) for place in places[not is_first :])


def _links(links: Iterable[tuple[str, str]]) -> nodes.paragraph:
    paragraph = nodes.paragraph(classes=["tabbook-links"])
    for number, (text, target) in enumerate(links):
        if number:
            paragraph += nodes.Text(" · ")
        paragraph += nodes.reference("", text, refuri=target, internal=False)
    return paragraph


def _tab(node: nodes.Node) -> str:
    """The tab that an element of the page belongs to; empty for what is for all."""
    if not isinstance(node, nodes.container):
        return ""
    return node.get(TAB) or node.get("cell_metadata", {}).get(TAB, "")


def _in_tab(node: nodes.Node) -> bool:
    return bool(_tab(node))


def _title(config: object, tab: str) -> str:
    return config.tabbook_tabs[tab].get("title", tab)  # type: ignore[attr-defined]
