"""Which rows of the network, of partners and of what is made public the desk's role may write.

Asked by plain statements, past every act, for each table and command that the role has. What the
acts themselves need is tried in `test_who_may.py`, `test_in_a_request.py` and the journeys.
"""

import datetime
import json

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from keng.accounts import who
from keng.accounts.models import PartnerMember, Post
from keng.accounts.tests.look import look_as
from keng.claims.models import Asking, Claim, Revision
from keng.files.models import HeldFile
from keng.kit import times
from keng.kit.ids import new_id
from keng.lessons.models import Edition, Film
from keng.lookup.models import Dispute
from keng.lookup.tests.make_listing import listing
from keng.network.models import GroupTarget, Lead, LeadRefusal, LeadWay
from keng.partners.models import Manuscript
from keng.places.models import Succession, Unit
from keng.reports.models import PublicReport, ReportPaper
from keng.runtime.tests.rights import as_owner, give_rights
from keng.site.desk_writes.publishing import NOT_HELD_OF_LIMITS, PUBLISHING_POLICIES
from keng.site.grants import GRANTS
from keng.site.policy_functions import policy_functions
from keng.site.row_policies import secured_tables
from keng.site.row_policy import DESK
from keng.site.tests.desk_world import all_roles, world
from keng.surveys.models import Answer, FreeText, SurveyResult, Token
from keng.warnings.models import OfficialAlert, Pattern, Reading, RecallRequest, VerifyCode, Version
from tests import make

pytestmark = pytest.mark.django_db
REFUSED = "row-level security"
GRANTED = GRANTS[DESK]
# The areas whose tables these policies hold.
AREAS = (
    *("warnings", "network", "lessons", "partners", "surveys", "claims", "lookup", "community"),
    *("thanks", "model_offers", "reports", "places", "files", "limits"),
)
# What an officer of the desk may change of each; `{by}` is who does.
CHANGES = {
    "warnings_warning": "severity = 1",
    "warnings_version": "returned_reason = 'x'",
    "warnings_pattern": "ended_at = now()",
    "warnings_patternuse": "reviewed_by_id = '{by}', reviewed_at = now()",
    "warnings_reading": "people = 3",
    "warnings_recallrequest": "returned_reason = 'x'",
    "warnings_officialalert": "dismissed_by_id = '{by}', dismissed_at = now()",
    "network_group": "member_count = 3",
    "network_lead": "position = 'x'",
    "network_leadway": "gone_at = now()",
    "network_grouptarget": "count = 3",
    "network_establishment": "room_count = 3",
    "network_teamshift": "ended_at = now()",
    "network_teamask": "ended_at = now()",
    "places_place": "household_count = 3",
    "lessons_edition": "ended_at = now()",
    "thanks_groupthanks": "ended_at = now()",
    "model_offers_modeloffer": "withdrawn_at = now()",
    "model_offers_modelcopy": "filled_at = now()",
    "lessons_campaign": "ended_at = now()",
    "lessons_firsthour": "ended_at = now()",
    "lessons_film": "title = 'x'",
    "lessons_schoolclass": "link_version = 2",
    "partners_article": "returned_reason = 'x'",
    "partners_manuscript": "returned_reason = 'x'",
    "partners_kitrequest": "decided_by_id = '{by}'",
    "surveys_survey": "purpose = 'fraud'",
    "surveys_surveyresult": "returned_reason = 'x'",
    "surveys_freetext": "words = 'x', read_by_id = '{by}'",
    "surveys_token": "used = true",
    "surveys_paperbatch": "typed = 1",
    "claims_claim": "words = 'x'",
    "claims_revision": "quote = 'x'",
    "claims_asking": "box = ''",
    "lookup_dispute": "decided_by_id = '{by}', decided_at = now(), outcome = 'rejected',"
    " answer = 'x'",
    "community_meeting": "ended_at = now()",
    "community_officialchannel": "ended_at = now()",
    "community_question": "answer = 'x'",
    "reports_reportpaper": "symbol = 'x'",
}
# These the desk locks, and changes none.
ONLY_LOCKED = {"places_unit": "short_name = 'x'", "lookup_indicator": "value = 'x'"}
# Of no unit: any officer who works at a desk writes such a row, and nobody else.
OF_NO_UNIT = {
    *("lookup_indicator", "files_heldfile", "network_leadrefusal", "warnings_officialalert"),
}


def commands_of(table):
    """What the desk's role has of them."""
    return [each for each in ("INSERT", "UPDATE", "DELETE") if each in GRANTED.get(table, "")]


def own_tables():
    """Every table of these areas that the desk's role writes, but what is held elsewhere."""
    return sorted(
        table
        for table in GRANTED
        if table.startswith(tuple(f"{area}_" for area in AREAS))
        and table != "lookup_listing"
        and any((table, each) not in NOT_HELD_OF_LIMITS for each in commands_of(table))
    )


class Desk:
    """A desk with a row in every table, all of them of one officer who has every role there."""

    def __init__(self, label, **unit):
        here = world(label, **unit)
        self.unit, self.officer = here.unit, here.officer
        for role in sorted(set(Post.Role.values) - {"commander"}):
            make.post(self.officer, unit=self.unit, role=role)
        self.rows = {row._meta.db_table: row for row in here.rows.values()}
        version = here.rows["warning"].versions.get()
        edition = here.rows["edition"]
        made = (
            version,
            edition.lesson,
            Reading.objects.create(version=version, officer=self.officer, audience_hash=b""),
            RecallRequest.objects.create(
                warning=here.rows["warning"], reason="over", hands=[self.officer.pk]
            ),
            here.rows["lead"].groups.through.objects.get(lead=here.rows["lead"]),
            GroupTarget.objects.create(unit=self.unit, kind="residents", count=2),
            LeadWay.objects.create(lead=here.rows["lead"]),
            LeadRefusal.objects.create(mark_hash=make.some_id().bytes * 2),
            OfficialAlert.objects.create(
                source="nguon.example", identifier=label, sent_at=times.now(), kind="Alert"
            ),
            *self._partners(here),
            *self._survey(here),
            *self._claim(here),
            make.indicator(f"+8491200041{len(label)}"),
            self.unit,
            HeldFile.objects.create(original_path=label, came_with=here.rows["tip"].pk),
            *self._report(here),
            self._former_name(here.rows["hamlet"]),
        )
        self.rows |= {row._meta.db_table: row for row in made}
        code = VerifyCode.objects.create(code=make.some_id().hex[-8:], version=self._released(here))
        self.rows[code._meta.db_table] = code

    def _released(self, here):
        """A version that was let out."""
        return Version.objects.create(
            warning=here.rows["warning"],
            number=2,
            texts={},
            audience={},
            made_by=self.officer,
            released_by=make.officer(unit=self.unit, role="commander"),
            released_at=times.now(),
        )

    def _partners(self, here):
        kept = {"partner": here.rows["partner"], "purpose": "fraud", "title": "Bài"}
        hands = [here.rows["partner_member"].pk]
        yield Manuscript.objects.create(
            kind="lesson", hands=hands, submitted_at=times.now(), **kept
        )

    def _survey(self, here):
        survey = here.rows["survey"]
        yield SurveyResult.objects.create(survey=survey, words={}, hands=[self.officer.pk])
        yield Token.objects.create(hash=make.some_id().bytes * 2, survey=survey)
        week = times.local_date(times.now())
        yield Answer.objects.create(survey=survey, week=week, origin="paper", said={})
        yield FreeText.objects.create(survey=survey, question="a", words="Đèn hỏng")

    def _claim(self, here):
        yield Asking.objects.create(
            token_hash=make.some_id().bytes * 2, claim=here.rows["claim"], box=b"x"
        )
        yield Revision.objects.create(
            claim=here.rows["claim"],
            number=1,
            verdict="false",
            topic="scam",
            quote="x",
            texts={},
            evidence=[],
            made_by=self.officer,
            hands=[self.officer.pk],
        )

    def _former_name(self, hamlet):
        """It goes on as the hamlet of today."""
        old = make.place(
            f"Xóm {hamlet.name}",
            kind="hamlet",
            parent=hamlet.parent,
            valid_to=times.local_date(times.now()),
        )
        return Succession.objects.create(
            old=old, new=hamlet, kind="rename", on=times.local_date(times.now())
        )

    def _report(self, here):
        signed = here.rows["report"]
        yield PublicReport.objects.create(
            snapshot=signed, unit=self.unit, span="2026-09", figures={}, published_by=self.officer
        )
        yield ReportPaper.objects.create(
            snapshot=signed, issuer="x", symbol="x", place="x", recipients="x", signer="x"
        )


@pytest.fixture(scope="module")
def desk(shared_rows):
    give_rights()
    return Desk("nhà", kind=Unit.Kind.PROVINCE)


@pytest.fixture(scope="module")
def commune(shared_rows, desk):
    """A desk below it."""
    return Desk("xã", parent=desk.unit)


@pytest.fixture
def stranger(shared_rows):
    """With every role, in another province."""
    return all_roles(make.province_unit("Công an tỉnh xa"))


@pytest.fixture
def act_as(become):
    """From now on as the desk's process, in this officer's name or nobody's."""

    def switch(officer):
        become("desk")
        look_as(officer)
        with connection.cursor() as cursor:
            actor = str(officer.pk) if officer else ""
            cursor.execute("SELECT set_config('keng.actor', %s, true)", [actor])

    return switch


def tried(sql, *values):
    """How many rows, or what stood in the way; afterwards all is as before."""
    around = transaction.savepoint()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.rowcount
    except DatabaseError as error:
        return error
    finally:
        transaction.savepoint_rollback(around)


def key_of(table, row):
    """The condition that finds it."""
    return f"{row._meta.pk.column} = %s", row.pk


def copied(row, **values):
    """A statement that adds a row like this one, under another key where it has one of its own."""
    table, key = row._meta.db_table, row._meta.pk
    fresh = {"UUIDField": str(new_id()), "BinaryField": "\\x" + "07" * 32, "CharField": "NEW23456"}
    is_own_key = key.remote_field is None
    new = {key.column: fresh.get(key.get_internal_type(), 99_999_999)} if is_own_key else {}
    with as_owner(), connection.cursor() as cursor:
        where, pk = key_of(table, row)
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {where}", [pk])
        as_json = json.loads(cursor.fetchone()[0])
    told = json.dumps(as_json | new | values)
    return f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)", told


def statements(table, row, by):
    """What the desk's role may say to the table: about this row, and about every one of them."""
    where, pk = key_of(table, row)
    change = (CHANGES | ONLY_LOCKED).get(table, "").format(by=by.pk if by else new_id())
    of_command = {
        "INSERT": [copied(row)],
        "UPDATE": [
            (f"SELECT FROM {table} WHERE {where} FOR NO KEY UPDATE", pk),
            (f"UPDATE {table} SET {change} WHERE {where}", pk),
            (f"UPDATE {table} SET {change}",),
        ],
        "DELETE": [(f"DELETE FROM {table} WHERE {where}", pk), (f"DELETE FROM {table}",)],
    }
    return [each for command in commands_of(table) for each in of_command[command]]


def is_refused(answer):
    return answer == 0 or (isinstance(answer, ProgrammingError) and REFUSED in str(answer))


def test_every_table_of_these_areas_is_held_or_named():
    assert set(own_tables()) == set(secured_tables(PUBLISHING_POLICIES))
    written = {(table, each) for table in GRANTED for each in commands_of(table)}
    assert set(NOT_HELD_OF_LIMITS) <= written
    assert not {table for table, _ in NOT_HELD_OF_LIMITS} & set(secured_tables(PUBLISHING_POLICIES))


def test_every_set_that_a_policy_names_is_one_of_the_house():
    """A name that is none of them would be nobody, without a word."""
    words = " ".join(f"{each.using} {each.check}" for each in PUBLISHING_POLICIES)
    named = {part.split("'")[0] for part in words.split("keng_units_who('")[1:]}
    assert named
    assert {name for name in named if not isinstance(getattr(who, name, None), who.Who)} == set()
    called = {each.name for each in policy_functions() if each.is_for_desk}
    assert "keng_units_who" in called


@pytest.mark.parametrize("name", ["stranger", "nobody"])
def test_no_row_of_a_desk_is_written_by_others(desk, stranger, act_as, name):
    by = stranger if name == "stranger" else None
    asked = {table: statements(table, desk.rows[table], by) for table in own_tables()}
    act_as(by)
    wrong = [
        (table, statement[0], answer)
        for table, each in asked.items()
        if by is None or table not in OF_NO_UNIT
        for statement in each
        if not is_refused(answer := tried(*statement))
    ]
    assert wrong == []


@pytest.mark.parametrize("table", sorted(OF_NO_UNIT))
def test_what_is_of_no_unit_is_written_by_nobody_who_takes_on_no_reports(desk, act_as, table):
    asked = statements(table, desk.rows[table], None)
    for role in ("auditor", "data_protection", "administrator"):
        act_as(make.officer(unit=desk.unit, role=role))
        assert [tried(*each) for each in asked if not is_refused(tried(*each))] == []
        connection.cursor().execute("RESET ROLE")


# What is copied as it would be written by its own officer.
FITTING = {
    "community_meeting": {"released_at": None},
    "community_officialchannel": {"released_at": None, "shown_as": "Kênh khác"},
}
# Only a commune's officer sends by a pattern, alone.
AT_A_COMMUNE = "warnings_patternuse"


def test_whoever_works_there_writes_each_of_them(desk, act_as):
    """Or nothing of what is refused to others would prove anything."""
    here = desk.officer
    added = {
        table: copied(desk.rows[table], **FITTING.get(table, {}) | _by_oneself(desk, table))
        for table in own_tables()
        if "INSERT" in commands_of(table) and table != AT_A_COMMUNE
    }
    act_as(here)
    wrong = []
    for table, statement in added.items():
        answer = tried(*statement)
        if answer != 1 and not isinstance(answer, IntegrityError):
            wrong.append((table, answer))
    for table, change in CHANGES.items():
        where, pk = key_of(table, desk.rows[table])
        answer = tried(f"UPDATE {table} SET {change.format(by=here.pk)} WHERE {where}", pk)
        if answer != 1:
            wrong.append((table, answer))
    for table in own_tables():
        if "DELETE" in commands_of(table):
            where, pk = key_of(table, desk.rows[table])
            if (answer := tried(f"DELETE FROM {table} WHERE {where}", pk)) != 1:
                wrong.append((table, answer))
    assert wrong == []


def test_that_a_pattern_was_sent_is_noted_by_whoever_sent_it_at_a_commune(desk, commune, act_as):
    for at, is_noted in ((desk, False), (commune, True)):
        adds = copied(at.rows[AT_A_COMMUNE])
        act_as(at.officer)
        assert is_refused(tried(*adds)) is not is_noted
        connection.cursor().execute("RESET ROLE")


def _by_oneself(desk, table):
    key = str(desk.officer.pk)
    names = {field.column for field in desk.rows[table]._meta.fields}
    values = {"hands": [key], "asked_by_id": key}
    return {name: value for name, value in values.items() if name in names}


@pytest.mark.parametrize("table", ONLY_LOCKED)
def test_a_unit_and_a_number_are_locked_and_never_changed(desk, act_as, table):
    act_as(desk.officer)
    where, pk = key_of(table, desk.rows[table])
    assert tried(f"SELECT FROM {table} WHERE {where} FOR NO KEY UPDATE", pk) == 1
    answer = tried(f"UPDATE {table} SET {ONLY_LOCKED[table]} WHERE {where}", pk)
    assert isinstance(answer, ProgrammingError)
    assert REFUSED in str(answer)


@pytest.fixture
def film_of_partner(desk):
    """One of its own that is ready, and that no lesson has."""
    member = PartnerMember.objects.filter(partner__invited_by_unit=desk.unit).first()
    return Film.objects.create(
        unit=desk.unit,
        partner=member.partner,
        made_by_member=member,
        state="ready",
        size=6,
        seconds=2,
    )


def test_the_desk_puts_no_film_of_a_partner_into_a_lesson_of_its_own(desk, film_of_partner, act_as):
    by = _by_oneself(desk, "lessons_edition") | {"number": 99}
    edition, own = desk.rows["lessons_edition"], desk.rows["lessons_film"]
    taken = copied(edition, film_id=str(film_of_partner.pk), **by)
    adds = copied(edition, film_id=str(own.pk), **by)
    act_as(desk.officer)
    assert tried(*adds) == 1
    assert is_refused(tried(*taken))


def test_a_lesson_of_a_desk_lets_no_film_of_a_partner_out(desk, film_of_partner, become):
    out = {"released_at": times.now().isoformat(), "released_by_id": str(make.officer().pk)}
    is_in = {"film_id": str(film_of_partner.pk), "number": 99}
    sql, row = copied(desk.rows["lessons_edition"], **is_in, **out)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, [row])
    assert Edition.objects.ever_released().filter(film=film_of_partner).exists()
    become("public")
    assert not Film.objects.filter(pk=film_of_partner.pk).exists()


def test_the_public_site_adds_none_but_those_below_a_lead_with_a_group_in_which_people_post(
    desk, become
):
    lead, group = desk.rows["network_lead"], desk.rows["network_group"]
    with as_owner():
        Lead.objects.filter(pk=lead.pk).update(above=None)
        below = make.lead(unit=desk.unit, above=lead)
    linked = {"lead_id": str(below.pk), "group_id": str(group.pk)}
    asked = [
        (copied(lead, above_id=None), False),
        (copied(lead, above_id=str(below.pk)), False),
        (copied(lead, above_id=str(lead.pk), unit_id=str(make.unit().pk)), False),
        (copied(lead, above_id=str(lead.pk)), True),
        (copied(group, name="Lớp 5A", channel_address="zalo-5a"), False),
        (copied(group, name="Lớp 5A", channel_address="", kind="school"), False),
        (copied(group, name="Lớp 5A", channel_address=""), True),
        (copied(desk.rows["network_lead_groups"]), False),
        (copied(desk.rows["network_lead_groups"], **linked), True),
    ]
    become("public")
    assert [not is_refused(tried(*statement)) for statement, _ in asked] == [
        is_added for _, is_added in asked
    ]


# Letting out.

LET_OUT = (
    *("warnings_version", "warnings_pattern", "warnings_recallrequest"),
    *("community_meeting", "community_officialchannel", "community_question"),
    "thanks_groupthanks",
    *("surveys_survey", "surveys_surveyresult", "lookup_listing"),
)


@pytest.mark.parametrize("table", LET_OUT)
def test_nobody_on_duty_at_a_commune_lets_a_text_out(commune, act_as, table):
    row = commune.rows[table]
    waits = {"released_at": None, "released_by": None, "submitted_at": times.now()}
    if table == "lookup_listing":
        waits["status"] = "proposed"
    type(row).objects.filter(pk=row.pk).update(**waits)
    duty = make.officer(unit=commune.unit, full_desk=True)
    second = make.officer(unit=commune.unit, role="commander", full_desk=True)
    where, pk = key_of(table, row)
    lets_out = f"UPDATE {table} SET released_at = now(), released_by_id = %s WHERE {where}"
    for by, name, is_let_out in (
        (duty, duty, False),
        # Nor in the name of somebody who may.
        (duty, second, False),
        (commune.officer, second, False),
        (second, second, True),
    ):
        act_as(by)
        assert is_refused(tried(lets_out, name.pk, pk)) is not is_let_out
        connection.cursor().execute("RESET ROLE")


@pytest.mark.parametrize("is_in_force", [True, False])
def test_one_officer_sends_what_a_pattern_lets_out_and_nothing_else(commune, act_as, is_in_force):
    chief = make.officer(unit=commune.unit, role="commander")
    ended = None if is_in_force else times.now()
    Pattern.objects.create(
        unit=commune.unit.parent,
        texts={},
        category="scam_bank",
        severity=2,
        kinds=[],
        made_by=commune.officer,
        released_by=chief,
        released_at=times.now(),
        ended_at=ended,
        expires_on=times.local_date(times.now()),
    )
    version = commune.rows["warnings_version"]
    act_as(make.officer(unit=commune.unit))
    sends = "UPDATE warnings_version SET released_at = now(), released_by_id = %s WHERE id = %s"
    assert is_refused(tried(sends, chief.pk, version.pk)) is not is_in_force


def test_a_commune_locks_the_pattern_of_its_province_and_does_not_change_it(desk, commune, act_as):
    act_as(make.officer(unit=commune.unit, role="commander"))
    of_province = desk.rows["warnings_pattern"].pk
    lock = "SELECT FROM warnings_pattern WHERE id = %s FOR NO KEY UPDATE"
    assert tried(lock, of_province) == 1
    change = "UPDATE warnings_pattern SET ended_at = now() WHERE id = %s"
    assert is_refused(tried(change, of_province))
    assert tried(change, commune.rows["warnings_pattern"].pk) == 1


# What goes beyond the own desk.


def test_an_objection_is_decided_with_those_to_the_same_number_and_no_other(desk, stranger, act_as):
    entry = listing(unit=desk.unit)
    there = stranger.current_posts[0].unit
    day = times.local_date(times.now())
    Dispute.objects.create(
        listing=entry, unit=there, code_hash=b"1", reason="mistake", text="x", due_on=day
    )
    same, other = (
        Dispute.objects.create(
            listing=of,
            unit=desk.unit,
            code_hash=of.pk.bytes,
            reason="mistake",
            text="x",
            due_on=day,
        )
        for of in (entry, listing("khac.example", type="url", unit=desk.unit))
    )
    act_as(stranger)
    decide = (
        "UPDATE lookup_dispute SET outcome = %s, answer = 'x', decided_at = now(),"
        " decided_by_id = %s WHERE id = %s"
    )
    assert tried(decide, "removed", stranger.pk, same.pk) == 1
    assert is_refused(tried(decide, "rejected", stranger.pk, same.pk))
    assert is_refused(tried(decide, "removed", desk.officer.pk, same.pk))
    assert tried(decide, "removed", stranger.pk, other.pk) == 0


def test_a_question_about_a_desk_is_not_answered_by_that_desk(desk, commune, act_as):
    question = desk.rows["community_question"]
    type(question).objects.filter(pk=question.pk).update(kept_from=commune.unit)
    both = make.officer(unit=desk.unit, role="coordinator")
    change = "UPDATE community_question SET answer = 'x' WHERE id = %s"
    act_as(both)
    assert tried(change, question.pk) == 1
    connection.cursor().execute("RESET ROLE")
    make.post(both, unit=commune.unit)
    act_as(both)
    assert tried(change, question.pk) == 0


def test_a_lead_who_passes_on_in_another_desks_group_is_seen_there(desk, commune, act_as):
    task = commune.rows["delivery_relaytask"]
    task.group = desk.rows["network_group"]
    task.save()
    others = make.group(unit=desk.unit, place=make.place())
    seen = "UPDATE network_group SET last_sign_at = now() WHERE id = %s"
    act_as(make.officer(unit=commune.unit))
    assert tried(seen, desk.rows["network_group"].pk) == 1
    assert tried(seen, others.pk) == 0


def test_the_desk_writes_a_partners_text_only_as_long_as_it_waits_for_the_province(desk, act_as):
    article = desk.rows["partners_article"]
    change = "UPDATE partners_article SET returned_reason = 'x' WHERE id = %s"
    for fields, rows in (({}, 1), ({"submitted_at": None}, 0)):
        type(article).objects.filter(pk=article.pk).update(**fields)
        act_as(desk.officer)
        assert tried(change, article.pk) == rows
        connection.cursor().execute("RESET ROLE")


def test_paper_is_typed_in_by_whoever_has_the_pile_until_it_is_done(desk, act_as):
    batch, answer = desk.rows["surveys_paperbatch"], desk.rows["surveys_answer"]
    adds = copied(answer)
    colleague = make.officer(unit=desk.unit)
    for by, finished_at, is_taken in (
        (desk.officer, None, True),
        (colleague, None, False),
        (desk.officer, times.now() - datetime.timedelta(hours=1), False),
    ):
        type(batch).objects.filter(pk=batch.pk).update(finished_at=finished_at)
        act_as(by)
        assert is_refused(tried(*adds)) is not is_taken
        connection.cursor().execute("RESET ROLE")


def test_a_check_of_a_partner_is_written_by_whoever_publishes_for_partners(desk, act_as):
    claim = Claim.objects.create(unit=desk.unit, partner=desk.rows["accounts_partner"])
    lock = "SELECT FROM claims_claim WHERE id = %s FOR NO KEY UPDATE"
    for role, rows in (("duty", 0), ("coordinator", 1)):
        act_as(make.officer(unit=desk.unit, role=role))
        assert tried(lock, claim.pk) == rows
        connection.cursor().execute("RESET ROLE")
