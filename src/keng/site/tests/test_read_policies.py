"""Whose tips the desk's role reads, asked by plain statements, past every page and every act."""

import datetime
import re

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from keng.accounts.models import NamedOfficer
from keng.accounts.tests.look import look_as
from keng.imported.models import ImportedTip
from keng.imported.tests.office import look_at, make_office, take_in
from keng.kit import times
from keng.site.grants import GRANTS
from keng.site.row_policies import DESK, POLICIES, READ_BY_SIGHT
from keng.tips.models import Attachment, BreakIn, Recusal, Restriction, Suggestion, TakenDown, Tip
from keng.vault.models import SealedIdentity
from tests import make
from tests.architecture.source import ROOT

pytestmark = pytest.mark.django_db
# No tips of ours, and read by whoever works for their desk.
READ_BY_UNIT = ("imported_importedtip", "imported_importedwarning")
# Nothing of a tip: those of partners are kept from every desk.
OF_DESKS_ALONE = (
    # Films of desks; those of partners no officer reads.
    "lessons_film",
    "surveys_survey",
    "surveys_surveyresult",
    "surveys_answer",
    "surveys_freetext",
)
# Of a tip, read by the desk, and without such a policy: each says of a tip that it is there and who
# did what, and not what its reporter told. Sight over them stays with `visible_to`.
OF_A_TIP_AND_READ_BY_ALL = {
    "data_requests_datarequest": "data protection answers it, and reads no tip",
    "delivery_conversation": "which chat answers go to, by its hash",
    "delivery_inbound": "the id alone",
    "retention_retentionperiod": "no tip's",
    "thanks_countedtip": "which tips stand behind a word of thanks",
    "tips_alarm": "when it rang",
    "tips_breakin": "who watches over it reads it without the tip",
    "tips_bundledcall": "when it rang",
    "tips_clock": "deadlines, counted for every desk",
    "tips_decision": "counted for every desk; what was decided and why",
    "tips_handedcode": "when a code was exchanged",
    "tips_heldending": "sealed",
    "tips_legalhold": "a second officer reads it without the tip",
    "tips_listingevidence": "which tips stand behind a listing",
    "tips_recusal": "what the policies themselves ask",
    "tips_restriction": "what the policies themselves ask; no word",
    "tips_transfer": "a second officer reads it without the tip; no word of the report",
    "tips_transferfile": "sealed to another installation",
    "tips_transferidentity": "sealed to another installation, and what it holds by name alone",
    "tips_tipcheck": "which step was ticked",
    "tips_tipconcern": "what the policies themselves ask",
    "tips_tipreader": "who has it open just now",
    "tips_waitingpicture": "a path whose key is sealed to the worker",
    "tips_wavetip": "counted for the whole province",
    "warnings_warning": "the officer's own draft that began with it",
    "vault_openingrequest": "the second person's panel, and whoever watches over it",
}
WHO_IT_IS_OF = {"tips_tip": "id", "vault_sealedidentity": "tip_ref"}


class Desks:
    """A tip for each reason to read it or not, each with a row in every table of its words."""

    def __init__(self) -> None:
        make.clock_rules()
        province = make.province_unit()
        self.here, self.beside = make.unit(parent=province), make.unit(parent=province)
        self.lan = make.officer(unit=self.here)
        named = make.officer(unit=self.here)
        NamedOfficer.objects.create(unit=self.here, officer=named, named_by=named)
        self.named, self.beside_officer = named, make.officer(unit=self.beside)
        self.auditor = make.officer(unit=self.here, role="auditor")
        self.tips = {
            "own": make.tip(unit=self.here),
            "of another desk": make.tip(unit=self.beside),
            "about the own unit": make.tip(unit=self.here, concerns=(self.here,)),
            "for named officers": make.tip(unit=self.here, is_for_named=True),
            "recused from": make.tip(unit=self.here),
            "used less": make.tip(unit=self.here, state="closed"),
        }
        Restriction.objects.create(
            tip=self.tips["used less"], number="K-DO-4", by=self.beside_officer
        )
        Recusal.objects.create(
            tip=self.tips["recused from"], officer=self.lan, by=self.beside_officer
        )
        for tip in self.tips.values():
            self._write_words(tip)

    def _write_words(self, tip: Tip) -> None:
        make.message(tip)
        make.note(tip, officer=self.lan)
        make.sighting(tip, indicator=make.indicator())
        Suggestion.objects.create(tip=tip)
        TakenDown.objects.create(tip=tip, officer=self.lan, manner="phone")
        Attachment.objects.create(tip=tip, kind="image", mime="image/png", size=1)
        SealedIdentity.objects.create(
            tip_ref=tip.pk, unit=self.here, kind=SealedIdentity.Kind.CONTACT, ciphertext=b"x"
        )

    def read(self, table: str) -> set[str]:
        """Which of them the table gives to whoever asks."""
        names = {tip.pk: name for name, tip in self.tips.items()}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {WHO_IT_IS_OF.get(table, 'tip_id')} FROM {table}")
            return {names[pk] for (pk,) in cursor.fetchall()}

    def read_everywhere(self) -> dict[str, set[str]]:
        return {table: self.read(table) for table in READ_BY_SIGHT}


def everywhere(*names):
    return {table: set(names) for table in READ_BY_SIGHT}


@pytest.fixture(scope="module")
def desks(shared_rows):
    return Desks()


def test_each_table_has_a_row_of_each_tip(desks):
    assert desks.read_everywhere() == everywhere(*desks.tips)


def test_where_nobody_is_signed_in_nothing_is_read(become, desks):
    become("desk")
    assert desks.read_everywhere() == everywhere()


@pytest.mark.parametrize(
    ("who", "read"),
    [
        ("lan", ("own",)),
        ("named", ("own", "for named officers", "recused from")),
        ("beside_officer", ("of another desk",)),
        ("auditor", ()),
    ],
)
def test_on_a_page_of_words_an_officer_reads_what_visible_to_gives(become, desks, who, read):
    officer = getattr(desks, who)
    become("desk")
    look_as(officer, counts=False)
    assert desks.read_everywhere() == everywhere(*read)
    become("owner")
    names = {tip.pk: name for name, tip in desks.tips.items()}
    assert {names[tip.pk] for tip in Tip.objects.visible_to(officer)} == set(read)


def test_what_is_only_kept_is_read_once_somebody_has_to(become, desks):
    """Opened for an hour, lifted, or its reporter writes once more: as `visible_to` says."""
    tip = desks.tips["used less"]
    hour = times.now() + datetime.timedelta(hours=1)
    opened = BreakIn(tip=tip, officer=desks.lan, unit=desks.here, ground="life", until=hour)
    for somebody_has_to in (
        opened.save,
        lambda: Tip.objects.filter(pk=tip.pk).update(waiting_since=times.now()),
        lambda: Tip.objects.filter(pk=tip.pk).update(danger_unheard=True),
        lambda: Restriction.objects.update(
            lifted_by=desks.lan, lifted_at=times.now(), lift_ground="life"
        ),
    ):
        with transaction.atomic():
            somebody_has_to()
            assert Tip.objects.visible_to(desks.lan).filter(pk=tip.pk).exists()
            become("desk")
            look_as(desks.lan, counts=False)
            assert desks.read_everywhere() == everywhere("own", "used less")
            become("owner")
            transaction.set_rollback(True)


def test_a_page_that_counts_has_the_tips_of_its_own_desks_and_no_others(become, desks):
    become("desk")
    look_as(desks.lan, counts=True)
    assert desks.read_everywhere() == everywhere(*desks.tips.keys() - {"of another desk"})


def test_naming_an_officer_by_hand_gains_nothing(become, desks):
    become("desk")
    with connection.cursor() as cursor:
        for setting in ("actor", "officer", "sight_officer", "sight_units", "sight_counts"):
            value = f"{{{desks.here.pk}}}" if setting == "sight_units" else str(desks.named.pk)
            cursor.execute("SELECT set_config(%s, %s, false)", [f"keng.{setting}", value])
    assert desks.read_everywhere() == everywhere()
    look_as(desks.lan, counts=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, false)", [str(desks.named.pk)])
    assert desks.read_everywhere() == everywhere("own")


@pytest.mark.parametrize("table", READ_BY_SIGHT)
def test_a_statement_without_condition_changes_and_deletes_only_what_is_read(become, desks, table):
    """It asks no policy for reading, and could move all rows of the country to one's own tip."""
    own, tip = desks.tips["own"].pk, WHO_IT_IS_OF.get(table, "tip_id")
    become("desk")
    look_as(desks.lan, counts=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(attname) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
            [table],
        )
        for (column,) in cursor.fetchall():
            # As of the own row, which the statement reads, and no other.
            value = f"(SELECT {column} FROM {table} WHERE {tip} = '{own}' LIMIT 1)"
            with transaction.atomic():
                cursor.execute(f"UPDATE {table} SET {column} = {value}")
                assert cursor.rowcount <= 1, column
        cursor.execute("SELECT has_table_privilege(%s, 'DELETE')", [table])
        if cursor.fetchone()[0]:
            cursor.execute(f"DELETE FROM {table}")
            assert cursor.rowcount == 1


def test_with_a_name_set_by_hand_nothing_is_written(become, desks):
    become("desk")
    look_as(desks.lan, counts=False)
    other, tip = desks.beside_officer.pk, desks.tips["of another desk"].pk
    note = (
        "INSERT INTO tips_note (id, tip_id, officer_id, text, at)"
        " VALUES (gen_random_uuid(), %s, %s, 'x', now())"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, false)", [str(other)])
        cursor.execute("SELECT keng_is_own_tip(%s)", [tip])
        assert cursor.fetchone() == (False,)
        cursor.execute("UPDATE tips_tip SET responsible_unit_id = %s", [desks.here.pk])
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute(note, [tip, other])


@pytest.mark.parametrize(
    ("who", "counts", "told"),
    [
        ("lan", False, {"own"}),
        (
            "lan",
            True,
            {"own", "about the own unit", "for named officers", "recused from", "used less"},
        ),
        ("named", False, {"own", "for named officers", "recused from"}),
        ("auditor", False, set()),
    ],
)
def test_words_tell_of_no_tip_that_is_not_there(become, desks, who, counts, told):
    Tip.objects.update(search="quokka")
    become("desk")
    look_as(getattr(desks, who), counts=counts)
    names = {tip.pk: name for name, tip in desks.tips.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT keng_tips_with_words('q:*')")
        assert {names[pk] for (pk,) in cursor.fetchall()} == told


def test_an_act_reads_within_its_province_and_a_page_that_only_asks_is_in_none(become, desks):
    become("desk")
    look_as(desks.lan, counts=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, true)", [str(desks.lan.pk)])
        assert desks.read_everywhere() == everywhere(*desks.tips)
    look_as(desks.lan, counts=False, acts=False)
    assert desks.read_everywhere() == everywhere("own")


@pytest.mark.parametrize("process", ["worker", "public"])
def test_processes_without_officers_are_not_narrowed(become, desks, process):
    become(process)
    assert desks.read("tips_tip") == set(desks.tips)


def test_every_table_of_a_tip_is_read_by_sight_or_says_why_not():
    reads = {each.table for each in POLICIES if each.name == "desk_reads" and each.using != "true"}
    others = {*READ_BY_UNIT, *OF_DESKS_ALONE}
    assert reads - others == set(READ_BY_SIGHT) == tables_of_the_decision()
    of_a_tip = {
        model._meta.db_table
        for model in apps.get_models()
        if any(
            field.name in {"tip_ref", "record_ref"}
            or getattr(field.related_model, "_meta", None) is Tip._meta
            for field in model._meta.concrete_fields
        )
    }
    read_by_the_desk = {table for table, rights in GRANTS[DESK].items() if "SELECT" in rights}
    assert (of_a_tip & read_by_the_desk) - reads <= set(OF_A_TIP_AND_READ_BY_ALL)


def test_what_was_imported_is_read_at_the_desks_of_its_tree(become):
    office = make_office()
    take_in(office, look_at(office, "25/03/2024;Đồng Xanh;;Mất gà;;Đã làm rõ;02/04/2024;;;"))
    at_the_desk = make.officer(unit=office.desk)
    stranger = make.officer(unit=make.unit(parent=make.province_unit()))
    for officer, seen in ((at_the_desk, 1), (office.commander, 1), (stranger, 0)):
        become("desk")
        look_as(officer)
        assert ImportedTip.objects.count() == seen
        become("owner")


def tables_of_the_decision():
    text = (ROOT / "docs/decisions/0037-the-database-knows-who-looks.md").read_text()
    listed = text.partition("tables are read by sight**")[2].partition("The policies say")[0]
    return set(re.findall(r"`([a-z]+_[a-z]+)`", listed))
