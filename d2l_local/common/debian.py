"""Files out of a Debian package, without installing it."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

APT_TIMEOUT = 600  # seconds

logger = logging.getLogger("d2l_local")


@contextlib.contextmanager
def unpacked_package(name: str, workplace: Path) -> Iterator[Path]:
    """The root of the files of the package `name`, in a folder that is gone afterwards.

    For commands that a user gives, not for library calls: it runs apt, needs no root, and as root
    updates apt's lists of packages first. `workplace` is where the folder is made; no other
    process may do the same there at the same time.

    Raises `OSError` where the system is not Debian's kind or the package cannot be had.
    """
    for command in ("apt-get", "dpkg-deb"):
        if not shutil.which(command):
            raise FileNotFoundError(f"there is no {command}: not Debian or Ubuntu")
    if os.geteuid() == 0:
        # One unreachable source among several fails the update, and may not matter here.
        with contextlib.suppress(OSError):
            _run("apt-get", "update")
    temporary = workplace / f"{name}.unpacked"
    shutil.rmtree(temporary, ignore_errors=True)  # a process that was killed leaves one
    temporary.mkdir()
    try:
        logger.info("%s: downloading the Debian package", name)
        # apt would drop root and then warn that its own user cannot write to this folder.
        _run("apt-get", "-o", "APT::Sandbox::User=root", "download", name, folder=temporary)
        (package,) = temporary.glob("*.deb")
        _run("dpkg-deb", "-x", str(package), str(temporary / "root"))
        yield temporary / "root"
    finally:
        shutil.rmtree(temporary)


def _run(*command: str, folder: Path | None = None) -> None:
    """Runs `command` in silence; raises `OSError` with its last line where it fails."""
    try:
        subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=APT_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"'{' '.join(command)}' took over {APT_TIMEOUT} seconds") from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
        raise OSError(f"'{' '.join(command)}': {reason}") from None
