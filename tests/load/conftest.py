"""What tests under load share: one small product that nobody kills, with a mailbox beside it."""

from collections.abc import Iterator

import pytest

from tests.journeys.mailbox import Mailbox
from tests.stack import Stack


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


@pytest.fixture(scope="session")
def quiet_stack(mailbox: Mailbox) -> Iterator[Stack]:
    """Places, officers and groups alone."""
    with Stack({"KENG_SMTP_URL": mailbox.url}, bare=True) as running:
        yield running
