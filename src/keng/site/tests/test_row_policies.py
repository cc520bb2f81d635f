"""Which rows the desk's role may lock and write, asked by plain statements, past every act."""

import datetime
import json
from functools import partial

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.accounts.models import Officer, Post
from keng.accounts.tests.look import look_as
from keng.accounts.who import HEARING_OBJECTIONS, WORKING
from keng.acts.errors import KeptBack
from keng.acts.locks import lock_all
from keng.cli.checks import database as checks
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.decisions import triage, undo
from keng.delivery.models import Dispatch, DispatchText
from keng.dialogue import answering, reporter
from keng.incidents import incident_acts
from keng.kit import times
from keng.kit.ids import new_id
from keng.lookup.actions import disputes
from keng.lookup.actions import listing as listings
from keng.lookup.models import Dispute, Listing
from keng.lookup.tests.make_listing import listing
from keng.places.models import Unit
from keng.runtime.row_security import apply_row_policies, row_policy_faults
from keng.runtime.supervisor.ports import Ports
from keng.runtime.tests.rights import as_owner
from keng.site.policy_functions import policy_functions
from keng.site.row_policies import POLICIES, secured_tables
from keng.tips import errors
from keng.tips.models import Decision, Incident, Note, Tip
from tests import make

pytestmark = pytest.mark.django_db
REFUSED = "violates row-level security policy"
READING = sorted(set(Post.Role.values) - WORKING.roles)
CHANGES = {
    "tips_tip": "UPDATE tips_tip SET outcome_note = 'x' WHERE id = %s",
    "tips_incident": "UPDATE tips_incident SET title = 'x' WHERE id = %s",
    "tips_note": "UPDATE tips_note SET text = 'x' WHERE id = %s",
    "lookup_listing": "UPDATE lookup_listing SET end_note = 'x' WHERE id = %s",
}


class Country:
    """Two communes below one province and one below another, with an officer on duty in each."""

    def __init__(self) -> None:
        make.clock_rules()
        self.province, self.far_province = make.province_unit(), make.province_unit()
        self.here = make.unit(parent=self.province)
        self.beside = make.unit(parent=self.province)
        self.far = make.unit(parent=self.far_province)
        self.lan = make.officer(unit=self.here)
        self.above = make.officer(unit=self.province)
        self.neighbour = make.officer(unit=self.beside)
        self.stranger = make.officer(unit=self.far)
        self.tip = make.tip(unit=self.here)
        self.incident = make.incident(unit=self.here, by=self.lan, tips=(make.tip(unit=self.here),))
        self.note = Note.objects.create(tip=self.tip, officer=self.lan, text="Ghi chú")
        self.listing = listing(unit=self.here)
        self.rows = {
            "tips_tip": self.tip,
            "tips_incident": self.incident,
            "tips_note": self.note,
            "lookup_listing": self.listing,
        }

    def joined_across(self) -> tuple[Incident, Tip, Tip]:
        """An incident of `here`, made by the province, with a tip of `beside` behind its first."""
        first, behind = make.tip(unit=self.here), make.tip(unit=self.beside)
        triage.mark_duplicate(behind.pk, of=first.pk, by=self.above)
        first.refresh_from_db()
        behind.refresh_from_db()
        assert first.incident
        return first.incident, first, behind


@pytest.fixture
def country():
    return Country()


@pytest.fixture
def desk(become):
    """Become the desk's role, in the name of an officer, or of nobody."""

    def act_for(officer=None):
        become("desk")
        look_as(officer)
        execute("SELECT set_config('keng.actor', %s, true)", str(officer.pk) if officer else "")

    return act_for


def read_anew(*tips):
    with as_owner():
        for tip in tips:
            tip.refresh_from_db()


def execute(sql, *values):
    """How many rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def rows_of(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def refused(sql, *values):
    with pytest.raises(ProgrammingError, match=REFUSED):
        execute(sql, *values)


# Who works where.


@pytest.mark.parametrize("kind", Unit.Kind.values)
@pytest.mark.parametrize("role", Post.Role.values)
def test_the_database_knows_who_works_where_as_the_table_of_the_house_does(desk, kind, role):
    province = make.province_unit()
    unit = province if kind == Unit.Kind.PROVINCE else make.unit(parent=province)
    make.unit(parent=unit)
    make.unit(parent=province)
    officer = make.officer(unit=unit, role=role)
    desk(officer)
    assert set(rows_of("SELECT keng_working_units()")) == WORKING.unit_ids(officer)
    desk(officer)
    connection.cursor().execute("RESET ROLE")
    assert set(rows_of("SELECT keng_hearing_units()")) == HEARING_OBJECTIONS.unit_ids(officer)


def test_a_post_that_is_over_or_still_to_come_and_a_closed_account_work_nowhere(desk, country):
    today = times.local_date(times.now())
    day = datetime.timedelta(days=1)
    for from_day, to_day in ((today - 9 * day, today - day), (today + day, None)):
        with as_owner():
            officer = make.officer()
            make.post(officer, unit=country.here, valid_from=from_day, valid_to=to_day)
        desk(officer)
        assert rows_of("SELECT keng_working_units()") == []
    with as_owner():
        Officer.objects.filter(pk=country.lan.pk).update(is_active=False)
        ends_today = make.officer()
        make.post(ends_today, unit=country.here, valid_from=today, valid_to=today)
    desk(country.lan)
    assert rows_of("SELECT keng_working_units()") == []
    desk(ends_today)
    assert rows_of("SELECT keng_working_units()") == [country.here.pk]


# Rows of others.


def _who(country, name):
    if name in Post.Role.values:
        return make.officer(unit=country.here, role=name)
    return getattr(country, name) if name else None


@pytest.mark.parametrize(
    "who", ["", "stranger", "neighbour", *sorted(set(Post.Role.values) - set(WORKING.roles))]
)
@pytest.mark.parametrize("table", CHANGES)
def test_nobody_else_locks_or_changes_a_row(desk, country, table, who):
    desk(_who(country, who))
    row = country.rows[table].pk
    assert execute(f"SELECT FROM {table} WHERE id = %s FOR NO KEY UPDATE", row) == 0
    assert execute(CHANGES[table], row) == 0
    assert execute(CHANGES[table].replace("id = %s", "true")) == 0


@pytest.mark.parametrize("table", CHANGES)
def test_whoever_works_at_the_desk_locks_and_changes_it(desk, country, table):
    desk(country.lan)
    row = country.rows[table].pk
    assert execute(f"SELECT FROM {table} WHERE id = %s FOR NO KEY UPDATE", row) == 1
    assert execute(CHANGES[table], row) == 1


@pytest.mark.parametrize("table", ["tips_tip", "tips_incident", "lookup_listing"])
def test_so_does_the_province_above(desk, country, table):
    desk(country.above)
    row = country.rows[table].pk
    assert execute(f"SELECT FROM {table} WHERE id = %s FOR NO KEY UPDATE", row) == 1
    assert execute(CHANGES[table], row) == 1


def test_nobody_adds_a_row_for_a_desk_of_another_province(desk, country):
    desk(country.stranger)
    refused(
        "INSERT INTO tips_tip (id, responsible_unit_id, channel, text, due_at)"
        " VALUES (%s, %s, 'phone', 'x', now())",
        new_id(),
        country.here.pk,
    )
    refused(
        "INSERT INTO tips_incident (id, title, unit_id, opened_by_id) VALUES (%s, 'x', %s, %s)",
        new_id(),
        country.here.pk,
        country.stranger.pk,
    )
    refused(
        "INSERT INTO lookup_listing (id, indicator_id, lookup_hash, unit_id, made_by_id, grade,"
        " expires_on) VALUES (%s, %s, 'x', %s, %s, 'reported', now())",
        new_id(),
        country.listing.indicator_id,
        country.here.pk,
        country.stranger.pk,
    )


def test_a_note_is_written_in_ones_own_name_on_a_tip_of_ones_own_desk(desk, country):
    note = "INSERT INTO tips_note (id, tip_id, officer_id, text) VALUES (%s, %s, %s, 'x')"
    desk(country.stranger)
    refused(note, new_id(), country.tip.pk, country.stranger.pk)
    desk(country.above)
    refused(note, new_id(), country.tip.pk, country.lan.pk)
    assert execute(note, new_id(), country.tip.pk, country.above.pk) == 1


def test_the_desk_deletes_from_none_of_these_tables(desk, country):
    connection.cursor().execute("RESET ROLE")
    execute("GRANT DELETE ON tips_note TO keng_desk")
    desk(country.lan)
    assert execute("DELETE FROM tips_note") == 0


@pytest.mark.parametrize("process", ["public", "worker"])
def test_the_other_processes_act_in_no_officers_name(become, country, process):
    become(process)
    assert execute("UPDATE tips_tip SET due_at = due_at") == 2
    assert execute("SELECT id FROM tips_tip FOR NO KEY UPDATE") == 2


def test_the_edge_silences_a_chat_whose_reporter_asks_for_it(become, country):
    become("edge")
    assert execute("UPDATE tips_tip SET do_not_contact = true WHERE id = %s", country.tip.pk) == 1


def test_the_owner_saves_and_changes_every_row(become, country):
    become("owner")
    # As pg_dump asks: it fails where a policy would leave something out.
    execute("SET LOCAL row_security = off")
    for table in secured_tables():
        assert execute(f"SELECT * FROM {table}") >= (table in CHANGES)
    for table, change in CHANGES.items():
        assert execute(change, country.rows[table].pk) == 1


# Passing on.


def test_a_tip_is_passed_on_within_the_tree_and_no_further(desk, country):
    move = "UPDATE tips_tip SET responsible_unit_id = %s WHERE id = %s"
    desk(country.lan)
    refused(move, country.far.pk, country.tip.pk)
    refused(move, country.far_province.pk, country.tip.pk)
    assert execute(move, country.beside.pk, country.tip.pk) == 1
    # It has left their sight, and nobody's decision says that it was theirs.
    assert execute(move, country.here.pk, country.tip.pk) == 0
    desk(country.neighbour)
    assert execute(move, country.province.pk, country.tip.pk) == 1


def test_what_was_passed_on_is_taken_back_by_whoever_did_it_and_by_nobody_else(desk, country):
    colleague = make.officer(unit=country.here)
    desk()
    step = triage.route_tip(country.tip.pk, to=country.beside, reason="x", by=country.lan)
    desk(colleague)
    assert execute(CHANGES["tips_tip"], country.tip.pk) == 0
    desk()
    undo.take_back_decision(step.pk, by=country.lan)
    country.tip.refresh_from_db()
    assert country.tip.responsible_unit == country.here


def test_what_was_passed_on_long_ago_is_taken_back_no_more(desk, country):
    desk()
    step = triage.route_tip(country.tip.pk, to=country.beside, reason="x", by=country.lan)
    connection.cursor().execute("RESET ROLE")
    Decision.objects.filter(pk=step.pk).update(at=times.now() - datetime.timedelta(minutes=11))
    desk(country.lan)
    assert execute(CHANGES["tips_tip"], country.tip.pk) == 0
    with pytest.raises(errors.TooLate):
        undo.take_back_decision(step.pk, by=country.lan)


def test_an_answer_is_taken_back_from_a_tip_that_lies_elsewhere_by_now(desk, country):
    colleague = make.officer(unit=country.here)
    desk()
    message = answering.answer_reporter(country.tip.pk, text="Nhầm.", by=country.lan)
    triage.route_tip(country.tip.pk, to=country.beside, reason="x", by=colleague)
    with as_owner():
        first = make.tip(unit=country.beside)
    triage.mark_duplicate(country.tip.pk, of=first.pk, by=country.neighbour)
    answering.withdraw_answer(message.pk, by=country.lan)
    with as_owner():
        assert not country.tip.messages.exists()


# Incidents of several desks.


def test_no_tip_is_joined_to_an_incident_of_others(desk, country):
    """Or by it the tips of that incident could be written, too."""
    theirs = make.incident(unit=country.far, by=country.stranger)
    join = "UPDATE tips_tip SET incident_id = %s WHERE id = %s"
    desk(country.lan)
    refused(join, theirs.pk, country.tip.pk)
    assert execute(join, country.incident.pk, country.tip.pk) == 1


@pytest.mark.parametrize("who", ["lan", "neighbour", "above"])
def test_an_incident_of_two_desks_is_locked_whole_by_each_of_them(desk, country, who):
    incident, first, behind = country.joined_across()
    desk(getattr(country, who))
    assert len(lock_all(Tip.objects.filter(incident=incident))) == 2
    assert len(lock_all(Incident.objects.filter(pk=incident.pk))) == 1
    assert {first.pk, behind.pk} == {tip.pk for tip in lock_all(incident.tips.all())}
    desk(country.stranger)
    assert lock_all(Tip.objects.filter(incident=incident)) == []
    # Seen by everybody at work, written by those who have a part in it: no act goes on without it.
    with pytest.raises(KeptBack):
        lock_all(Incident.objects.filter(pk=incident.pk))


def test_its_owner_ends_it_and_the_other_desks_tip_leads(desk, country):
    incident, first, behind = country.joined_across()
    desk()
    incident_acts.record_incident_outcome(incident.pk, outcome="solved", by=country.lan)
    incident_acts.close_incident(incident.pk, by=country.lan)
    read_anew(first, behind)
    assert (first.state, first.duplicate_of_id) == ("closed", behind.pk)
    assert (behind.state, behind.duplicate_of_id) == ("accepted", None)


@pytest.mark.parametrize("kind", ["official", "out_of_scope", "civil"])
def test_the_other_desks_tip_leads_leaves_and_comes_back(desk, country, kind):
    """Those that stood behind it lie with another desk, and follow it both ways."""
    for unit in (country.province, country.here, country.beside):
        make.unit_key(unit)
    first, behind = make.tip(unit=country.beside), make.tip(unit=country.here)
    third = make.tip(unit=country.here)
    for tip in (behind, third):
        triage.mark_duplicate(tip.pk, of=first.pk, by=country.above)
    desk()
    step = triage.decline_tip(first.pk, kind=kind, reply="Chào bạn.", by=country.neighbour)
    read_anew(behind)
    assert (behind.state, behind.duplicate_of_id) == ("accepted", None)
    undo.take_back_decision(step.pk, by=country.neighbour, secret=step.secret)
    read_anew(first, behind, third)
    assert first.duplicate_of_id is None
    assert {behind.duplicate_of_id, third.duplicate_of_id} == {first.pk}


def test_passed_on_it_comes_back_as_the_one_that_leads(desk, country):
    first, behind = make.tip(unit=country.beside), make.tip(unit=country.here)
    triage.mark_duplicate(behind.pk, of=first.pk, by=country.above)
    desk()
    step = triage.route_tip(first.pk, to=country.province, reason="x", by=country.neighbour)
    undo.take_back_decision(step.pk, by=country.neighbour)
    read_anew(behind)
    assert behind.duplicate_of_id == first.pk


def test_where_one_of_those_was_passed_on_meanwhile_it_stays_and_says_so(desk, country):
    first, behind = make.tip(unit=country.beside), make.tip(unit=country.here)
    triage.mark_duplicate(behind.pk, of=first.pk, by=country.above)
    desk()
    step = triage.route_tip(first.pk, to=country.province, reason="x", by=country.neighbour)
    triage.route_tip(behind.pk, to=country.province, reason="x", by=country.lan)
    with pytest.raises(errors.IncidentChanged):
        undo.take_back_decision(step.pk, by=country.neighbour)


# The look-up.


def test_a_desk_makes_its_own_proposal_public_where_another_desks_entry_has_ended(desk, country):
    Listing.objects.filter(pk=country.listing.pk).update(
        status="ended", end_reason="no_longer", ended_at=times.now()
    )
    mine = listing(unit=country.beside, status="proposed", made_by=country.neighbour)
    chief = make.officer(unit=country.beside, role="commander")
    desk()
    confirm = partial(listings.confirm_listing, mine.pk, does_harm=False, by=chief)
    confirm(seen=mine.digest_now)
    mine.refresh_from_db()
    assert mine.status == "listed"


def test_another_desks_entry_is_not_ended_by_a_proposal_of_ones_own(desk, country):
    mine = listing(unit=country.beside, status="proposed")
    chief = make.officer(unit=country.beside, role="commander")
    desk(chief)
    assert execute(CHANGES["lookup_listing"], country.listing.pk) == 0
    assert execute(CHANGES["lookup_listing"], mine.pk) == 1


def test_what_the_province_put_in_its_place_gives_it_back(desk, country):
    Listing.objects.filter(pk=country.listing.pk).update(grade="reported")
    stronger = listing(unit=country.beside, status="proposed", made_by=country.neighbour)
    desk()
    listings.confirm_listing(
        stronger.pk, seen=stronger.digest_now, does_harm=False, by=country.above
    )
    # Its own commune ends it: what stood there before is another commune's.
    listings.end_listing(stronger.pk, why="no_longer", note="x", by=country.neighbour)
    country.listing.refresh_from_db()
    assert country.listing.status == "listed"


@pytest.mark.parametrize("role", ["auditor", "duty"])
def test_an_upheld_objection_ends_what_stands_under_its_number(desk, country, role):
    """An auditor decides where everybody of the desk took part in listing it."""
    proposed = listing(unit=country.beside, status="proposed")
    hears = make.officer(unit=country.here, role=role)
    dispute = Dispute.objects.create(
        listing=country.listing,
        unit=country.here,
        code_hash=b"c" * 32,
        reason="mistake",
        text="Không",
        due_on=times.local_date(times.now()),
    )
    if role == "auditor":
        worked = Officer.objects.filter(posts__role__in=WORKING.roles).distinct()
        hands = worked.exclude(pk=country.listing.released_by_id).values_list("pk", flat=True)
        Listing.objects.filter(pk=country.listing.pk).update(hands=list(hands))
    desk(hears)
    assert execute(CHANGES["lookup_listing"], proposed.pk) == 0
    desk()
    disputes.decide_dispute(dispute.pk, outcome="removed", answer="Đúng.", by=hears)
    for row in (country.listing, proposed):
        row.refresh_from_db()
        assert (row.status, row.end_reason) == ("ended", "mistake")


# How it costs.


def plan(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        answer = cursor.fetchone()[0]
    found = json.loads(answer) if isinstance(answer, str) else answer
    return found[0]["Plan"]


def parts(node):
    yield node
    for part in node.get("Plans", []):
        yield from parts(part)


def test_who_works_where_is_asked_once_for_two_hundred_tips(desk, country):
    ids = [make.tip(unit=country.here).pk for _ in range(200)]
    desk(country.lan)
    found = plan("SELECT id FROM tips_tip WHERE id = ANY (%s) FOR NO KEY UPDATE", ids)
    asks = [part for part in parts(found) if part.get("Parent Relationship") == "InitPlan"]
    assert max(part["Actual Loops"] for part in asks) == 1
    assert found["Actual Rows"] == 200


# In whose name.


def test_an_act_is_in_its_officers_name_until_it_ends(in_a_request, transactional_db):
    country = Country()
    told = []

    def act(by):
        triage.accept_tip(country.tip.pk, by=by)
        told.append(rows_of("SELECT coalesce(current_setting('keng.actor', true), '')"))
        with transaction.atomic():
            told.append(execute(CHANGES["tips_tip"], country.tip.pk))

    in_a_request(act, by=country.lan)
    assert told == ["", 0]
    country.tip.refresh_from_db()
    assert country.tip.assigned_to == country.lan


def test_what_is_done_with_a_receipt_is_in_no_officers_name(country, monkeypatch):
    said = []
    monkeypatch.setattr(
        reporter,
        "record",
        lambda *_, **__: said.append(rows_of("SELECT current_setting('keng.actor', true)")),
    )
    reporter.note_fear(country.tip.pk)
    assert said in ([None], [""])


# Installing.


def test_what_is_there_already_is_left_alone(become):
    become("owner")
    before = rows_of("SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_policy")
    connection.ensure_connection()
    apply_row_policies(connection.connection, POLICIES, policy_functions())
    assert rows_of("SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_policy") == before


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP POLICY desk_changes ON tips_tip", "tips_tip lacks desk_changes"),
        ("COMMENT ON POLICY desk_adds ON tips_note IS ''", "tips_note has another desk_adds"),
        ("CREATE POLICY more ON tips_incident USING (true)", "tips_incident has more beside them"),
        (
            "ALTER TABLE lookup_listing DISABLE ROW LEVEL SECURITY",
            "lookup_listing does not look at its policies",
        ),
    ],
)
def test_what_is_missing_is_named_by_the_doctor_and_put_back(become, monkeypatch, statement, said):
    become("owner")
    execute(statement)
    connection.ensure_connection()
    here = connection.connection
    assert row_policy_faults(here, POLICIES) == [said]
    monkeypatch.setattr(checks, "row_policy_faults", lambda *_, **__: [said])
    found = checks.policies(CheckedPlace(Ports()))
    assert (found.level, said in found.text) == (FindingLevel.WRONG, True)
    apply_row_policies(here, POLICIES, policy_functions())
    assert row_policy_faults(here, POLICIES) == []


@pytest.mark.parametrize("process", ["public", "edge", "worker", "sender"])
def test_no_other_process_asks_what_the_policies_ask(become, process):
    become(process)
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute("SELECT keng_working_units()")


def test_what_is_answered_in_a_chat_no_page_reads_where_it_waits_to_be_sent(become, country):
    make.conversation(country.tip)
    answering.answer_reporter(country.tip.pk, text="Bạn gọi lại nhé", by=country.lan)
    Dispatch.objects.update(created_at=times.now() - datetime.timedelta(minutes=1))
    called = Dispatch.objects.create(
        kind=Dispatch.Kind.PAGE, is_urgent=True, unit=country.here, source_kind="tip"
    )
    DispatchText.objects.create(dispatch=called, language="vi", text="Có tin mới")

    def is_answer_read():
        texts = set(DispatchText.objects.values_list("text", flat=True))
        assert "Có tin mới" in texts
        return len(texts) > 1

    for process in ("desk", "public"):
        become(process)
        assert not is_answer_read()
    become("sender")
    assert is_answer_read()
