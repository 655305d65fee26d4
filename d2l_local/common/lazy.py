"""Names that a face resolves when they are used, so that importing it stays quick."""

from __future__ import annotations

import sys
from typing import Any

from d2l_local.common.figures import use_svg_display


def lazy_attribute(face: str, name: str) -> Any:
    """Return what `face.name` means if the face's module itself does not define it.

    Raises:
        AttributeError: if it means nothing; the message says what to use instead.
    """
    if name == "plt":
        import matplotlib.pyplot as plt

        use_svg_display()
        setattr(sys.modules[face], name, plt)  # so that the next use costs nothing
        return plt
    if name.startswith("__"):  # Python and its tools ask for such names all the time.
        raise AttributeError(f"module {face!r} has no attribute {name!r}")
    from d2l_local.common.absent import why_absent

    raise AttributeError(why_absent(face, name, vars(sys.modules[face])))
