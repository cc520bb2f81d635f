"""Which browser the journeys use: the system's Chromium, since none is downloaded here."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_ONE = (
    "No browser found for the journeys: install Chromium (Debian, Ubuntu: apt install chromium) "
    "or name one in KENG_CHROMIUM."
)


def find_browser() -> str | None:
    """KENG_CHROMIUM, or the first of the usual names on the path."""
    if configured := os.environ.get("KENG_CHROMIUM"):
        return configured if Path(configured).exists() else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


def main() -> int:
    browser = find_browser()
    print(browser or HOW_TO_GET_ONE, file=sys.stdout if browser else sys.stderr)
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
