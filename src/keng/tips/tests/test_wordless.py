"""What stands for the words of a report that has none is nobody's words."""

import pytest
from django.utils import translation

from keng.intake.examination.findings import findings_in
from keng.kit.urgency import Urgency
from keng.tips.topics import TOPIC_NAMES
from keng.tips.wordless import is_wordless, words_for_files, words_for_message

LOCATION = words_for_message(files=0, location=(21.273456, -106.1))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["image/jpeg", "image/png"], "(Chỉ có ảnh, không có lời.)"),
        (["audio/mp4"], "(Chỉ có ghi âm, không có lời.)"),
        (["audio/mp4", "image/jpeg"], "(Chỉ có tệp, không có lời.)"),
        (["video/mp4"], "(Chỉ có tệp, không có lời.)"),
        ([""], "(Chỉ có tệp, không có lời.)"),
    ],
)
def test_the_desk_reads_what_came_without_words(kinds, words):
    assert words_for_files(kinds) == words
    assert is_wordless(words)
    assert not is_wordless(words + " Xem giúp")


@pytest.mark.parametrize("language", ["vi", "en", "zh-hans", "ko"])
@pytest.mark.parametrize("message", [{"files": 3}, {"files": 0, "location": (-8.5, 0.0)}])
def test_nor_do_those_of_a_message_in_any_language(language, message):
    with translation.override(language):
        assert is_wordless(words_for_message(**message))


@pytest.mark.parametrize("topic", [*TOPIC_NAMES, ""])
@pytest.mark.parametrize(
    "text", [*map(words_for_files, (["image/png"], ["audio/mp4"], [])), "Tệp gửi kèm: 2", LOCATION]
)
def test_the_machine_guesses_nothing_from_them_and_calls_no_report_none(topic, text):
    found = findings_in(text, topic)
    assert found.categories == ()
    assert found.indicators == ()
    assert found.urgency == Urgency.P2
    assert not found.is_danger


def test_words_beside_a_count_or_a_place_are_words():
    assert not is_wordless("Tệp gửi kèm: 2 cái, xem giúp")
    assert not is_wordless(f"{LOCATION} cháy rồi")
