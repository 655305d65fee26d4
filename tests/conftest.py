"""What tests of pages and of drawings share: a real browser."""

import os
import shutil
from collections.abc import Iterator

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Chromium is; Playwright hands on the environment that it is started with."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = "no Chromium: sudo apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with pytest.MonkeyPatch.context() as patch:
        # Where it would otherwise write into the home directory.
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("chromium")))
        yield found
