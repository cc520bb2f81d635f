"""The list follows what the machine reads, upwards only; an officer's rating stands."""

import datetime

import pytest
from django.urls import reverse

from keng.alarms.bar import ringing_tips_of
from keng.alarms.ringing import call_what_rings
from keng.conftest import sign_in
from keng.decisions import triage, undo
from keng.inbox.list.inbox_query import inbox_page
from keng.intake.examination.examine import examine_messages, examine_tips
from keng.tips.models import Alarm, Tip
from tests import make

pytestmark = pytest.mark.django_db
INBOX = reverse("inbox", "keng.site.desk_urls")
ABUSE = "Cháu 12 tuổi, chú hàng xóm hay sờ người cháu"


@pytest.fixture
def desk():
    unit = make.unit()
    return unit, make.officer(unit=unit)


def waiting(unit, text, **more):
    """A tip as the intake leaves it: at P2, to be sorted within the day."""
    return make.tip(unit=unit, text=text, **more)


def order(officer):
    return [row.pk for group in inbox_page(officer).groups for row in group.rows]


def test_a_suggested_p1_stands_there_with_the_one_hour_clock(desk, desk_client):
    unit, officer = desk
    paper = waiting(unit, "cho hỏi thủ tục cấp lại căn cước")
    child = waiting(unit, ABUSE)
    assert order(officer) == [paper.pk, child.pk]
    examine_tips()
    child.refresh_from_db()
    assert (child.urgency, child.urgency_is_suggested) == ("P1", True)
    clock = child.clocks.get(rule_code="LOOK_P1")
    assert child.due_at == clock.due_at == child.received_at + datetime.timedelta(hours=1)
    assert order(officer) == [child.pk, paper.pk]
    page = sign_in(desk_client, officer).get(INBOX).content.decode()
    row = page.partition(f"/tips/{child.pk}/")[2].partition("</a>")[0]
    assert 'P1?<span class="visually-hidden"> (máy gợi ý)</span>' in row


def test_the_page_says_that_it_is_a_suggestion_and_by_which_words(desk, desk_client):
    unit, officer = desk
    child = waiting(unit, ABUSE)
    examine_tips()
    page = sign_in(desk_client, officer).get(f"/tips/{child.pk}/").content.decode()
    assert "P1 · Cao, máy gợi ý" in page
    assert "Chưa cán bộ nào xác nhận." in page
    assert "“hay sờ người”" in page
    assert "Máy đọc ra mức P1" in page


def test_a_suggestion_never_lowers_what_intake_or_an_officer_said(desk):
    unit, officer = desk
    now = make.tip(unit=unit, text="cho hỏi thủ tục", urgency="P1", happening="now")
    rated = waiting(unit, "Cháy nhà, còn cháu bé trong nhà")
    triage.sort_tip(rated.pk, category="fire_explosion", urgency="P3", by=officer)
    examine_tips()
    for tip, urgency in ((now, "P1"), (rated, "P3")):
        tip.refresh_from_db()
        assert tip.urgency == urgency
    assert not rated.clocks.filter(rule_code__in=["URGENT_NOW", "LOOK_P1"]).exists()


def test_critical_ones_stand_by_gravity_and_an_officers_rating_before_the_machines(desk):
    unit, officer = desk
    doubtful = waiting(unit, "cho hỏi thủ tục cấp lại căn cước", urgency="P0")
    grave = waiting(unit, "Cháy nhà trọ, nhiều người kẹt trên tầng ba, khói đặc, cứu với")
    rated = waiting(unit, "Nhờ cán bộ xem giúp ngay")
    triage.sort_tip(rated.pk, category="other", urgency="P0", by=officer)
    # What nobody has read yet may be as grave as any.
    assert order(officer) == [rated.pk, doubtful.pk, grave.pk]
    examine_tips()
    grave.refresh_from_db()
    assert (grave.urgency, grave.gravity_band) == ("P0", 1)
    assert order(officer) == [rated.pk, grave.pk, doubtful.pk]
    assert [each.tip_id for each in ringing_tips_of(officer)] == order(officer)


def test_the_list_stands_as_the_bar_does_a_life_before_money_and_what_nobody_took_first(desk):
    unit, officer = desk
    money = waiting(unit, "Em vừa chuyển khoản 20 triệu cho nó, cách đây 7 phút", urgency="P0")
    beaten = waiting(unit, "Chồng em đang đánh em, cứu em với")
    taken = waiting(unit, "Cháy nhà trọ, nhiều người kẹt trên tầng ba, khói đặc, cứu với")
    examine_tips()
    triage.accept_tip(taken.pk, by=officer)
    assert order(officer) == [beaten.pk, money.pk, taken.pk]
    assert [each.tip_id for each in ringing_tips_of(officer)] == [beaten.pk, money.pk]
    make.message(taken, text="Lửa lan sang nhà bên, cứu với")
    examine_messages()
    assert order(officer)[0] in {taken.pk, beaten.pk}
    assert [each.tip_id for each in ringing_tips_of(officer)] == order(officer)


def test_a_later_message_makes_a_tip_graver_and_never_less(desk):
    unit, _officer = desk
    tip = waiting(unit, "cho hỏi thủ tục cấp lại căn cước")
    examine_tips()
    tip.refresh_from_db()
    assert tip.gravity_band == 4
    for text in ("Nó đang cầm dao chém chồng tôi, máu chảy nhiều, cứu với", "cảm ơn"):
        make.message(tip, text=text)
        examine_messages()
        tip.refresh_from_db()
        assert tip.gravity_band == 1


def test_an_officers_lower_rating_stands_until_danger_is_written_of_anew(desk):
    unit, officer = desk
    tip = waiting(unit, "Có trộm đang phá cửa nhà hàng xóm")
    examine_tips()
    triage.sort_tip(tip.pk, category="burglary", urgency="P2", by=officer)
    tip.refresh_from_db()
    assert (tip.urgency, tip.urgency_is_suggested) == ("P2", False)
    assert not tip.clocks.filter(rule_code="URGENT_NOW", stopped_at=None).exists()
    make.message(tip, "nó giả danh công an, số 0912000111")
    examine_messages()
    tip.refresh_from_db()
    assert tip.urgency == "P2"
    make.message(tip, "nó quay lại rồi, đang cầm dao chém vào cửa")
    examine_messages()
    tip.refresh_from_db()
    assert (tip.urgency, tip.urgency_is_suggested) == ("P0", True)
    assert tip.clocks.filter(rule_code="URGENT_NOW", stopped_at=None).exists()


def test_taking_a_rating_back_makes_it_a_suggestion_again(desk):
    unit, officer = desk
    tip = waiting(unit, ABUSE)
    examine_tips()
    step = triage.sort_tip(tip.pk, category="child_safety", urgency="P2", by=officer)
    undo.take_back_decision(step.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.urgency, tip.urgency_is_suggested) == ("P1", True)
    assert tip.due_at == tip.clocks.get(rule_code="LOOK_P1").due_at


def test_a_suggested_p0_rings_and_one_that_is_over_does_not(desk):
    unit, _officer = desk
    burning = waiting(unit, "cho chay roi can 114 gap")
    over = waiting(unit, "bọn nó đang cầm dao chém nhau", happening="over")
    examine_tips()
    call_what_rings()
    assert list(Alarm.objects.values_list("tip", flat=True)) == [burning.pk]
    over.refresh_from_db()
    assert over.urgency == "P1"


def test_a_fire_and_a_knife_in_other_languages_are_read(desk):
    unit, _officer = desk
    for text in (
        "救命，我丈夫拿着刀",
        "남편이 칼을 들고 문을 부수고 있어요, 살려주세요",
        "my neighbour's house is on fire, there are children inside",
        "chay nha, con chau be trong nha",
    ):
        tip = waiting(unit, text)
        examine_tips()
        tip.refresh_from_db()
        assert tip.urgency == "P0", text


def test_the_tapped_tile_of_a_child_is_p1_at_least(desk):
    unit, _officer = desk
    tip = waiting(unit, "cháu không muốn về nhà", topic="child")
    examine_tips()
    tip.refresh_from_db()
    assert tip.urgency == "P1"
    assert Tip.objects.get().suggestion.categories[0]["code"] == "child_safety"


def test_what_the_reporter_tapped_is_shown_and_steers_the_guess(desk, desk_client):
    unit, officer = desk
    words = "Có người lạ kéo cháu mẫu giáo lên xe tải màu xanh rồi bỏ chạy trên quốc lộ"
    tip = waiting(unit, words, topic="child", channel="web")
    examine_tips()
    first, *others = Tip.objects.get(pk=tip.pk).suggestion.categories
    assert first["code"] in {"child_safety", "missing_person"}
    assert all(other.get("leaves_topic") for other in others if other["code"] == "traffic")
    client = sign_in(desk_client, officer)
    row = client.get(INBOX).content.decode().partition("data-row")[2].partition("</a>")[0]
    assert "chọn: Trẻ em, người mất tích" in row
    page = client.get(f"/tips/{tip.pk}/").content.decode()
    assert "Người báo chọn: Trẻ em, người mất tích" in page
    assert "khác loại người báo chọn" in page


def test_undoing_a_decision_does_not_lower_what_the_reporter_wrote_since(desk):
    unit, officer = desk
    tip = waiting(unit, "cho hỏi thủ tục cấp lại căn cước")
    examine_tips()
    step = triage.sort_tip(tip.pk, category="other", urgency="P3", by=officer)
    make.message(tip, ABUSE)
    examine_messages()
    tip.refresh_from_db()
    raised = tip.urgency
    assert raised in ("P0", "P1")
    undo.take_back_decision(step.pk, by=officer)
    tip.refresh_from_db()
    assert (tip.urgency, tip.urgency_is_suggested, tip.category) == (raised, True, "")
    running = tip.clocks.filter(rule_code__in=["LOOK_P1", "URGENT_NOW"], stopped_at=None)
    assert running.count() == 1
    assert tip.due_at == running.get().due_at
