"""What the journeys share: the running product with a real mailbox beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from keng.channels.email.fake import FakeMailServer
from keng.channels.fake import running_provider
from keng.channels.web_push.fake import FakePushService
from keng.channels.web_push.fake import running_push_service as running_push
from tests.stack import Stack

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
# Reading a page never takes this long; a machine with two cores under load may need it.
PATIENCE = 30_000
EMERGENCY_ROOM = "phong-truc@khan-cap.example"


@dataclass(frozen=True)
class World:
    """A running product and what it talks to."""

    stack: Stack
    mailbox: FakeMailServer
    """A real SMTP server on this machine that keeps what it is given."""
    push_service: FakePushService
    """A push service on this machine, with browsers that read as real ones do."""


@pytest.fixture(scope="session")
def lived_in() -> Iterator[World]:
    """The small demo as a stranger starts it."""
    yield from _running(is_bare=False)


@pytest.fixture(scope="session")
def bare() -> Iterator[World]:
    """Places, officers and groups alone."""
    yield from _running(is_bare=True)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> World:
    """Where a module's journeys happen: that of a system begins where nobody wrote anything yet."""
    of_a_system = re.match(r"test_s\d\d_", request.module.__name__.rpartition(".")[2])
    found: World = request.getfixturevalue("bare" if of_a_system else "lived_in")
    return found


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    return world.stack


@pytest.fixture(scope="module")
def mailbox(world: World) -> FakeMailServer:
    return world.mailbox


@pytest.fixture(scope="module")
def push_service(world: World) -> FakePushService:
    return world.push_service


def _running(*, is_bare: bool) -> Iterator[World]:
    with running_provider(FakeMailServer()) as mailbox, running_push() as push_service:
        settings = {
            "KENG_SMTP_URL": mailbox.url,
            "KENG_EMERGENCY_EMAIL": EMERGENCY_ROOM,
            "KENG_PUSH_URL": push_service.url,
        }
        with Stack(settings, bare=is_bare) as stack:
            yield World(stack, mailbox, push_service)
            # Shown only when a journey failed: what the processes said meanwhile.
            print("\n".join(line for line in stack.output[-400:] if " INFO " not in line))


@pytest.fixture
def people(browser: Browser) -> Iterator["People"]:
    """Browsers of different people, closed at the end."""
    crowd = People(browser)
    yield crowd
    crowd.close()


class People:
    """Each person has a browser of their own: no cookie is shared."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def resident(self, *, script: bool = False, language: str = "vi") -> Page:
        """Somebody with a cheap phone; without script unless said otherwise."""
        return self._page(viewport=PHONE, java_script_enabled=script, locale=language)

    def officer(self) -> Page:
        """Somebody at a desk PC."""
        return self._page(viewport=DESKTOP, locale="vi")

    def officer_with_a_phone(self) -> Page:
        """Somebody in the street; the phone asks nothing before it pastes."""
        return self._page(
            viewport=PHONE,
            locale="vi",
            has_touch=True,
            is_mobile=True,
            permissions=["clipboard-read", "clipboard-write"],
        )

    def phone(self) -> Page:
        """An officer away from the desk, with a phone."""
        return self._page(viewport=PHONE, locale="vi", has_touch=True, is_mobile=True)

    def close(self) -> None:
        for context in self._contexts:
            for page in context.pages:
                # Shown only when the journey failed: what this person saw last.
                print(f"-- {page.url}\n{page.locator('body').inner_text()[:600]}")
            context.close()

    def _page(self, **options: object) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context.new_page()
