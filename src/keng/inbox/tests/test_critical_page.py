"""A critical tip's page says only what came out, and offers only what is true."""

import datetime

import pytest

from keng.alarms import ringing
from keng.conftest import sign_in
from keng.decisions import check_steps, triage
from keng.dialogue import answering
from keng.intake.examination.examine import examine_messages
from keng.kit import times
from keng.tips.decision_words import deadlines_of_tip
from keng.tips.models import Clock, Tip
from keng.vault.models import UnitKey
from tests import make

pytestmark = pytest.mark.django_db
NOW = times.now()
COMING = "Lực lượng đang tới"


@pytest.fixture
def here():
    class Here:
        pass

    found = Here()
    found.province = make.province_unit("Công an tỉnh thử")
    found.commune = make.unit("Công an phường thử", parent=found.province)
    found.commune.desk_phone = "0204 000 0199"
    found.commune.save()
    found.lan = make.officer(unit=found.commune, name="Lan")
    found.mai = make.officer(unit=found.province, name="Mai")
    found.tip = make.tip(unit=found.commune, urgency="P0", channel="phone")
    return found


def page_of(client, officer, tip):
    return sign_in(client, officer).get(f"/tips/{tip.pk}/").content.decode()


def test_nobody_was_told_to_stand_down_where_nobody_has_a_pager(desk_client, here):
    ringing.call_what_rings()
    calling = page_of(desk_client, here.lan, here.tip).partition('id="calling"')[2]
    # The telephone of the own desk stands beside the reader; the province sees it.
    assert 'href="tel:02040000199"' not in calling.partition("</section>")[0]
    above = page_of(desk_client, here.mai, here.tip).partition('id="calling"')[2]
    assert 'href="tel:02040000199"' in above.partition("</section>")[0]
    assert "xem danh bạ điện thoại của đơn vị" in calling
    triage.accept_tip(here.tip.pk, by=here.lan)
    page = page_of(desk_client, here.lan, here.tip)
    assert "Không ai được gọi" in page
    assert "đã được báo thôi" not in page


@pytest.mark.parametrize(("seconds", "is_late"), [(40, False), (90, True)])
def test_what_is_due_as_it_starts_is_late_after_its_first_minute(here, seconds, is_late):
    start = times.now()
    after = start + datetime.timedelta(seconds=seconds)
    Clock.objects.create(
        tip=here.tip, rule_code="URGENT_NOW", starts_at=start, due_at=start, stopped_at=after
    )
    assert [each.was_late for each in deadlines_of_tip(here.tip) if each.stopped_at] == [is_late]


def test_whoever_told_it_by_voice_is_told_by_voice(desk_client, here):
    answering.answer_reporter(here.tip.pk, text="Bạn ở đâu?", by=here.lan)
    page = page_of(desk_client, here.lan, here.tip)
    assert "hãy giữ máy, hoặc gọi cho họ" in page
    assert "Cán bộ đã nhắn" not in page
    check_steps.tick_step(here.tip.pk, step="told", by=here.lan)
    done = page_of(desk_client, here.lan, here.tip).partition('id="checks"')[2]
    assert "Lan" in done.partition("Đã nói trực tiếp")[2][:120]
    by_web = make.tip(unit=here.commune, urgency="P0", channel="web")
    assert "hãy giữ máy" not in page_of(desk_client, here.lan, by_web)


def test_help_is_said_to_be_coming_once_somebody_ticked_that_it_is(desk_client, here):
    def buttons():
        return page_of(desk_client, here.lan, here.tip).count(f"Gửi ngay: {COMING}")

    assert buttons() == 0
    check_steps.tick_step(here.tip.pk, step="way", by=here.lan)
    assert buttons() == 1
    check_steps.untick_step(here.tip.pk, step="way", reason="Nhầm xe", by=here.lan)
    assert buttons() == 0


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_to_be_done_stands_right_below_the_words(desk_client, here, headers):
    sign_in(desk_client, here.lan)
    page = desk_client.get(f"/tips/{here.tip.pk}/", headers=headers).content.decode()
    main = page.partition("</header>")[2] or page
    places = [main.index(each) for each in ("words", 'id="checks"', 'id="one-tap"', "reply-")]
    assert places == sorted(places)
    assert main.count('id="checks"') == main.count('id="one-tap"') == 1
    assert f"/tips/{here.tip.pk}/aside/" not in page
    calm = make.tip(unit=here.commune, urgency="P1")
    assert f"/tips/{calm.pk}/aside/" in desk_client.get(f"/tips/{calm.pk}/").content.decode()


def test_making_a_tip_critical_is_not_called_passing_it_on(desk_client, here):
    page = page_of(desk_client, here.lan, make.tip(unit=here.commune, urgency="P2"))
    assert "Lên P0, gọi trực" in page
    assert "Chuyển khẩn cấp" not in page


def test_a_tip_is_made_critical_with_one_press_and_rings(desk_client, here):
    calm = make.tip(unit=here.commune, urgency="P2")
    make.clock(calm, rule_code="CLASSIFY_HOUSE")
    page = page_of(desk_client, here.lan, calm)
    assert 'data-command="Nâng lên P0: khẩn cấp, gọi người trực"' in page
    assert desk_client.post(f"/tips/{calm.pk}/critical/").status_code == 302
    calm.refresh_from_db()
    running = set(calm.clocks.filter(stopped_at=None).values_list("rule_code", flat=True))
    assert (calm.urgency, running) == ("P0", {"CLASSIFY_HOUSE", "URGENT_NOW"})
    page = page_of(desk_client, here.lan, calm)
    assert "Nâng lên P0" in page
    assert f"/tips/{calm.pk}/critical/" not in page


def test_the_later_cry_for_help_stands_above_the_words_it_came_with(desk_client, here):
    tip = make.tip(unit=here.commune, urgency="P1", text="Bố hay đánh con", waiting_since=NOW)
    tip.feared_at = NOW
    tip.save()
    cry = make.message(tip, "Bố đang đập cửa phòng, con trốn dưới gầm giường, cứu con")
    examine_messages()
    assert Tip.objects.get(pk=tip.pk).danger_at == cry.at
    pane = sign_in(desk_client, here.lan).get(f"/tips/{tip.pk}/", headers={"hx-request": "true"})
    for page in (page_of(desk_client, here.lan, tip), pane.content.decode()):
        before = page.partition(tip.text)[0]
        assert "Lại báo nguy" in before
        assert cry.text in before.replace("<br>", "")
        # Nothing on it is calmer than P0.
        assert "Người báo nói lo bị lộ" in page or "người báo nói lo bị lộ" in page
        assert "trả lời trong hôm nay" not in page


def test_a_critical_tip_of_which_nothing_is_ticked_asks_once_before_it_is_closed(desk_client, here):
    sign_in(desk_client, here.lan)
    triage.accept_tip(here.tip.pk, by=here.lan)
    triage.record_outcome(here.tip.pk, outcome="solved", by=here.lan)
    address, sent = f"/tips/{here.tip.pk}/close/", {"text": "Đã xong", "from": "page"}
    asked = desk_client.post(address, sent)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "Chưa đánh dấu: 113 đã nhận" in page
    assert 'name="text" value="Đã xong"' in page
    assert Tip.objects.get(pk=here.tip.pk).is_open
    assert desk_client.post(address, sent | {"sure": "1"}).status_code == 302
    assert not Tip.objects.get(pk=here.tip.pk).is_open


def test_one_ticked_step_is_enough_to_close_without_a_question(desk_client, here):
    sign_in(desk_client, here.lan)
    triage.record_outcome(here.tip.pk, outcome="solved", by=here.lan)
    check_steps.tick_step(here.tip.pk, step="way", by=here.lan)
    assert desk_client.post(f"/tips/{here.tip.pk}/close/", {"text": ""}).status_code == 302


def test_what_changed_meanwhile_is_not_lost_by_the_question(desk_client, here):
    triage.record_outcome(here.tip.pk, outcome="solved", by=here.lan)
    seen = sign_in(desk_client, here.lan).get(f"/tips/{here.tip.pk}/").context["seen"]
    triage.accept_tip(here.tip.pk, by=here.mai)
    address = f"/tips/{here.tip.pk}/close/"
    asked = desk_client.post(address, {"text": "", "seen": seen})
    again = desk_client.post(address, {"text": "", "seen": asked.context["seen"], "sure": "1"})
    assert again.status_code == 409


@pytest.mark.parametrize(("holds", "is_offered"), [(["phone"], True), ([], False)])
def test_the_number_to_call_back_is_asked_for_beside_the_list_as_well(
    desk_client, here, holds, is_offered
):
    UnitKey.objects.create(
        unit=here.commune, public_key=bytes(1216), epoch=times.local_date(times.now())
    )
    Tip.objects.update(identity_holds=holds)
    page = sign_in(desk_client, here.lan).get(f"/tips/?tip={here.tip.pk}").content.decode()
    assert (f"/tips/{here.tip.pk}/open/?emergency" in page) == is_offered
