"""No page cuts a long text that somebody pastes: it is counted, and refused with what was typed."""

import re

from tests.architecture.source import KENG

TEXTAREA = re.compile(r"<textarea\b[^>]*>")


def test_no_page_lets_the_browser_cut_a_long_text():
    cut = [
        f"{file.relative_to(KENG)}: {tag}"
        for file in KENG.rglob("*.html")
        for tag in TEXTAREA.findall(file.read_text())
        if "maxlength" in tag
    ]
    assert not cut


def test_what_is_counted_has_a_line_for_the_count():
    for file in KENG.rglob("*.html"):
        source = file.read_text()
        counted = [tag for tag in TEXTAREA.findall(source) if "data-longest" in tag]
        assert source.count("characters_left.html") >= len(counted), file
