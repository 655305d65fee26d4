"""The pages in a real browser: what a reader's choice of a tab does."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tabbook.book.settings import Book

FIRST, SECOND = "chapters/part/first.html", "chapters/part/second.html"
# The elements that follow the tab and are seen before any script after the head's has run.
SEEN_FIRST = """
() => new Promise(done => requestAnimationFrame(() => done(
  [...document.querySelectorAll('.sd-tab-set > input:checked + label')].map(e => e.innerText))))
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Book) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site.root / "_build/html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def context(chromium: str, address: str) -> Iterator[BrowserContext]:
    """A browser that has never been to the site, nor ever goes to another."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
        context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        yield context
        browser.close()


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def chosen(page: Page) -> set[str]:
    """The titles of the chosen tabs of all tab sets."""
    labels = page.locator(".sd-tab-set > input:checked + label")
    return {text.strip() for text in labels.all_text_contents()}


def choose(page: Page, title: str, number: int = 0) -> None:
    page.locator("label.sd-tab-label", has_text=title).nth(number).click()


def test_a_new_reader_sees_the_first_tab(context: BrowserContext):
    page = opened(context, FIRST)
    assert chosen(page) == {"PyTorch"}
    assert "The accuracy is 85.3%, of 60,000 images." in page.inner_text("article")


def test_one_choice_switches_all_tab_sets_and_the_text(context: BrowserContext):
    page = opened(context, FIRST)
    choose(page, "TensorFlow", number=2)
    assert chosen(page) == {"TensorFlow"}
    assert "The accuracy is 86.1%, of 60,000 images." in page.inner_text("article")
    choose(page, "MXNet")
    assert chosen(page) == {"MXNet"}
    assert "The accuracy is 84.7%, of 60,000 images." in page.inner_text("article")


def test_the_tab_that_was_clicked_stays_where_it_is(context: BrowserContext):
    page = opened(context, FIRST)
    label = page.locator("label.sd-tab-label", has_text="MXNet").nth(3)
    label.scroll_into_view_if_needed()
    before = label.bounding_box()
    label.click()
    after = label.bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=3)  # a chosen label is lower


def test_the_keyboard_chooses_too(context: BrowserContext):
    page = opened(context, FIRST)
    page.locator(".sd-tab-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    assert chosen(page) == {"TensorFlow"}
    assert "86.1%" in page.inner_text("article")


def test_other_pages_and_later_visits_open_with_the_choice(context: BrowserContext):
    page = opened(context, FIRST)
    choose(page, "MXNet")
    page.close()
    assert chosen(opened(context, SECOND)) == {"MXNet"}


def test_a_page_is_never_painted_with_another_tab(context: BrowserContext):
    page = opened(context, FIRST)
    choose(page, "MXNet")
    # Only the head's own script runs; what the page shows is what a reader sees first.
    page.route("**/design-tabs.js*", lambda route: route.abort())
    page.add_init_script(
        "addEventListener('DOMContentLoaded', event => event.stopImmediatePropagation(), true)"
    )
    page.reload()
    assert set(page.evaluate(SEEN_FIRST)) == {"MXNet"}
    assert "84.7%" in page.inner_text("article")


def test_the_address_can_choose_and_is_remembered(context: BrowserContext):
    assert chosen(opened(context, f"{FIRST}?tab=tensorflow")) == {"TensorFlow"}
    assert chosen(opened(context, SECOND)) == {"TensorFlow"}


def test_an_unknown_tab_in_the_address_changes_nothing(context: BrowserContext):
    page = opened(context, f"{FIRST}?tab=no-such-tab")
    assert chosen(page) == {"PyTorch"}
    assert "85.3%" in page.inner_text("article")


def test_another_window_follows(context: BrowserContext):
    first, second = opened(context, FIRST), opened(context, SECOND)
    choose(first, "MXNet")
    second.wait_for_function("document.documentElement.dataset.tab === 'mxnet'")
    assert chosen(second) == {"MXNet"}


def test_going_back_shows_the_last_choice(context: BrowserContext):
    page = opened(context, FIRST)
    page.goto(SECOND)
    choose(page, "TensorFlow")
    page.go_back()
    page.wait_for_function("document.documentElement.dataset.tab === 'tensorflow'")
    assert chosen(page) == {"TensorFlow"}
    assert "86.1%" in page.inner_text("article")


def test_a_solution_is_folded_until_a_link_leads_into_it(context: BrowserContext):
    detail = "#a-detail"
    page = opened(context, SECOND)
    assert not page.locator(detail).is_visible()
    page.evaluate(f"location.hash = {detail!r}")
    page.locator(detail).wait_for(state="visible")
    page.locator("summary", has_text="Show the solution").click()
    page.locator(detail).wait_for(state="hidden")
    assert opened(context, SECOND + detail).locator(detail).is_visible()


def test_a_hint_is_folded_until_a_reader_or_a_link_opens_it(context: BrowserContext):
    page = opened(context, SECOND)
    fold = page.locator("details", has=page.locator("#q-hint"))
    text = fold.get_by_text("Look at")
    assert not text.is_visible()
    fold.locator("summary").press("Enter")
    assert text.is_visible()
    fold.locator("summary").click()
    assert not text.is_visible()
    page.get_by_role("link", name="Hint", exact=True).click()
    text.wait_for(state="visible")
    assert opened(context, f"{SECOND}#equation-eq-hint").locator("#equation-eq-hint").is_visible()


def test_a_link_opens_all_folds_around_its_target(context: BrowserContext):
    page = opened(context, SECOND)
    page.evaluate(
        "document.querySelector('#q-hint').closest('details').append(document.querySelector('#a-detail')"
        ".closest('details'))"
    )
    page.evaluate("location.hash = '#a-detail'")
    page.locator("#a-detail").wait_for(state="visible")


def test_a_choice_says_when_it_is_opened_whether_it_is_right(context: BrowserContext):
    page = opened(context, SECOND)
    wrong, right = page.locator(".tabbook-recall").first.locator("details").all()
    assert not page.get_by_text("Not so.").is_visible()
    wrong.locator("summary").press("Enter")
    assert wrong.get_by_text("Not so. It comes two layers before.").is_visible()
    right.locator("summary").press("Space")
    assert right.get_by_text("Right. It is last:").is_visible()


@pytest.mark.parametrize(
    ("scheme", "ink"), [("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")]
)
def test_a_drawing_follows_the_theme_and_fits_a_telephone(
    context: BrowserContext, scheme: str, ink: str
):
    page = opened(context, SECOND)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", scheme)
    drawing = page.locator("figure .tabbook-drawing > svg")
    assert drawing.locator("text").evaluate("e => getComputedStyle(e).fill") == ink
    narrow = drawing.bounding_box()
    page.set_viewport_size({"width": 1280, "height": 800})
    wide = drawing.bounding_box()
    assert narrow
    assert wide
    assert narrow["x"] >= 0
    assert narrow["x"] + narrow["width"] <= 390
    assert 12 * narrow["width"] / 360 >= 11  # pixels of text
    assert wide["width"] > 500


def test_without_a_script_folds_and_choices_can_be_opened(chromium: str, address: str):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
        page.goto(SECOND)
        folds = page.locator(".tabbook-choice > summary, .tabbook-fold > summary").all()
        for summary in folds:
            summary.click()
        text = page.inner_text("article")
        browser.close()
    assert len(folds) == 6
    for words in ("Not so. It comes", "Right. It is last", "Look at", "Because."):
        assert words in text


def test_folds_are_open_on_paper(context: BrowserContext):
    page = opened(context, SECOND)
    folded = page.get_by_text("Because.")
    page.emulate_media(media="print")
    assert folded.is_visible()
    page.emulate_media(media="screen")
    assert not folded.is_visible()
    was_open = "dispatchEvent(new Event('{}')); document.querySelectorAll('details[open]').length"
    assert page.evaluate(was_open.format("beforeprint")) == page.locator("details").count()
    assert page.evaluate(was_open.format("afterprint")) == 0


def test_without_a_script_every_tab_is_readable(chromium: str, address: str):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
        page.goto(FIRST)
        text = page.inner_text("article")
        browser.close()
    assert "85.3% (PyTorch), 86.1% (TensorFlow), 84.7% (MXNet), of 60,000 images." in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_telephone(context: BrowserContext, scheme: str):
    page = context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto(FIRST)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("characters", "fits"), [(88, True), (120, False)])
def test_code_of_88_characters_fits_on_a_laptop(
    context: BrowserContext, characters: int, fits: bool
):
    page = opened(context, FIRST)
    page.set_viewport_size({"width": 1280, "height": 800})
    code = page.locator(".cell_input pre:visible").first
    code.evaluate("(e, n) => { e.textContent = 'x'.repeat(n) }", characters)
    assert code.evaluate("e => e.scrollWidth <= e.clientWidth") == fits


def test_the_pages_have_no_script_errors(context: BrowserContext):
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(FIRST)
    choose(page, "MXNet")
    page.goto(f"{FIRST}#%")  # what is no encoding of anything
    page.goto(f"{SECOND}#%E0%A4")
    assert errors == []
