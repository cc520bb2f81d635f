"""The red bar has the words of another tip: nobody is given them on paper."""

import re
from pathlib import Path

import keng

CSS = Path(keng.__file__).parent / "static" / "keng" / "desk.css"


def test_the_red_bar_is_never_printed():
    printed = CSS.read_text(encoding="utf-8").partition("@media print {")[2]
    hidden = [
        rule.group(1) for rule in re.finditer(r"([^{}]+)\{ display: none !important \}", printed)
    ]
    named = {one.strip() for rule in hidden for one in rule.rpartition("*/")[2].split(",")}
    assert {".alarm-slot", ".alarm-bar"} <= named
