import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from tabbook.book.settings import Book, read_book

# Jupyter Book's own extensions use what docutils will take away.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")

Build = Callable[[Book], str]

TITLES = ["PyTorch", "TensorFlow", "MXNet"]


def article(book: Book, name: str = "chapters/part/first") -> Tag:
    """The main part of a built page."""
    html = (book.root / f"_build/html/{name}.html").read_text(encoding="utf-8")
    found = BeautifulSoup(html, "html.parser").find("article")
    assert isinstance(found, Tag)
    return found


def tab_sets(element: Tag) -> list[Tag]:
    return list(element.select(".sd-tab-set"))


def panels(tab_set: Tag) -> dict[str, str]:
    """The text of each tab."""
    labels = [label.get_text(strip=True) for label in tab_set.select("label")]
    contents = [content.get_text(" ", strip=True) for content in tab_set.select(".sd-tab-content")]
    return dict(zip(labels, contents, strict=True))


def test_a_page_shows_all_tabs(site: Book):
    page = article(site)
    sets = tab_sets(page)
    assert all([*panels(tab_set)] == TITLES for tab_set in sets)

    links, code, outputs, two_of_three, numbers, figure = map(panels, sets)
    assert links == dict.fromkeys(TITLES, "Open in Colab · Notebook · Source · Discussion")
    # Prose of a tab and the code after it share one tab set.
    assert code["PyTorch"] == "from lib import torch as framework accuracy = 0.853"
    assert code["MXNet"].startswith("MXNet wants its own words. from lib import mxnet")
    assert outputs == {"PyTorch": "pytorch", "TensorFlow": "tensorflow", "MXNet": "mxnet"}
    assert two_of_three["TensorFlow"] == "1 + 1 2"
    assert two_of_three["MXNet"] == "This part has no MXNet version."
    assert numbers["MXNet"] == "accuracy = 0.847\nimages = 60000"
    assert figure == dict.fromkeys(TITLES, "")

    # Tabs are in step on a page and across pages by group and name.
    groups = {label["data-sync-group"] for label in page.select("label")}
    names = [label["data-sync-id"] for label in sets[0].select("label")]
    assert (groups, names) == ({"tab"}, ["pytorch", "tensorflow", "mxnet"])


def test_a_value_follows_the_tab_and_is_readable_without_a_script(site: Book):
    (first, *_) = [p for p in article(site).select("p") if p.get_text().startswith("The accuracy")]
    assert first.get_text() == (
        "The accuracy is 85.3% (PyTorch), 86.1% (TensorFlow), 84.7% (MXNet), of 60,000 images."
    )
    assert [span["data-tab"] for span in first.select("[data-tab]")] == [
        "pytorch",
        "tensorflow",
        "mxnet",
    ]


def test_a_computed_number_follows_the_tab(site: Book):
    (text,) = [p for p in article(site).select("p") if p.get_text().startswith("Numbers, and")]
    assert text.get_text() == (
        "Numbers, and 14.7% (PyTorch), 13.9% (TensorFlow), 15.3% (MXNet) of errors, on six parts:"
    )


def test_images_have_descriptions_and_wait_for_their_tab(site: Book):
    images = article(site).select("img")
    assert [image["alt"] for image in images] == [
        f"A drawing by {tab}." for tab in ("pytorch", "tensorflow", "mxnet")
    ]
    assert {image["loading"] for image in images} == {"lazy"}
    # Of 9 points each; the browser knows the ratio, and CSS can make them narrower.
    assert {(image["width"], image["height"]) for image in images} == {("12", "12")}
    assert not any(image.has_attr("style") for image in images)


def test_code_that_is_the_same_everywhere_stands_in_no_tab(site: Book):
    (cell, *_) = [c for c in article(site).select(".cell") if "everywhere" in c.get_text()]
    assert cell.find_parent(class_="sd-tab-set") is None


def test_references_lead_to_other_pages(site: Book):
    (link, *_) = article(site, "chapters/part/second").select("p a.reference.internal")
    assert str(link["href"]) == "first.html#sec-first"


def test_syntax_of_myst_works_without_its_extensions(site: Book):
    page = article(site, "chapters/part/second")
    (tip,) = page.select("div.admonition.tip")
    assert tip.get_text(" ", strip=True) == "Tip Of course, some\n% of all tips refer to A Detail ."
    assert "Not for readers" not in page.get_text()
    html = (site.root / "_build/html/chapters/part/second.html").read_text(encoding="utf-8")
    (meta,) = BeautifulSoup(html, "html.parser").select("meta[name=description]")
    assert meta["content"] == "What the second steps are."


def test_a_section_without_a_number_is_called_by_its_title(executed_book: Book, build_pages: Build):
    toc = executed_book.root / "_toc.yml"
    toc.write_text(toc.read_text(encoding="utf-8").replace("numbered: true", ""), encoding="utf-8")
    assert build_pages(executed_book) == ""
    (first, *_) = article(executed_book, "chapters/part/second").select("p a.reference.internal")
    assert first.get_text() == "First Steps"


def test_tabs_may_be_called_anything(
    root: Path, build_pages: Build, with_notebooks: Callable[[Book], Book]
):
    names = ["C++", "C#", "Two Words"]
    config = (root / "_config.yml").read_text(encoding="utf-8").partition("    tabbook_tabs:")[0]
    tabs = f"    tabbook_tabs: {json.dumps({name: {} for name in names})}\n"
    (root / "_config.yml").write_text(config + tabs, encoding="utf-8")
    cells = (f'```{{.python .input}}\n%%tab {name}\nprint("{name}")\n```\n\n' for name in names)
    words = ":begin_tab:`two words`\nOnly two.\n:end_tab:\n"
    chapter = "# Title\n:label:`sec_first`\n\n" + "".join(cells) + words
    (root / "chapters/part/first.md").write_text(chapter, encoding="utf-8")
    (root / "chapters/part/second.md").write_text("# Another\n", encoding="utf-8")
    book = with_notebooks(read_book(root))
    assert build_pages(book) == ""
    links, code = tab_sets(article(book))
    assert list(panels(code)) == names
    assert panels(code)["Two Words"].endswith("Only two.")
    assert [label["data-sync-id"] for label in code.select("label")] == names
    addresses = [str(link["href"]) for link in links.select("a")]
    assert any(address.endswith("/notebooks/C%23/part/first.ipynb") for address in addresses)


def test_a_chapter_that_is_not_for_a_tab_says_so_in_that_tab(
    executed_book: Book, build_pages: Build
):
    path = executed_book.root / "chapters/part/second.md"
    text = path.read_text(encoding="utf-8").replace("%%tab mxnet", "%%tab pytorch")
    path.write_text(text, encoding="utf-8")
    build_pages(executed_book)
    links, *_ = map(panels, tab_sets(article(executed_book, "chapters/part/second")))
    assert list(links) == TITLES
    assert links["MXNet"] == "This chapter has no MXNet version."


def test_a_table_of_contents_names_the_chapters(site: Book):
    assert [link.get_text() for link in article(site, "index").select("li a")] == [
        "1. First Steps",
        "2. Second Steps",
    ]


def test_a_page_without_notebooks_has_no_links_to_any(site: Book):
    assert tab_sets(article(site, "index")) == []


def test_the_choice_is_made_before_any_other_script(site: Book):
    html = (site.root / "_build/html/index.html").read_text(encoding="utf-8")
    head = BeautifulSoup(html, "html.parser").select("head script[src]")
    ours = next(n for n, script in enumerate(head) if "tabbook.js" in str(script["src"]))
    sphinx_design = next(n for n, s in enumerate(head) if "design-tabs" in str(s["src"]))
    assert ours < sphinx_design
    assert json.loads(str(head[ours]["data-tabs"])) == ["pytorch", "tensorflow", "mxnet"]
    assert not head[ours].has_attr("defer")


def test_a_new_notebook_makes_a_new_page(executed_book: Book, build_pages: Build):
    build_pages(executed_book)
    path = executed_book.root / "notebooks/mxnet/part/first.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"mxnet\\n"', '"another output\\n"'), encoding="utf-8")
    build_pages(executed_book)
    assert "another output" in article(executed_book).get_text()


def test_problems_are_warnings_at_the_chapters_line(executed_book: Book, build_pages: Build):
    path = executed_book.root / "chapters/part/first.md"
    text = path.read_text(encoding="utf-8").replace("%%tab mxnet", "%%tab mxnt")
    path.write_text(text, encoding="utf-8")
    warnings = build_pages(executed_book)
    line = 1 + text.splitlines().index("%%tab mxnt")
    assert f"first.md:{line}: WARNING: unknown tab 'mxnt' in '%%tab mxnt'" in warnings


def test_a_value_that_nothing_records_is_a_warning(executed_book: Book, build_pages: Build):
    path = executed_book.root / "chapters/part/first.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("`accuracy:.1%`", "`acuracy`"), encoding="utf-8")
    warnings = build_pages(executed_book)
    assert "first.md:4: WARNING: ':value:`acuracy`': no cell of 'mxnet' records" in warnings


def test_pages_do_without_the_script_of_all_icons(site: Book):
    html = (site.root / "_build/html/index.html").read_text(encoding="utf-8")
    assert "pydata-sphinx-theme.js" in html
    assert "fontawesome.js" not in html


def test_displays_end_paragraphs_and_a_page_has_one_table_of_contents(
    executed_book: Book, build_pages: Build
):
    index = executed_book.root / "index.md"
    table = "```toc\nchapters/part/first\n```\n"
    text = "Before\n$$x^2$$\nbetween $$y$$ and\n\n- an item\n  $$z$$\n"
    index.write_text(f"# Book\n\n{table}\n{text}\n{table}", encoding="utf-8")
    assert build_pages(executed_book) == ""

    page = article(executed_book, "index")
    assert len(page.select(".toctree-wrapper")) == 1
    shown = [element.get_text().strip() for element in page.select("p, div.math")]
    assert shown == ["Before", "\\[x^2\\]", "between", "\\[y\\]", "and", "an item", "\\[z\\]"]


def test_where_there_is_no_tab_to_choose_and_no_link_there_is_no_tab_set(
    root: Path, with_notebooks: Callable[[Book], Book], build_pages: Build
):
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config.pop("repository")
    config["sphinx"]["config"]["tabbook_tabs"] = {"pytorch": {"module": "math"}}
    (root / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    code = "```{.python .input}\n1 + 1\n```\n"
    for name in ("first", "second"):
        (root / f"chapters/part/{name}.md").write_text(f"# Title\n\n{code}", encoding="utf-8")
    book = with_notebooks(read_book(root))
    assert build_pages(book) == ""
    assert tab_sets(article(book)) == []
    assert "1 + 1" in article(book).get_text()
