"""A legal hold: two officers keep a tip from whatever would destroy it, and two end that."""

import datetime

import pytest

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import legal_hold, out_of_scope, triage
from keng.dialogue import withdrawal
from keng.kit import times
from keng.tips.errors import HeldAlready, NoReason, NotHeld, NotTheSecond, NotYours
from keng.tips.models import LegalHold, Tip
from keng.tips.models.legal_hold import UNDECIDED_HOLDS_FOR
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db
WHY = "Tòa án có công văn số 12"


@pytest.fixture
def commune():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def officer(commune):
    return make.officer(unit=commune)


@pytest.fixture
def commander(commune):
    return make.officer(unit=commune, role="commander")


def ask_hold_of(tip, officer):
    return legal_hold.ask_for_hold(tip.pk, ground="court", words=WHY, by=officer)


def held(tip, officer, commander):
    hold = ask_hold_of(tip, officer)
    legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=commander)
    return hold


def test_a_name_in_an_officers_words_is_not_kept_in_clear(commune, officer):
    tip = make.tip(unit=commune)
    said = f"{WHY} về chị Nguyễn Thị Thử"
    kept = legal_hold.ask_for_hold(tip.pk, ground="court", words=said, by=officer)
    for words in (kept.words, tip.decisions.get().reason):
        assert words.startswith(WHY)
        assert "Thử" not in words


def test_whoever_decides_reads_what_is_asked_before_the_yes(
    commune, officer, commander, desk_client
):
    tip = make.tip(unit=commune)
    hold = ask_hold_of(tip, officer)
    sign_in(desk_client, commander)
    page = desk_client.get(f"/tips/{tip.pk}/hold/").content.decode()
    assert -1 < page.find(WHY) < page.find("Đồng ý giữ hồ sơ")
    legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=commander)
    legal_hold.ask_to_end_hold(hold.pk, words="Đã xét xử xong", by=officer)
    page = desk_client.get(f"/tips/{tip.pk}/hold/").content.decode()
    assert -1 < page.find("Đã xét xử xong") < page.find('name="agreed" value="1"')


def test_a_reason_that_grows_when_it_is_covered_still_fits(commune, officer):
    said = ("chị An, anh Bi, cô Ca, bác Du. " * 17)[:500]
    tip = make.tip(unit=commune)
    assert len(legal_hold.ask_for_hold(tip.pk, ground="court", words=said, by=officer).words) <= 500


def test_one_asks_another_agrees_and_two_end_it(commune, officer, commander):
    tip = make.tip(unit=commune)
    hold = held(tip, officer, commander)
    assert legal_hold.is_held(tip)
    legal_hold.ask_to_end_hold(hold.pk, words="Vụ án đã xong", by=commander)
    assert legal_hold.is_held(tip)
    with pytest.raises(NotTheSecond):
        legal_hold.decide_on_end_of_hold(hold.pk, is_agreed=True, by=commander)
    above = make.officer(unit=commune.parent, role="coordinator")
    legal_hold.decide_on_end_of_hold(hold.pk, is_agreed=True, by=above)
    assert not legal_hold.is_held(tip)
    entries = Entry.objects.filter(object_id=str(tip.pk)).order_by("seq")
    said = entries.values_list("action", flat=True)
    assert [each for each in said if "h" in each] == [
        "tip.hold_asked",
        "tip.held",
        "tip.unhold_ask",
        "tip.unheld",
    ]
    # Of the words of the officers nothing is in the record.
    assert WHY not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_who_asked_does_not_agree_nor_does_a_duty_officer(commune, officer, commander):
    tip = make.tip(unit=commune)
    with pytest.raises(NoReason):
        legal_hold.ask_for_hold(tip.pk, ground="court", words=" ", by=officer)
    hold = ask_hold_of(tip, commander)
    with pytest.raises(NotTheSecond):
        legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=commander)
    with pytest.raises(NotAllowed):
        legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=officer)
    with pytest.raises(NotYours):
        legal_hold.decide_on_hold(
            hold.pk, is_agreed=True, by=make.officer(unit=make.unit(), role="commander")
        )


def test_a_request_keeps_the_tip_until_nobody_decided_in_time(commune, officer, commander):
    tip = make.tip(unit=commune)
    hold = ask_hold_of(tip, officer)
    assert legal_hold.is_held(tip)
    with pytest.raises(HeldAlready):
        ask_hold_of(tip, commander)
    LegalHold.objects.update(began_at=times.now() - UNDECIDED_HOLDS_FOR)
    assert not legal_hold.is_held(tip)
    with pytest.raises(NotHeld):
        legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=commander)
    ask_hold_of(tip, officer)
    assert legal_hold.is_held(tip)


def test_a_refused_hold_keeps_nothing(commune, officer, commander):
    tip = make.tip(unit=commune)
    hold = ask_hold_of(tip, officer)
    with pytest.raises(NoReason):
        legal_hold.decide_on_hold(hold.pk, is_agreed=False, words=" ", by=commander)
    assert legal_hold.is_held(tip)
    step = legal_hold.decide_on_hold(hold.pk, is_agreed=False, words="Chưa cần", by=commander)
    assert step.reason == "Chưa cần"
    assert not legal_hold.is_held(tip)


def test_the_end_may_be_refused_and_asked_for_again(commune, officer, commander):
    tip = make.tip(unit=commune)
    hold = held(tip, officer, commander)
    legal_hold.ask_to_end_hold(hold.pk, words="Xong", by=officer)
    legal_hold.decide_on_end_of_hold(hold.pk, is_agreed=False, words="Chưa cần", by=commander)
    assert legal_hold.is_held(tip)
    legal_hold.ask_to_end_hold(hold.pk, words="Xong thật", by=officer)
    legal_hold.decide_on_end_of_hold(hold.pk, is_agreed=True, by=commander)
    assert not legal_hold.is_held(tip)


def test_a_held_report_keeps_its_words_when_its_reporter_takes_it_back(commune, officer, commander):
    kept, left, refused = (make.tip(unit=commune, text=f"Lời {n}") for n in range(3))
    held(kept, officer, commander)
    # A hold that was refused is no act on the report: its reporter may still take it back.
    hold = ask_hold_of(refused, officer)
    legal_hold.decide_on_hold(hold.pk, is_agreed=False, words="Chưa cần", by=commander)
    for tip in (kept, left, refused):
        withdrawal.withdraw_tip(tip.pk)
    words = [Tip.objects.get(pk=tip.pk).text for tip in (kept, left, refused)]
    assert words == ["Lời 0", "", ""]
    assert Tip.objects.get(pk=kept.pk).withdrawn_at


def test_what_is_out_of_scope_stays_sealed_under_a_hold(commune, officer, commander):
    make.unit_key(commune.parent)
    kept, left = (make.tip(unit=commune, text=f"Lời {n}") for n in range(2))
    hold = held(kept, officer, commander)
    for tip in (kept, left):
        triage.decline_tip(tip.pk, kind="out_of_scope", reply="Chào bạn", by=officer, reason="Xa")
    Tip.objects.update(closed_at=times.now() - datetime.timedelta(days=8))
    assert out_of_scope.destroy_expired_content() == 1
    assert set(SealedIdentity.objects.values_list("tip_ref", flat=True)) == {kept.pk}
    LegalHold.objects.filter(pk=hold.pk).update(
        end_asked_by=officer, end_asked_at=times.now(), ended_by=commander, ended_at=times.now()
    )
    assert out_of_scope.destroy_expired_content() == 1
