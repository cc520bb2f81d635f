"""The database works out who is who as the table of the house does, set by set."""

import itertools

import pytest
from django.db import connection

from keng.accounts import who
from keng.accounts.tests.look import look_as
from keng.accounts.who import Role, Who
from keng.places.models import Unit
from tests import make

pytestmark = pytest.mark.django_db
SETS = {name: each for name, each in vars(who).items() if isinstance(each, Who)}


class Country:
    """Two provinces, each with two communes, one of which has a desk below it by mistake."""

    def __init__(self) -> None:
        self.desks = {}
        for _ in range(2):
            province = make.province_unit()
            commune, _other = (make.unit(parent=province) for _ in range(2))
            make.unit(parent=commune)
            self.desks = {Unit.Kind.PROVINCE: province, Unit.Kind.COMMUNE: commune}


@pytest.fixture(scope="module")
def country(shared_rows):
    return Country()


def sets_in_the_database(officer):
    """By name of the set, for which units the officer is one of it."""
    look_as(officer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, true)", [str(officer.pk)])
        cursor.execute(
            "SELECT name, keng_units_who(name) FROM unnest(%s::text[]) name", [sorted(SETS)]
        )
        return {name: set(units) for name, units in cursor.fetchall()}


def sets_of_the_house(officer):
    return {name: set(each.unit_ids(officer)) for name, each in SETS.items()}


@pytest.mark.parametrize("has_full_desk", [False, True], ids=["small", "full desk"])
@pytest.mark.parametrize("kind", Unit.Kind.values)
@pytest.mark.parametrize("role", Role.values)
def test_for_each_set_the_units_are_the_same(become, country, role, kind, has_full_desk):
    officer = make.officer(unit=country.desks[kind], role=role, full_desk=has_full_desk)
    become("desk")
    assert sets_in_the_database(officer) == sets_of_the_house(officer)


def test_so_they_are_for_whoever_holds_two_posts(become, country):
    officers = []
    for one, other in itertools.combinations(Role.values, 2):
        officer = make.officer(unit=country.desks[Unit.Kind.PROVINCE], role=one)
        make.post(officer, unit=country.desks[Unit.Kind.COMMUNE], role=other)
        officers.append(officer)
    become("desk")
    for officer in officers:
        assert sets_in_the_database(officer) == sets_of_the_house(officer)


def test_a_set_that_is_in_no_table_is_nobody(become, country):
    officer = make.officer(unit=country.desks[Unit.Kind.PROVINCE])
    become("desk")
    look_as(officer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keng.actor', %s, true)", [str(officer.pk)])
        cursor.execute("SELECT keng_units_who('WORKING '), keng_units_who('HOLDER')")
        assert cursor.fetchone() == ([], [])
