"""Prose with d2lbook's marks as Markdown that Jupyter and Colab show as it is meant."""

import html
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from docutils.nodes import make_id

from tabbook.book.citations import Citation
from tabbook.book.contents import TOC, chapter_named, toc_entries
from tabbook.book.files import is_file
from tabbook.book.folds import is_folded
from tabbook.book.labels import CITATIONS, CROSS_REFERENCES, Label, place_name, raw_title
from tabbook.book.links import Links, raw_images
from tabbook.book.recall import explained
from tabbook.book.words import ENGLISH, Words
from tabbook.notebook.inline_html import inline_html
from tabbook.text.blocks import (
    Bibliography,
    Block,
    Caption,
    Directive,
    Equation,
    Fenced,
    Figure,
    Heading,
    Recall,
    Table,
    Target,
    Text,
    Unshown,
    parse_blocks,
)
from tabbook.text.directives import in_place, is_quoted, option_values, title_and_words
from tabbook.text.fences import RAW_RST, Fence
from tabbook.text.inline import text_and_target, translate_marks
from tabbook.text.marks import (
    PYTHON_NAMES,
    indented,
    join_blocks,
    label_key,
    page_target,
    plain_text,
    python_name,
)
from tabbook.text.quotes import QUOTES, quote

# Roles of MyST that HTML has, and those that are words.
_HTML = {"{sub}": "sub", "{subscript}": "sub", "{sup}": "sup", "{superscript}": "sup"}
_HTML |= {"{kbd}": "kbd"}
_EMBEDDED = "data:image/svg+xml;base64,"
_WORDS = {"{abbr}", "{guilabel}", "{menuselection}", "{term}"}
# Directives of MyST that are for pages only.
_ABSENT = {"bibliography", "contents", "include", "index", "tableofcontents"}
# These are displays of their own, which a tag has to stand in.
_END_OF_DISPLAY = re.compile(r"\s*\\end\{(?:align|alignat|equation|gather|multline)\*?\}\s*$")


@dataclass(frozen=True)
class NotebookProse:
    """What the prose of one notebook is written with.

    `labels` (by their keys) and `citations` are those of the whole book; `values` are the recorded
    numbers, and `folded` the titles of sections that are folded. `line_of` gives the chapter's line
    of a line of the source, both from 1. `drawings` is the folder of the book if its SVG files are
    to be in the notebook: GitHub serves them as text, and Colab shows no attachments.
    """

    links: Links
    labels: Mapping[str, Label] = field(default_factory=dict)
    citations: Mapping[str, Citation] = field(default_factory=dict)
    values: Mapping[str, int | float] = field(default_factory=dict)
    words: Words = ENGLISH
    folded: Collection[str] = ()
    line_of: Callable[[int], int] = int
    drawings: Path | None = None

    def translate(self, source: str) -> str:
        """Translate the source of a markdown cell; empty where there is nothing to show.

        A cell that is a folded section of prose is folded; see `with_folds`.
        """
        first, *behind = parse_blocks(source)
        if isinstance(first, Heading) and is_folded(first, self.folded):
            summary, text = html.escape(plain_text(first.title)), self._join(behind)
            if text:
                return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"
        return self._join([first, *behind])

    def shows(self, source: str) -> bool:
        """Whether `translate` gives anything: not for prose that is nothing but labels."""
        return any(line.strip() for block in parse_blocks(source) for line in self._lines(block))

    def _join(self, blocks: Iterable[Block]) -> str:
        return join_blocks(self._lines(block) for block in blocks)

    def _lines(self, block: Block) -> list[str]:
        match block:
            case Text() | Heading():
                return [self._text("\n".join(block.lines))]
            case Figure():
                return self._figure(block)
            case Table():
                caption = self._caption("Table", block)
                return indented([*caption, *map(self._text, block.rows)], block.indent)
            case Caption():
                return self._caption("Figure", block)
            case Equation():
                return self._equation(block)
            case Fenced():
                return self._fence(block)
            case Bibliography() if self.links.site:
                text = self.words.say("The references are online.")
                return [f"[{text}]({self.links.page(self.links.path)})"]
            case Directive():
                lines = self._directive(block)
                return ["", *in_place(lines, block.fence), ""] if lines else []
            case Recall():
                return ["", *in_place(list(self._recall(block)), block.fence), ""]
            case Bibliography() | Target() | Unshown():
                return []

    def _text(self, text: str) -> str:
        return translate_marks(self.links.rewrite(text), self._role)

    def _role(self, name: str, argument: str) -> str | None:
        if name.startswith("{"):
            return self._role_of_myst(name, *text_and_target(argument))
        if name in CROSS_REFERENCES:
            return self._reference(argument.strip())
        if name in CITATIONS:
            return self._citation(name, [key.strip() for key in argument.split(",")])
        if name in QUOTES:
            return self._quote(name, argument)
        return f"`{python_name(argument)}`" if name in PYTHON_NAMES else None

    def _role_of_myst(self, name: str, text: str, target: str) -> str:
        if name in ("{ref}", "{numref}", "{eq}"):
            return self._reference(target, text)
        if name == "{doc}":
            chapter = chapter_named(target.removesuffix(".md"), self.links.path)
            known = self.links.chapters.get(chapter)
            title = text or (plain_text(known.title) if known else target)
            return f"[{title}]({self.links.to_chapter(chapter)})" if known else title
        if name == "{download}":
            return f"[{text or target}]({self.links.resolve(target)})"
        if name.startswith("{cite"):
            keys = [key.strip() for key in target.split(",")]
            return self._citation("citet" if name == "{cite:t}" else "citep", keys)
        if name == "{math}":
            return f"${target}$"
        if name in _HTML:
            return f"<{_HTML[name]}>{text or target}</{_HTML[name]}>"
        if name in _WORDS:
            return text or target
        return f"`{text or (target.rpartition('.')[2] if target.startswith('~') else target)}`"

    def _reference(self, name: str, text: str = "") -> str:
        """Return a link to another chapter's notebook, or to the place on the site.

        Only sections are called by their title; `text` is what the author calls the place.
        """
        label = self.labels.get(label_key(name))
        if label is None:
            return text or f"`{name}`"
        if text:
            pass
        elif label.kind == "section":
            text = plain_text(label.title)
        else:
            text = (
                f"({self._number(label)})"
                if label.kind == "equation"
                else self._numbered(label.kind.capitalize(), label)
            )
        if label.path != self.links.path and self.links.has_notebook(label.path):
            return f"[{text}]({self.links.to_chapter(label.path)})"
        if not self.links.site:
            return text
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
        alt, path = plain_text(figure.caption), self._image(figure.path)
        image = f"![{alt}](<{path}>)" if " " in path else f"![{alt}]({path})"
        if figure.options or path.startswith(_EMBEDDED):  # some Markdown links to no data
            sizes = {name: size.removesuffix("px") for name, size in figure.options.items()}
            attributes = {"src": path, "alt": alt, **sizes}
            pairs = (f'{name}="{html.escape(value)}"' for name, value in attributes.items())
            image = f"<img {' '.join(pairs)}>"
        caption = self._caption("Figure", figure)
        return indented([image, "", *caption], figure.indent)

    def _image(self, path: str) -> str:
        """Where a notebook finds an image; of an SVG file of the book it is the file itself."""
        file = self.drawings / self.links.in_book(path) if self.drawings else None
        if file and file.suffix == ".svg" and is_file(file):
            return _EMBEDDED + b64encode(file.read_bytes()).decode()
        return self.links.resolve(path)

    def _caption(self, kind: str, block: Caption | Figure | Table) -> list[str]:
        names = [*block.labels, place_name(self.links.path, self.line_of(block.line + 1))]
        known = [self.labels[key] for key in map(label_key, names) if key in self.labels]
        number = f"**{self._numbered(kind, known[0])}.** " if known else ""
        return [number + self._text(block.caption), ""] if number or block.caption else []

    def _equation(self, equation: Equation) -> list[str]:
        label = self.labels.get(label_key(equation.label))
        body = "\n".join(equation.body)
        if label is not None:
            display = _END_OF_DISPLAY.search(body)
            end = display.start() if display else len(body)
            body = f"{body[:end]} \\tag{{{self._number(label)}}}{body[end:]}"
        return indented(["$$", *body.split("\n"), "$$"], equation.indent)

    def _fence(self, block: Fenced) -> list[str]:
        fence = block.fence
        if fence.language == TOC:
            body = replace(fence, start=0, end=len(block.lines))
            return list(self._contents(block.lines, body))
        if fence.language == RAW_RST:  # for Sphinx alone, but for its title and its images
            title = raw_title(block)
            images = [(self.links.resolve(path), text) for path, text in raw_images(block.lines)]
            shown = [line for path, text in images for line in ("", f"![{text}]({path})", "", text)]
            return [*([f"# {title}"] if title else []), *shown]
        return [f"{fence.prefix}{fence.marker}{fence.language}", *block.lines[1:]]

    def _directive(self, block: Directive) -> list[str]:
        """Return what Jupyter can show of a directive of MyST: nothing where it is for pages."""
        values, text = option_values(block.options), block.text
        match block.name:
            case "figure" | "image":
                sizes = {key: size for key, size in values.items() if key in ("width", "height")}
                caption = " ".join(" ".join(text).split())
                figure = Figure(block.line, "", caption, block.argument, sizes, block.labels)
                return self._figure(figure)
            case "math":
                return ["$$", *([block.argument] if block.argument else []), *text, "$$"]
            case "code" | "code-block" | "code-cell" | "mermaid" | "sourcecode":
                marker = block.fence.marker.replace(":", "`")
                language = "mermaid" if block.name == "mermaid" else block.argument
                return [f"{marker}{language}", *"\n".join(text).strip("\n").split("\n"), marker]
            case "raw":
                return text if block.argument == "html" else []
            case "toctree":
                body = replace(block.fence, start=-1, end=len(text), closed=False)
                return list(self._contents(text, body))
            case name if name in _ABSENT:
                return []
        if not block.blocks:
            marker = block.fence.marker.replace(":", "`")
            return [marker, *text, marker]
        return self._titled(block)

    def _recall(self, recall: Recall) -> Iterator[str]:
        """Yield the lines of a question and of its choices, which are folded, and a gap.

        Without one, the next question would look like a text of the last choice.
        """
        yield from self._join(recall.question).split("\n")
        for choice in recall.choices:
            summary = inline_html(self._text(choice.text))
            yield from ("", f"<details><summary>{summary}</summary>", "")
            yield from explained(choice, self._join(choice.explanation).split("\n"), self.words)
            yield from ("", "</details>")
        yield from ("", "<br>")

    def _numbered(self, kind: str, label: Label) -> str:
        return self.words.say(f"{kind} {{number}}", number=self._number(label))

    def _number(self, label: Label) -> str:
        """The number of a figure, table or equation, behind its chapter's where that has one."""
        chapter = self.links.chapters.get(label.path)
        prefix = f"{chapter.number}." if chapter and chapter.number else ""
        return f"{prefix}{label.number}"

    def _titled(self, block: Directive) -> list[str]:
        """Return the text of a directive under its title: of a box or a quote as a quote."""
        title, words = title_and_words(block.name, block.argument)
        lines = [f"**{self._text(self.words.say(title))}**", ""] if title else []
        lines += [self._text(words)] if words else []
        lines += self._join(block.blocks).split("\n")
        return [f"> {line}".rstrip() for line in lines] if is_quoted(block.name) else lines

    def _contents(self, lines: Sequence[str], fence: Fence) -> Iterator[str]:
        """Yield a list of links to the notebooks that a table of contents names."""
        for entry in toc_entries(lines, fence, self.links.path):
            chapter = self.links.chapters.get(entry.chapter)
            title = entry.title or (plain_text(chapter.title) if chapter else entry.name)
            link = f"({self.links.to_chapter(entry.chapter)})" if chapter else ""
            yield f"- [{title}]{link}" if link else f"- {title}"
