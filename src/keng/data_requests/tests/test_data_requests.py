"""Data requests: asked by receipt or by a form, in time, decided, and read under the code."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from keng.acts.errors import Incomplete
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.consent.texts import keep_consent_texts
from keng.data_requests import asking, deciding, for_reporter, forgetting
from keng.data_requests.errors import (
    AskedAlready,
    ExtendedBefore,
    KeptFromErasure,
    KeptFromRestriction,
    NobodyAnswers,
    NoSuchNumber,
    NotRestricted,
    RequestSettled,
    SamePerson,
)
from keng.data_requests.models import DataRequest
from keng.decisions import hand_over, legal_hold, triage
from keng.kit import times
from keng.language.fold import fold
from keng.places.models import Holiday
from keng.retention import due, purge
from keng.retention.models import RetentionPeriod
from keng.retention.tests.world import closed_tip, period
from keng.tips import receipt_codes
from keng.tips.deadlines import clock_rule_in_force, due_by_rule
from keng.tips.errors import NotYours
from keng.tips.models import Receipt, Restriction, Tip, Wave, WaveStep, WaveTip
from keng.tips.search_words import add_search_words
from keng.vault.models import SealedIdentity
from keng.waiting.counts import counts_by_page
from tests import make

pytestmark = pytest.mark.django_db
CODE = receipt_codes.code_from_token("a-token-of-data-requests")
HANOI = datetime.timezone(datetime.timedelta(hours=7))


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def province():
    return make.province_unit()


@pytest.fixture
def unit(province):
    unit = make.unit("Công an phường Cầu Gỗ", parent=province)
    make.unit_key(unit)
    return unit


@pytest.fixture
def guard(province):
    """Data protection of the province."""
    return make.officer(unit=province, role="data_protection")


@pytest.fixture
def chief(province):
    return make.officer(unit=province, role="commander")


@pytest.fixture
def tip(unit):
    tip = closed_tip(unit, text="Xe ben chạy đêm qua ngõ", reference="CG-7")
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=tip)
    return tip


def ask(tip, kind="see", words=""):
    return asking.ask_by_receipt(tip.pk, kind=kind, words=words)


def recorded():
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


# The days of the law: when it was asked, of what kind, until when (24:00 of the day before).
DUE = [
    ("DSR_STOP", "2026-04-15 14:00", "2026-05-05"),
    ("DSR_ERASE", "2026-10-04 20:00", "2026-10-27"),
    ("DSR_REPLY", "2026-10-02 16:00", "2026-10-07"),
    ("DSR_ACCESS", "2026-10-05 09:00", "2026-10-16"),
]


@pytest.mark.parametrize(("code", "asked", "ends"), DUE)
def test_each_time_ends_on_the_day_that_the_law_says(code, asked, ends):
    for day in (datetime.date(2026, 4, 30), datetime.date(2026, 5, 1)):
        Holiday.objects.create(on=day, kind=Holiday.Kind.PUBLIC)
    at = datetime.datetime.fromisoformat(asked).replace(tzinfo=HANOI)
    rule = clock_rule_in_force(code, at.date())
    end = datetime.datetime.fromisoformat(ends).replace(tzinfo=HANOI)
    assert due_by_rule(rule, at) == end
    assert "356/2025" in rule.basis
    assert not rule.is_house_rule


def test_a_reporter_asks_and_reads_the_answer_under_the_code(tip, guard, public_client):
    request = ask(tip, "correct", "Biển số ghi sai một chữ")
    assert [row.outcome for row in for_reporter.requests_for_reporter(tip.pk)] == [""]
    assert counts_by_page(guard)["data-requests"] == 1
    deciding.acknowledge_request(request.pk, by=guard)
    deciding.decide_request(request.pk, outcome="done", answer="Đã sửa lại.", by=guard)
    answered = for_reporter.requests_for_reporter(tip.pk)[0]
    assert (answered.outcome, answered.answer) == ("done", "Đã sửa lại.")
    assert counts_by_page(guard)["data-requests"] == 0
    assert recorded()[-3:] == [
        "data_request.by_receipt",
        "data_request.acknowledged",
        "data_request.decided",
    ]
    public_client.post("/status/", {"code": CODE})
    assert "status/data/" in public_client.get("/status/tip/").content.decode()
    assert "Đã sửa lại." in public_client.get("/status/data/").content.decode()


def test_the_form_under_the_code_asks_once_for_each_kind(tip, public_client):
    public_client.post("/status/", {"code": CODE})
    assert public_client.post("/status/data/", {"kind": "correct"}).status_code == 422
    assert public_client.post("/status/data/", {"kind": "see"}).status_code == 303
    again = public_client.post("/status/data/", {"kind": "see"})
    assert again.status_code == 422
    assert str(AskedAlready.sentence) in again.content.decode()
    assert DataRequest.objects.filter(tip=tip).count() == 1


def test_what_names_the_reporter_is_sealed_with_the_report(tip):
    request = ask(tip, "see", "Tôi tên Lò Thị Mẩy, số của tôi là 0912 000 731")
    assert "Mẩy" not in request.words
    assert "731" not in request.words
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="in_text").exists()


def test_the_office_that_a_report_is_about_gets_no_request(unit, province):
    tip = closed_tip(unit, concerns=(province,))
    with pytest.raises(NobodyAnswers):
        ask(tip)
    assert not DataRequest.objects.exists()


def test_data_protection_sees_none_about_its_own_office(tip, guard, province):
    request = ask(tip)
    tip.concerns.create(unit=province)
    assert not DataRequest.objects.visible_to(guard).filter(pk=request.pk).exists()
    assert counts_by_page(guard)["data-requests"] == 0


FORM = {"kind": "see", "token": "t" * 22, "about_number": ""}


def test_the_public_form_says_the_same_whoever_is_kept(unit, public_client):
    make.tip(unit=unit, text="Ông Vàng A Sình ở xóm trên nấu rượu lậu")
    answers = []
    for n, words in enumerate(["Tôi là Vàng A Sình", "Tôi là người khác", "Xem K-99"]):
        sent = FORM | {"words": words, "token": f"{n}" * 22, "about_number": "K-99" * (n == 2)}
        page = public_client.post("/your-data/", sent)
        assert page.status_code == 200
        number = DataRequest.objects.order_by("-id").first().number
        answers.append(page.content.decode().replace(number, ""))
    plain = {answer.split("<main")[1].split("</main")[0] for answer in answers}
    assert len(plain) == 1
    # No table of tips, listings or people is read.
    with CaptureQueriesContext(connection) as queries:
        asking.ask_by_form(kind="see", words="Vàng A Sình", about_number="K-1", token="u" * 22)
    read = " ".join(each["sql"] for each in queries.captured_queries)
    assert "data_requests_datarequest" in read
    assert not any(f'FROM "{table}' in read for table in ("tips_tip", "lookup_", "vault_"))


def test_the_public_form_covers_people_and_takes_one_form_once(unit):
    words = "Tôi tên Giàng Thị Dợ, bà Hà Thị Phón nói xấu tôi, gọi 0912 000 732"
    first = asking.ask_by_form(kind="object", words=words, about_number="", token="t" * 22)
    again = asking.ask_by_form(kind="object", words=words, about_number="", token="t" * 22)
    assert first.pk == again.pk
    kept = DataRequest.objects.get().words
    assert not any(said in kept for said in ("Dợ", "Phón", "732"))
    assert not SealedIdentity.objects.exists()


@pytest.mark.parametrize(
    "changed", [{"words": "Lần này viết rõ hơn"}, {"about_number": "K-7"}, {"kind": "delete"}]
)
def test_the_same_form_sent_again_with_other_words_loses_none(unit, public_client, changed):
    """By the browser's way back: the page still has the token that was sent before."""
    first = FORM | {"words": "Xin xem lại thông tin"}
    pages = [public_client.post("/your-data/", sent) for sent in (first, first | changed)]
    kept = DataRequest.objects.order_by("id").values("number", "kind", "words", "about_number")
    before, after = kept
    assert before == before | {"words": "Xin xem lại thông tin", "kind": "see", "about_number": ""}
    assert after == after | changed
    for page, row in zip(pages, kept, strict=True):
        assert row["number"] in page.content.decode()


def test_time_is_extended_once_with_its_reason(tip, guard):
    request = ask(tip, "restrict")
    before = request.decide_by
    deciding.extend_request(request.pk, reason="Phải hỏi công an phường", by=guard)
    after = DataRequest.objects.get().decide_by
    assert datetime.timedelta(days=14) < after - before < datetime.timedelta(days=25)
    with pytest.raises(ExtendedBefore):
        deciding.extend_request(request.pk, reason="Nữa", by=guard)


def test_nothing_is_refused_without_its_ground(tip, guard):
    request = ask(tip, "object")
    with pytest.raises(Incomplete):
        deciding.decide_request(request.pk, outcome="refused", answer="Không.", by=guard)
    deciding.decide_request(
        request.pk, outcome="refused", ground="no_consent", answer="Không.", by=guard
    )
    with pytest.raises(RequestSettled):
        deciding.decide_request(request.pk, outcome="done", answer="Có.", by=guard)


def agreed_erasure(tip, guard, chief):
    request = ask(tip, "delete")
    deciding.decide_request(request.pk, outcome="done", answer="Xóa.", by=guard)
    return deciding.decide_on_erasure(request.pk, is_agreed=True, by=chief)


def test_until_the_report_is_gone_its_reporter_reads_when_it_goes(tip, guard, chief, public_client):
    agreed_erasure(tip, guard, chief)
    public_client.post("/status/", {"code": CODE})
    assert "xóa trong mười phút" in public_client.get("/status/data/").content.decode()


def test_a_report_is_deleted_by_two_and_by_the_purge(tip, guard, chief, public_client):
    request = ask(tip, "delete")
    deciding.decide_request(request.pk, outcome="done", answer="Xóa.", by=guard)
    assert not purge.purge_due_tips()
    assert for_reporter.requests_for_reporter(tip.pk)[0].outcome == ""
    assert counts_by_page(chief)["data-requests"] == 1
    deciding.decide_on_erasure(request.pk, is_agreed=True, by=chief)
    assert purge.purge_due_tips() == 1
    tip.refresh_from_db()
    assert (tip.text, tip.purged_at is None) == ("", False)
    assert DataRequest.objects.get().answer == ""
    public_client.post("/status/", {"code": CODE})
    assert "như bạn yêu cầu" in public_client.get("/status/tip/").content.decode()


def test_who_decided_is_no_second_person_and_the_database_refuses_one(tip, province):
    both = make.officer(unit=province, role="data_protection")
    both.posts.create(unit=province, role="commander", valid_from=datetime.date(2026, 1, 1))
    request = ask(tip, "delete")
    deciding.decide_request(request.pk, outcome="done", answer="Xóa.", by=both)
    with pytest.raises(SamePerson):
        deciding.decide_on_erasure(request.pk, is_agreed=True, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.update(settled_at=times.now(), agreed_by=both)


def test_the_second_person_gives_it_back(tip, guard, chief):
    request = ask(tip, "delete")
    deciding.decide_request(request.pk, outcome="done", answer="Xóa.", by=guard)
    deciding.decide_on_erasure(request.pk, is_agreed=False, by=chief)
    assert counts_by_page(guard)["data-requests"] == 1
    assert not purge.purge_due_tips()


def test_what_is_needed_is_not_deleted(tip, guard, chief, unit):
    request = ask(tip, "delete")
    asker, second = make.officer(unit=unit), make.officer(unit=unit, role="commander")
    hold = legal_hold.ask_for_hold(tip.pk, ground="case", words="Hồ sơ 3", by=asker)
    legal_hold.decide_on_hold(hold.pk, is_agreed=True, by=second)
    with pytest.raises(KeptFromErasure):
        deciding.decide_request(request.pk, outcome="done", answer="Xóa.", by=guard)
    open_tip = make.tip(unit=unit)
    with pytest.raises(KeptFromErasure):
        deciding.decide_request(ask(open_tip, "delete").pk, outcome="done", answer="Xóa.", by=guard)
    deciding.decide_request(
        request.pk, outcome="refused", ground="deletion", answer="Không.", by=guard
    )


def test_a_hold_that_comes_after_the_second_person_keeps_it(tip, guard, chief, unit):
    agreed_erasure(tip, guard, chief)
    legal_hold.ask_for_hold(tip.pk, ground="case", words="Hồ sơ 3", by=make.officer(unit=unit))
    assert not purge.purge_due_tips()
    assert Tip.objects.get(pk=tip.pk).text


def test_an_open_request_keeps_a_tip_whose_period_is_over(tip, guard, province):
    period(province)
    request = ask(tip)
    assert not purge.purge_due_tips()
    assert due.due_lines(guard, RetentionPeriod.objects.all())[0].held == {"request": 1}
    deciding.decide_request(request.pk, outcome="done", answer="Đây.", by=guard)
    assert purge.purge_due_tips() == 1
    assert DataRequest.objects.get().answer == ""


def test_the_desk_says_what_there_is_and_data_protection_reads_it(tip, guard, unit):
    worker = make.officer(unit=unit)
    request = ask(tip)
    deciding.ask_desk(request.pk, by=guard)
    assert counts_by_page(worker)["waiting"] == 1
    deciding.say_for_desk(request.pk, words="Không có gì phải sửa.", by=worker)
    assert counts_by_page(worker)["waiting"] == 0
    assert DataRequest.objects.get().desk_words == "Không có gì phải sửa."


def test_a_desk_is_asked_by_a_number_that_was_given(tip, guard, unit, province):
    request = asking.ask_by_form(kind="see", words="", about_number="CG-7", token="t" * 22)
    with pytest.raises(NoSuchNumber):
        deciding.ask_desk(request.pk, number="CG-8", by=guard)
    deciding.ask_desk(request.pk, number="CG-7", by=guard)
    assert counts_by_page(make.officer(unit=unit))["waiting"] == 1
    elsewhere = make.unit(parent=province)
    assert counts_by_page(make.officer(unit=elsewhere))["waiting"] == 0


def test_words_go_a_year_after_the_decision(tip, guard, become):
    request = ask(tip, "object", "Không đồng ý")
    deciding.decide_request(request.pk, outcome="partly", answer="Một phần.", by=guard)
    become("worker")
    assert forgetting.forget_request_words() == 0
    become("owner")
    long_ago = times.now() - forgetting.WORDS_KEPT_FOR - datetime.timedelta(days=1)
    DataRequest.objects.update(settled_at=long_ago)
    become("worker")
    assert forgetting.forget_request_words() == 1
    become("owner")
    row = DataRequest.objects.get()
    assert (row.words, row.answer, row.outcome) == ("", "", "partly")


def test_the_public_site_has_the_rights_it_needs(tip, guard, become, public_client):
    asked = restricted(tip, guard)
    deciding.lift_restriction(asked.pk, ground="asker", by=guard)
    keep_consent_texts()
    become("public")
    public_client.post("/status/", {"code": CODE})
    words = "Tôi tên Lò Thị Mẩy"
    sent = {"kind": "delete", "words": words}
    assert public_client.post("/status/data/", sent).status_code == 303
    page = public_client.get("/status/data/")
    assert "lại đọc và dùng được tin của bạn" in page.content.decode()
    assert public_client.post("/your-data/", FORM).status_code == 200


def test_desk_and_worker_have_the_rights_they_need(tip, guard, chief, become, desk_client):
    request = ask(tip, "delete")
    sign_in(desk_client, guard)
    become("desk")
    address = f"/data-requests/{request.pk}/"
    for path in ("/data-requests/", address, "/consents/"):
        assert desk_client.get(path).status_code == 200, path
    desk_client.post(f"{address}acknowledge/")
    desk_client.post(f"{address}ask/")
    desk_client.post(f"{address}extend/", {"words": "Phải hỏi"})
    desk_client.post(f"{address}decide/", {"outcome": "done", "answer": "Xóa."})
    become("owner")
    sign_in(desk_client, chief)
    become("desk")
    desk_client.post(f"{address}agree/", {"agreed": "1"})
    become("worker")
    assert purge.purge_due_tips() == 1


def test_what_an_officer_said_of_a_wave_goes_with_the_last_of_its_tips(tip, unit, chief, province):
    period(province)
    other = closed_tip(unit, closed_at=times.now())
    wave = Wave.objects.create(unit=province, reasons=[])
    for each in (tip, other):
        WaveTip.objects.create(wave=wave, tip=each)
    WaveStep.objects.create(
        wave=wave, unit=unit, kind="dismissed", by=chief, reason="Bà Sáu đầu ngõ gửi cả ba lần"
    )
    assert purge.purge_due_tips() == 1
    assert "Bà Sáu" in WaveStep.objects.get().reason
    Tip.objects.filter(pk=other.pk).update(closed_at=times.now() - datetime.timedelta(days=400))
    assert purge.purge_due_tips() == 1
    assert WaveStep.objects.get().reason == purge.PURGED_TITLE


WORDS = "Xe ben chạy đêm"
OPEN_AGAIN = {"state": "accepted", "closed_at": None, "due_at": times.now()}


def restricted(tip, guard):
    request = ask(tip, "restrict")
    deciding.decide_request(request.pk, outcome="done", answer="Chỉ còn lưu.", by=guard)
    return request


def test_what_is_to_be_used_less_is_kept_and_no_desk_reads_it(tip, guard, unit, desk_client):
    officer = make.officer(unit=unit, role="commander")
    incident = make.incident(unit=unit, by=officer)
    # Just now, so that it can be searched for and stands in the list of what was closed today.
    recent = {"closed_at": times.now(), "received_at": times.now()}
    Tip.objects.filter(pk=tip.pk).update(incident=incident, outcome="handed_over", **recent)
    add_search_words([(tip.pk, WORDS, fold(WORDS))])
    sign_in(desk_client, officer)
    pages = [
        "/tips/?folder=done",
        "/tips/search/?q=ben",
        f"/tips/incidents/{incident.pk}/",
        "/figures/tips/?figure=received",
        f"/tips/{tip.pk}/",
    ]

    def shown_on():
        answers = [desk_client.get(page).content.decode() for page in pages]
        return [page for page, text in zip(pages, answers, strict=True) if WORDS in text]

    assert set(shown_on()) >= {*pages[:3], pages[4]}
    request = restricted(tip, guard)
    assert shown_on() == []
    page = desk_client.get(pages[4]).content.decode()
    assert request.number in page
    assert "Chỉ lưu" in page
    with pytest.raises(NotYours):
        hand_over.record_hand_over(tip.pk, handed_for="request", reason="Theo yêu cầu", by=officer)
    assert data_requests_page(desk_client, guard, request, "Chỉ lưu")
    deciding.lift_restriction(request.pk, ground="claim", by=guard)
    with pytest.raises(NotRestricted):
        deciding.lift_restriction(request.pk, ground="claim", by=guard)
    assert recorded()[-1] == "data_request.restriction_lifted"
    assert for_reporter.requests_for_reporter(tip.pk)[0].lifted_at
    sign_in(desk_client, officer)
    assert set(shown_on()) >= {*pages[:3], pages[4]}


def data_requests_page(client, guard, request, words):
    sign_in(client, guard)
    return words in client.get(f"/data-requests/{request.pk}/").content.decode()


def test_a_restriction_waits_until_the_desk_has_finished(tip, guard):
    request = ask(tip, "restrict")
    Tip.objects.filter(pk=tip.pk).update(**OPEN_AGAIN)
    with pytest.raises(KeptFromRestriction):
        deciding.decide_request(request.pk, outcome="done", answer="Có.", by=guard)
    deciding.decide_request(
        request.pk, outcome="refused", ground="no_consent", answer="Chưa được.", by=guard
    )
    assert not Restriction.objects.exists()


def test_a_decision_that_cannot_be_keeps_what_was_written(tip, guard, desk_client):
    request = ask(tip, "restrict")
    Tip.objects.filter(pk=tip.pk).update(**OPEN_AGAIN)
    sign_in(desk_client, guard)
    said = {"outcome": "done", "answer": "Từ nay không ai đọc."}
    answer = desk_client.post(f"/data-requests/{request.pk}/decide/", said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said["answer"] in page
    assert "Chưa quyết định như vậy" in page
    # Why it is refused is not optional where it is.
    assert "(không bắt buộc)" not in page


@pytest.mark.parametrize(
    ("fields", "is_read"),
    [
        ({}, False),
        (OPEN_AGAIN, True),
        ({"waiting_since": times.now()}, True),
        ({"danger_unheard": True, "danger_at": times.now()}, True),
    ],
)
def test_a_restriction_rests_while_somebody_has_to_read(tip, guard, unit, fields, is_read):
    restricted(tip, guard)
    Tip.objects.filter(pk=tip.pk).update(**fields)
    officer = make.officer(unit=unit)
    assert Tip.objects.visible_to(officer).filter(pk=tip.pk).exists() == is_read


@pytest.mark.parametrize("asks_for_silence", [False, True])
def test_a_restriction_holds_though_no_officer_answered_before_the_end(
    unit, guard, asks_for_silence
):
    """The reporter waits until the end: what goes out then is a fixed sentence, or nothing."""
    officer = make.officer(unit=unit)
    tip = make.tip(unit=unit, waiting_since=times.now(), do_not_contact=asks_for_silence)
    other = make.tip(unit=unit, waiting_since=times.now())
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    restricted(tip, guard)
    assert set(Tip.objects.visible_to(make.officer(unit=unit))) == {other}


def test_a_restricted_report_opens_for_an_hour_where_a_life_is_in_danger(
    tip, guard, unit, desk_client, become
):
    officer = make.officer(unit=unit)
    request = ask(tip, "restrict")
    sign_in(desk_client, guard)
    become("desk")
    granted = {"outcome": "done", "answer": "Chỉ còn lưu."}
    desk_client.post(f"/data-requests/{request.pk}/decide/", granted)
    become("owner")
    assert Restriction.objects.in_force().filter(tip=tip).exists()
    sign_in(desk_client, officer)
    become("desk")
    address = f"/tips/{tip.pk}/break-in/"
    said = {"ground": "nobody", "words": "Không chờ được"}
    assert desk_client.post(address, said).status_code == 422
    assert desk_client.post(address, said | {"ground": "life"}).status_code == 302
    assert WORDS in desk_client.get(f"/tips/{tip.pk}/").content.decode()
    become("owner")
    sign_in(desk_client, guard)
    become("desk")
    lift = f"/data-requests/{request.pk}/lift/"
    assert desk_client.post(lift, {}).status_code == 422
    assert desk_client.post(lift, {"ground": "asker"}).status_code == 302
    become("owner")
    assert Restriction.objects.get().lifted_by == guard
