"""Prose with d2lbook's marks as Markdown that Jupyter and Colab show as it is meant."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from docutils.nodes import make_id

from tabbook.book.citations import Citation
from tabbook.book.contents import TOC, toc_entries
from tabbook.book.labels import CITATIONS, CROSS_REFERENCES, Label
from tabbook.book.links import Links, raw_images
from tabbook.text.blocks import (
    RAW_RST,
    Bibliography,
    Block,
    Equation,
    Fenced,
    Figure,
    Heading,
    Table,
    Target,
    Text,
    parse_blocks,
)
from tabbook.text.fences import BOXES, PROSE_DIRECTIVES, options_and_text
from tabbook.text.inline import translate_marks
from tabbook.text.marks import (
    indented,
    join_blocks,
    page_target,
    plain_text,
)
from tabbook.text.quotes import QUOTES, quote

# These are displays of their own, which a tag has to stand in.
_END_OF_DISPLAY = re.compile(r"\s*\\end\{(?:align|alignat|equation|gather|multline)\*?\}\s*$")


@dataclass(frozen=True)
class NotebookProse:
    """What the prose of one notebook is written with.

    `labels` and `citations` are those of the whole book; `values` are the recorded numbers.
    """

    links: Links
    labels: Mapping[str, Label] = field(default_factory=dict)
    citations: Mapping[str, Citation] = field(default_factory=dict)
    values: Mapping[str, int | float] = field(default_factory=dict)

    def translate(self, source: str) -> str:
        """Translate the source of a markdown cell; empty where there is nothing to show."""
        return join_blocks(self._lines(block) for block in parse_blocks(source))

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
            case Bibliography() if self.links.site:
                return [f"[The references]({self.links.page(self.links.path)}) are online."]
            case Bibliography() | Target():
                return []

    def _text(self, text: str) -> str:
        return translate_marks(self.links.rewrite(text), self._role)

    def _role(self, name: str, argument: str) -> str | None:
        if name in CROSS_REFERENCES:
            return self._reference(argument.strip())
        if name in CITATIONS:
            return self._citation(name, [key.strip() for key in argument.split(",")])
        if name in QUOTES:
            return self._quote(name, argument)
        return None

    def _reference(self, name: str) -> str:
        """Return a link to the place on the site, or else to another chapter's notebook.

        Only sections are called by their title.
        """
        label = self.labels.get(name)
        if label is None:
            return f"`{name}`"
        if label.kind == "section":
            text = plain_text(label.title)
        else:
            text = f"({label.number})" if label.kind == "equation" else _numbered(label)
        if not self.links.site:
            is_elsewhere = label.path != self.links.path and label.path in self.links.chapters
            return f"[{text}]({self.links.notebook(label.path)})" if is_elsewhere else text
        prefix = "equation-" if label.kind == "equation" else ""
        anchor = make_id(prefix + page_target(name))
        return f"[{text}]({self.links.page(label.path)}#{anchor})"

    def _citation(self, name: str, keys: list[str]) -> str:
        works = [(self.citations.get(key), key) for key in keys]
        if name == "citet":
            return ", ".join(
                f"{work.authors} ({work.year})" if work else key for work, key in works
            )
        return f"({'; '.join(f'{w.authors}, {w.year}' if w else key for w, key in works)})"

    def _quote(self, name: str, argument: str) -> str:
        try:
            return quote(name, argument.strip(), self.values)
        except (KeyError, ValueError):  # `quote_problems` reports it
            return "?"

    def _figure(self, figure: Figure) -> list[str]:
        alt, path = plain_text(figure.caption), self.links.resolve(figure.path)
        image = f"![{alt}](<{path}>)" if " " in path else f"![{alt}]({path})"
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
        if fence.directive and not fence.prefix:
            return self._directive(block, *fence.directive)
        if fence.language == TOC:
            return list(self._contents(block))
        if fence.language == RAW_RST:  # for Sphinx alone, but for its images
            images = [(self.links.resolve(path), text) for path, text in raw_images(block.lines)]
            return [line for path, text in images for line in ("", f"![{text}]({path})", "", text)]
        return [f"{fence.prefix}{fence.marker}{fence.language}", *block.lines[1:]]

    def _directive(self, block: Fenced, name: str, argument: str) -> list[str]:
        """Return what Jupyter can show of a directive of MyST: a quote, an image, or its text."""
        body = block.lines[1:-1] if block.fence.closed else block.lines[1:]
        if name not in PROSE_DIRECTIVES:
            return [f"{block.fence.marker}", *block.lines[1:]]
        options, text = options_and_text(body)
        if name == "figure":
            pairs = (option.strip()[1:].split(":", 1) for option in options)
            kept = {key: value.strip() for key, value in pairs if key in ("width", "height")}
            caption = " ".join(" ".join(text).split())
            return self._figure(Figure(block.line, "", caption, argument, kept))
        title = argument if name == "admonition" or name not in BOXES else name.capitalize()
        lines = [*([f"**{title}**", ""] if title else []), self.translate("\n".join(text))]
        if name not in BOXES:
            return ["", *lines, ""]
        return ["", *(f"> {line}".rstrip() for line in "\n".join(lines).split("\n")), ""]

    def _contents(self, block: Fenced) -> Iterator[str]:
        """Yield a list of links to the notebooks that a table of contents names."""
        fence = replace(block.fence, start=0, end=len(block.lines))
        for entry in toc_entries(block.lines, fence, self.links.path):
            chapter = self.links.chapters.get(entry.chapter)
            title = entry.title or (plain_text(chapter.title) if chapter else entry.name)
            link = f"({self.links.notebook(entry.chapter)})" if chapter else ""
            yield f"- [{title}]{link}" if link else f"- {title}"


def _numbered(label: Label) -> str:
    return f"{label.kind.capitalize()} {label.number}"
