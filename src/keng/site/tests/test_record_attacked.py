"""The record against a stolen process: whoever holds its role writes what it likes to the door."""

import uuid

import pytest
from django.db import Error, connection, transaction
from django.urls import reverse

from keng.accounts.models import Post
from keng.audit import verify, witness
from keng.audit.actions import record, unit_chain
from keng.audit.models import Entry
from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db
LATE = "20000-01-01"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit())


def append(
    chain, *, at="2026-01-01", action="receipt.shown", actor=("process", "reporter"),
    thing=("", ""), detail="{}", entry_id=None,
):  # fmt: skip
    """As the thief types it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append(%s, %s, %s::timestamptz, %s, %s, %s, %s, %s, %s::jsonb)",
            [entry_id or uuid.uuid4(), chain, at, action, *actor, *thing, detail],
        )


def is_refused(chain, **values):
    try:
        append(chain, **values)
    except Error:
        return True
    return False


def auditor_page(unit, desk_client):
    auditor = make.officer(unit=unit, role=Post.Role.AUDITOR)
    return sign_in(desk_client, auditor).get(reverse("audit", "keng.site.desk_urls"))


@pytest.mark.parametrize("at", [LATE, "infinity", "-infinity", "0044-01-01 BC", "2020-01-01"])
def test_a_process_sets_neither_the_time_nor_the_id_of_an_entry(unit, become, at):
    chosen = uuid.UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")
    become("public")
    append(unit_chain(unit.pk), at=at, entry_id=chosen)
    become("owner")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, at BETWEEN now() AND clock_timestamp() FROM audit_entry")
        ((entry_id, is_present),) = cursor.fetchall()
    assert is_present
    assert entry_id != chosen
    assert entry_id.version == 7
    assert list(verify.faults()) == []


def test_whoever_records_learns_the_time_and_the_id_that_stand_there(unit, become):
    become("public")
    with transaction.atomic():
        made = record("receipt.shown", by="reporter", on=None, chain=unit_chain(unit.pk))
    become("owner")
    kept = Entry.objects.get()
    assert (kept.pk, kept.at, bytes(kept.hash)) == (made.pk, made.at, bytes(made.hash))


def test_the_owner_writes_no_time_that_cannot_be_read(unit):
    assert is_refused(unit_chain(unit.pk), at=LATE)
    assert is_refused(unit_chain(unit.pk), at="infinity")


# What an owner of the database writes past the door, or an older version let in.
_UNREADABLE = [
    ("at", f"'{LATE}'"),
    ("at", "'infinity'"),
    ("at", "'-infinity'"),
    ("detail", f"'{'[' * 3000}{']' * 3000}'"),
    ("detail", "('{\"a\": ' || repeat('9', 5000) || '}')::jsonb"),
]


@pytest.mark.parametrize(("column", "value"), _UNREADABLE)
def test_an_unreadable_entry_is_a_fault_and_stops_neither_page_nor_check(
    unit, desk_client, column, value, capsys
):
    chain = unit_chain(unit.pk)
    officer = make.officer(unit=unit)
    for _ in range(3):
        record("tip.accepted", by=officer, on=unit, chain=chain, detail={"n": 1})
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_entry SET {column} = {value} WHERE seq = 2")
    assert [(fault.seq, fault.what) for fault in verify.faults()] == [(2, "cannot be read")]
    assert witness.run() == 1
    assert f"{chain} entry 2: cannot be read" in capsys.readouterr().out
    page = auditor_page(unit, desk_client)
    assert page.status_code == 200
    words = page.content.decode()
    assert "2: cannot be read" in words
    assert ("không đọc được" in words) == (column == "at")
