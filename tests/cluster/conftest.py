"""What these tests share: one primary with two standbys, and two machines on such a database."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keng.runtime.tests.template import copy_migrated_data
from tests.cluster.machines import MISSING, Installation
from tests.cluster.replicated_database import ReplicatedDatabase, eventually, replicated_database


@contextmanager
def _database_in(folder: Path) -> Iterator[ReplicatedDatabase]:
    # What root starts runs as another account, which must pass this folder.
    folder.chmod(0o711)
    copy_migrated_data(folder / "migrated")
    with replicated_database(folder / "migrated", folder) as running:
        yield running


@pytest.fixture(scope="session")
def database() -> Iterator[ReplicatedDatabase]:
    with (
        tempfile.TemporaryDirectory(prefix="keng-cluster-") as name,
        _database_in(Path(name)) as it,
    ):
        yield it


@pytest.fixture
def nobody_follows(database: ReplicatedDatabase) -> Iterator[None]:
    """Whatever a test resumes by itself: the next one finds both of them."""
    for name in database.standbys:
        database.pause(name)
    yield
    for name in database.standbys:
        database.resume(name)
    eventually(lambda: len(database.in_sync()) == 2, "the standbys do not come back")


@pytest.fixture(scope="session")
def whole_installation() -> Iterator[Installation]:
    """Its database is its own: that of the others loses its primaries."""
    if MISSING:
        pytest.skip(f"not installed here, so two machines were not run: {', '.join(MISSING)}")
    with tempfile.TemporaryDirectory(prefix="keng-machines-") as name:
        folder = Path(name)
        with _database_in(folder) as database:
            machines = folder / "machines"
            machines.mkdir(mode=0o711)
            with Installation(machines, database).running() as running:
                yield running


@pytest.fixture
def installation(whole_installation: Installation) -> Installation:
    """With all of its processes at work; each test leaves it so."""
    whole_installation.wait_until_well()
    return whole_installation
