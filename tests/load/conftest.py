"""What tests under load share: one small product that nobody kills, with a mailbox beside it."""

from collections.abc import Iterator

import pytest

from keng.channels.email.fake import FakeMailServer
from keng.channels.fake import running_provider
from tests.stack import Stack


@pytest.fixture(scope="session")
def mailbox() -> Iterator[FakeMailServer]:
    with running_provider(FakeMailServer()) as running:
        yield running


@pytest.fixture(scope="session")
def quiet_stack(mailbox: FakeMailServer) -> Iterator[Stack]:
    """Places, officers and groups alone."""
    with Stack({"KENG_SMTP_URL": mailbox.url}, bare=True) as running:
        yield running
