"""The beginning of a file whose download was interrupted."""

from __future__ import annotations

import contextlib
from pathlib import Path


class PartialFile:
    """What has come so far of a download from `url`, in `<target>.part`.

    `<target>.part.version` holds the URL and what the server called the version of the remote
    file: bytes of another version, or of a server that names none, are never continued.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.part.version")
        self.url = url

    def version(self) -> str | None:
        """The version of the bytes that are here; None where they cannot be continued."""
        with contextlib.suppress(FileNotFoundError):
            url, _, version = self.note.read_text().partition("\n")
            if url == self.url and self.path.exists():
                return version
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
            self.note.write_text(f"{self.url}\n{version}")

    def discard(self) -> None:
        """Leaves nothing behind."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
