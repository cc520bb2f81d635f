"""Ready words pass the house style as they stand."""

import pytest

from keng.language import house_style, taxonomy
from keng.language.ready_words import ready_words

CALL = "Công an phường Nếnh, trực ban: 0204 000 0100, hoặc 113."
SIGNS = "Số gọi đến: 0500 000 001\nTài khoản nhận: 000 111 222 333"


def test_they_are_for_categories_that_exist():
    assert set(ready_words()) <= set(taxonomy.categories())


@pytest.mark.parametrize("category", sorted(ready_words()))
def test_they_pass_the_house_style_beside_numbers_and_beside_their_own_signs(category):
    words = ready_words()[category]
    for signs in (words["signs"] or SIGNS, SIGNS):
        parts = words | {"signs": signs, "call": CALL}
        found = house_style.check_warning_style(parts, title=words["title"])
        assert [one for one in found if one.level != "ok"] == []
    assert len(words["title"]) <= 36
