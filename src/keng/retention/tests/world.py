"""A tip with a row in every table that can hold something of it, closed long ago."""

import datetime
import uuid
from typing import Any

from django.db import connection

from keng.accounts.models import Officer
from keng.data_requests.models import DataRequest
from keng.delivery.models import Delivery, Dispatch, DispatchText, Inbound, InboundMedia
from keng.files import store
from keng.kit import times
from keng.places.models import Unit
from keng.retention.models import RetentionPeriod
from keng.tips.models import (
    Alarm,
    AlarmCall,
    Attachment,
    BreakIn,
    Clock,
    Decision,
    HandedCode,
    LegalHold,
    OneTimeLink,
    OtherInstallation,
    Receipt,
    Recusal,
    Restriction,
    Suggestion,
    TakenDown,
    Tip,
    TipCheck,
    Transfer,
    TransferFile,
    TransferIdentity,
    TransferKey,
    TransferUpload,
    WaitingPicture,
)
from keng.vault.models import OpeningRequest, SealedIdentity
from tests import make

# Hidden in every place; short, so that it fits where a name of ten letters does.
CONTROL = "zqxkvwjy"
LONG_AGO = datetime.timedelta(days=400)


def period(unit: Unit, *, months: int = 12, **fields: Any) -> RetentionPeriod:
    """One in force since longer than it has to wait."""
    first, second = make.officer(unit=unit), make.officer(unit=unit)
    at = times.now() - datetime.timedelta(days=30)
    values = {"closed_as": "founded", "agreed_by": second, "agreed_at": at}
    return RetentionPeriod.objects.create(
        unit=unit, months=months, proposed_by=first, **values | fields
    )


def closed_tip(unit: Unit, **fields: Any) -> Tip:
    """Closed long ago, its clocks stopped."""
    at = times.now() - LONG_AGO
    values: dict[str, Any] = {
        "state": "closed",
        "outcome": "solved",
        "closed_at": at,
        "received_at": at,
    }
    return make.tip(unit=unit, **values | fields)


def whole_tip(unit: Unit, officer: Officer) -> Tip:
    """A tip that has a bit of everything, nothing of which is needed any more."""
    now = times.now()
    other = make.officer(unit=unit)
    tip = closed_tip(unit, text=CONTROL, reference="K-1")
    message = make.message(tip)
    make.note(tip, officer=officer)
    make.sighting(tip, indicator=make.indicator("0912000418"))
    Suggestion.objects.create(tip=tip)
    Decision.objects.create(
        tip=tip, kind="closed", by=officer, unit=unit, detail={"outcome": "solved"}
    )
    clock = make.clock(tip)
    Clock.objects.filter(pk=clock.pk).update(stopped_at=now)
    Receipt.objects.create(hash=uuid.uuid4().bytes * 2, tip=tip)
    HandedCode.objects.create(hash=uuid.uuid4().bytes * 2, tip=tip)
    OneTimeLink.objects.create(token_hash=uuid.uuid4().bytes * 2, tip=tip)
    TakenDown.objects.create(tip=tip, officer=officer, manner="phone")
    TipCheck.objects.create(
        tip=tip,
        step="called",
        ticked_by=officer,
        unticked_by=officer,
        unticked_at=now,
        reason="Nhầm",
    )
    _files(tip, message, unit)
    _sight(tip, unit, officer, other)
    _channels(tip, unit)
    alarm = Alarm.objects.create(tip=tip, unit=unit, ended_at=now)
    AlarmCall.objects.create(
        alarm=alarm, round=1, unit=unit, is_on_duty=True, ways=0, officer=officer
    )
    SealedIdentity.objects.create(
        tip_ref=tip.pk, unit=unit, kind="identity", holds=["name"], ciphertext=b"x"
    )
    DataRequest.objects.create(
        unit=unit,
        tip=tip,
        desk_tip=tip,
        number=uuid.uuid4().hex[:8],
        kind=DataRequest.Kind.SEE,
        asked_at=now,
        reply_by=now,
        decide_by=now,
        outcome=DataRequest.Outcome.REFUSED,
        ground=DataRequest.Ground.SECRECY,
        decided_by=officer,
        decided_at=now,
        settled_at=now,
    )
    Tip.objects.filter(pk=tip.pk).update(
        incident=make.incident(unit=unit, by=officer, closed_at=now)
    )
    return tip


def _files(tip: Tip, message: Any, unit: Unit) -> None:
    file = Attachment.objects.create(
        tip=tip,
        message=message,
        kind="image",
        mime="image/jpeg",
        size=8,
        original_path=store.keep_original(CONTROL.encode(), unit_id=unit.pk),
        viewing_path=store.keep_viewing_copy(CONTROL.encode()),
        covered_path=store.keep_viewing_copy(CONTROL.encode()),
    )
    path, key = store.keep_for_worker(CONTROL.encode())
    WaitingPicture.objects.create(attachment=file, path=path, key_sealed=key)


def _sight(tip: Tip, unit: Unit, officer: Officer, other: Officer) -> None:
    now = times.now()
    BreakIn.objects.create(
        tip=tip,
        officer=officer,
        unit=unit,
        ground="life",
        words="Gấp",
        until=now + datetime.timedelta(hours=1),
    )
    OpeningRequest.objects.create(
        tip_ref=tip.pk,
        what="contact",
        record_ref=uuid.uuid4(),
        reason="danger",
        legal_basis="Điều 1",
        text="Cần gọi",
        asked_by_ref=officer.pk,
    )
    Recusal.objects.create(tip=tip, officer=other, by=officer, ended_by=officer, ended_at=now)
    transfer = Transfer.objects.create(
        number_of_both=uuid.uuid4(),
        tip=tip,
        other=OtherInstallation.objects.create(
            name="Công an tỉnh bạn",
            province_code="24",
            signing_key=uuid.uuid4().bytes * 2,
            sealing_key=bytes(1216),
        ),
        state=Transfer.State.RETURNED,
        reason="Ở tỉnh bạn",
        asked_by=officer,
        agreed_by=other,
        agreed_at=now,
        their_desk="Trực ban bạn",
        their_phone="0204 1",
        their_number="BAN-1",
        their_reason="Không thuộc",
    )
    carried = TransferFile.objects.create(
        transfer=transfer, number=1, content=b"sealed", says="handed", by=officer
    )
    TransferUpload.objects.create(file=carried)
    TransferKey.objects.create(
        transfer=transfer, key_ref=uuid.uuid4(), public_key=bytes(1216), signature=bytes(64)
    )
    TransferIdentity.objects.create(
        transfer=transfer,
        ref=uuid.uuid4(),
        record_ref=uuid.uuid4(),
        key_ref=uuid.uuid4(),
        kind="contact",
        holds=["name"],
        sealed=b"sealed",
    )
    LegalHold.objects.create(
        tip=tip,
        unit=unit,
        ground="case",
        words="Hồ sơ",
        asked_by=officer,
        agreed_by=other,
        agreed_at=now,
        end_asked_by=officer,
        end_asked_at=now,
        end_words="Xong",
        ended_by=other,
        ended_at=now,
    )
    Restriction.objects.create(
        tip=tip, number="D-0001", by=officer, lift_ground="asker", lifted_by=other, lifted_at=now
    )


def _channels(tip: Tip, unit: Unit) -> None:
    inbound = Inbound.objects.create(channel="sandbox", kind="text", tip_ref=tip.pk)
    InboundMedia.objects.create(inbound=inbound, kind="image", url_sealed=b"x")
    talk = make.conversation(tip)
    dispatch = Dispatch.objects.create(
        kind="reply", is_urgent=False, unit=unit, source_kind="tip", source_ref=tip.pk
    )
    text = DispatchText.objects.create(dispatch=dispatch, language="vi", text="Chào bạn")
    Delivery.objects.create(
        dispatch=dispatch,
        channel="sandbox",
        recipient_kind="conversation",
        recipient_ref=talk.pk,
        text=text,
        state="sent",
        settled_at=times.now(),
    )


def rows_of_tip(tip: Tip) -> dict[str, str]:
    """Every table with rows of the tip, and the condition that finds them."""
    links = _links()
    here = f"'{tip.pk}'"
    found = {"tips_tip": f"id = {here}", "tips_incident": f"id = '{tip.incident_id}'"}
    for table, column in _columns_named("tip_ref"):
        found[table] = f"{column} = {here}"
    found["delivery_dispatch"] = f"source_ref = {here}"
    waiting = list(found)
    while waiting:
        parent = waiting.pop()
        for table, column, key in links.get(parent, ()):
            if table not in found and not table.startswith(NOT_OF_THE_TIP):
                found[table] = f"{column} IN (SELECT {key} FROM {parent} WHERE {found[parent]})"
                waiting.append(table)
    return found


# A warning, an entry of the look-up and a wave are things of their own.
NOT_OF_THE_TIP = ("warnings_", "lookup_", "tips_wave")


def _links() -> dict[str, list[tuple[str, str, str]]]:
    """By table: which columns of which tables refer to which key of it."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT target.table_name, source.table_name, source.column_name, target.column_name
            FROM information_schema.referential_constraints rc
            JOIN information_schema.key_column_usage source
              ON source.constraint_name = rc.constraint_name
            JOIN information_schema.key_column_usage target
              ON target.constraint_name = rc.unique_constraint_name
            ORDER BY 1, 2, 3""")
        links: dict[str, list[tuple[str, str, str]]] = {}
        for parent, table, column, key in cursor.fetchall():
            links.setdefault(parent, []).append((table, column, key))
    return links


def _columns_named(name: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.column_name = %s AND t.table_type = 'BASE TABLE'"
            " AND c.table_schema = 'public'",
            [name],
        )
        return list(cursor.fetchall())
