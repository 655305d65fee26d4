"""How the outputs of a re-execution differ from the committed ones.

Text must come out equal, recorded numbers within their tolerance, and figures within that of their
cell.
"""

import base64
import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from tabbook.notebook.figure_data import MIME_TYPE as FIGURE
from tabbook.notebook.values import MIME_TYPE as RECORD
from tabbook.notebook.values import value_of
from tabbook.notebook.write import TOLERANCE
from tabbook.run.figures import accepts, compare_figures, looks_like_another, names_of_data
from tabbook.run.kernel import join_streams
from tabbook.run.pictures import SVG, compare_pictures
from tabbook.run.texts import texts_agree
from tabbook.text.tolerance import DEFAULT, Tolerance, parse_tolerance

# A recorded number is shown with four digits at least, a whole one with all of them.
SHOWN_DIGITS = 5e-4
# A curve that ends where it began is described by one number.
_LONE_NUMBER = re.compile(r"\(([^() ]+)\)")


def compare_cells(old: NotebookNode, new: NotebookNode, committed: NotebookNode) -> list[str]:
    """How the outputs of an executed cell differ from those of the cell in a committed notebook."""
    said = old.metadata.get(TOLERANCE)
    try:
        tolerance = DEFAULT if said is None else parse_tolerance(str(said))
    except ValueError as error:
        return [f"the committed {TOLERANCE} is {said!r}: {error}"]
    return compare_outputs(old.outputs, new.outputs, tolerance, _figures_of(committed))


def compare_outputs(
    old: Sequence[NotebookNode],
    new: Sequence[NotebookNode],
    tolerance: Tolerance = DEFAULT,
    others: Sequence[Mapping[str, Any]] = (),
) -> list[str]:
    """How the outputs of a cell differ from the committed ones; empty where they agree.

    `others` are the data of all figures of the committed notebook, of which each is a figure of one
    cell only.
    """
    old, new = join_streams(list(old)), join_streams(list(new))
    if len(old) != len(new):
        kinds = " and ".join(
            f"{word} [{', '.join(_kind(output) for output in outputs)}]"
            for word, outputs in (("committed", old), ("executed", new))
        )
        said = [f"stderr: {output.text}" for output in new if _kind(output) == "stderr"]
        return ["\n".join([f"the number of outputs differs: {kinds}", *said])]
    differences: list[str] = []
    for pair in zip(old, new, strict=True):
        try:
            differences += _compare(*pair, tolerance, others)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            differences.append(f"the committed {_kind(pair[0])} cannot be read: {error!r}")
    return differences


def _figures_of(notebook: NotebookNode) -> list[Mapping[str, Any]]:
    """The data of all figures of a notebook."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [output["data"][FIGURE] for output in outputs if FIGURE in output.get("data", {})]


def _kind(output: NotebookNode) -> str:
    """What sort of output it is: its stream, or its media types."""
    if output.output_type == "stream":
        return str(output.name)
    return "error" if output.output_type == "error" else "/".join(sorted(output.data))


def _compare(
    old: NotebookNode,
    new: NotebookNode,
    tolerance: Tolerance,
    others: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    if _kind(old) != _kind(new):
        yield f"committed {_kind(old)}, executed {_kind(new)}"
    elif old.output_type == "stream":
        yield from _differing("text", old.text, new.text)
    elif old.output_type == "error":
        yield from _differing("error", old.ename, new.ename)
    elif RECORD in old.data:
        yield from _compare_records(old, new)
    else:
        yield from _compare_displayed(old, new, tolerance, others)


def _compare_records(old: NotebookNode, new: NotebookNode) -> Iterator[str]:
    value, number = value_of(old), value_of(new)
    if value is None or number is None or number.name != value.name:
        yield f"value {old.data[RECORD].get('name')} is no longer recorded here"
        return
    if value.tolerance != number.tolerance:
        yield f"value {value.name}: committed tol={value.tolerance}, executed {number.tolerance}"
    elif not value.accepts(number.number):
        limit = value.tolerance
        yield (
            f"value {value.name}: committed {value.number}, executed {number.number}, "
            + ("must come out the same" if limit is None else f"tolerance {limit:g}")
        )
    text = old.data.get("text/plain", "")

    def near(shown: float, other: float) -> bool:
        is_value = _shows(shown, value.number)
        return is_value == _shows(other, number.number) and (is_value or shown == other)

    if not texts_agree(text, new.data.get("text/plain", ""), near):
        yield f"value {value.name}: the committed text is {text!r}, the number {value.number}"


def _shows(shown: float, number: float) -> bool:
    if isinstance(number, int):
        return shown == number
    return math.isclose(shown, number, rel_tol=SHOWN_DIGITS)


def _compare_displayed(
    old: NotebookNode,
    new: NotebookNode,
    tolerance: Tolerance,
    others: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    """Compare a figure by its data, or else an image by its looks; anything else whole."""
    hashes = _hashes(old)
    lengths = {kind: len(each) for kind, each in _hashes(new).items()}
    for kind, data in old.data.items():
        if kind == FIGURE:
            yield from compare_figures(data, new.data[kind], tolerance)
            if not tolerance.machine and looks_like_another(data, new.data[kind], others):
                yield "the figure looks like that of another cell: are they exchanged?"
        elif kind in hashes:
            if hashes[kind] != _hash(kind, data)[: lengths.get(kind)]:
                yield f"{kind} is not the picture that was drawn of the committed figure"
        elif kind.startswith("image/"):
            yield from compare_pictures(kind, data, new.data[kind], tolerance)
        else:  # JSON's keys are sorted in files.
            if data != new.data[kind]:
                yield from _differing(kind, str(data), str(new.data[kind]))
        yield from _compare_descriptions(kind, old, new, tolerance)


def _hashes(output: NotebookNode) -> dict[str, str]:
    return output.data.get(FIGURE, {}).get("pictures", {})


def _hash(kind: str, picture: str) -> str:
    content = picture.encode() if kind == SVG else base64.b64decode(picture)
    return hashlib.sha256(content).hexdigest()


def _compare_descriptions(
    kind: str, old: NotebookNode, new: NotebookNode, tolerance: Tolerance
) -> Iterator[str]:
    """Compare the alt texts of a picture, which have the ends of curves in them."""
    texts = []
    for output in (old, new):
        text = str(output.metadata.get(kind, {}).get("alt", ""))
        if tolerance.any_order:
            for name in names_of_data(output.data.get(FIGURE, {})):
                text = text.replace(name, "*")
        texts.append(_LONE_NUMBER.sub(r"(\1 to \1)", text))
    if not texts_agree(texts[0], texts[1], accepts(old.data.get(FIGURE, {}), tolerance)):
        yield from _differing(f"description of {kind}", *texts)


def _differing(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} differs\ncommitted: {old.rstrip()}\nexecuted:  {new.rstrip()}"
