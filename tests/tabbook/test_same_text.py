"""The comparison behind `make sphinx9` sees what a reader would, and nothing else."""

from pathlib import Path

from same_text import differences_of

PAGE = "<nav class='bd-links'>Contents</nav><article>{}</article><footer>{}</footer>"


def write(folder: Path, **pages: str) -> Path:
    folder.mkdir()
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


def test_white_space_and_the_theme_make_no_difference(tmp_path: Path) -> None:
    old = PAGE.format("Say <b>x</b> is\n\\[\\begin{split}x\\end{split}\\]", "Light")
    new = PAGE.format("Say <i>x</i> is \\[\\begin{split}\nx\n\\end{split}\\]", "Dark")
    folders = write(tmp_path / "old", a=old), write(tmp_path / "new", a=new)
    assert list(differences_of(*folders)) == []


def test_a_word_and_a_page_do(tmp_path: Path) -> None:
    old = write(tmp_path / "old", a=PAGE.format("one two", ""), b="")
    new = write(tmp_path / "new", a=PAGE.format("one too", ""))
    only, *lines = differences_of(old, new)
    assert only == "b.html is in one build only"
    assert lines[3:] == ["-two", "+too"]
