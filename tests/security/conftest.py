"""The running product as it stands behind a proxy, so that visitors come from many networks."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="keng-temporary-") as temporary:
        # Any account's, as the system's own is; only what this product puts there lies in it.
        Path(temporary).chmod(0o1777)
        environment = {"KENG_BEHIND_TLS": "1", "TMPDIR": temporary}
        with Stack(environment, bare=True) as running:
            yield running
