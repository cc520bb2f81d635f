"""A report on which hundreds of messages came in: read in parts, with none of them lost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.dialogue.dialogue_parts import MESSAGES_IN_PART
from keng.tips.models import Attachment
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tip(unit):
    return make.tip(unit=unit, text="Có tiếng đập cửa")


def address(tip):
    return reverse("tip", "keng.site.desk_urls", args=[tip.pk])


def page(desk, tip, href=""):
    return desk.get(address(tip) + href.removeprefix(address(tip)).partition("#")[0])


def words(answer):
    return [each.text for each in answer.context["messages_said"]]


def link(answer, label):
    """Where the talk's link of this name leads."""
    found = re.search(rf'href="([^"]*)#talk">{label}<', answer.content.decode())
    return found[1] if found else None


def many(tip, count, start=1):
    return [make.message(tip, f"Lời {n}") for n in range(start, start + count)]


@pytest.mark.parametrize("path", ["", "?part=files", "now/"])
def test_a_page_asks_as_often_for_three_hundred_messages_as_for_ten(desk, tip, path):
    many(tip, 10)
    page(desk, tip)

    def queries_of_the_page():
        with CaptureQueriesContext(connection) as found:
            if path == "now/":
                desk.post(address(tip) + path, {"seen": f"~{tip.messages.count()}~~"})
            else:
                headers = {"HX-Request": "true"} if path else {}
                desk.get(address(tip) + path, headers=headers)
        return found

    few = queries_of_the_page()
    many(tip, 290, start=11)
    lots = queries_of_the_page()
    assert len(lots) == len(few)
    # The words only of those that are shown, or that the page does not know yet.
    wordy = [each["sql"] for each in lots if '"tips_dialoguemessage"."text",' in each["sql"]]
    assert all("OFFSET 300" in each for each in wordy)


def test_the_newest_fifty_are_shown_and_all_others_by_addresses_that_tell_no_time(desk, tip):
    made = many(tip, 120)
    make.message(
        tip, "Chúng tôi đang đến", author="desk", officer=make.officer(unit=tip.responsible_unit)
    )
    shown = page(desk, tip)
    parts = [words(shown)]
    assert len(parts[0]) == MESSAGES_IN_PART
    assert "Tin nhắn 72 đến 121, tất cả 121" in shown.content.decode()
    while earlier := link(shown, "Tin nhắn cũ hơn"):
        assert not any(str(each.pk) in earlier or each.pk.hex in earlier for each in made)
        shown = page(desk, tip, earlier)
        parts.insert(0, words(shown))
    read = [each for part in parts for each in part]
    assert read == [f"Lời {n}" for n in range(1, 121)] + ["Chúng tôi đang đến"]
    later = page(desk, tip, link(shown, "Tin nhắn sau đó"))
    assert words(later) == parts[1]
    assert words(page(desk, tip, link(shown, "Tin nhắn mới nhất"))) == parts[-1]


def test_those_that_wait_for_an_answer_elsewhere_are_counted_and_led_to(desk, tip, officer):
    many(tip, 30)
    make.message(tip, "Đã nhận", author="desk", officer=officer)
    many(tip, 70, start=31)
    shown = page(desk, tip)
    assert "Còn 20 tin nhắn đang chờ trả lời không nằm ở phần này." in shown.content.decode()
    first = page(desk, tip, link(shown, "Đọc từ tin nhắn đầu tiên trong số đó"))
    assert words(first)[0] == "Lời 31"
    assert "Còn 20 tin nhắn đang chờ" in first.content.decode()
    assert (
        words(page(desk, tip, link(first, "Đọc từ tin nhắn đầu tiên trong số đó")))[-1] == "Lời 100"
    )


def test_a_short_talk_has_no_parts_and_says_nothing_twice(desk, tip, officer):
    make.message(tip, tip.text, at=tip.received_at)
    make.message(tip, "Họ đi rồi")
    make.message(tip, "Cảm ơn bạn", author="desk", officer=officer)
    shown = page(desk, tip)
    assert words(shown) == ["Họ đi rồi", "Cảm ơn bạn"]
    assert "Các phần của cuộc trao đổi" not in shown.content.decode()
    assert "chờ trả lời không nằm" not in shown.content.decode()
    told = [event.words for event in shown.context["timeline"]]
    assert sum("Người báo nhắn" in each for each in told) == 1, told


def test_what_was_written_later_stays_in_the_story_when_all_words_are_gone(desk, tip):
    make.message(tip, tip.text, at=tip.received_at)
    make.message(tip, "Họ đi rồi")
    tip.messages.update(text="")
    type(tip).objects.filter(pk=tip.pk).update(text="")
    told = [event.words for event in page(desk, tip).context["timeline"]]
    assert sum("Người báo nhắn" in each for each in told) == 1, told


@pytest.mark.parametrize("cursor", ["x", "0" * 500, "../", "é"])
def test_an_address_that_names_no_part_shows_the_newest(desk, tip, cursor):
    many(tip, MESSAGES_IN_PART + 5)
    shown = page(desk, tip, f"?talk={cursor}")
    assert words(shown)[-1] == f"Lời {MESSAGES_IN_PART + 5}"


def test_a_file_of_an_earlier_part_still_names_its_message(desk, tip):
    first = make.message(tip, "Ảnh đây")
    Attachment.objects.create(
        tip=tip, message=first, kind="image", mime="image/jpeg", size=1, original_path="x"
    )
    many(tip, MESSAGES_IN_PART + 5)
    shown = page(desk, tip)
    assert shown.context["attachments"][0].came_with == first
    oldest = page(desk, tip, link(shown, "Tin nhắn cũ hơn"))
    assert [file.number for file in oldest.context["messages_said"][0].files] == [1]


def test_in_the_pane_the_parts_lead_to_the_whole_page(desk, tip):
    many(tip, MESSAGES_IN_PART + 5)
    pane = desk.get(address(tip), headers={"HX-Request": "true"})
    assert link(pane, "Tin nhắn cũ hơn").startswith(address(tip))
