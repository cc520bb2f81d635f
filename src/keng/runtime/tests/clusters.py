"""Folders and clusters of the launcher's own tests; never the one the other tests use."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keng.runtime.postgres import Cluster, embedded_cluster


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may pass; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="keng-launcher-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Cluster]:
    """A cluster that may be killed."""
    made = embedded_cluster(open_folder / "data")
    yield made
    made.stop()
