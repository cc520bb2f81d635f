"""What these tests share: one primary with two standbys."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keng.runtime.tests.template import copy_migrated_data
from tests.cluster.replicated_database import ReplicatedDatabase, replicated_database


@pytest.fixture(scope="session")
def database() -> Iterator[ReplicatedDatabase]:
    with tempfile.TemporaryDirectory(prefix="keng-cluster-") as name:
        folder = Path(name)
        # What root starts runs as another account, which must pass this folder.
        folder.chmod(0o711)
        copy_migrated_data(folder / "migrated")
        with replicated_database(folder / "migrated", folder) as running:
            yield running
