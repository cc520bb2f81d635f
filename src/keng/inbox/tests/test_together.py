"""Ticked tips answered or ended together: none unread, none over somebody's head, all to undo."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.acts.errors import TryAgain
from keng.audit.models import Entry
from keng.community.models import Question
from keng.conftest import sign_in
from keng.decisions import closing, undo
from keng.inbox.list import chosen_tips, together_views
from keng.kit import times
from keng.kit.ids import new_id
from keng.tips.messages import LONGEST_HELD
from keng.tips.models import (
    AnswerTemplate,
    Decision,
    DialogueMessage,
    Suggestion,
    Tip,
    TipConcern,
)
from keng.tips.wordless import ONLY_PICTURES
from tests import make

pytestmark = pytest.mark.django_db
DESK = "keng.site.desk_urls"
TOGETHER = reverse("together", DESK)


def ticked(tips, **fields):
    return {"tip": [str(tip.pk) for tip in tips]} | fields


def sent(page, kind, reply):
    """What the page would send once somebody has read it."""
    html = page.content.decode()
    seen = dict(re.findall(r'name="(seen-[^"]+)"\s+value="([^"]*)"', html))
    tips = re.findall(r'name="tip" value="([^"]+)"', html)
    return {"tip": tips, "kind": kind, "reply": reply, "send": "1"} | seen


def test_one_answer_ends_many_each_with_its_entry_and_one_undo(desk, unit):
    tips = [make.tip(unit=unit) for _ in range(3)]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    assert "một cửa" in page.context["form"].initial["reply"]
    answer = desk.post(TOGETHER, sent(page, "procedure", "Bạn ra bộ phận một cửa."), follow=True)
    closed = Tip.objects.filter(state="closed", outcome="not_a_tip", kind="hoi_thu_tuc")
    assert closed.count() == Entry.objects.filter(action="tip.declined").count() == 3
    said = DialogueMessage.objects.filter(text="Bạn ra bộ phận một cửa.")
    assert said.count() == 3
    assert "Đã khép 3 tin" in answer.content.decode()
    desk.post(answer.context["undo_url"], answer.context["undo_fields"])
    assert not Tip.objects.filter(state="closed").exists()
    assert not said.exists()


def test_an_answer_alone_leaves_them_open(desk, unit):
    tips = [make.tip(unit=unit) for _ in range(2)]
    page = desk.post(TOGETHER, ticked(tips, kind="answer"))
    done = desk.post(TOGETHER, sent(page, "answer", "Thứ bảy có người trực."), follow=True)
    assert Tip.objects.filter(state="received", waiting_since=None).count() == 2
    assert Decision.objects.filter(kind=Decision.Kind.REPLIED).count() == 2
    desk.post(done.context["undo_url"], done.context["undo_fields"])
    assert not DialogueMessage.objects.exists()


def test_spam_is_a_reason_of_its_own_and_promises_no_objection(desk, unit):
    tip = make.tip(unit=unit, text="Vải sấy ship toàn quốc")
    page = desk.post(TOGETHER, ticked([tip], kind="spam"))
    words = page.context["form"].initial["reply"]
    assert "quảng cáo" in words
    assert "7 ngày" not in words
    desk.post(TOGETHER, sent(page, "spam", words))
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.text) == ("closed", "not_a_tip", "Vải sấy ship toàn quốc")
    assert tip.decisions.get().detail["as_kind"] == "spam"


@pytest.mark.parametrize("grave", ["rated", "suggested", "danger", "officers", "wrote", "wordless"])
def test_grave_ones_are_left_out_by_name_and_stay_open(desk, unit, grave):
    calm = [make.tip(unit=unit), make.tip(unit=unit)]
    other = make.tip(unit=unit, reference="2026-NENH-0077")
    if grave == "rated":
        Tip.objects.filter(pk=other.pk).update(urgency="P1", urgency_is_rated=True)
    if grave == "suggested":
        Suggestion.objects.create(tip=other, urgency="P1")
    if grave == "danger":
        Tip.objects.filter(pk=other.pk).update(danger_at=times.now())
    if grave == "officers":
        TipConcern.objects.create(tip=other, unit=make.unit(), is_guess=True)
    if grave == "wordless":
        Tip.objects.filter(pk=other.pk).update(text=ONLY_PICTURES)
    if grave == "wrote":
        make.message(other, "Bây giờ nó lại tới", author="reporter", at=times.now())
    page = desk.post(TOGETHER, ticked([*calm, other], kind="spam"))
    left = page.content.decode().partition('id="left-out"')[2].partition("</section>")[0]
    assert "2026-NENH-0077" in left
    if grave == "wrote":
        assert "Bây giờ nó lại tới" in left
    # They stay in sight while the reason is chosen.
    choosing = {name: each for name, each in sent(page, "civil", "").items() if name != "send"}
    assert [each.tip for each in desk.post(TOGETHER, choosing).context["left_out"]] == [other]
    # Even a form that somebody made by hand ends none of them.
    made = sent(page, "spam", "Khép.") | {f"seen-{other.pk}": ""}
    answer = desk.post(TOGETHER, made, follow=True).content.decode()
    assert "Đã khép 2 tin" in answer
    assert "Để nguyên: 2026-NENH-0077." in answer
    other.refresh_from_db()
    assert other.is_open


def test_no_more_is_taken_back_at_once_than_was_done_at_once(desk):
    marks = " ".join(str(new_id()) for _ in range(250))
    answer = desk.post(reverse("together-undo", DESK), {"secret": marks}, follow=True)
    assert "200 trả lời đã gửi đi rồi" in answer.content.decode()


def test_who_asked_not_to_be_contacted_is_answered_by_itself_or_not_at_all(desk, unit):
    quiet = make.tip(unit=unit, reference="2026-NENH-0079", do_not_contact=True)
    page = desk.post(TOGETHER, ticked([quiet, make.tip(unit=unit)], kind="answer"))
    left = page.content.decode().partition('id="left-out"')[2].partition("</section>")[0]
    assert "2026-NENH-0079" in left
    assert "người báo dặn không liên lạc" in left
    made = sent(page, "answer", "Thứ bảy có người trực.") | {f"seen-{quiet.pk}": ""}
    answer = desk.post(TOGETHER, made, follow=True).content.decode()
    assert "Để nguyên: 2026-NENH-0079." in answer
    assert not quiet.messages.exists()
    # It can be ended with others: nothing is sent, and the page says so beside it.
    page = desk.post(TOGETHER, ticked([quiet], kind="procedure"))
    assert [each.tip for each in page.context["calm"]] == [quiet]
    assert "chỉ đọc được bằng mã biên nhận" in page.content.decode()


def test_those_that_are_left_out_hold_no_answer_back_longer_than_it_can_be_undone(unit, officer):
    """Where the undo ends before the answer leaves, its reporter would be told twice."""
    grave = make.tip(unit=unit, urgency="P1")
    (left, calm) = chosen_tips.chosen_tips(officer, [grave.pk, make.tip(unit=unit).pk])
    done = chosen_tips.decline_together(
        [calm, *[left] * 150],
        kind="procedure",
        reason="Hỏi thủ tục",
        reply="Bạn ra bộ phận một cửa.",
        seen={calm.tip.pk: calm.seen},
        by=officer,
    )
    step, message = Decision.objects.get(), DialogueMessage.objects.get()
    assert done.undo_until <= step.at + undo.UNDO_WITHIN
    assert message.visible_at <= step.at + LONGEST_HELD


def test_of_more_than_fit_one_reading_the_others_are_left_out_by_name(desk, unit, monkeypatch):
    monkeypatch.setattr(chosen_tips, "MOST_ENDED_TOGETHER", 2)
    grave = make.tip(unit=unit, urgency="P1")
    tips = [make.tip(unit=unit, reference=f"2026-NENH-009{n}") for n in range(4)]
    page = desk.post(TOGETHER, ticked([grave, *tips], kind="procedure"))
    assert [each.tip for each in page.context["calm"]] == tips[:2]
    left = page.content.decode().partition('id="left-out"')[2].partition("</section>")[0]
    assert "2026-NENH-0092" in left
    assert "2026-NENH-0093" in left
    # Even a form that somebody made by hand, as if all of them had been shown, ends no more.
    shown = {f"seen-{each.tip.pk}": each.seen for each in page.context["left_out"]}
    made = sent(page, "procedure", "Ra một cửa.") | shown
    answer = desk.post(TOGETHER, made, follow=True)
    assert "Để nguyên:" in answer.content.decode()
    assert set(Tip.objects.filter(state="closed")) == set(tips[:2])


def test_of_more_than_anybody_reads_none_is_answered_and_the_officer_is_told(
    desk, unit, monkeypatch
):
    monkeypatch.setattr(together_views, "MOST_TIPS_AT_ONCE", 2)
    tips = [make.tip(unit=unit) for _ in range(3)]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"), follow=True)
    assert "nhiều nhất 2 tin một lần" in page.content.decode()


def test_what_was_written_after_the_page_is_not_ended_unread(desk, unit):
    first, second = make.tip(unit=unit), make.tip(unit=unit, reference="2026-NENH-0078")
    page = desk.post(TOGETHER, ticked([first, second], kind="procedure"))
    make.message(second, "Cháu nhà tôi bị đánh", author="reporter", at=times.now())
    answer = desk.post(TOGETHER, sent(page, "procedure", "Ra một cửa."), follow=True)
    assert "Để nguyên: 2026-NENH-0078." in answer.content.decode()
    assert set(Tip.objects.filter(state="closed")) == {first}


def test_what_a_colleague_noted_after_the_page_is_read_before_it_is_ended(desk, unit):
    first, second = make.tip(unit=unit), make.tip(unit=unit, reference="2026-NENH-0079")
    page = desk.post(TOGETHER, ticked([first, second], kind="procedure"))
    make.note(second, officer=make.officer(unit=unit), text="Gọi lại: đang bị đe doạ")
    answer = desk.post(TOGETHER, sent(page, "procedure", "Ra một cửa."), follow=True)
    assert "Để nguyên: 2026-NENH-0079." in answer.content.decode()
    assert set(Tip.objects.filter(state="closed")) == {first}


def refuse_at(monkeypatch, module, name, number):
    """The act works, but at this call of it the database gives up, as it does behind a lock."""
    act, calls = getattr(module, name), []

    def call(*args, **kwargs):
        calls.append(args)
        if len(calls) == number:
            raise TryAgain
        return act(*args, **kwargs)

    monkeypatch.setattr(module, name, call)


def test_what_met_a_lock_is_left_by_name_and_the_others_can_be_undone(desk, unit, monkeypatch):
    tips = [make.tip(unit=unit, reference=f"2026-NENH-008{n}") for n in range(4)]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    with monkeypatch.context() as patch:
        refuse_at(patch, closing, "decline_tip", 3)
        answer = desk.post(TOGETHER, sent(page, "procedure", "Ra một cửa."), follow=True)
    shown = answer.content.decode()
    assert "Đã khép 3 tin" in shown
    assert "Để nguyên: 2026-NENH-0082." in shown
    desk.post(answer.context["undo_url"], answer.context["undo_fields"])
    assert not Tip.objects.filter(state="closed").exists()


def test_an_undo_that_met_a_lock_goes_on_and_is_offered_again(desk, unit, monkeypatch):
    tips = [make.tip(unit=unit) for _ in range(3)]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    answer = desk.post(TOGETHER, sent(page, "procedure", "Ra một cửa."), follow=True)
    with monkeypatch.context() as patch:
        refuse_at(patch, undo, "take_back_decision", 2)
        again = desk.post(answer.context["undo_url"], answer.context["undo_fields"], follow=True)
    shown = again.content.decode()
    assert "Đã hoàn tác: 2 tin" in shown
    assert "1 tin chưa hoàn tác được" in shown
    assert Tip.objects.filter(state="closed").count() == 1
    desk.post(again.context["undo_url"], again.context["undo_fields"])
    assert not Tip.objects.filter(state="closed").exists()


def test_until_the_second_that_is_named_all_of_many_can_be_undone(desk, unit, monkeypatch):
    tips = [make.tip(unit=unit) for _ in range(10)]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    passed = [datetime.timedelta(0)]
    began = times.now()
    monkeypatch.setattr(times, "now", lambda: began + passed[0])
    for module, name in ((closing, "decline_tip"), (undo, "take_back_decision")):
        make_slow(monkeypatch, module, name, passed)
    answer = desk.post(TOGETHER, sent(page, "procedure", "Ra một cửa."), follow=True)
    (seconds,) = re.findall(r"(\d+) giây nữa trả lời", answer.content.decode())
    # Held for 20 + 10 × 0.4; 3 s went by, and undoing them will take 3 s.
    assert seconds == "18"
    passed[0] += datetime.timedelta(seconds=int(seconds))
    assert not DialogueMessage.objects.filter(visible_at__lte=times.now()).exists()
    again = desk.post(answer.context["undo_url"], answer.context["undo_fields"], follow=True)
    assert "Đã hoàn tác: 10 tin" in again.content.decode()
    assert not Tip.objects.filter(state="closed").exists()


def make_slow(monkeypatch, module, name, passed):
    """The act takes three tenths of a second more."""
    act = getattr(module, name)

    def slow(*args, **kwargs):
        passed[0] += datetime.timedelta(milliseconds=300)
        return act(*args, **kwargs)

    monkeypatch.setattr(module, name, slow)


def test_the_answer_on_the_page_of_the_place_is_proposed_first(desk, unit, officer):
    place, second, now = make.place(), make.officer(unit=unit), times.now()
    for asked, answer in (
        ("Thứ bảy công an phường có làm việc không?", "Sáng thứ bảy có người trực."),
        ("Làm căn cước cần giấy tờ gì?", "Bạn mang giấy khai sinh."),
    ):
        Question.objects.create(
            place=place,
            unit=unit,
            wish="public",
            state="answered",
            code_hash=make.some_id().bytes * 2,
            shown_text=asked,
            answer=answer,
            decided_at=now - datetime.timedelta(days=3),
            hands=[officer.pk],
            submitted_at=now,
            released_by=second,
            released_at=now,
            digest=b"d" * 32,
        )
    tips = [make.tip(unit=unit, text="Cho em hỏi thu bay cong an phuong co lam viec khong a")]
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    first = page.context["ready"][0]
    assert first.text == "Sáng thứ bảy có người trực."
    used = desk.post(TOGETHER, ticked(tips, kind="procedure", was="procedure", use=first.code))
    assert used.context["form"].initial["reply"] == "Sáng thứ bảy có người trực."
    # On the page of the tip itself, too, with the first key of what a tip is about.
    alone = desk.get(reverse("tip", DESK, args=[tips[0].pk]))
    by_key = {each.key: each.text for each in alone.context["ready"][0]}
    assert by_key["8"] == "Sáng thứ bảy có người trực."
    # Published in Vietnamese, it is proposed to nobody who reads another language.
    Tip.objects.update(language="en")
    page = desk.post(TOGETHER, ticked(tips, kind="procedure"))
    alone = desk.get(reverse("tip", DESK, args=[tips[0].pk]))
    proposed = [*page.context["ready"], *alone.context["ready"][0]]
    assert proposed
    assert "Sáng thứ bảy có người trực." not in {each.text for each in proposed}


def test_to_tips_of_two_desks_no_words_are_proposed_that_name_one_of_them(desk_client):
    province = make.province_unit()
    one, two = (make.unit(name=name, parent=province) for name in ("CA Một", "CA Hai"))
    tips = [make.tip(unit=one), make.tip(unit=two)]
    AnswerTemplate.objects.create(
        unit=one,
        code="own",
        topic="",
        title_vi="Lời riêng",
        title_en="Own words",
        text_vi="Mời bạn tới trụ sở của CA Một.",
        text_en="Come to our office.",
        changed_by=make.officer(unit=one),
    )
    desk = sign_in(desk_client, make.officer(unit=province))
    ready = desk.post(TOGETHER, ticked(tips, kind="answer")).context["ready"]
    assert ready
    assert not [each.text for each in ready if "CA Một" in each.text or "CA Hai" in each.text]
    of_one = desk.post(TOGETHER, ticked(tips[:1], kind="answer")).context["ready"]
    assert any("CA Một" in each.text for each in of_one)


def test_words_of_ones_own_stay_when_the_reason_changes(desk, unit):
    tip = make.tip(unit=unit)
    page = desk.post(
        TOGETHER, ticked([tip], kind="civil", was="procedure", reply="Lời riêng", proposed="Khác")
    )
    assert page.context["form"].initial["reply"] == "Lời riêng"


def test_tips_of_others_are_as_if_they_were_not_ticked(desk):
    other = make.tip(unit=make.unit())
    answer = desk.post(TOGETHER, ticked([other], kind="spam"))
    assert answer.headers["Location"] == reverse("inbox", DESK)


def test_a_reason_has_the_key_that_it_has_on_the_page_of_one_tip(desk, unit):
    tip = make.tip(unit=unit)
    alone = desk.get(reverse("tip-decline", DESK, args=[tip.pk])).content.decode()
    keys_alone = dict(re.findall(r'href="\?kind=(\w+)[^"]*"\s+data-key="(\d)"', alone))
    page = desk.post(TOGETHER, ticked([tip])).content.decode()
    keys = dict(re.findall(r'name="kind"\s+value="(\w+)"\s+data-key="(\w)"', page))
    assert keys.pop(together_views.ANSWER) == "r"
    assert set(keys) == set(chosen_tips.ENDED_TOGETHER_AS)
    assert keys.items() <= keys_alone.items()
