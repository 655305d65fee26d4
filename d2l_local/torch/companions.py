"""What older notebooks import beside PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

from d2l_local.compat import companions

_STAND_INS = str(Path(__file__).parent / "stand_ins")


def mend_companions() -> None:
    """Mend what `common` mends, and let the little they use of torchvision be found."""
    companions.mend_companions()
    if _STAND_INS not in sys.path:
        sys.path.append(_STAND_INS)  # The last place to look, for want of torchvision itself.
