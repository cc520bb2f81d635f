"""What is due is destroyed whole, and what is held back is not touched."""

import datetime

import pytest
from django.db import connection

from keng.audit.models import Entry
from keng.delivery.actions.restored import settle_after_restore
from keng.kit import times
from keng.kit.database import data_folder
from keng.lookup.models import Dispute, Indicator
from keng.lookup.tests.make_listing import listing
from keng.retention import due, purge
from keng.retention.models import RetentionPeriod
from keng.retention.tests.world import (
    CONTROL,
    LONG_AGO,
    closed_tip,
    period,
    rows_of_tip,
    whole_tip,
)
from keng.runtime.backup.destroyed_kinds import destroyed_kinds
from keng.tips.models import (
    Clock,
    Decision,
    Incident,
    LegalHold,
    ListingEvidence,
    Receipt,
    Tip,
)
from tests import make

pytestmark = pytest.mark.django_db

# What the counted row still says: codes and names, none of them words.
STAYS = {
    "tips_tip": "province_code channel language topic happening state kind category urgency value "
    "outcome reference",
    "tips_incident": "category outcome",
    # By which the purge finds the files.
    "tips_attachment": "original_path viewing_path covered_path",
    "tips_waitingpicture": "path",
    "tips_dialoguemessage": "author channel",
    "tips_decision": "kind",
    "tips_clock": "rule_code",
    "tips_receipt": "hash",
    "vault_openingrequest": "what reason",
    "tips_breakin": "ground",
    "tips_legalhold": "ground",
    "tips_transfer": "state their_desk their_phone",
    "data_requests_datarequest": "number kind outcome ground",
    "tips_restriction": "number",
    "tips_takendown": "manner",
    "delivery_inbound": "channel kind",
    "delivery_inboundmedia": "kind",
    "delivery_dispatch": "kind source_kind",
    "delivery_dispatchtext": "language",
    # Emptied when the row is settled: the database refuses a settled row that has an address.
    "delivery_delivery": "channel recipient_kind address address_sealed text_sealed state "
    "provider_id code",
    "delivery_attempt": "code",
}
# Rows that are there for seconds, or hold nothing but ids.
NONE_THERE = {
    "delivery_accountgroup",
    "delivery_attempt",
    "delivery_dispatchaudience",
    "delivery_dispatchlag",
    "delivery_grouprequest",
    "delivery_relaytask",
    "delivery_returnmailbox",
    "thanks_countedtip",
    "thanks_groupthanks",
    "tips_bundledcall",
    "tips_heldending",
    "tips_listingevidence",
    "tips_tipconcern",
    "tips_tipreader",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    unit = make.unit(parent=make.province_unit())
    make.unit_key(unit)
    make.worker_key()
    return unit


@pytest.fixture
def officer(unit):
    return make.officer(unit=unit)


def plant(tables):
    """The control string in every column of these rows that can hold it; in how many."""
    planted = 0
    with connection.cursor() as cursor:
        for table, where in tables.items():
            cursor.execute(
                "SELECT column_name, udt_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"
                " AND udt_name IN ('text', 'varchar', 'jsonb', 'bytea', 'tsvector')"
                # Shorter ones are codes.
                " AND coalesce(character_maximum_length, 99) >= %s",
                [table, len(CONTROL)],
            )
            kept = STAYS.get(table, "").split()
            for column, kind in cursor.fetchall():
                if column in kept:
                    continue
                value = f"""'{{"x": "{CONTROL}"}}'""" if kind == "jsonb" else f"'{CONTROL}'"
                cursor.execute(f'UPDATE {table} SET "{column}" = {value}::{kind} WHERE {where}')
                assert cursor.rowcount or table in NONE_THERE, (table, "has no row of the tip")
                planted += cursor.rowcount
    return planted


def places_of_control():
    """Every table of the database that has it, in clear or as bytes."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {table} row WHERE row::text LIKE ANY (%s)",
                [[f"%{CONTROL}%", f"%{CONTROL.encode().hex()}%"]],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def files():
    return [file for file in (data_folder() / "files").rglob("*") if file.is_file()]


def test_a_control_string_in_every_column_and_file_is_gone(
    unit, officer, become, django_capture_on_commit_callbacks
):
    tip = whole_tip(unit, officer)
    Tip.objects.filter(pk=tip.pk).update(place_detail="x")
    tip.refresh_from_db()
    other = closed_tip(unit, outcome="handed_over", text="Giữ lại")
    tables = rows_of_tip(tip)
    assert {table for table in tables if table.startswith("tips_")} >= {"tips_note", "tips_alarm"}
    assert plant(tables) > 40
    assert {"tips_tip", "tips_note", "vault_sealedidentity"} < set(places_of_control())
    assert len(files()) == 4
    period(unit.parent)
    become("worker")
    with django_capture_on_commit_callbacks(execute=True):
        assert purge.purge_due_tips() == 1
    assert purge.purge_due_tips() == 0
    become("owner")
    assert places_of_control() == []
    assert files() == []
    counted = Tip.objects.get(pk=tip.pk)
    assert (counted.outcome, counted.reference) == ("solved", "K-1")
    assert Receipt.objects.filter(tip=tip).exists()
    assert Decision.objects.get(tip=tip).kind == "closed"
    assert Incident.objects.get(pk=tip.incident_id).title == purge.PURGED_TITLE
    assert not Indicator.objects.filter(value="0912000418").exists()
    assert Tip.objects.get(pk=other.pk).text == "Giữ lại"
    entry = Entry.objects.get(action="tips.purged")
    assert (entry.chain, entry.detail) == ("intake:worker", {"tips": [str(tip.pk)]})


def test_nothing_is_destroyed_without_a_period_nor_before_its_first_week(unit):
    closed_tip(unit)
    assert purge.purge_due_tips() == 0
    period(unit.parent, agreed_at=times.now() - datetime.timedelta(days=6))
    assert purge.purge_due_tips() == 0
    RetentionPeriod.objects.update(agreed_at=times.now() - datetime.timedelta(days=8))
    assert purge.purge_due_tips() == 1


def test_a_proposed_or_stopped_period_destroys_nothing(unit):
    closed_tip(unit)
    period(unit.parent, agreed_by=None, agreed_at=None)
    period(unit.parent, ended_at=times.now())
    assert purge.purge_due_tips() == 0


def test_each_category_and_ending_has_its_own_period(unit):
    theft = closed_tip(unit, category="C03")
    drugs = closed_tip(unit, category="C04")
    unfounded = closed_tip(unit, category="C04", outcome="unfounded")
    period(unit.parent)
    period(unit.parent, category="C04", months=600)
    assert purge.purge_due_tips() == 1
    kept = Tip.objects.filter(purged_at=None).values_list("pk", flat=True)
    assert set(kept) == {drugs.pk, unfounded.pk}
    assert Tip.objects.get(pk=theft.pk).text == ""


def test_periods_are_of_one_province(unit):
    elsewhere = make.province_unit("Công an tỉnh khác")
    tip = closed_tip(unit)
    period(elsewhere)
    assert purge.purge_due_tips() == 0
    assert Tip.objects.get(pk=tip.pk).text


def test_what_is_held_back_stays_and_says_why(unit, officer):
    period(unit.parent)
    held, clock, apart = closed_tip(unit), closed_tip(unit), closed_tip(unit)
    LegalHold.objects.create(tip=held, unit=unit, ground="court", words="Tòa", asked_by=officer)
    make.clock(clock)
    # Another one of the same event is still open.
    make.incident(unit=unit, by=officer, tips=(apart, make.tip(unit=unit)))
    open_one = make.tip(unit=unit)
    # Solved; its file lies with the investigators, who may ask for the originals.
    handed = closed_tip(unit)
    Decision.objects.create(
        tip=handed, kind="hand_over", by=officer, unit=unit, detail={"handed_for": "court"}
    )
    assert purge.purge_due_tips() == 0
    found = Tip.objects.annotate(why=due.held_back_as()).values_list("pk", "why")
    whys = {held.pk: "hold", clock.pk: "clock", apart.pk: "others", handed.pk: "handed"}
    assert whys.items() <= dict(found).items()
    Clock.objects.update(stopped_at=times.now())
    assert purge.purge_due_tips() == 1
    assert Tip.objects.get(pk=open_one.pk).text


def test_what_is_behind_a_public_entry_or_an_open_objection_stays(unit, officer):
    period(unit.parent)
    public, objected, over = (closed_tip(unit) for _ in range(3))
    decided = {"decided_at": times.now(), "decided_by": officer} | {
        "outcome": "removed",
        "answer": "Đã gỡ",
    }
    cases = ((public, "listed", None), (objected, "ended", {}), (over, "ended", decided))
    for number, (tip, status, objection) in enumerate(cases):
        made = listing(f"+8491200050{number}", unit=unit, status=status)
        ListingEvidence.objects.create(listing=made, tip=tip)
        if objection is not None:
            asked = {"code_hash": tip.pk.bytes * 2, "reason": "mistake", "text": "Số của tôi"}
            Dispute.objects.create(
                listing=made, unit=unit, due_on=made.expires_on, **asked, **objection
            )
    assert purge.purge_due_tips() == 1
    kept = Tip.objects.filter(purged_at=None).annotate(why=due.held_back_as())
    assert set(kept.values_list("pk", "why")) == {(public.pk, "listing"), (objected.pk, "listing")}


def test_it_goes_on_in_bounded_batches_each_on_record(unit):
    period(unit.parent)
    for _ in range(5):
        closed_tip(unit)
    assert [purge.purge_due_tips(2) for _ in range(4)] == [2, 2, 1, 0]
    assert Entry.objects.filter(action="tips.purged").count() == 3
    named = [
        tip for entry in Entry.objects.filter(action="tips.purged") for tip in entry.detail["tips"]
    ]
    assert sorted(named) == sorted(str(pk) for pk in Tip.objects.values_list("pk", flat=True))


def test_a_batch_that_is_killed_in_the_middle_is_done_again_whole(unit, monkeypatch):
    period(unit.parent)
    tip = closed_tip(unit)

    def killed(_ids):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(purge, "_empty_incidents", killed)
        with pytest.raises(SystemExit):
            purge.purge_due_tips()
    assert Tip.objects.get(pk=tip.pk).text
    assert purge.purge_due_tips() == 1


def test_a_restore_destroys_it_again_whatever_holds_it_by_then(unit):
    purged = closed_tip(unit)
    period(unit.parent)
    purge.purge_due_tips()
    kind = next(each for each in destroyed_kinds() if each.name == "tip.purged")
    assert list(kind.done_since(times.now() - datetime.timedelta(hours=1))) == [purged.pk]
    brought_back = closed_tip(unit)
    assert brought_back.pk in set(kind.undone())
    kind.do_again(brought_back.pk)
    assert Tip.objects.get(pk=brought_back.pk).purged_at


def test_after_a_restore_nothing_is_destroyed_for_a_week(unit):
    """A hold that was asked for since the backup is lost with it; somebody asks for it again."""
    period(unit.parent)
    closed_tip(unit)
    settle_after_restore()
    assert purge.purge_due_tips() == 0
    Entry.objects.filter(action="data.restored").update(at=times.now() - datetime.timedelta(days=8))
    assert purge.purge_due_tips() == 1


def test_a_period_that_was_stopped_after_the_backup_is_stopped_again(unit, officer):
    stopped = period(unit.parent, ended_at=times.now())
    kind = next(each for each in destroyed_kinds() if each.name == "period.stopped")
    assert list(kind.done_since(times.now() - datetime.timedelta(hours=1))) == [stopped.pk]
    RetentionPeriod.objects.update(ended_at=None)
    assert set(kind.undone()) == {stopped.pk}
    kind.do_again(stopped.pk)
    assert not RetentionPeriod.objects.in_force().exists()
    assert set(kind.undone()) == set()
    assert Entry.objects.get(action="period.stopped").actor_id == "operator"


def test_months_are_those_of_the_calendar():
    last = datetime.datetime(2026, 8, 31, 12, tzinfo=times.VIETNAM)
    assert due.months_later(last, 6).date() == datetime.date(2027, 2, 28)
    assert due.months_later(last, -6).date() == datetime.date(2026, 2, 28)
    assert due.months_later(last, 12).date() == datetime.date(2027, 8, 31)
    assert LONG_AGO.days > 365
