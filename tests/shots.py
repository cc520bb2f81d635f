"""`make shots`: the pictures of the guides; ARGS="day", "office", "guard", "corner" or "province".

With ARGS=every also every screen, into shots/.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from keng.channels.email.fake import FakeMailServer
from keng.channels.fake import running_provider
from tests import pictures
from tests.browser import HOW_TO_GET_ONE, find_browser
from tests.journeys.desk import Desk
from tests.pictures_corner import corner, history
from tests.pictures_guard import guard
from tests.pictures_office import ROOM, Office, province
from tests.stack import Stack
from tests.walk import kind, walk

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "shots"
GUIDES = ROOT / "docs" / "screens"
LOOKS = {
    "phone-day": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "desk-night": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
OFFICER = "hai"
# What is made when nothing else is asked for.
USUAL = ("day", "office", "guard", "corner", "province")
# As a reader would see it: a real name instead of a port.
AS_SEEN = {"KENG_PUBLIC_URL": "https://keng.example", "KENG_EMERGENCY_EMAIL": ROOM}


def main() -> int:
    program = find_browser()
    if program is None:
        print(HOW_TO_GET_ONE, file=sys.stderr)
        return 1
    asked = set(sys.argv[1:]) - {"every"} or set(USUAL)
    with sync_playwright() as playwright, running_provider(FakeMailServer()) as mailbox:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        seen = {**AS_SEEN, "KENG_SMTP_URL": mailbox.url}
        if "day" in asked:
            with Stack(seen) as stack:
                pictures.play(pictures.Session(browser, stack, GUIDES))
                if "every" in sys.argv[1:]:
                    _every_screen(browser, stack)
        if "office" in asked:
            with Stack(seen) as stack:
                Office(pictures.Session(browser, stack, GUIDES), mailbox).go_round()
        if "guard" in asked:
            with Stack(seen) as stack:
                guard(pictures.Session(browser, stack, GUIDES))
        if "corner" in asked:
            with Stack(seen) as stack:
                corner(pictures.Session(browser, stack, GUIDES))
        if "province" in asked:
            with Stack(seen, whole_province=True) as stack:
                session = pictures.Session(browser, stack, GUIDES)
                province(session)
                history(session)
        print(f"The pictures of the guides are in {GUIDES}.")
        browser.close()
    return 0


def _every_screen(browser: Browser, stack: Stack) -> None:
    """A phone by day and a desk PC by night."""
    signed_in = _signed_in(browser, stack)
    for look, options in LOOKS.items():
        for site, start in {"public": stack.public, "desk": stack.desk}.items():
            state = signed_in if site == "desk" else None
            context = browser.new_context(locale="vi", storage_state=state, **options)
            count = _shoot(context, start + "/", FOLDER / look / site)
            print(f"{look}: {count} pages of the {site} site, in {FOLDER}")


def _signed_in(browser: Browser, stack: Stack) -> StorageState:
    """Once for all pictures: a code of the second factor is good for one use."""
    context = browser.new_context(locale="vi")
    Desk(context.new_page(), stack, OFFICER).sign_in()
    state = context.storage_state()
    context.close()
    return state


def _shoot(context: BrowserContext, start: str, folder: Path) -> int:
    """One picture of each kind of page; the session in the context is used, then closed."""
    folder.mkdir(parents=True, exist_ok=True)
    page = context.new_page()
    addresses = walk(page, start)
    for address in addresses:
        page.goto(address)
        name = kind(address).strip("/").replace("/", ".").replace("*", "one") or "home"
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    context.close()
    return len(addresses)


if __name__ == "__main__":
    sys.exit(main())
