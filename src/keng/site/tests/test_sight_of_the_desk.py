"""Who looks, as the database knows it: by the secret of a session, and by nothing that is said."""

import datetime

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import ProgrammingError, connection, transaction

from keng.accounts.middleware import bind_session
from keng.accounts.models import DeskSession, NamedOfficer, Officer, Post
from keng.accounts.sessions import SessionStore, row_key, session_secret
from keng.accounts.sight import counting, in_sight_of
from keng.accounts.tests.look import look_as
from keng.kit import times
from keng.places.models import Unit
from tests import make

pytestmark = pytest.mark.django_db


def session_of(officer: Officer) -> SessionBase:
    session = SessionStore()
    bind_session(session, officer)
    session.save()
    return session


def first_value_of(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit())


def test_whoever_holds_the_session_looks_while_the_request_lasts(become, unit):
    officer = make.officer(unit=unit)
    session = session_of(officer)
    become("desk")
    with in_sight_of(session, "GET"):
        assert first_value_of("SELECT keng_sight_officer()") == officer.pk
        assert first_value_of("SELECT keng_sight_units()") == [unit.pk]
    assert first_value_of("SELECT keng_sight_officer()") is None
    assert first_value_of("SELECT keng_sight_units()") == []


@pytest.mark.parametrize("kind", Unit.Kind.values)
@pytest.mark.parametrize("role", Post.Role.values)
@pytest.mark.parametrize("named", ["nobody", "here", "above", "self_here", "self_above"])
def test_sight_is_as_wide_as_the_house_says(become, kind, role, named):
    province = make.province_unit()
    unit = province if kind == Unit.Kind.PROVINCE else make.unit(parent=province)
    below = make.unit(parent=province)
    officer = make.officer(unit=unit, role=role)
    if named != "nobody":
        at = province if named.endswith("above") else below
        whom = officer if named.startswith("self") else make.officer(unit=at)
        NamedOfficer.objects.create(unit=at, officer=whom, named_by=whom)
    session = session_of(officer)
    become("desk")
    with in_sight_of(session, "GET"):
        assert set(first_value_of("SELECT keng_sight_units()")) == officer.unit_ids
        assert set(first_value_of("SELECT keng_sight_named()")) == officer.named_unit_ids


def test_a_name_that_is_only_said_gives_no_sight(become, unit):
    officer = make.officer(unit=unit)
    session_of(officer)
    become("desk")
    for setting in ("keng.actor", "keng.officer", "keng.sight_officer"):
        first_value_of("SELECT set_config(%s, %s, true)", setting, str(officer.pk))
    assert first_value_of("SELECT keng_sight_officer()") is None
    assert first_value_of("SELECT keng_sight_units()") == []


def test_a_signature_holds_for_its_words_alone(become, unit):
    one, other = make.officer(unit=unit), make.officer(unit=make.unit())
    session = session_of(one)
    become("desk")
    with in_sight_of(session, "GET"):
        said = first_value_of("SELECT current_setting('keng.sight_officer')")
        units = first_value_of("SELECT current_setting('keng.sight_units')")
        first_value_of(
            "SELECT set_config('keng.sight_officer', %s, false)",
            said.replace(str(one.pk), str(other.pk)),
        )
        assert first_value_of("SELECT keng_sight_officer()") is None
        # Nor does what was signed as one thing stand for another.
        first_value_of("SELECT set_config('keng.sight_named', %s, false)", units)
        assert first_value_of("SELECT keng_sight_named()") == []
        first_value_of("SELECT set_config('keng.sight_named', 'x', false)")
        assert first_value_of("SELECT keng_sight_named()") == []


def test_without_the_key_nothing_is_believed(become, unit):
    officer = make.officer(unit=unit)
    become("desk")
    look_as(officer, counts=True)
    assert first_value_of("SELECT keng_units_counted_now()") == [unit.pk]
    become("owner")
    first_value_of("DELETE FROM keng_sight_key RETURNING true")
    become("desk")
    for asked in ("units", "counted"):
        assert first_value_of(f"SELECT keng_sight_{asked}()") == []
    assert first_value_of("SELECT keng_units_counted_now()") == []


@pytest.mark.parametrize("counts", [True, False])
def test_a_page_that_does_not_count_has_no_units_to_count(become, unit, counts):
    officer = make.officer(unit=unit)
    become("desk")
    look_as(officer, counts=counts)
    assert first_value_of("SELECT keng_sight_counted()") == [unit.pk]
    assert first_value_of("SELECT keng_units_counted_now()") == ([unit.pk] if counts else [])
    # What is only set by hand does not make it count.
    first_value_of("SELECT set_config('keng.sight_counts', 'on', true)")
    assert first_value_of("SELECT keng_units_counted_now()") == []


@pytest.mark.parametrize("statement", ["SELECT key FROM keng_sight_key", "SELECT keng_signed('x')"])
def test_the_desk_signs_nothing_by_itself(become, statement):
    become("desk")
    with pytest.raises(ProgrammingError, match="permission denied"):
        first_value_of(statement)


def test_what_lies_in_the_table_of_sessions_opens_nothing(become, unit):
    session = session_of(make.officer(unit=unit))
    become("desk")
    key = first_value_of("SELECT session_key FROM accounts_desksession")
    assert key == row_key(session.session_key)
    begin = "SELECT keng_begin_sight(%s, false, false)"
    assert first_value_of(begin, bytes.fromhex(key)) is False
    assert first_value_of(begin, session_secret(session.session_key)) is True


@pytest.mark.parametrize("why", ["ended", "idle", "closed"])
def test_a_session_that_is_over_gives_no_sight(become, unit, why):
    officer = make.officer(unit=unit)
    session = session_of(officer)
    long_ago = times.now() - datetime.timedelta(hours=2)
    if why == "closed":
        Officer.objects.update(is_active=False)
    else:
        DeskSession.objects.update(**{"expire_date" if why == "ended" else "seen_at": long_ago})
    become("desk")
    with in_sight_of(session, "GET"):
        assert first_value_of("SELECT keng_sight_officer()") is None


def test_what_was_signed_ends_with_its_session(become, unit):
    session = session_of(make.officer(unit=unit))
    become("desk")
    with in_sight_of(session, "GET"):
        kept = first_value_of("SELECT current_setting('keng.sight_units')")
        first_value_of("SELECT set_config('keng.sight_units', %s, true)", kept)
        assert first_value_of("SELECT keng_sight_units()") == [unit.pk]
    session.delete()
    first_value_of("SELECT set_config('keng.sight_units', %s, false)", kept)
    assert first_value_of("SELECT keng_sight_units()") == []


def test_nobody_acts_but_whoever_looks(become, unit):
    one, other = make.officer(unit=unit), make.officer(unit=make.unit())
    session = session_of(one)
    become("desk")
    for actor in (one, other):
        first_value_of("SELECT set_config('keng.actor', %s, false)", str(actor.pk))
        assert first_value_of("SELECT keng_working_units()") == []
        with in_sight_of(session, "POST"):
            assert first_value_of("SELECT keng_actor()") == (one.pk if actor is one else None)
            assert first_value_of("SELECT keng_acts_now()") is (actor is one)
        with in_sight_of(session, "GET"):
            assert first_value_of("SELECT keng_acts_now()") is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_writes_nothing_but_by_an_act(unit, method):
    officer = make.officer(unit=unit)
    session = session_of(officer)
    write = "UPDATE places_unit SET name = name"
    with in_sight_of(session, method):
        assert first_value_of("SELECT current_setting('transaction_read_only')") == "on"
        with connection.cursor() as cursor, pytest.raises(Exception, match="read-only"):
            cursor.execute(write)
        # What failed is no matter of what comes next.
        assert first_value_of("SELECT keng_sight_officer()") == officer.pk
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(write)
            first_value_of("SELECT set_config('keng.actor', %s, true)", str(officer.pk))
            assert first_value_of("SELECT keng_acts_now()") is (method == "POST")
        assert first_value_of("SELECT keng_sight_officer()") == officer.pk
    assert first_value_of("SELECT current_setting('transaction_read_only')") == "off"
    assert first_value_of("SELECT keng_sight_officer()") is None


@pytest.mark.django_db(transaction=True)
def test_an_act_that_failed_leaves_who_looks(unit):
    officer = make.officer(unit=unit)
    with in_sight_of(session_of(officer), "POST"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            first_value_of("SELECT nothing_of_the_kind()")
        assert first_value_of("SELECT keng_sight_officer()") == officer.pk
        with transaction.atomic():
            with pytest.raises(ProgrammingError), transaction.atomic():
                first_value_of("SELECT nothing_of_the_kind()")
            assert first_value_of("SELECT keng_sight_officer()") == officer.pk


@pytest.mark.django_db(transaction=True)
def test_what_was_signed_is_worth_nothing_in_the_next_transaction(unit):
    with in_sight_of(session_of(make.officer(unit=unit)), "GET"):
        signed = first_value_of("SELECT current_setting('keng.sight_units')")
    with transaction.atomic():
        first_value_of("SELECT set_config('keng.sight_units', %s, true)", signed)
        assert first_value_of("SELECT keng_sight_units()") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["tip", "tips"])
def test_every_transaction_of_a_page_counts_as_far_as_the_page_says(unit, page):
    def counts():
        return first_value_of("SELECT keng_counts_now()")

    with in_sight_of(session_of(make.officer(unit=unit)), "GET", page):
        assert counts() is (page == "tips")
        with counting():
            assert counts() is True
            with transaction.atomic():
                assert counts() is True
            assert counts() is True
        assert counts() is (page == "tips")
        with counting(), transaction.atomic():
            assert counts() is True
        assert counts() is (page == "tips")
