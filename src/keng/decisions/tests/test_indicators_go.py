"""Numbers, accounts, links and plates go with the last report that names them."""

import threading

import pytest
from django.db import connection, transaction

from keng.decisions import triage, undo, undo_ending
from keng.dialogue import withdrawal
from keng.intake.examination import examine
from keng.kit import times
from keng.lookup.actions import indicators
from keng.lookup.models import Indicator
from keng.lookup.tests import make_listing
from keng.tips.models import HeldEnding
from tests import make

pytestmark = pytest.mark.django_db

WORDS = (
    "Số 0912345678 gọi, bảo chuyển vào tài khoản ngân hàng VCB số 19034567890123, "
    "gửi link https://lua-dao-thu.example/nhan, đi xe biển số 99A-123.45"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    province = make.province_unit()
    make.unit_key(province)
    make.clock_rules()
    return make.unit(parent=province)


def examined(unit, text=WORDS):
    tip = make.tip(unit=unit, text=text, examined_at=None)
    while examine.examine_tips():
        pass
    return tip


def kinds():
    """What a thief of the disk reads in the table."""
    return sorted(Indicator.objects.values_list("type", flat=True))


ALL = ["bank_account", "phone", "plate", "url"]


def decline(tip, officer):
    return triage.decline_tip(tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=officer)


def test_a_report_that_was_taken_back_takes_its_numbers_along(unit, become):
    become("worker")
    tip = examined(unit)
    assert kinds() == ALL
    become("owner")
    withdrawal.withdraw_tip(tip.pk)
    become("worker")
    withdrawal.destroy_withdrawn()
    assert kinds() == []


def test_what_is_out_of_scope_leaves_no_number_either(unit, become):
    tip = examined(unit)
    decline(tip, make.officer(unit=unit))
    become("worker")
    indicators.remove_unused_indicators()
    assert kinds() == []


def test_what_another_report_names_stays(unit):
    tip, _other = examined(unit), examined(unit, "Số 0912345678 lại gọi")
    withdrawal.withdraw_tip(tip.pk)
    withdrawal.destroy_withdrawn()
    indicators.remove_unused_indicators()
    assert kinds() == ["phone"]


def test_what_is_listed_stays(unit):
    tip = examined(unit)
    phone = Indicator.objects.get(type="phone")
    make_listing.listing(phone.value, unit=unit)
    withdrawal.withdraw_tip(tip.pk)
    withdrawal.destroy_withdrawn()
    indicators.remove_unused_indicators()
    assert kinds() == ["phone"]


def test_taking_an_end_back_brings_them_back_even_if_they_went_meanwhile(unit, become):
    officer = make.officer(unit=unit)
    tip = examined(unit)
    before = set(tip.sightings.values_list("indicator__type", "start", "end", "role"))
    step = decline(tip, officer)
    indicators.remove_unused_indicators()
    become("desk")
    undo.take_back_decision(step.pk, secret=step.secret, by=officer)
    become("owner")
    assert set(tip.sightings.values_list("indicator__type", "start", "end", "role")) == before
    assert len(before) == len(ALL)
    HeldEnding.objects.update(until=times.now())
    undo_ending.forget_held_endings()
    assert kinds() == ALL


def test_what_was_left_behind_earlier_goes_in_portions():
    Indicator.objects.bulk_create(
        Indicator(type="phone", value=f"09000000{number:02}") for number in range(5)
    )
    assert indicators.remove_unused_indicators(portion=3) == 3
    assert indicators.remove_unused_indicators(portion=3) == 2
    assert indicators.remove_unused_indicators(portion=3) == 0


def test_old_ones_go_a_stretch_at_a_time_and_the_newest_each_time():
    in_order = sorted(
        Indicator.objects.bulk_create(
            Indicator(type="phone", value=f"09000000{number:02}") for number in range(9)
        ),
        key=lambda each: each.pk,
    )
    listed = [in_order[number] for number in (1, 2, 8)]
    for each in listed:
        make_listing.listing(each.value, unit=make.unit())
    left = []
    for _time in range(6):
        indicators.remove_unused_indicators(stretch=2)
        left.append(set(Indicator.objects.values_list("pk", flat=True)))
    assert in_order[7].pk not in left[0]
    assert len(left[0]) >= 5
    assert left[-1] == {each.pk for each in listed}


@pytest.mark.django_db(transaction=True)
def test_one_that_a_new_report_names_at_the_same_moment_stays(unit):
    """The worker reads a report with an old number while another removes what nothing names."""
    Indicator.objects.create(type="phone", value="+84912345678")
    tip = make.tip(unit=unit, text="Số 0912345678 gọi", examined_at=None)
    removed = []

    def remove():
        removed.append(indicators.remove_unused_indicators())
        connection.close()

    with transaction.atomic():
        examine.examine_tips()
        other = threading.Thread(target=remove)
        other.start()
        other.join(10)
    assert removed == [0]
    assert indicators.remove_unused_indicators() == 0
    assert tip.sightings.count() == 1


def test_it_tells_no_moment(unit):
    """Neither a column nor the id tells when the report came."""
    examined(unit)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'lookup_indicator' ORDER BY 1"
        )
        assert [name for (name,) in cursor.fetchall()] == ["id", "type", "value"]
    ids = list(Indicator.objects.values_list("pk", flat=True))
    moments = {int(str(each).replace("-", "")[:12], 16) % 300_000 for each in ids}
    assert moments == {0}
