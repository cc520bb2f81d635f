"""What a journey looks at on the pages it passes: assistive technology, the edge, pictures."""

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys import looks

SHOTS = os.environ.get("KENG_SHOTS_TO", "")


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the screens."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def is_fine(page: Page, name: str) -> None:
    """Nothing that assistive technology stumbles over, and nothing beyond the edge."""
    shot(page, name)
    looks.is_fine(page)
