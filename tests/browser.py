"""Which browser the journeys use: the system's Chromium, since none is downloaded here.

`python -m tests.browser` prints its path; where there is none it gets one by apt, as root, or where
KENG_INSTALL=1 allows it by sudo, and ends with 1 where it may not or cannot.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Chromium without its window costs three quarters of the work; Debian has it by itself.
PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome")
HOW_TO_GET_ONE = (
    "No browser found for the journeys: install Chromium (Debian, Ubuntu: apt install chromium), "
    "name one in KENG_CHROMIUM, or let `make test` install it: KENG_INSTALL=1 make test."
)
APT_WITHIN_SECONDS = 600


def find_browser() -> str | None:
    """KENG_CHROMIUM, or the first of the usual names on the path."""
    if configured := os.environ.get("KENG_CHROMIUM"):
        return configured if Path(configured).exists() else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


def find_or_install_browser() -> str | None:
    """The browser of this machine, installed where there was none and that is allowed."""
    if browser := find_browser():
        return browser
    if os.environ.get("KENG_CHROMIUM"):
        return None
    apt = how_to_call_apt()
    if apt is None:
        return None
    print("No browser found. Installing Chromium by apt.", flush=True)
    if not succeeds(*apt, "update", "-qq"):
        return None
    for package in PACKAGES:
        # Not every distribution has each of them.
        if succeeds(*apt, "install", "-y", "-qq", "--no-install-recommends", package):
            return find_browser()
    return None


def how_to_call_apt() -> list[str] | None:
    """The beginning of a command; None where installing is not allowed or there is no apt."""
    if shutil.which("apt-get") is None:
        return None
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return apt
    if os.environ.get("KENG_INSTALL") == "1" and shutil.which("sudo"):
        return ["sudo", *apt]
    return None


def succeeds(*command: str) -> bool:
    return subprocess.run(command, check=False, timeout=APT_WITHIN_SECONDS).returncode == 0


def main() -> int:
    browser = find_or_install_browser()
    print(browser or HOW_TO_GET_ONE, file=sys.stdout if browser else sys.stderr)
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
