"""What the tests that cross areas share: one running product, and one browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import HOW_TO_GET_ONE, find_browser
from tests.stack import Stack

# What a page should show it shows in a moment; several browsers on two cores may need longer.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The demo as a stranger starts it; everything in it is made by clicks and messages."""
    with Stack() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the run ends, since a journey must never be left out."""
    program = find_browser()
    if program is None:
        pytest.exit(HOW_TO_GET_ONE, returncode=4)
    with sync_playwright() as playwright:
        # Root's browser has no sandbox to build; the pages it sees are our own.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()
