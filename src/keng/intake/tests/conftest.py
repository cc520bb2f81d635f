"""The first answer of a chat, for the tests of its words."""

import pytest

from keng.intake import auto_replies


@pytest.fixture
def first_answer(settings):
    """Its lines. They are kept for each process, and name the site of this test."""
    settings.PUBLIC_URL = "https://keng.example"
    auto_replies._first_answer.cache_clear()

    def lines(language, *, urgency, **said):
        return auto_replies.first_answer(
            language,
            unit_name="Công an phường Thử",
            urgency=urgency,
            in_group=False,
            token="abc",
            **said,
        ).splitlines()

    yield lines
    auto_replies._first_answer.cache_clear()
