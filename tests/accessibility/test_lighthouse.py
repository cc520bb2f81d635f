"""Lighthouse gives the public pages full marks; at night, where Node is there.

`.ci/nightly` installs a release of Lighthouse by npm, for that run alone, and names its program in
KENG_LIGHTHOUSE. It is no dependency: everywhere else these are skipped, and axe, the weight of a
first visit and the policies of the pages are held by the other tests of this folder.
"""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.browser import find_browser
from tests.stack import Stack

PROGRAM = os.environ.get("KENG_LIGHTHOUSE", "")
NOT_HERE = "KENG_LIGHTHOUSE names no program of Lighthouse: `make test-nightly` installs one by npm"
CATEGORIES = ("performance", "accessibility", "best-practices")
FULL_MARKS = 1.0
# Another busy process only makes a page look slower than it is: the best of so many counts.
TRIES = 3
WITHIN_SECONDS = 300

pytestmark = pytest.mark.skipif(not PROGRAM, reason=NOT_HERE)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The whole province, since a small one has published no warning."""
    with Stack(whole_province=True) as running:
        yield running


@pytest.fixture(scope="module")
def addresses(browser, stack):
    """A name for each page -> its address; one warning, lesson and place as links lead there."""
    page = browser.new_page(locale="vi")
    found = {
        "home": "/",
        "report": "/report/who-gets/",
        "look-up": "/lookup/",
        "status": "/status/",
        "warnings": "/warnings",
        "lessons": "/lessons",
        "first hour": "/first-hour/",
    }
    for name, starts_at, link in [
        ("warning", "/warnings", "main a[href^='/w/']"),
        ("lesson", "/lessons", "main a[href^='/lessons/']"),
        ("place", "/places/?q=nenh", "main a[href^='/places/']"),
    ]:
        page.goto(f"{stack.public}{starts_at}")
        found[name] = page.locator(link).first.get_attribute("href")
    page.close()
    return {name: f"{stack.public}{path}" for name, path in found.items()}


def marks(address: str) -> tuple[dict[str, float], list[str]]:
    """The mark of each category, and the audits that cost something."""
    command = [
        PROGRAM,
        address,
        "--quiet",
        "--output=json",
        "--no-enable-error-reporting",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless --no-sandbox --disable-gpu --lang=vi",
    ]
    environment = {**os.environ, "CHROME_PATH": find_browser() or ""}
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=WITHIN_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    given = {name: found["categories"][name]["score"] for name in CATEGORIES}
    counted = {
        part["id"]
        for name in CATEGORIES
        for part in found["categories"][name]["auditRefs"]
        if part["weight"]
    }
    lost = [
        f"{name}: {audit['title']}"
        for name, audit in found["audits"].items()
        if name in counted and audit["score"] is not None and audit["score"] < FULL_MARKS
    ]
    return given, lost


def test_every_page_has_full_marks(addresses):
    wrong = {}
    for name, address in addresses.items():
        for _ in range(TRIES):
            given, lost = marks(address)
            if all(mark >= FULL_MARKS for mark in given.values()):
                break
        else:
            wrong[name] = (given, lost)
    assert wrong == {}
