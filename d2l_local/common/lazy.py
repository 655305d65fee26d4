"""Names that a face resolves when they are used, so that importing it stays quick."""

from __future__ import annotations

from typing import Any

from d2l_local.common.figures import use_svg_display


def lazy_attribute(face: str, name: str) -> Any:
    """Return what `face.name` means if the face's module itself does not define it.

    Raises:
        AttributeError: if the name means nothing.
    """
    if name == "plt":
        import matplotlib.pyplot as plt

        use_svg_display()
        return plt
    raise AttributeError(f"module {face!r} has no attribute {name!r}")
