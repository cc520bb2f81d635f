"""What the operator's page on settings lists."""

import re

from tests.architecture.source import ROOT

GUIDE = ROOT / "docs" / "operator" / "settings.md"


def documented_settings() -> set[str]:
    """The names in its tables."""
    return set(re.findall(r"^\| `([A-Z_]+)`", GUIDE.read_text(), re.MULTILINE))
