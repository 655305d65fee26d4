"""The beginning of a file whose download was interrupted."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path


class PartialFile:
    """What has come so far of a download of `target` from `url`.

    It is in `<target>.<…>.part`, where the dots stand for the URL: what one mirror has delivered
    outlives an attempt with another. `<target>.<…>.part.version` holds what the server called the
    version of the remote file: bytes of another version, or of a server that names none, are
    never continued.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.name = target.name
        place = hashlib.sha256(url.encode()).hexdigest()[:8]
        self.path = target.with_name(f"{target.name}.{place}.part")
        self.note = target.with_name(f"{target.name}.{place}.part.version")

    def version(self) -> str | None:
        """The version of the bytes that are here; None where they cannot be continued."""
        with contextlib.suppress(FileNotFoundError):
            if self.path.exists():
                return self.note.read_text()
        return None

    def size(self) -> int:
        """Number of bytes that are here and can be continued."""
        return self.path.stat().st_size if self.version() else 0

    def range(self) -> dict[str, str]:
        """The request headers that ask for the rest; none where there is nothing to continue."""
        version, size = self.version(), self.size()
        return {"Range": f"bytes={size}-", "If-Range": version} if version and size else {}

    def begin(self, version: str | None) -> None:
        """Empties the file for a download of `version` from byte 0."""
        self.discard()  # the old bytes first: an interruption must not leave them under a new note
        self.path.touch()
        if version:
            self.note.write_text(version)

    def discard(self) -> None:
        """Leaves nothing behind."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
