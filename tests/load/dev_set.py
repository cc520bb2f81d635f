"""Where the shared development set lies, and its tips."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIPS = ROOT.parent / "shared" / "data" / "dev" / "tips.jsonl"


def dev_tips() -> list[dict[str, Any]]:
    """All tips; the test is skipped where the set does not lie beside the repository."""
    if not TIPS.exists():
        pytest.skip("../shared/data/dev/tips.jsonl is not beside this repository")
    return [json.loads(line) for line in TIPS.read_text(encoding="utf-8").splitlines()]
