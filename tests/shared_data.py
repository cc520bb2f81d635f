"""Where the shared data lie: beside the repository, or beside the folder of its worktrees."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def find_shared_data(name: str) -> Path | None:
    """The file or folder `shared/data/NAME`, where there is one."""
    candidates = (above / "shared" / "data" / name for above in ROOT.parents)
    return next((found for found in candidates if found.exists()), None)


def shared_data(name: str) -> Path:
    """The same; the test is skipped, and says why, where there is none."""
    found = find_shared_data(name)
    if found is None:
        pytest.skip(f"shared/data/{name} lies beside no folder above this repository")
    return found
