"""The record against a stolen process: whoever holds its role writes what it likes to the door."""

import ast
import re
import uuid

import pytest
from django.db import Error, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import translation

from keng.accounts.models import Post
from keng.audit import verify, witness
from keng.audit.actions import record, unit_chain
from keng.audit.models import Chain, Entry
from keng.audit_page.act_words import act_words
from keng.conftest import sign_in
from keng.tips.models import Decision
from tests import make
from tests.architecture.source import KENG, RECORDING, imports, is_test, python_files

pytestmark = pytest.mark.django_db
LATE = "20000-01-01"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def append(
    chain,
    *,
    at="2026-01-01",
    action="receipt.shown",
    actor=("process", "reporter"),
    thing=("", ""),
    detail="{}",
    entry_id=None,
):
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
    assert list(verify.chain_faults()) == []


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
    (fault,) = verify.chain_faults()
    # Python 3.13 reads what is nested so deep, and so finds that it is not what was written.
    assert (fault.seq, fault.what) in {
        (2, "cannot be read"),
        (2, "was changed after it was written"),
    }
    assert witness.print_verification() == 1
    assert f"{chain} entry 2: {fault.what}" in capsys.readouterr().out
    page = auditor_page(unit, desk_client)
    assert page.status_code == 200
    words = page.content.decode()
    assert f"2: {fault.what}" in words
    assert ("không đọc được" in words) == (column == "at")


_FOREIGN = [
    "!0001",
    "unit:\u200b\nx",
    "unit:x",
    "unit:" + "0" * 36,
    "intake:public-1",
    "intake:worker",
    "installation",
    "addresses",
    "channel:019a0000-0000-7000-8000-000000000000",
    "dispatch:019a0000-0000-7000-8000-000000000000",
    "unit:019a0000-0000-7000-8000-000000000000\n",
]


@pytest.mark.parametrize("chain", _FOREIGN)
def test_a_process_begins_no_chain_of_another_kind(become, chain):
    become("public")
    assert is_refused(chain)
    if not chain.startswith("dispatch:"):
        become("desk")
        assert is_refused(chain, action="tip.accepted", actor=("officer", str(uuid.uuid4())))
    become("owner")
    assert not Chain.objects.exists()


def test_batches_are_told_in_the_chains_of_whoever_took_them_in(become):
    become("edge")
    for chain in ("intake:public-1", "intake:edge-16", "intake:edge-1x", "intake:edge"):
        assert is_refused(chain, action="intake.batch")
    assert not is_refused("intake:edge-15", action="intake.batch")


@pytest.mark.parametrize(
    "detail",
    [
        '{"a":1.10}',
        '{"a":1.0}',
        '{"a":[{"b":1e-3}]}',
        '{"a":1e30}',
        "[]",
        "1",
        "null",
        '{"a":' + "[" * 40 + "]" * 40 + "}",
    ],
)
def test_what_would_be_hashed_otherwise_by_the_reader_is_refused(unit, become, detail):
    assert is_refused(unit_chain(unit.pk), detail=detail)
    become("public")
    assert is_refused(unit_chain(unit.pk), detail=detail)
    assert not is_refused(unit_chain(unit.pk), detail='{"a":[1,-2,"x",null,true],"b":{"c":1e2}}')
    become("owner")
    assert list(verify.chain_faults()) == []


@pytest.mark.parametrize("thing", [("tip", "x" * 80 + " "), ("tip ", ""), ("tip", "\u200b")])
def test_an_object_is_a_kind_and_an_id(unit, become, thing):
    become("public")
    assert is_refused(unit_chain(unit.pk), thing=thing)


@pytest.mark.parametrize(
    ("action", "actor"),
    [
        ("tip.reporter_xyz_bribed", ("process", "reporter")),
        ("article.bribed", ("partnermember", "019a0000-0000-7000-8000-000000000000")),
        ("relay.confirmed", ("lead", "nobody")),
        ("lead.stopped", ("lead", "Nguyễn Văn A")),
        ("receipt.exchanged", ("process", "reporter")),
    ],
)
def test_no_words_of_its_own_stand_for_an_act_or_an_actor(unit, become, action, actor):
    become("public")
    for chain in (unit_chain(unit.pk), f"partner:{unit.pk}", f"dispatch:{unit.pk}"):
        assert is_refused(chain, action=action, actor=actor)


def acts_recorded_in_code():
    """Who records which act: calls that name both as words."""
    found = set()
    for file in python_files(KENG):
        if is_test(file):
            continue
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            by = next((each.value for each in call.keywords if each.arg == "by"), None)
            if len(call.args) > 2 and isinstance(call.args[2], ast.Constant):
                by = call.args[2]
            if not isinstance(by, ast.Constant) or by.value not in _ROLES:
                continue
            acts = [each.value for each in ast.walk(call.args[0]) if isinstance(each, ast.Constant)]
            found |= {(_ROLES[by.value], by.value, act) for act in acts if "." in str(act)}
    return sorted(found)


_ROLES = {
    "reporter": "keng_public",
    "holder": "keng_public",
    "resident": "keng_public",
    "worker": "keng_worker",
    "sender": "keng_sender",
}


def test_each_process_may_record_what_its_code_records():
    acts = acts_recorded_in_code()
    assert len(acts) > 20
    some_id = "019a0000-0000-7000-8000-000000000000"
    chains = [f"{kind}:{some_id}" for kind in ("unit", "channel")] + ["addresses", "intake:worker"]
    with connection.cursor() as cursor:
        for role, by, act in acts:
            cursor.execute(
                "SELECT bool_or(audit_may_record(%s, chain, %s, 'process', %s)) "
                "FROM unnest(%s::text[]) AS chains (chain)",
                [role, act, by, chains],
            )
            assert cursor.fetchone() == (True,), (role, by, act)


def acts_in_functions():
    """What the functions behind the door name: whoever may record it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'audit_may_record'")
        named = {act for (body,) in cursor for act in re.findall(r"'([a-z_]+\.[a-z_]+)'", body)}
        cursor.execute(
            "SELECT unnest(audit_acts_of_officers() || audit_acts_of_holders()"
            " || audit_acts_about_epochs())"
        )
        return named | {act for (act,) in cursor}


def constants_in_code(is_read=lambda _tree: True):
    """Every string constant of the product but those of migrations and of the auditor's words."""
    for file in python_files(KENG):
        if is_test(file) or "migrations" in file.parts or "record" in file.parts:
            continue
        tree = ast.parse(file.read_text())
        if is_read(tree):
            constants = (each for each in ast.walk(tree) if isinstance(each, ast.Constant))
            yield from (each.value for each in constants if isinstance(each.value, str))


def test_no_process_may_record_an_act_that_no_code_records():
    allowed = acts_in_functions()
    assert len(allowed) > 200
    constants = set(constants_in_code()) | {f"tip.{kind}" for kind in Decision.Kind.values}
    assert {act for act in allowed if not any(act in each for each in constants)} == set()


# By a command, which signs in as the owner.
ACTS_OF_OPERATOR = {
    "block_list.imported",
    "block_list.removed",
    "channel.added",
    "channel.changed",
    "channel.removed",
    "channel.renewed",
    "channel.switched_off",
    "channel.switched_on",
    "holder.phrase_gone",
    "keys.accepted",
    "keys.custodians_divided",
    "landmark.imported",
    "officer.opened_by_operator",
    "opening.lapsed",
    "officer.sign_in_voided",
    "tip.restored",
    "unit.added",
}


def test_whatever_the_code_records_somebody_may_record():
    """A new act stands in a list of the migration, or no process can do what it tells."""
    allowed = acts_in_functions()
    areas = {act.partition(".")[0] for act in allowed | ACTS_OF_OPERATOR}
    # The way from a row to its unit (keng.acts.locks.lock_one) looks like one.
    a_name = re.compile(rf"({'|'.join(areas)})\.(?!unit_id$)[a-z_]+")
    recorded = {
        text
        for text in constants_in_code(lambda tree: bool(RECORDING & set(imports(tree))))
        if a_name.fullmatch(text)
    }
    recorded |= {f"tip.{kind}" for kind in Decision.Kind.values}
    assert len(recorded) > 200
    assert recorded - allowed == ACTS_OF_OPERATOR


@pytest.mark.parametrize(
    "action",
    [
        "tip.bribed",
        "warning.approved_by_nobody",
        "keys.accepted",
        "unit.added",
        "tip.reporter_wrote",
        "tips.content_destroyed",
        "address.moved",
        "article.written",
        "relay.confirmed",
    ],
)
def test_nothing_that_officers_do_not_do_is_put_on_record_in_their_name(unit, become, action):
    actor = ("officer", str(uuid.uuid4()))
    become("desk")
    assert is_refused(unit_chain(unit.pk), action=action, actor=actor)
    assert not is_refused(unit_chain(unit.pk), action="tip.accepted", actor=actor)
    # Nor by a command: so every test of an act finds the list that lacks it.
    become("owner")
    assert is_refused(unit_chain(unit.pk), action=action, actor=actor)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_act_on_record_has_words(language):
    acts = acts_in_functions() | ACTS_OF_OPERATOR
    with translation.override(language):
        assert [act for act in sorted(acts) if act_words(act) == act] == []


def _free_chain(process):
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_free_intake_chain(%s)", [process])
        return cursor.fetchone()[0]


def test_nobody_takes_in_under_the_name_of_another_process(become):
    become("edge")
    for process in ("public", "edge-1", "", "worker"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            _free_chain(process)
    assert re.fullmatch(r"intake:edge-\d+", _free_chain("edge"))
    assert re.fullmatch(r"intake:owner-\d+", _free_chain("owner"))
