"""The record with the rights of each process: no head moves back, nobody writes for an officer."""

import json
import re
import uuid

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from keng.audit import verify
from keng.audit.actions import record, unit_chain
from keng.audit.chain import GENESIS, entry_hash
from keng.audit.heads import sign_heads
from keng.audit.models import Chain, Entry, SignedHead
from keng.kit import times
from keng.kit.ids import new_id
from keng.site.grants import GRANTS
from tests import make

pytestmark = pytest.mark.django_db
PROCESSES = ["public", "edge", "desk", "worker", "sender", "opener"]


def refused(sql, *values):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(sql, values)


def is_refused(action, *, by, chain):
    try:
        with transaction.atomic():
            record(action, by=by, on=None, chain=chain)
    except ProgrammingError as error:
        return f"records no {action}" in str(error)
    return False


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_moves_a_head_or_writes_an_entry_by_itself(unit, become, process):
    chain = unit_chain(unit.pk)
    record("tip.accepted", by=make.officer(unit=unit), on=unit, chain=chain)
    become(process)
    refused("UPDATE audit_chain SET last_seq = last_seq - 1 WHERE name = %s", chain)
    refused("INSERT INTO audit_chain (name) VALUES ('unit:x')")
    refused("UPDATE audit_entry SET action = 'x'")
    refused("DELETE FROM audit_entry")
    refused("DELETE FROM audit_chain")
    refused("DELETE FROM audit_signedhead")
    refused("UPDATE audit_signedhead SET seq = 1")
    refused(
        "INSERT INTO audit_entry (id, chain, seq, at, action, actor_kind, actor_id, previous_hash, "
        "hash) VALUES (%s, %s, 2, now(), 'warning.approved', 'officer', 'hai', '', '')",
        uuid.uuid4(),
        chain,
    )


@pytest.mark.parametrize("process", ["public", "edge", "desk", "sender"])
def test_only_the_process_that_signs_heads_keeps_signed_ones(become, process):
    become(process)
    refused(
        "INSERT INTO audit_signedhead (id, chain, seq, hash, signature) "
        "VALUES (%s, 'unit:x', 1, '', '')",
        uuid.uuid4(),
    )


def test_the_worker_signs(unit, become, tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    record("tip.accepted", by=make.officer(unit=unit), on=unit, chain=unit_chain(unit.pk))
    become("worker")
    assert sign_heads() == 1
    assert SignedHead.objects.count() == 1


@pytest.mark.parametrize("process", ["public", "edge", "worker", "sender"])
def test_only_the_desk_writes_what_an_officer_did(unit, become, process):
    officer, chain = make.officer(unit=unit), unit_chain(unit.pk)
    become(process)
    assert is_refused("warning.approved", by=officer, chain=chain)
    assert is_refused("relay.confirmed", by=officer, chain=chain)
    become("desk")
    assert not is_refused("warning.approved", by=officer, chain=chain)
    become("owner")
    assert Chain.objects.get(name=chain).last_seq == 1
    assert list(verify.chain_faults()) == []


@pytest.mark.parametrize(
    ("process", "action", "by"),
    [
        ("public", "tip.accepted", "worker"),
        ("public", "tip.accepted", "reporter"),
        ("public", "dispute.decided", "resident"),
        ("public", "keys.accepted", "operator"),
        ("public", "officer.signed_in", None),
        ("edge", "tip.reporter_wrote", "reporter"),
        ("edge", "channel.stopped", "sender"),
        ("desk", "keys.accepted", "operator"),
        ("desk", "tips.content_destroyed", "worker"),
        ("desk", "tip.reporter_wrote", "reporter"),
        ("desk", "warning.approved", None),
        ("worker", "tip.reporter_wrote", "reporter"),
        ("worker", "channel.added", "operator"),
        ("sender", "tips.content_destroyed", "worker"),
        ("sender", "dispatch.sent", "sender"),
    ],
)
def test_no_process_writes_for_another(unit, become, process, action, by):
    become(process)
    assert is_refused(action, by=by, chain=unit_chain(unit.pk))


def test_a_batch_of_messages_is_told_in_a_chain_of_batches_alone(unit, become):
    for process in ("public", "edge", "desk", "worker"):
        become(process)
        assert is_refused("intake.batch", by=process, chain=unit_chain(unit.pk))
        assert not is_refused("intake.batch", by="owner", chain=f"intake:{process}-1")
    become("sender")
    assert is_refused("intake.batch", by="sender", chain="intake:sender-1")
    become("owner")
    told = Entry.objects.filter(action="intake.batch").order_by("chain")
    # Whatever it says of itself.
    assert [entry.actor_id for entry in told] == ["desk", "edge", "public", "worker"]


def test_no_process_reaches_the_function_round_its_check(become):
    """Nothing in front of the path of names is taken for what the function means."""
    become("public")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = pg_temp, public")
    assert is_refused("warning.approved", by="worker", chain="unit:x")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'audit\\_%%' AND prosecdef"
            " ORDER BY proname"
        )
        assert cursor.fetchall() == [
            ("audit_append", ["search_path=pg_catalog, public, pg_temp"]),
            ("audit_free_intake_chain", ["search_path=pg_catalog, public, pg_temp"]),
        ]


def test_no_role_is_granted_to_write_the_record():
    tables = {"audit_chain", "audit_entry", "audit_signedhead"}
    written = {
        (role, table): rights
        for role, granted in GRANTS.items()
        for table, rights in granted.items()
        if table in tables and not re.fullmatch(r"SELECT( \([a-z_, ]+\))?", rights)
    }
    assert written == {("keng_worker", "audit_signedhead"): "SELECT, INSERT"}


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
)
_DETAILS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    st.recursive(
        _SCALARS,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.text(st.characters(codec="ascii"), max_size=6).filter(
                    lambda key: "\x00" not in key
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ),
    max_size=6,
)


@given(detail=_DETAILS)
def test_the_database_hashes_as_whoever_verifies_does(detail):
    at = times.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_hash FROM audit_append(%s, 'unit:\"é\\', %s, 'a', 'k', 'i', '', 'ò', "
            "%s::jsonb)",
            [new_id(), at, json.dumps(detail)],
        )
        ((hashed,),) = cursor.fetchall()
        transaction.set_rollback(True)
    assert bytes(hashed) == entry_hash(
        GENESIS, 'unit:"é\\', 1, at, "a", ("k", "i"), ("", "ò"), detail
    )
