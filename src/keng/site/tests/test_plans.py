"""What runs every second or every hour never reads a table that grows for ever from end to end.

Each act's statements are planned again with reading a whole table penalised: what is then still
read whole has no index that could serve it, however many rows there are.
"""

import json
import os
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keng.alarms import ringing
from keng.audit.actions import record
from keng.audit.heads import sign_heads
from keng.decisions import out_of_scope, triage, undo_ending
from keng.delivery.models import Inbound
from keng.delivery.sender import sql
from keng.delivery.sender.database import PLANS_BY_KEYS
from keng.dialogue import withdrawal
from keng.intake import fetch_media, forget_chats
from keng.intake.examination import examine
from keng.kit.database import data_folder
from keng.lookup.actions import indicators
from keng.tips import chats, sweep_files
from tests import make

pytestmark = pytest.mark.django_db
# Tables with a row for whatever anybody ever did or wrote.
GROW_FOR_EVER = {
    "audit_entry",
    "audit_signedhead",
    "delivery_attempt",
    "delivery_conversation",
    "delivery_dedupekey",
    "delivery_delivery",
    "delivery_dispatch",
    "delivery_dispatchtext",
    "delivery_inbound",
    "delivery_inboundmedia",
    "tips_attachment",
    "tips_clock",
    "tips_decision",
    "tips_dialoguemessage",
    "tips_receipt",
    "tips_sighting",
    "tips_tip",
    "vault_sealedidentity",
}


def read_whole(plan):
    """The tables that a plan reads from end to end."""
    found = set()
    if plan["Node Type"] == "Seq Scan":
        found.add(plan["Relation Name"])
    for part in plan.get("Plans", []):
        # Of a question asked of each row, small tables make one that is asked once: by cost alone.
        if part.get("Parent Relationship") != "SubPlan":
            found |= read_whole(part)
    return found


def tables_read_whole(statements):
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in statements:
            cursor.execute("EXPLAIN (FORMAT JSON) " + statement)
            answer = cursor.fetchone()[0]
            plan = json.loads(answer) if isinstance(answer, str) else answer
            if bad := read_whole(plan[0]["Plan"]) & GROW_FOR_EVER:
                found[statement] = bad
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def statements_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    verbs = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
    return [each["sql"] for each in queries if each["sql"].lstrip().startswith(verbs)]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    province = make.province_unit()
    make.unit_key(province)
    make.clock_rules()
    unit = make.unit(parent=province)
    tip = make.tip(unit=unit, text="Lời của người báo")
    make.conversation(tip)
    Inbound.objects.create(channel="sandbox", kind="text", tip_ref=tip.pk)
    return unit, tip


def withdraw(tip):
    withdrawal.withdraw_tip(tip.pk)
    return withdrawal.destroy_withdrawn()


def test_the_workers_portions_find_their_rows_by_an_index(desk):
    unit, tip = desk
    record("test", by="worker", on=None, chain="unit:test")
    other = make.tip(unit=unit)
    acts = [
        lambda: withdraw(tip),
        lambda: triage.decline_tip(
            other.pk,
            kind="out_of_scope",
            reply="Ngoài phạm vi.",
            by=make.officer(unit=unit),
        ),
        out_of_scope.destroy_expired_content,
        undo_ending.forget_held_endings,
        forget_chats.forget_message_hashes,
        forget_chats.forget_file_hashes,
        forget_chats.forget_message_ids,
        forget_chats.forget_dedupe_keys,
        chats.forget_unneeded_addresses,
        fetch_media.fetch_files,
        indicators.remove_unused_indicators,
        examine.examine_tips,
        examine.examine_messages,
        ringing.call_what_rings,
        sign_heads,
    ]
    found = {}
    for act in acts:
        found |= tables_read_whole(statements_of(act))
    assert found == {}


def test_sweeping_files_asks_for_each_of_them_by_an_index(desk):
    folder = data_folder() / "files" / "originals"
    folder.mkdir(parents=True)
    old = time.time() - 2 * sweep_files.OLD_ENOUGH_SECONDS
    for name in ("one", "two"):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (old, old))
    assert tables_read_whole(statements_of(sweep_files.sweep_files)) == {}
    assert list(folder.iterdir()) == []


def test_what_a_sender_asks_each_second_is_found_by_an_index(desk):
    sweep = sql.SWEEP % {"most": 5, "idempotent": "ARRAY['web_push']"}
    assert tables_read_whole([sweep, sql.WAKE]) == {}


def test_what_falls_due_is_found_by_indexes_of_that_alone(desk):
    """With the sender's plans, which would go through all deliveries by their ids."""
    with connection.cursor() as cursor:
        for option in PLANS_BY_KEYS.replace("-c ", "").split():
            cursor.execute(f"SET LOCAL {option.replace('=', ' = ')}")
        cursor.execute(f"EXPLAIN {sql.WAKE}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using delivery_put_off" in plan
    assert "Index Scan using delivery_expiring" in plan
    assert plan.count("using delivery_delivery_pkey") == 1


def test_signing_heads_looks_once_into_the_index_for_each_chain(desk):
    for n in range(3):
        record("test", by="worker", on=None, chain=f"unit:{n}")
    first = statements_of(sign_heads)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + first)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "audit_head_of_chain" in plan
    assert "Limit" in plan
    assert "Aggregate" not in plan
