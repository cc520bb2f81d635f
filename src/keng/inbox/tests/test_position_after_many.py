"""After something was done to several tips, or taken back, one is where one was, words included."""

import datetime

import pytest
from django.urls import reverse

from keng.dialogue import answering
from keng.kit import times
from keng.tips.models import DialogueMessage, Tip
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
INBOX = reverse("inbox", DESK)
TOGETHER = reverse("together", DESK)
WORDS = "Chiều nay có người trực ở trụ sở, bạn tới nhé."


@pytest.fixture
def tips(unit):
    """Five in the order of their deadlines."""
    now = times.now()
    return [make.tip(unit=unit, due_at=now + datetime.timedelta(hours=3 + n)) for n in range(5)]


def sent_to(desk, tips, kind):
    """The page of one answer, read and sent."""
    page = desk.post(TOGETHER, {"tip": [str(tip.pk) for tip in tips], "kind": kind})
    seen = {f"seen-{each.tip.pk}": each.seen for each in page.context["calm"]}
    ticked = {"tip": [str(tip.pk) for tip in tips], "kind": kind, "reply": WORDS, "send": "1"}
    return desk.post(TOGETHER, ticked | seen, follow=True)


def opened(page):
    chosen = page.context.get("chosen")
    return chosen.pk if chosen else None


def test_after_ending_several_the_next_one_opens_from_where_one_was(desk, tips):
    desk.get(INBOX, {"tip": tips[2].pk})
    assert opened(sent_to(desk, tips[1:3], "procedure")) == tips[3].pk


def test_a_tip_that_stays_open_stays_beside_the_list(desk, tips):
    desk.get(INBOX, {"tip": tips[2].pk})
    assert opened(sent_to(desk, tips[2:4], "answer")) == tips[2].pk
    page = desk.post(
        reverse("bulk", DESK),
        {"act": "accept", "tip": [str(tips[4].pk)], "at": f"{times.now().timestamp():.3f}"},
        follow=True,
    )
    assert opened(page) == tips[2].pk


def test_where_none_was_open_none_opens(desk, tips):
    desk.get(INBOX, {"tip": tips[2].pk})
    desk.get(INBOX)
    assert opened(sent_to(desk, tips[:2], "procedure")) is None


def test_from_an_incident_one_goes_on_with_the_tip_after_those_that_were_joined(desk, tips):
    desk.get(INBOX, {"tip": tips[1].pk})
    page = desk.post(
        reverse("bulk", DESK),
        {
            "act": "join",
            "tip": [str(tip.pk) for tip in tips[:2]],
            "at": f"{times.now().timestamp():.3f}",
        },
        follow=True,
    )
    assert str(tips[2].pk) in page.context["next_url"]
    assert opened(desk.get(page.context["next_url"])) == tips[2].pk


@pytest.mark.parametrize("kind", ["procedure", "answer"])
def test_the_undo_of_one_answer_to_several_brings_the_words_and_the_tips_back(desk, tips, kind):
    done = sent_to(desk, tips[:3], kind)
    page = desk.post(done.context["undo_url"], done.context["undo_fields"])
    assert not DialogueMessage.objects.filter(text=WORDS).exists()
    assert page.context["form"]["reply"].value() == WORDS
    assert page.context["kind"] == kind
    assert {each.tip.pk for each in page.context["calm"]} == {tip.pk for tip in tips[:3]}


def test_the_undo_of_an_answer_to_an_incident_brings_its_words_back_once(desk, unit, officer, tips):
    event = make.incident(unit=unit, by=officer, tips=tuple(tips[:3]))
    address = reverse("incident", DESK, args=[event.pk])
    answered = desk.post(
        reverse("incident-answer", DESK, args=[event.pk]), {"text": WORDS}, follow=True
    )
    assert not Tip.objects.filter(incident=event, first_read_at=None).exists()
    page = desk.post(answered.context["undo_url"], answered.context["undo_fields"], follow=True)
    assert page.context["chosen_answer"] == WORDS
    assert desk.get(address).context["chosen_answer"] == ""


def test_the_undo_of_an_answer_brings_its_words_back_beside_the_list(desk, officer, tips):
    desk.get(INBOX, {"tip": tips[1].pk})
    message = answering.answer_reporter(tips[1].pk, text=WORDS, by=officer)
    fields = {"message": str(message.pk), "from": "inbox"}
    page = desk.post(reverse("reply-withdraw", DESK), fields, follow=True)
    assert (opened(page), page.context["chosen_answer"]) == (tips[1].pk, WORDS)


def test_nobody_is_given_the_words_of_somebody_else(desk, unit, tips):
    colleague = make.officer(unit=unit)
    message = answering.answer_reporter(tips[0].pk, text=WORDS, by=colleague)
    asked = desk.post(reverse("reply-withdraw", DESK), {"message": str(message.pk)})
    assert asked.status_code == 404
    assert desk.get(reverse("tip", DESK, args=[tips[0].pk])).context["chosen_answer"] == ""


def test_who_leaves_the_end_of_a_tip_is_beside_the_list_again_also_after_a_mistake(desk, tips):
    desk.get(INBOX, {"tip": tips[1].pk})
    address = reverse("tip-close", DESK, args=[tips[1].pk])
    page = desk.get(address, {"from": "inbox"})
    missing = desk.post(address, {"from": "inbox", "seen": page.context["seen"]})
    assert missing.status_code == 422
    for shown in (page, missing):
        assert f'data-key="escape" href="{INBOX}?tip={tips[1].pk}"' in shown.content.decode()


def test_of_tips_that_are_said_to_be_alike_an_officer_reads_why(desk, unit):
    place = make.place()
    told = "Nhóm trai đeo khẩu trang bẻ khóa lấy xe ở dãy trọ ông Tám lúc rạng sáng"
    one, _other = (
        make.tip(unit=unit, place=place, category="theft", text=f"{told} {end}")
        for end in ("hôm qua", "nay")
    )
    page = desk.get(reverse("tip-duplicate", DESK, args=[one.pk]))
    [candidate] = page.context["candidates"]
    assert candidate.in_common == ["cùng loại việc", "cùng nơi", "có nhiều chữ giống nhau"]
    assert "cùng loại việc" in page.content.decode()
