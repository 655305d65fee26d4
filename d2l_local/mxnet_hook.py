"""Let `import mxnet` itself find MXNet mended: notebooks import it before the library, or without.

The file `d2l_local.pth`, which is installed beside the package, is run by Python when it starts. It
puts a finder in place that imports this module when a program first asks for MXNet, so that nothing
of the library is imported before. This module imports next to nothing either: asking whether MXNet
is installed stays quick.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # As in `typing`, whose import takes longer than all the rest.
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


def install() -> None:
    """Make `import mxnet` mend it, from now on in this process."""
    if MxnetFinder not in sys.meta_path:
        sys.meta_path.insert(0, MxnetFinder)  # type: ignore[arg-type]


class MxnetFinder:
    """Finds MXNet where it is installed, and nothing else."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where MXNet is, with a loader that mends it; None for any other module."""
        if name != "mxnet":
            return None
        others = [finder for finder in sys.meta_path if finder is not MxnetFinder]
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next(filter(None, specs), None)
        # A folder that is only called so has no origin: a package without modules.
        if spec is not None and spec.origin and spec.loader:
            spec.loader = _MendingLoader(spec.loader)  # type: ignore[assignment]
        return spec


class _MendingLoader:
    def __init__(self, loader: Any):
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        from d2l_local.mxnet_compat import run_and_mend

        # `inspect` and others ask the loader for more than this one knows.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        run_and_mend(lambda: self.loader.exec_module(module))
