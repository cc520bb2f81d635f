"""Officers read when a reporter wrote to five minutes; where minutes count, to the minute."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.inbox.list.inbox_query import ROWS_A_PAGE
from keng.kit import times
from keng.tips import decision_words
from keng.tips.fill_ins import fill_in
from keng.tips.models import Attachment, Suggestion, Tip
from keng.tips.page_version import changes_since
from keng.tips.reporter_times import reporter_time, times_in_order
from tests import make

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
SECONDS = re.compile(r"\d\d:\d\d:(?!00[+Z\"])\d\d|\d\d\.\d{3,6}[+Z]")


def yesterday(hour: int, minute: int) -> datetime.datetime:
    day = times.local_date(times.now() - datetime.timedelta(days=1))
    return times.start_of(day) + datetime.timedelta(
        hours=hour, minutes=minute, seconds=57, microseconds=730457
    )


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


@pytest.fixture
def make_told_tip(unit):
    """A tip with all that a reporter may leave behind, each thing at a minute of its own."""

    def make_it(**fields):
        came = yesterday(8, 48)
        tip = make.tip(
            unit=unit,
            received_at=came,
            due_at=came + datetime.timedelta(hours=47),
            feared_at=yesterday(9, 13),
            waiting_since=yesterday(9, 13),
            examined_at=yesterday(8, 49),
            reference="2026-THU-0001",
            **fields,
        )
        Suggestion.objects.create(tip=tip, urgency="P1", at=yesterday(8, 49))
        make.message(tip, tip.text, at=came)
        later = make.message(tip, "Thêm một chuyện nữa", at=yesterday(9, 13))
        make.message(tip, "Chúng tôi đã nhận được", author="automatic", at=yesterday(9, 14))
        for message in (None, later):
            Attachment.objects.create(
                tip=tip,
                message=message,
                kind="image",
                mime="image/jpeg",
                size=1000,
                original_path="",
                at=yesterday(9, 14),
            )
        make.sighting(tip, indicator=make.indicator(), at=yesterday(8, 49))
        return tip

    return make_it


TRUE = ("08:48", "08:49", "09:13", "09:14", "07:48")


def pages(client, tip):
    """What an officer sees of it: by a browser, by a script, in lists."""
    other = make.tip(unit=tip.responsible_unit, text=tip.text)
    sighting = tip.sightings.get()
    make.sighting(other, indicator=sighting.indicator)
    asked = [
        url("inbox"),
        f"{url('inbox')}?tip={tip.pk}",
        url("tip", tip.pk),
        url("tip-duplicate", other.pk),
        url("same-indicator", sighting.pk),
        url("tip-duplicate", tip.pk),
        f"{url('search')}?q=Th%C3%AAm&days=7",
    ]
    found = {each: client.get(each) for each in asked}
    found["files"] = client.get(f"{url('tip', tip.pk)}?part=files", headers={"HX-Request": "true"})
    found["now"] = client.post(url("tip-now", tip.pk), {"seen": "~0~~"})
    found["conflict"] = client.post(url("tip-reply", tip.pk), {"text": "Xin chào", "seen": "~0~~"})
    return {each: answer.content.decode() for each, answer in found.items()}


def test_no_page_of_an_officer_has_the_minute_or_a_second_of_a_reporter(desk, make_told_tip):
    for address, page in pages(desk, make_told_tip()).items():
        assert not [minute for minute in TRUE if minute in page], address
        assert not SECONDS.findall(page), address


def test_the_rounded_time_stands_where_the_true_one_stood(desk, make_told_tip):
    tip = make_told_tip()
    shown = desk.get(url("tip", tip.pk)).content.decode()
    assert "08:45" in shown
    assert "09:10" in shown


@pytest.mark.parametrize("fields", [{"urgency": "P0"}, {"money_moved": True}])
def test_where_minutes_count_the_true_minute_stands_and_no_second(desk, make_told_tip, fields):
    tip = make_told_tip(**fields)
    shown = desk.get(url("tip", tip.pk)).content.decode()
    assert "08:48" in shown
    assert "09:13" in shown
    assert not SECONDS.findall(shown)
    assert not SECONDS.findall(desk.get(url("alarm")).content.decode())


def test_no_deadline_is_shown_later_than_the_true_one(desk, make_told_tip):
    tip = make_told_tip()
    page = desk.get(url("inbox")).content.decode()
    (shown,) = re.findall(r'<time\s[^>]*datetime="([^"]+)"', page)
    moment = datetime.datetime.fromisoformat(shown)
    assert moment <= tip.due_at < moment + times.COARSE


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 299, 300, 301, 86399])
def test_every_deadline_is_rounded_down_by_less_than_five_minutes(seconds):
    due = times.start_of(datetime.date(2026, 11, 28)) + datetime.timedelta(seconds=seconds)
    shown = reporter_time(due)
    assert shown <= due < shown + times.COARSE


def test_the_deadline_in_ready_words_is_the_rounded_one(make_told_tip):
    tip = make_told_tip()
    words = fill_in("Trả lời {deadline}.", tip, decision_words.deadlines_of_tip(tip))
    assert "07:45" in words
    assert "07:48" not in words


def test_an_answer_does_not_stand_before_its_question():
    tip = Tip(urgency="P2")
    asked, answered = yesterday(10, 3), yesterday(10, 4)
    shown = times_in_order([(asked, False), (answered, True)], tip)
    assert shown == sorted(shown)
    assert [f"{each:%H:%M:%S.%f}" for each in shown] == ["10:03:00.000000", "10:03:00.000000"]


def test_a_version_of_a_page_names_no_message_and_still_tells_what_is_new(
    desk, make_told_tip, officer
):
    tip = make_told_tip()
    page = desk.get(url("tip", tip.pk)).content.decode()
    (seen,) = set(re.findall(r'name="seen" value="([^"]*)"', page))
    assert not [str(each.pk) for each in tip.messages.all() if str(each.pk) in page]
    assert not changes_since(tip, seen, officer)
    more = make.message(tip, "Còn nữa")
    assert changes_since(tip, seen, officer).messages == [more]


def test_a_page_from_before_this_version_says_too_much_rather_than_nothing(make_told_tip, officer):
    tip = make_told_tip()
    old = f"~{tip.messages.last().pk}~~"
    assert len(changes_since(tip, old, officer).messages) == 2


def test_the_next_page_of_the_list_is_named_without_a_time(desk, unit):
    made = [make.tip(unit=unit, received_at=yesterday(8, 48)) for _ in range(ROWS_A_PAGE + 3)]
    first = desk.get(url("inbox")).content.decode()
    (after,) = re.findall(r'rel="next" href="[^"]*after=([^"&]+)"', first)
    assert not re.search(r"\d{9,}|[0-9a-f]{8}-", after)
    second = desk.get(f"{url('inbox')}?after={after}").content.decode()
    assert sum(str(each.pk) in second for each in made) == 3
    # Whoever writes a place by hand gets the first page.
    assert desk.get(f"{url('inbox')}?after=1764316800.000000_x").status_code == 200


def test_the_ids_of_a_tip_and_its_files_do_not_tell_the_minute(make_told_tip):
    tip = make_told_tip()
    for row in (tip, *tip.attachments.all(), *tip.sightings.all()):
        assert not (row.pk.int >> 80) % 300_000


def test_a_tip_that_came_after_the_page_is_news_and_one_from_just_before_is_none(desk, unit):
    old = make.tip(unit=unit, received_at=times.now() - MINUTE)
    page = desk.get(url("inbox")).content.decode()
    (news,) = re.findall(r'hx-get="([^"]*news[^"]*)"', page)
    assert str(old.pk) not in news
    assert desk.get(news.replace("&amp;", "&")).status_code == 204
    make.tip(unit=unit)
    assert desk.get(news.replace("&amp;", "&")).status_code == 200
