"""The running product as it stands behind a proxy, so that visitors come from many networks."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack({"KENG_BEHIND_TLS": "1"}, bare=True) as running:
        yield running
