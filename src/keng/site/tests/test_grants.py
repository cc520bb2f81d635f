"""Each process works with the rights it was given, and with none beside them."""

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction

from keng.alarms import ringing
from keng.conftest import sign_in
from keng.decisions import check_steps, out_of_scope, triage, undo, viewing
from keng.dialogue import answering, withdrawal
from keng.duty import pager_acts, watch
from keng.incidents import incident_acts
from keng.kit import times
from keng.runtime.worker import all_tasks
from keng.site.grants import GRANTS
from keng.site.tests.desk_world import all_roles, world
from keng.site.tests.test_desk_urls import ROUTES, address
from keng.tips.models import Alarm, Tip
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    found = world("nhà", parent=make.province_unit())
    found.officer = all_roles(found.unit)
    make.unit_key(found.unit.parent)
    for name in ("shift", "pager", "pager_test"):
        found.rows[name].officer = found.officer
        found.rows[name].save()
    return found


def test_the_desk_can_open_all_its_lists(desk_client, here, become):
    sign_in(desk_client, here.officer)
    become("desk")
    for name in (name for name, converters in ROUTES if not converters):
        # Claims are checked, periods set, earlier records brought in, data requests answered,
        # places listed by the year and incidents recorded at the province alone.
        of_the_province = (
            *("retention", "period-new", "data-requests", "consents"),
            *("imports", "import-new", "import-example"),
            "yearly-list",
            *("breaches", "breach-new", "processing-register", "processing-register-export"),
        )
        elsewhere = {"claim-new": {404}} | {each: {403} for each in of_the_province}
        expected = elsewhere.get(name, {200, 302, 405})
        assert desk_client.get(address(name)).status_code in expected, name


def test_the_desk_can_take_every_decision(here, become):
    officer, unit = here.officer, here.unit
    tip, other, third, fourth = (make.tip(unit=unit) for _ in range(4))
    make.conversation(tip)
    make.sighting(third, indicator=make.indicator())
    become("desk")
    viewing.note_first_read(tip.pk, by=officer)
    undo.take_back_decision(triage.accept_tip(tip.pk, by=officer).pk, by=officer)
    triage.sort_tip(tip.pk, category="theft", by=officer)
    answering.withdraw_answer(
        answering.answer_reporter(tip.pk, text="a", by=officer).pk, by=officer
    )
    answering.add_note(tip.pk, text="b", by=officer)
    triage.mark_duplicate(other.pk, of=tip.pk, by=officer)
    tip.refresh_from_db()
    incident_acts.answer_incident(tip.incident_id, text="c", by=officer)
    triage.separate_tip(other.pk, reason="d", by=officer)
    incident_acts.record_incident_outcome(tip.incident_id, outcome="solved", by=officer)
    incident_acts.close_incident(tip.incident_id, by=officer)
    triage.reopen_tip(tip.pk, reason="e", by=officer)
    triage.rate_tip(tip.pk, value="of_value", by=officer)
    triage.decline_tip(third.pk, kind="out_of_scope", reply="f", by=officer)
    triage.decline_tip(fourth.pk, kind="official", reply="g", by=officer)
    triage.route_tip(tip.pk, to=unit.parent, reason="h", by=officer)


def test_the_public_site_can_object_and_the_worker_destroy(here, become):
    tip, old = make.tip(unit=here.unit), make.tip(unit=here.unit)
    for each in (tip, old):
        triage.decline_tip(each.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=here.officer)
    become("public")
    out_of_scope.object_to_sealing(tip.pk)
    become("owner")
    Tip.objects.filter(pk=old.pk).update(closed_at=times.now() - 2 * out_of_scope.OBJECTION_WITHIN)
    become("worker")
    assert out_of_scope.destroy_expired_content() == 1


def test_the_worker_can_do_all_its_tasks(here, become, tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    tip = make.tip(unit=here.unit)
    make.conversation(tip)
    make.message(tip, "đừng gọi nữa")
    become("worker")
    # Each looks for its work. Where there is none it changes nothing, so that no right to change is
    # tried here: the test of the task does it, as the worker and with rows.
    for task in all_tasks():
        task.run()


@pytest.mark.parametrize("column", ["password", "totp_box", "totp_last_step", "last_login"])
def test_the_worker_reads_nothing_that_opens_an_account(become, column):
    become("worker")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, language FROM accounts_officer")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_officer")


def test_the_public_site_takes_a_report_back_and_the_worker_destroys_it(here, become):
    tip, kept = make.tip(unit=here.unit), make.tip(unit=here.unit)
    make.sighting(tip, indicator=make.indicator())
    make.conversation(tip)
    triage.accept_tip(kept.pk, by=here.officer)
    become("public")
    withdrawal.withdraw_tip(tip.pk)
    withdrawal.withdraw_tip(kept.pk)
    become("worker")
    assert withdrawal.destroy_withdrawn() == 1


def test_worker_desk_and_public_site_do_their_part_of_a_critical_tip(here, become):
    make.channel_account(channel="email", unit=here.unit)
    tip = make.tip(unit=here.unit, urgency="P0")
    become("worker")
    assert ringing.call_what_rings() == 1
    become("desk")
    triage.accept_tip(tip.pk, by=here.officer)
    check_steps.tick_step(tip.pk, step="way", by=here.officer)
    check_steps.untick_step(tip.pk, step="way", reason="x", by=here.officer)
    pager_acts.confirm_pager_test(here.rows["pager_test"].pk, by=here.officer)
    become("public")
    assert watch.watched_until(here.unit.pk) is not None
    assert watch.next_on_duty(here.unit.pk) is None
    become("owner")
    assert Alarm.objects.get().taken_by == here.officer


@pytest.mark.parametrize(
    ("process", "statement"),
    [
        ("public", "SELECT id FROM accounts_shift"),
        ("public", "SELECT id FROM delivery_pagertest"),
        ("public", "SELECT officer_id FROM delivery_watch"),
        ("edge", "SELECT * FROM delivery_watch"),
        ("public", "SELECT * FROM delivery_pagerway"),
        ("worker", "UPDATE delivery_pagerway SET is_on = false"),
        ("sender", "UPDATE delivery_pagerway SET officer_id = NULL"),
        ("desk", "UPDATE warnings_pattern SET texts = '{}'"),
        ("desk", "UPDATE warnings_patternuse SET sent_by_id = NULL"),
    ],
)
def test_no_process_does_more_about_calls_and_patterns(become, process, statement):
    become(process)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM tips_tip",
        "DELETE FROM tips_decision",
        "SELECT raw_sealed FROM delivery_inbound",
        "SELECT * FROM community_draft",
        "UPDATE warnings_version SET texts = '{}'",
        "UPDATE warnings_version SET audience = '{}'",
        "DELETE FROM warnings_verifycode",
        "DROP TABLE tips_tip",
    ],
)
def test_the_desk_cannot(become, statement):
    become("desk")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_process_stops_no_table_but_those_it_deletes_from(become):
    """LOCK TABLE asks for the right to change a table as a whole; rights on columns are none."""
    deletes = {
        (name.removeprefix("keng_"), table)
        for name, tables in GRANTS.items()
        for table, rights in tables.items()
        if "DELETE" in rights
    }
    assert ("public", "tips_tip") not in deletes
    lockable = set()
    for name, tables in GRANTS.items():
        process = name.removeprefix("keng_")
        become(process)
        for table in tables:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE NOWAIT')
            except (ProgrammingError, OperationalError):
                continue
            lockable.add((process, table))
    assert lockable == deletes
