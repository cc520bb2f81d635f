"""One running product for all of these tests, with a mailbox, so that one can subscribe."""

import time
from collections.abc import Iterator

import pytest

from keng.channels.email.fake import FakeMailServer
from keng.channels.fake import running_provider
from tests.journeys.desk import Desk
from tests.stack import Stack, free_ports_in_a_row

# Seconds; a screen locks after ten minutes without anybody (KENG_SCREEN_LOCK_MINUTES).
FRESH_FOR = 8 * 60


@pytest.fixture(scope="session")
def mailbox() -> Iterator[FakeMailServer]:
    """A real SMTP server on this machine."""
    with running_provider(FakeMailServer()) as running:
        yield running


@pytest.fixture(scope="session")
def stack(mailbox: FakeMailServer) -> Iterator[Stack]:
    """The demo as a stranger starts it, watched as an operator watches the product."""
    watched = {"KENG_METRICS_PORT": str(free_ports_in_a_row(6)[0]), "KENG_LOG_FORMAT": "json"}
    with Stack({"KENG_SMTP_URL": mailbox.url, **watched}) as running:
        yield running


@pytest.fixture
def person(browser):
    """Makes browsers of different people, closed at the end."""
    contexts = []

    def open_browser(**options):
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(30_000)
        return contexts[-1].new_page()

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in(browser, stack):
    """Gives an officer's cookies; signs in anew where the screen may have locked since."""
    states, signed_in_at = {}, {}

    def cookies_of(name):
        if time.monotonic() - signed_in_at.get(name, -FRESH_FOR) >= FRESH_FOR:
            context = browser.new_context(locale="vi")
            context.set_default_timeout(30_000)
            Desk(context.new_page(), stack, name).sign_in()
            states[name], signed_in_at[name] = context.storage_state(), time.monotonic()
            context.close()
        return states[name]

    return cookies_of
