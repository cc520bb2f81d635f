"""Where the shared development set lies, and its tips."""

import json
from typing import Any

from tests.shared_data import ROOT, find_shared_data, shared_data

TIPS = find_shared_data("dev/tips.jsonl") or ROOT.parent / "shared/data/dev/tips.jsonl"


def dev_tips() -> list[dict[str, Any]]:
    """All tips; the test is skipped where the set does not lie beside the repository."""
    tips = shared_data("dev/tips.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in tips.splitlines()]
