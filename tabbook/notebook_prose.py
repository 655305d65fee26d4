"""Prose with d2lbook's marks as Markdown that Jupyter and Colab show as it is meant."""

import html
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from docutils.nodes import make_id

from tabbook.blocks import (
    Bibliography,
    Block,
    Equation,
    Fenced,
    Figure,
    Heading,
    Table,
    Target,
    Text,
)
from tabbook.citations import Citation
from tabbook.inline import replace_in_prose, translate_marks
from tabbook.labels import CITATIONS, CROSS_REFERENCES, VALUE, Label
from tabbook.marks import indented, join_blocks, language, page_target, plain_text, shown_blocks
from tabbook.values import format_value

_LINK_TARGET = re.compile(r"\]\((?P<part>[^()\s]+)")
_HTML_SOURCE = re.compile(r"<img\b[^>]*?\ssrc=[\"'](?P<part>[^\"']+)")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|[/#]", re.IGNORECASE)
# These are displays of their own, which a tag has to stand in.
_END_OF_DISPLAY = re.compile(r"\s*\\end\{(?:align|alignat|equation|gather|multline)\*?\}\s*$")
_TOC_ENTRY = re.compile(r"(?:(?P<title>[^<]+?)[ \t]*<(?P<named>[^>]+)>|(?P<path>\S+))[ \t]*$")


@dataclass(frozen=True)
class NotebookProse:
    """What the prose of one notebook is written with.

    `path` is the chapter's, relative to the book's root; `root` leads there from the notebook, as a
    relative path or as a URL. `site` is the URL of the published book, empty if there is none.
    `labels` and `citations` are those of the whole book; `values` are the recorded numbers.
    """

    path: str
    root: str = "."
    site: str = ""
    labels: Mapping[str, Label] = field(default_factory=dict)
    citations: Mapping[str, Citation] = field(default_factory=dict)
    values: Mapping[str, int | float] = field(default_factory=dict)

    def translate(self, source: str) -> str:
        """Translate the source of a markdown cell; empty where there is nothing to show."""
        return join_blocks(self._lines(block) for block in shown_blocks(source))

    def _lines(self, block: Block) -> list[str]:
        match block:
            case Text() | Heading():
                return [self._text("\n".join(block.lines))]
            case Figure():
                return self._figure(block)
            case Table():
                caption = self._caption("Table", block.labels, block.caption)
                return indented([*caption, *map(self._text, block.rows)], block.indent)
            case Equation():
                return self._equation(block)
            case Fenced():
                return self._fence(block)
            case Bibliography() if self.site:
                return [f"[The references]({self._page(self.path)}) are online."]
            case Bibliography() | Target():
                return []

    def _text(self, text: str) -> str:
        for pattern in (_LINK_TARGET, _HTML_SOURCE):
            text = replace_in_prose(pattern, self._resolve, text)
        return translate_marks(text, self._role)

    def _role(self, name: str, argument: str) -> str | None:
        if name in CROSS_REFERENCES:
            return self._reference(argument.strip())
        if name in CITATIONS:
            return self._citation(name, [key.strip() for key in argument.split(",")])
        if name == VALUE:
            return self._value(argument)
        return None

    def _reference(self, name: str) -> str:
        """Return a link to the place on the site; only sections are called by their title."""
        label = self.labels.get(name)
        if label is None:
            return f"`{name}`"
        if label.kind == "section":
            text = plain_text(label.title)
        else:
            text = f"({label.number})" if label.kind == "equation" else _numbered(label)
        if not self.site:
            return text
        prefix = "equation-" if label.kind == "equation" else ""
        anchor = make_id(prefix + page_target(name))
        return f"[{text}]({self._page(label.path)}#{anchor})"

    def _citation(self, name: str, keys: list[str]) -> str:
        works = [(self.citations.get(key), key) for key in keys]
        if name == "citet":
            return ", ".join(
                f"{work.authors} ({work.year})" if work else key for work, key in works
            )
        return f"({'; '.join(f'{w.authors}, {w.year}' if w else key for w, key in works)})"

    def _value(self, argument: str) -> str:
        name, _, spec = argument.partition(":")
        if name not in self.values:
            return "?"
        try:
            return format_value(self.values[name], spec)
        except ValueError:  # `value_problems` reports it
            return str(self.values[name])

    def _figure(self, figure: Figure) -> list[str]:
        alt, path = plain_text(figure.caption), self._resolve(figure.path)
        image = f"![{alt}]({path})"
        if figure.options:
            sizes = {name: size.removesuffix("px") for name, size in figure.options.items()}
            attributes = {"src": path, "alt": alt, **sizes}
            pairs = (f'{name}="{html.escape(value)}"' for name, value in attributes.items())
            image = f"<img {' '.join(pairs)}>"
        caption = self._caption("Figure", figure.labels, figure.caption)
        return indented([image, "", *caption], figure.indent)

    def _caption(self, kind: str, labels: Mapping[str, int], caption: str) -> list[str]:
        known = [self.labels[name] for name in labels if name in self.labels]
        number = f"**{kind} {known[0].number}.** " if known else ""
        return [number + self._text(caption), ""] if number or caption else []

    def _equation(self, equation: Equation) -> list[str]:
        label = self.labels.get(equation.label)
        body = "\n".join(equation.body)
        if label is not None:
            display = _END_OF_DISPLAY.search(body)
            end = display.start() if display else len(body)
            body = f"{body[:end]} \\tag{{{label.number}}}{body[end:]}"
        return indented(["$$", *body.split("\n"), "$$"], equation.indent)

    def _fence(self, block: Fenced) -> list[str]:
        fence = block.fence
        if fence.info == "toc":
            return list(self._contents(block))
        if fence.info == "eval_rst":  # raw reStructuredText is for Sphinx alone
            return []
        return [f"{fence.prefix}{fence.marker}{language(block)}", *block.lines[1:]]

    def _contents(self, block: Fenced) -> Iterator[str]:
        """Yield a list of links to the notebooks that a table of contents names."""
        for line in block.lines[1:-1]:
            entry = _TOC_ENTRY.match(line.strip())
            if entry and not line.lstrip().startswith(":"):
                path = (entry["named"] or entry["path"]).removesuffix(".md")
                yield f"- [{entry['title'] or path}]({path}.ipynb)"

    def _resolve(self, path: str) -> str:
        """Return where a file or a chapter is that the chapter names relative to itself."""
        if _ABSOLUTE.match(path):
            return path
        full = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path))
        chapter, suffix, anchor = full.partition(".md")
        if suffix and (not anchor or anchor.startswith("#")):
            return (
                f"{self.site}/{chapter}.html{anchor}"
                if self.site
                else path.replace(".md", ".ipynb")
            )
        return f"{self.root}/{full}"

    def _page(self, chapter: str) -> str:
        return f"{self.site}/{posixpath.splitext(chapter)[0]}.html"


def _numbered(label: Label) -> str:
    return f"{label.kind.capitalize()} {label.number}"
