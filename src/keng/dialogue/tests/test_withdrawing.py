"""Taking a report back: what ends, what is destroyed, what is kept, and what nobody can learn."""

import io
import re

import pytest
from django.db import connection
from PIL import Image

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage, undo, viewing
from keng.delivery.models import Conversation, Delivery
from keng.dialogue import answering, reporter, withdrawal
from keng.inbox.tip.tip_forms import OutcomeForm
from keng.kit import times
from keng.kit.database import data_folder
from keng.tips import receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.errors import AlreadyClosed, CannotDecide, ContentIsSealed
from keng.tips.models import Receipt, Sighting, Suggestion, Tip
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db

WORDS = "Ông Thử ở ngõ 4 mượn xe rồi bán mất"
CODE = receipt_codes.code_from_token("a report that is taken back")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    unit = make.unit("Công an phường Nếnh", parent=make.province_unit())
    make.unit_key(unit)
    return unit


@pytest.fixture
def tip(unit):
    return reported(unit)


def reported(unit, code=CODE, **fields):
    tip = make.tip(unit=unit, text=WORDS, place_detail="ngõ 4", topic="theft", **fields)
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    make.message(tip, tip.text)
    return tip


def picture():
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "PNG")
    return made.getvalue()


def open_page(client, code=CODE):
    client.post("/status/", {"code": code})


def take_back(client, code=CODE):
    open_page(client, code)
    client.post("/status/tip/", {"wish": "take-back"})
    return client.get("/status/tip/").content.decode()


def every_text():
    """Every text of the database, wherever it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN "
            "('text', 'character varying', 'jsonb', 'tsvector')"
        )
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"')
            found.append(cursor.fetchone()[0] or "")
    return "\n".join(found)


def test_what_it_means_is_said_before_anything_happens(public_client, tip):
    open_page(public_client)
    page = public_client.post("/status/tip/", {"wish": "withdraw"}).content.decode()
    assert "Không ai lấy lại được" in page
    assert "luật buộc công an" in page
    assert "Bản sao lưu" in page
    tip.refresh_from_db()
    assert (tip.text, tip.state, tip.withdrawn_at) == (WORDS, "received", None)


def test_the_question_can_be_read_in_the_other_language(public_client, tip):
    open_page(public_client)
    said = {"taking-back": "1", "language": "en"}
    page = public_client.post("/status/tip/", said).content.decode()
    assert "Take this report back?" in page
    tip.refresh_from_db()
    assert tip.withdrawn_at is None


def test_a_report_nobody_acted_on_ends_and_its_words_are_gone_at_once(public_client, tip):
    viewing.note_first_read(tip.pk, by=make.officer(unit=tip.responsible_unit))
    assert WORDS in every_text()
    page = take_back(public_client)
    assert "Bạn đã rút tin này" in page
    assert "nếu có người ép bạn rút, họ không biết thêm gì từ trang này" in page
    assert WORDS not in every_text()
    assert "ngõ 4" not in every_text()
    tip.refresh_from_db()
    assert (tip.state, tip.outcome, tip.due_at) == ("closed", "withdrawn", None)
    assert not tip.clocks.filter(stopped_at__isnull=True).exists()
    entry = Entry.objects.get(action="tip.reporter_withdraw", object_id=str(tip.pk))
    assert entry.detail == {"words": "destroyed"}


def test_the_worker_destroys_files_numbers_and_names(unit):
    tip = reported(unit)
    store_attachment(tip.pk, unit.pk, picture(), "image/png")
    reporter.add_reporter_message(tip.pk, text="sdt của em 0912345678")
    make.sighting(tip, indicator=make.indicator())
    Suggestion.objects.create(tip=tip, categories=[{"code": "theft", "reasons": ["ngõ 4"]}])
    talk = make.conversation(tip)
    other = reported(unit, receipt_codes.code_from_token("another"))
    store_attachment(other.pk, unit.pk, b"%PDF-", "application/pdf")
    withdrawal.withdraw_tip(tip.pk)
    assert withdrawal.destroy_withdrawn() == 1
    assert withdrawal.destroy_withdrawn() == 0
    assert not Sighting.objects.filter(tip=tip).exists()
    assert not SealedIdentity.objects.filter(tip_ref=tip.pk).exists()
    assert Suggestion.objects.get(tip=tip).categories == []
    file = tip.attachments.get()
    assert (file.original_path, file.viewing_path) == ("", "")
    tip.refresh_from_db()
    assert tip.identity_holds == []
    talk.refresh_from_db()
    assert bytes(talk.reply_address_sealed) == b""
    assert other.attachments.get().original_path


@pytest.mark.django_db(transaction=True)
def test_the_files_leave_the_disk(unit):
    tip = reported(unit)
    store_attachment(tip.pk, unit.pk, b"%PDF-", "application/pdf")
    path = data_folder() / tip.attachments.get().original_path
    assert path.exists()
    withdrawal.withdraw_tip(tip.pk)
    withdrawal.destroy_withdrawn()
    assert not path.exists()


def _accepted(tip, officer):
    triage.accept_tip(tip.pk, by=officer)


def _answered(tip, officer):
    answering.answer_reporter(tip.pk, text="Xe màu gì?", by=officer)


def _joined(tip, officer):
    triage.mark_duplicate(tip.pk, of=make.tip(unit=tip.responsible_unit).pk, by=officer)


def _leading(tip, officer):
    triage.mark_duplicate(make.tip(unit=tip.responsible_unit).pk, of=tip.pk, by=officer)


def _in_danger(tip, officer):
    Tip.objects.filter(pk=tip.pk).update(happening="now")


def _critical(tip, officer):
    Tip.objects.filter(pk=tip.pk).update(urgency="P0")


@pytest.mark.parametrize("act", [_accepted, _answered, _joined, _leading, _in_danger, _critical])
def test_what_was_acted_on_stays_at_the_desk_and_nobody_writes_any_more(desk_client, tip, act):
    officer = make.officer(unit=tip.responsible_unit)
    act(tip, officer)
    withdrawal.withdraw_tip(tip.pk)
    tip.refresh_from_db()
    assert tip.text == WORDS
    assert tip.is_open
    assert tip.do_not_contact
    assert tip.withdrawn_at
    withdrawal.destroy_withdrawn()
    sign_in(desk_client, officer)
    desk = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert WORDS in desk
    assert "Người báo đã rút" in desk
    assert "người báo đã rút tin: không còn ai đọc ở đây" in desk


def states_of(tip):
    talk = Conversation.objects.get(tip_ref=tip.pk)
    return [each.state for each in Delivery.objects.filter(recipient_ref=talk.pk)]


def test_nothing_leaves_any_more_for_whoever_took_it_back_and_nobody_elses_message_stays(unit, tip):
    officer, other = make.officer(unit=unit), make.tip(unit=unit)
    for each in (tip, other):
        make.conversation(each)
        answering.answer_reporter(each.pk, text="Xe màu gì?", by=officer)
    waits = answering.answer_reporter(tip.pk, text="Bạn ở đâu?", by=officer)
    Delivery.objects.filter(dispatch=waits.dispatch_ref).update(state="not_now")
    withdrawal.withdraw_tip(tip.pk)
    assert states_of(tip) == ["cancelled", "cancelled"]
    assert states_of(other) == ["queued"]


def test_a_decision_that_was_taken_back_is_none(unit, tip):
    officer = make.officer(unit=unit)
    undo.take_back_decision(triage.accept_tip(tip.pk, by=officer).pk, by=officer)
    withdrawal.withdraw_tip(tip.pk)
    tip.refresh_from_db()
    assert tip.text == ""


def test_the_desk_sees_that_it_was_taken_back_and_can_decide_nothing(desk_client, unit, tip):
    officer = make.officer(unit=unit)
    withdrawal.withdraw_tip(tip.pk)
    sign_in(desk_client, officer)
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert "Người báo đã rút tin khi chưa ai xử lý" in page
    assert "<textarea" not in page.split("note-text")[0]
    for decide in (
        lambda: triage.reopen_tip(tip.pk, reason="x", by=officer),
        lambda: answering.answer_reporter(tip.pk, text="x", by=officer),
    ):
        with pytest.raises(ContentIsSealed):
            decide()
    with pytest.raises(CannotDecide):
        triage.accept_tip(tip.pk, by=officer)


def test_it_cannot_be_taken_back_twice_nor_written_to(public_client, tip):
    take_back(public_client)
    with pytest.raises(AlreadyClosed):
        withdrawal.withdraw_tip(tip.pk)
    assert public_client.post("/status/tip/", {"text": "Còn nữa"}).status_code == 303
    assert public_client.post("/status/tip/", {"wish": "take-back"}).status_code == 303
    assert "Còn nữa" not in every_text()


def test_no_officer_can_choose_this_outcome():
    assert "withdrawn" not in dict(OutcomeForm().fields["outcome"].choices)


def test_whoever_probes_learns_nothing_by_taking_back(public_client, unit):
    officer = make.officer(unit=unit)
    pages = []
    for act in (None, _accepted, _joined, _leading, _answered, _critical):
        code = receipt_codes.code_from_token(f"probe {act}")[:-4] + "SAME"
        tip = reported(unit, code)
        if act:
            act(tip, officer)
        Tip.objects.filter(pk=tip.pk).update(received_at=times.now())
        pages.append(masked(take_back(public_client, code)))
        assert "Bạn đã rút tin này" in pages[-1]
        assert WORDS not in pages[-1]
    assert len(set(pages)) == 1


def masked(page):
    page = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", page)
    return re.sub(r"\d\d:\d\d", "", page)
