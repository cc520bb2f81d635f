"""What the worker notes about tips and later messages, and that noting twice changes nothing."""

import datetime as dt

import pytest
from django.db import connection

from keng.audit.models import Entry
from keng.decisions import triage
from keng.delivery.models import Delivery
from keng.dialogue import answering
from keng.intake.examination.examine import examine_messages, examine_tips
from keng.kit import times
from keng.language.fold import fold
from keng.lookup.models import Indicator
from keng.places.models import Landmark, Place
from keng.tips.models import ReferenceCounter, Sighting, Suggestion, Tip
from tests import make

pytestmark = pytest.mark.django_db
TEXT = "Số 0912 000 111 gọi em, tự xưng công an, bắt chuyển tiền vào stk 19000123456 Vietcombank"


@pytest.fixture
def unit():
    return make.unit(short_name="NENH")


def found(query):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM tips_tip WHERE search @@ plainto_tsquery('simple', %s)", [query]
        )
        return cursor.fetchone()[0]


def test_a_tip_gets_indicators_suggestion_reference_and_search_words(unit):
    tip = make.tip(unit=unit, text=TEXT)
    assert examine_tips() == 1
    assert set(Indicator.objects.values_list("type", "value")) == {
        ("phone", "+84912000111"),
        ("bank_account", "19000123456"),
    }
    seen = {TEXT[one.start : one.end] for one in Sighting.objects.all()}
    assert seen == {"0912 000 111", "19000123456"}
    assert Suggestion.objects.get().categories[0]["code"].startswith("scam_")
    tip.refresh_from_db()
    assert tip.reference == f"{times.local_date(tip.received_at).year}-NENH-0001"
    assert found("chuyển tiền") == found("chuyen tien") == 1
    assert found("chuyện") == 0


def test_an_indicator_is_used_only_where_the_words_leave_no_doubt(unit):
    make.tip(unit=unit, text="Số 0912000111 gọi em giả danh công an. Có ai biết 0987000222 không?")
    examine_tips()
    roles = dict(Sighting.objects.values_list("indicator__value", "role"))
    assert roles == {"+84912000111": "used", "+84987000222": "unknown"}


def test_examining_again_after_a_kill_changes_nothing(unit):
    make.tip(unit=unit, text=TEXT)
    examine_tips()
    before = list(Sighting.objects.values()), list(Suggestion.objects.values())
    reference = Tip.objects.get().reference
    Tip.objects.update(examined_at=None)
    examine_tips()
    assert (list(Sighting.objects.values()), list(Suggestion.objects.values())) == before
    assert Tip.objects.get().reference == reference
    assert examine_tips() == 0


def test_references_count_by_unit_and_year_in_vietnam(unit):
    other = make.unit(short_name="KHAC")
    new_year = dt.datetime(2025, 12, 31, 17, 30, tzinfo=dt.UTC)
    for each, at in ((unit, new_year), (unit, new_year), (other, new_year)):
        make.tip(unit=each, received_at=at)
    make.tip(unit=unit, received_at=new_year - dt.timedelta(hours=1))
    assert examine_tips(portion=2) == 2
    assert examine_tips() == 2
    assert sorted(Tip.objects.values_list("reference", flat=True)) == [
        "2025-NENH-0001",
        "2026-KHAC-0001",
        "2026-NENH-0001",
        "2026-NENH-0002",
    ]
    assert ReferenceCounter.objects.count() == 3


def test_a_later_message_is_examined_apart_and_the_tip_waits_again(unit):
    tip = make.tip(unit=unit, text="mất xe", waiting_since=None)
    message = make.message(tip, "nó gọi từ số 0912000111")
    assert (examine_tips(), examine_messages()) == (1, 1)
    sighting = Sighting.objects.get()
    assert (sighting.tip, sighting.message) == (tip, message)
    assert message.text[sighting.start : sighting.end] == "0912000111"
    tip.refresh_from_db()
    assert tip.waiting_since == message.at
    assert found("so 0912000111") == 1
    assert examine_messages() == 0


def test_words_of_danger_in_a_later_message_start_their_clock_in_every_state(unit):
    fresh, taken = make.tip(unit=unit), make.tip(unit=unit, state=Tip.State.ACCEPTED)
    for tip in (fresh, taken):
        make.message(tip, "cứu với, bọn nó đang cầm dao chém nhau")
    examine_messages()
    fresh.refresh_from_db()
    taken.refresh_from_db()
    for tip in (fresh, taken):
        assert (tip.urgency, tip.rings) == ("P0", True)
        assert tip.due_at <= times.now()
        assert tip.clocks.filter(rule_code="URGENT_NOW").count() == 1


def test_places_named_in_the_words_are_suggested_from_the_own_province(unit):
    near = make.place("Tân Thử", full_name="Xã Tân Thử")
    make.place("Tân Thử", province_code="99")
    make.tip(unit=unit, text="có trộm ở xã Tân Thử, cạnh chợ")
    examine_tips()
    assert Suggestion.objects.get().places == [near.code]
    assert near.folded == fold("Tân Thử")


def test_hamlets_and_landmarks_of_the_operator_are_found_in_the_words(unit):
    ward = make.place("Nếnh", code="07795", full_name="Phường Nếnh")
    hamlet = make.place("Mẫu Đình", kind=Place.Kind.HAMLET, parent=ward)
    Landmark.objects.create(name="KCN Mẫu Thử", folded="mau thu", place=ward)
    for text in ("mất xe ở tổ dân phố Mẫu Đình", "đánh nhau ở cổng KCN Mẫu Thử"):
        make.tip(unit=unit, text=text)
    examine_tips()
    first, second = Suggestion.objects.order_by("tip_id").values_list("places", flat=True)
    assert (first, second) == ([hamlet.code, ward.code], [ward.code])


def test_the_place_of_a_tip_decides_among_namesakes_in_its_words(unit):
    here = make.place("Hoàng Vân", code="07822", full_name="Xã Hoàng Vân")
    make.tip(unit=unit, place=here, text="Xã Đồng Tiến có người ghi đề")
    examine_tips()
    assert Suggestion.objects.get().places == ["07822"]


def test_where_no_commune_is_sure_the_one_it_came_from_is_another_guess(unit):
    here = make.place("Hoàng Vân", code="07822", full_name="Xã Hoàng Vân")
    for text in ("trộm ở Tam Dị hoặc ở Đại Sơn", "trộm ở xã Tam Dị", "trộm ở ngay đây"):
        make.tip(unit=unit, place=here, text=text)
    examine_tips()
    unsure, sure, silent = Suggestion.objects.order_by("tip_id").values_list("places", flat=True)
    assert unsure == ["07462", "07627", "07822"]
    assert sure == ["07462"]
    assert silent == []


@pytest.mark.parametrize("words", ["đừng gọi nữa nhé", "Please do not contact me again"])
def test_whoever_asks_later_to_be_left_alone_hears_nothing_more(unit, words):
    tip = make.tip(unit=unit)
    officer = make.officer(unit=unit)
    make.conversation(tip)
    answering.answer_reporter(tip.pk, text="Bạn ở đâu?", by=officer)
    make.message(tip, words)
    assert examine_messages() == 1
    tip.refresh_from_db()
    assert tip.do_not_contact
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    assert not tip.messages.filter(author="automatic").exists()
    assert Delivery.objects.count() == 1
    assert Entry.objects.filter(action="tip.left_alone").count() == 1


def test_a_complaint_that_nobody_called_back_silences_nobody(unit):
    tip = make.tip(unit=unit)
    make.message(tip, "Sao các anh không gọi lại cho tôi?")
    examine_messages()
    tip.refresh_from_db()
    assert not tip.do_not_contact
