"""Which browser the journeys use: the system's Chromium, since none is downloaded here.

`python -m tests.browser` prints its path; where there is none it gets one by apt, as root, or where
KENG_INSTALL=1 allows it by sudo, and ends with 1 where it may not or cannot.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
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
    command = apt_command()
    if command is None:
        return None
    print(f"No browser found. Installing Chromium: {' '.join(command)}", flush=True)
    update = [*command[: command.index("install")], "update", "-qq"]
    for step in (update, command):
        if subprocess.run(step, check=False, timeout=APT_WITHIN_SECONDS).returncode != 0:
            return None
    return find_browser()


def apt_command() -> list[str] | None:
    """What installs Chromium here; None where that is not allowed or there is no apt."""
    if shutil.which("apt-get") is None:
        return None
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return [*settings, *install]
    if os.environ.get("KENG_INSTALL") == "1" and shutil.which("sudo"):
        return ["sudo", *settings, *install]
    return None


def main() -> int:
    browser = find_or_install_browser()
    print(browser or HOW_TO_GET_ONE, file=sys.stdout if browser else sys.stderr)
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
