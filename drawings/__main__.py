"""Write all drawings, or those that are named: `python -m drawings mlp unit`."""

import importlib
import sys
from pathlib import Path

from drawings.kit import ROOT

FOLDER = ROOT / "chapters/img"
NOT_DRAWINGS = {"__init__", "__main__", "garment", "kit"}


def names() -> list[str]:
    """The names of all drawings, and of their files: those of the modules, with hyphens."""
    modules = {path.stem for path in Path(__file__).parent.glob("*.py")} - NOT_DRAWINGS
    return sorted(module.replace("_", "-") for module in modules)


def drawn(name: str) -> str:
    """The drawing `name` as its code draws it now."""
    module = importlib.import_module(f"drawings.{name.replace('-', '_')}")
    return module.draw(name).svg()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or names():
        (FOLDER / f"{name}.svg").write_text(drawn(name), encoding="utf-8")
