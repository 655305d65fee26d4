"""The drawings are what their code draws, and can be read: on a phone, on any page, by anybody."""

import ast
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, sync_playwright

from drawings import backprop_graph
from drawings.__main__ import FOLDER, drawn, names
from drawings.kit import COLOURS, ROOT

SVG = "{http://www.w3.org/2000/svg}"
SMALLEST = 12  # units, of which a phone has one in a pixel, nearly
# What a drawing may say beside its elements' own attributes of geometry.
ADDRESS = re.compile(r"https?:|//|@import|url\(|href|javascript:|data:")
# The boxes of all labels, and whether two of them overlap or one leaves the sheet.
CROWDED = """
svg => {
  const labels = [...svg.querySelectorAll('text')].map(e => [e.textContent, e.getBBox()])
  const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number)
  // A box is as high as the largest letters of the font; the words need about the middle of it.
  const box = ({x, y, width, height}) =>
    ({left: x, right: x + width, top: y + 0.2 * height, bottom: y + 0.8 * height})
  const found = []
  labels.forEach(([text, rect], i) => {
    const a = box(rect)
    if (a.left < 2 || a.right > width - 2 || a.top < 2 || a.bottom > height - 2)
      found.push(`"${text}" leaves the sheet`)
    for (const [other, otherRect] of labels.slice(i + 1)) {
      const b = box(otherRect)
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        found.push(`"${text}" is over "${other}"`)
    }
  })
  return found
}
"""
drawing = pytest.mark.parametrize("name", names())


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def root_of(name: str) -> ET.Element:
    return ET.fromstring(text_of(name))


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


@drawing
def test_the_file_is_what_the_code_draws(name: str):
    assert (FOLDER / f"{name}.svg").is_file(), "run `make drawings`"
    assert text_of(name) == drawn(name), "run `make drawings`"


def test_there_is_no_drawing_without_code():
    committed = {
        path.stem for path in FOLDER.glob("*.svg") if 'class="drawing ' in path.read_text()
    }
    assert committed == set(names())


@drawing
def test_a_drawing_is_as_wide_as_a_phone(name: str):
    _, _, width, height = map(float, root_of(name).attrib["viewBox"].split())
    assert width == 360
    assert height <= 450


@drawing
def test_a_drawing_says_what_it_shows(name: str):
    root = root_of(name)
    title, desc = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert desc is not None
    assert len((title.text or "").split()) >= 4
    assert len((desc.text or "").split()) >= 20
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]


@drawing
def test_no_letter_is_too_small(name: str):
    sizes = [float(size) for size in re.findall(r"(?:font|font-size): *([\d.]+)px", text_of(name))]
    assert sizes
    assert min(sizes) >= SMALLEST
    assert not [e for e in root_of(name).iter() if e.attrib.keys() & {"font-size", "transform"}]


@drawing
def test_a_drawing_runs_nothing_and_fetches_nothing(name: str):
    root = root_of(name)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not tags & {"script", "foreignObject", "image", "use", "a"}
    said = text_of(name).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not ADDRESS.findall(said)
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]


@drawing
def test_drawings_on_one_page_leave_each_other_alone(name: str):
    """Each rule of style and each id is the drawing's own."""
    root = root_of(name)
    own = f"drawing-{name}"
    style = root.find(f"{SVG}style")
    assert style is not None
    assert root.attrib["class"].split() == ["drawing", own]
    for selector in re.findall(r"(?m)^([^@\n]*?) \{", style.text or ""):
        assert re.search(rf"\.{own}(?![\w-])", selector), selector
    assert all(e.attrib["id"].startswith(f"{own}-") for e in root.iter() if "id" in e.attrib)


@drawing
def test_labels_stand_clear_of_each_other(page: Page, name: str):
    page.set_content(text_of(name))
    assert page.locator("svg").evaluate(CROWDED) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawing_in_a_page_follows_the_theme_and_shows_the_page(page: Page, theme: str):
    page.emulate_media(
        color_scheme="dark" if theme == "light" else "light"
    )  # the reader chose otherwise
    ground = 'style="--pst-color-background: #123456"'
    page.set_content(
        f'<html data-theme="{theme}" {ground}><body>{text_of("residual")}</body></html>'
    )
    of = "(e, key) => getComputedStyle(e)[key]"
    assert page.locator(".card").evaluate(of, "fill") == "none"
    assert page.locator(".paper").evaluate(of, "fill") == rgb("#123456")
    assert page.locator("text").first.evaluate(of, "fill") == rgb(COLOURS["ink"][theme == "dark"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_alone_has_paper_of_its_own(page: Page, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.goto((FOLDER / "unit.svg").as_uri())
    of = "(e, key) => getComputedStyle(e)[key]"
    dark = scheme == "dark"
    assert page.locator(".card").evaluate(of, "fill") == rgb(COLOURS["paper"][dark])
    assert page.locator("text").first.evaluate(of, "fill") == rgb(COLOURS["ink"][dark])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("colour", "paper"),
    [
        *((colour, "paper") for colour in ("ink", "grey", "blue", "orange")),
        *(("ink", f"tint-{colour}") for colour in ("grey", "blue", "orange")),
        ("blue", "tint-blue"),
    ],
)
def test_words_can_be_read_on_their_paper(colour: str, paper: str, dark: bool):
    """WCAG 2.2 asks for a contrast of 4.5."""
    lights = sorted(luminance(COLOURS[c][dark]) for c in (colour, paper))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def test_the_gradients_of_the_small_graph_are_those_of_pytorch():
    g = backprop_graph
    x, W1, b1, w2 = (torch.tensor(a, requires_grad=True) for a in (g.x, g.W1, g.b1, g.w2))
    z = x @ W1 + b1
    h = torch.relu(z)
    o = h @ w2 + g.b2
    loss = (o - g.y) ** 2 / 2
    assert loss.item() == g.loss
    inner = (x, W1, w2, z, h, o)
    expected = (g.d_x, g.d_W1, g.d_w2, g.d_z, g.d_h, g.d_o)
    for gradient, drawn_one in zip(torch.autograd.grad(loss, inner), expected, strict=True):
        assert gradient.tolist() == np.asarray(drawn_one).tolist()


def test_the_design_names_what_the_library_has():
    tree = ast.parse((ROOT / "d2l_local/torch/core.py").read_text(encoding="utf-8"))
    names = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    labels = [e for e in root_of("design").iter(f"{SVG}text") if "code" in e.attrib["class"]]
    words = re.findall(r"\w+", " ".join("".join(e.itertext()) for e in labels))
    assert "fit" in words
    # `draw` is the board's, and the last two are what `fit` gets.
    assert set(words) - names == {"draw", "model", "data"}


def rgb(colour: str) -> str:
    """`#0b62a4` as a browser writes it."""
    return f"rgb({', '.join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5))})"


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
