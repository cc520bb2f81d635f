"""Rows of reports, accounts and what is sent, written by plain statements, past every act.

Whoever works in another province is refused for each table and command of the desk's role; whoever
the row is of is not. What is made public is asked in `test_write_policies_publishing.py`.
"""

import contextlib
import datetime
import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from keng.accounts.models import DeskSession, Notice, OfficerPasskey
from keng.accounts.tests.look import look_as
from keng.breaches.models import BreachFiling, BreachNotice
from keng.delivery.models import (
    ChatPagerCode,
    DedupeKey,
    Delivery,
    Dispatch,
    DispatchAudience,
    DispatchLag,
    DispatchText,
    GroupRequest,
    Inbound,
    InboundMedia,
    PagerAnswer,
    PagerTestWay,
)
from keng.kit import times
from keng.places.models import Unit
from keng.site.desk_writes import about_tips, accounts, data_protection, sending
from keng.site.row_policies import READ_BY_SIGHT, secured_tables
from keng.site.tests.desk_world import all_roles, world
from keng.tips.models import (
    Alarm,
    AlarmCall,
    AnswerTemplate,
    BundledCall,
    Decision,
    HandedCode,
    HeldEnding,
    ListingEvidence,
    Note,
    OneTimeLink,
    Receipt,
    Restriction,
    SavedSearch,
    Suggestion,
    TakenDown,
    TipCheck,
    TipConcern,
    TipReader,
    WaitingPicture,
    WaveStep,
)
from keng.vault.models import HolderKey, SealedIdentity, WrappedHolderKey
from tests import make

pytestmark = pytest.mark.django_db
REFUSED = "violates row-level security policy"
TABLES = (
    *READ_BY_SIGHT,
    "tips_incident",
    "delivery_dispatchtext",
    *secured_tables(
        about_tips.TIP_POLICIES
        + accounts.ACCOUNT_POLICIES
        + sending.SENDING_POLICIES
        + data_protection.DATA_PROTECTION_POLICIES
    ),
)
# In whose name a row is; whoever is asked stands there when they add one.
AUTHORS = frozenset(
    {
        "by_id",
        "officer_id",
        "asked_by_id",
        "asked_by_ref",
        "made_by_id",
        "set_by_id",
        "named_by_id",
        "ticked_by_id",
        "recorded_by_id",
        "filed_by_id",
        "proposed_by_id",
        "changed_by_id",
        "approved_by_id",
        "officer_ref",
        "holder_id",
    }
)
# Rows that come in with a tip, and are never added to one that is there.
WITH_NEW_TIP = ("tips_receipt", "tips_onetimelink", "tips_bundledcall", "delivery_inbound")
# Whoever works at any desk takes a report down: the row says nothing of whose it is.
BY_ANYBODY_AT_WORK = "delivery_dedupekey"
# Everybody has such rows, in their own name and at no desk.
ONES_OWN = frozenset(
    {
        "accounts_desksession",
        "accounts_notice",
        "accounts_officerpasskey",
        "delivery_approval",
        "delivery_chatpagercode",
        "delivery_pagertest",
        "delivery_pagerway",
        "tips_savedsearch",
        "vault_holderkey",
    }
)
# In the transaction that makes their dispatch or their session, by a set-up that was agreed to, or
# by the link of a call: the acts of their areas are tried as the desk's role.
ADDED_ONLY_OTHERWISE = frozenset(
    {
        "accounts_officer",
        "delivery_delivery",
        "delivery_dispatchaudience",
        "delivery_dispatchtext",
        "delivery_inboundmedia",
        "delivery_pageranswer",
    }
)


@dataclass
class Desks:
    """A province with a row in every table, somebody with all of its roles, and a stranger."""

    lan: Any
    stranger: Any
    auditor: Any
    rows: dict[str, dict[str, Any]]
    """By table one row, as JSON."""


@pytest.fixture(scope="module")
def desks(shared_rows):
    make.clock_rules()
    found = world("nhà", kind=Unit.Kind.PROVINCE)
    lan = all_roles(found.unit)
    _rest(found, lan)
    rows = {table: _one_row(table, lan) for table in TABLES}
    far = make.unit(parent=make.province_unit())
    stranger = make.officer(unit=far, role="commander")
    return Desks(lan, stranger, make.officer(unit=far, role="auditor"), rows)


def _rest(found, lan):
    """What `world` has no row of, all of it Lan's or of Lan's desk."""
    tip, unit, now = found.rows["tip"], found.unit, times.now()
    Decision.objects.update(by=lan)
    step = Decision.objects.filter(tip=tip).latest("id")
    Note.objects.update(officer=lan)
    SavedSearch.objects.update(officer=lan)
    OfficerPasskey.objects.update(holder=lan)
    alarm = Alarm.objects.create(tip=tip, unit=unit)
    AlarmCall.objects.create(alarm=alarm, round=0, officer=lan, unit=unit, is_on_duty=True, ways=1)
    BundledCall.objects.create(tip=tip, first_ref=make.some_id())
    Receipt.objects.create(hash=b"r" * 32, tip=tip)
    OneTimeLink.objects.create(token_hash=b"l" * 32, tip=tip)
    TakenDown.objects.create(tip=tip, officer=lan, manner="phone")
    HandedCode.objects.create(hash=b"h" * 32, tip=tip)
    HeldEnding.objects.create(decision=step, box=b"", until=now)
    TipCheck.objects.create(tip=tip, step="called", ticked_by=lan)
    TipConcern.objects.create(tip=tip, unit=make.unit(parent=unit))
    TipReader.objects.create(tip=tip, officer=lan)
    WaitingPicture.objects.create(attachment=found.rows["attachment"], path="p", key_sealed=b"k")
    ListingEvidence.objects.create(listing=found.rows["listing"], tip=tip)
    Suggestion.objects.create(tip=tip)
    SealedIdentity.objects.create(
        tip_ref=tip.pk, unit=unit, kind=SealedIdentity.Kind.CONTACT, ciphertext=b"x"
    )
    Restriction.objects.create(tip=tip, number=found.rows["data_request"].number, by=lan)
    AnswerTemplate.objects.create(unit=unit, code="a", changed_by=lan)
    WaveStep.objects.create(
        wave=found.rows["wave"], unit=unit, kind="dismissed", by=lan, reason="x"
    )
    key = HolderKey.objects.create(officer_ref=lan.pk, public_key=b"k" * 65)
    WrappedHolderKey.objects.create(holder_key=key, kind="phrase", salt=b"s" * 32, wrapped=b"w")
    BreachFiling.objects.create(
        breach=found.rows["breach"], number=1, form={}, sent_at=now, filed_by=lan
    )
    BreachNotice.objects.create(breach=found.rows["breach"], received_until=now, asked_by=lan)
    found.rows["listing"].__class__.objects.update(made_by=lan)
    _sent(found, lan, tip)


def _sent(found, lan, tip):
    """Of what is sent, too; by one dispatch of Lan's desk, that the desk's process may add to."""
    make.conversation(tip)
    dispatch = found.rows["dispatch"]
    DispatchAudience.objects.create(dispatch=dispatch, definition={})
    DispatchLag.objects.create(dispatch=dispatch, of="language", value="vi", is_by_hand=False)
    GroupRequest.objects.create(account=found.rows["group_account"], kind="list", asked_by=lan)
    message = Inbound.objects.create(channel="web", kind="text", tip_ref=tip.pk)
    InboundMedia.objects.create(inbound=message, kind="image", url_sealed=b"u")
    DedupeKey.objects.create(key=b"d" * 32)
    way, test = found.rows["pager"], found.rows["pager_test"]
    for row in (way, test):
        row.officer = lan
        row.save(update_fields=["officer"])
    PagerTestWay.objects.create(test=test, way=way)
    PagerAnswer.objects.create(way=way, at=times.now())
    ChatPagerCode.objects.create(officer=lan, code_hash=b"c" * 32, expires_at=times.now())
    Dispatch.objects.exclude(pk=dispatch.pk).exclude(kind="page").update(kind="notice")
    # Not in the transaction of the test.
    Dispatch.objects.update(created_at=times.now() - datetime.timedelta(days=1))
    Delivery.objects.exclude(recipient_kind="pager").delete()
    Delivery.objects.update(dispatch=dispatch)
    DispatchText.objects.exclude(dispatch=dispatch).update(dispatch=dispatch)
    Notice.objects.update(by=lan, officer=lan)
    now = times.now()
    DeskSession.objects.create(
        session_key="k", session_data="", expire_date=now, officer=lan, began_at=now, seen_at=now
    )


def _one_row(table, officer):
    """One that the officer has a hand in, where there is such a one."""
    hands = [name for name in columns_of(table) if name in AUTHORS]
    mine = " OR ".join(f"{name} = %s" for name in hands) or "1 = 1"
    kind = "(kind = 'warning') DESC," if table == "delivery_dispatch" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT to_jsonb(t) FROM {table} t ORDER BY {kind} ({mine}) DESC NULLS LAST LIMIT 1",
            [officer.pk] * len(hands),
        )
        found = cursor.fetchone()
    assert found, f"no row of {table}"
    return json.loads(found[0]) if isinstance(found[0], str) else found[0]


def columns_of(table, right=""):
    """Those that may be written, or for which the desk's role has a right."""
    asked = "has_column_privilege('keng_desk', attrelid, attnum, %s)" if right else "%s = ''"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            f" AND NOT attisdropped AND attgenerated = '' AND {asked} ORDER BY attnum",
            [table, right],
        )
        return [name for (name,) in cursor.fetchall()]


def key_of(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary",
            [table],
        )
        return cursor.fetchone()[0]


def desk_may(table, command):
    with connection.cursor() as cursor:
        if command == "DELETE":
            cursor.execute("SELECT has_table_privilege('keng_desk', %s, 'DELETE')", [table])
        else:
            cursor.execute("SELECT has_any_column_privilege('keng_desk', %s, %s)", [table, command])
        return cursor.fetchone()[0]


@pytest.fixture
def desk(become):
    def act_for(officer):
        become("desk")
        look_as(officer)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('keng.actor', %s, true)", [str(officer.pk)])

    return act_for


def insert(table, row):
    """Try to add it; what is added is taken back. What a constraint stops was not refused."""
    names = ", ".join(f'"{name}"' for name in columns_of(table) if name in row)
    with transaction.atomic(), connection.cursor() as cursor:
        with contextlib.suppress(IntegrityError), transaction.atomic():
            cursor.execute(
                f"INSERT INTO {table} ({names})"
                f" SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)",
                [json.dumps(row)],
            )
        transaction.set_rollback(True)


def in_name_of(row, officer):
    return row | {name: str(officer.pk) for name in row.keys() & AUTHORS}


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_adds_no_such_row(desks, desk, table):
    if not desk_may(table, "INSERT"):
        return
    desk(desks.auditor if table == BY_ANYBODY_AT_WORK else desks.stranger)
    with pytest.raises(ProgrammingError, match=REFUSED):
        insert(table, in_name_of(desks.rows[table], desks.lan))
    if table in ONES_OWN:
        return
    with pytest.raises(ProgrammingError, match=REFUSED):
        insert(table, in_name_of(desks.rows[table], desks.stranger))


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_changes_no_such_row_and_locks_none(desks, desk, table):
    if not desk_may(table, "UPDATE"):
        return
    key, column = key_of(table), columns_of(table, "UPDATE")[0]
    desk(desks.stranger)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = DEFAULT WHERE {key} = %s", [desks.rows[table][key]]
        )
        assert cursor.rowcount == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_deletes_no_such_row(desks, desk, table):
    if not desk_may(table, "DELETE"):
        return
    key = key_of(table)
    desk(desks.stranger)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [desks.rows[table][key]])
        assert cursor.rowcount == 0


@pytest.mark.parametrize("table", TABLES)
def test_whoever_it_is_of_locks_it(desks, desk, table):
    if not desk_may(table, "UPDATE"):
        return
    key = key_of(table)
    desk(desks.lan)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM {table} WHERE {key} = %s FOR NO KEY UPDATE", [desks.rows[table][key]]
        )
        assert cursor.rowcount == 1


@pytest.mark.parametrize("table", TABLES)
def test_whoever_it_is_of_adds_one(desks, desk, table):
    if not desk_may(table, "INSERT") or table in ADDED_ONLY_OTHERWISE:
        return
    row = in_name_of(desks.rows[table], desks.lan)
    if table in WITH_NEW_TIP:
        row |= {name: str(make.some_id()) for name in row.keys() & {"tip_id", "tip_ref"}}
    desk(desks.lan)
    insert(table, row)
