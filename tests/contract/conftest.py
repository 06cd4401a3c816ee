"""What the tests in a browser share: the browser, and the sample release behind a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import AXE, browser
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def chromium(program: Callable[[str], str]) -> Iterator[Browser]:
    """Chromium; skips when it or axe-core is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: see scripts/node-packages")
    with browser(program("chromium")) as one:
        yield one


@pytest.fixture(scope="module")
def served(sample_workspace: Path) -> Iterator[str]:
    """The address of a server over the sample release."""
    with server_over("workspace", sample_workspace) as server:
        yield server.url
