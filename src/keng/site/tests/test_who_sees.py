"""The page of who sees what is printed from the pages that show it."""

import os
from pathlib import Path

import keng
from keng.site import who_sees
from keng.site.who_may import PAGE_RIGHTS


def test_the_page_is_printed_from_the_table():
    page = Path(keng.__file__).parents[2] / "docs" / "who-sees.md"
    if os.environ.get("PRINT_WHO_MAY") == "1":
        page.write_text(who_sees.sights_as_markdown(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == who_sees.sights_as_markdown()


def test_each_line_names_a_page_of_the_desk():
    assert {sight.page for sight in who_sees.SIGHTS} - {""} <= PAGE_RIGHTS.keys()


def test_who_audits_protects_data_or_administers_sees_no_word_of_a_tip():
    shown = [sight for sight in who_sees.SIGHTS if "as the words" in sight.narrowed]
    assert shown
    words = [PAGE_RIGHTS[sight.page] for sight in shown] + [PAGE_RIGHTS["tip"]]
    for role in ("auditor", "data_protection", "administrator"):
        assert not any(role in who.roles for who in words)
