"""Compiled queries: the same rows as the query builder's, for any values, never a stand-in."""

import datetime
import uuid

import pytest
from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Length

from keng.kit import times
from keng.kit.compiled_queries import CompiledModelQuery, CompiledQuery
from keng.kit.ids import first_id
from keng.tips.models import Decision, Suggestion, Tip
from tests import make

pytestmark = pytest.mark.django_db


def test_every_value_finds_its_place():
    here, there = make.unit(), make.unit()
    tips = [make.tip(unit=unit) for unit in (here, there, make.unit())]
    asked = []

    def build(*, units, before):
        asked.append(units)
        return Tip.objects.filter(responsible_unit_id__in=units, due_at__lt=before).values_list(
            "pk"
        )

    query = CompiledQuery(build)
    ever = times.now() + datetime.timedelta(days=2)
    assert query.fetch_rows(units=[here.pk], before=ever) == [(tips[0].pk,)]
    assert query.fetch_rows(units=[there.pk], before=ever) == [(tips[1].pk,)]
    assert query.fetch_rows(units=[there.pk], before=times.now()) == []
    both = query.fetch_rows(units=frozenset({here.pk, there.pk}), before=ever)
    assert {pk for (pk,) in both} == {tips[0].pk, tips[1].pk}
    # Built for one unit and for two, and never with a value.
    assert [len(units) for units in asked] == [1, 2]
    assert not {here.pk, there.pk} & {each for units in asked for each in units}


def test_shapes_do_not_mix():
    tip = make.tip(unit=make.unit())
    query = CompiledQuery(lambda field, *, pk: Tip.objects.filter(pk=pk).values_list(field))
    assert query.fetch_rows("text", pk=tip.pk) == [(tip.text,)]
    assert query.fetch_rows("channel", pk=tip.pk) == [(tip.channel,)]


def test_where_nothing_can_be_found_nothing_is_asked(django_assert_num_queries):
    query = CompiledQuery(
        lambda *, units: Tip.objects.filter(Q(responsible_unit__in=units)).values("pk")
    )
    with django_assert_num_queries(0):
        assert query.fetch_rows(units=[]) == []


@pytest.mark.parametrize(
    "build",
    [
        lambda at: Tip.objects.filter(due_at__lt=at + datetime.timedelta(hours=1)),
        lambda at: Tip.objects.filter(id__lt=uuid.UUID(int=first_id(at).int & 0xFFFF)),
    ],
)
def test_what_is_computed_from_a_stand_in_is_refused(build):
    query = CompiledQuery(lambda *, at: build(at).values("pk"))
    with pytest.raises(KeyError):
        query.fetch_rows(at=times.now())


def test_whole_rows_come_as_the_query_builder_makes_them(django_assert_num_queries):
    officer = make.officer(unit=make.unit())
    tip = make.tip(unit=officer.current_posts[0].unit)
    Suggestion.objects.create(tip=tip, categories=[{"code": "scam_bank", "strength": 0.5}])
    made = Decision.objects.create(
        tip=tip, kind="accepted", by=officer, unit_id=tip.responsible_unit_id, detail={"a": [1]}
    )

    def decisions(*, tip):
        rows = Decision.objects.filter(tip=tip).select_related("by", "tip__suggestion")
        return rows.annotate(length=Length("tip__text")).defer("reason")

    query = CompiledModelQuery(decisions)
    with django_assert_num_queries(1):
        (found,) = query.fetch(tip=tip.pk)
        assert (found, found.detail, found.length) == (made, {"a": [1]}, len(tip.text))
        assert (found.by, found.tip.suggestion.guess) == (officer, "scam_bank")
        assert not found._state.adding
    assert found.get_deferred_fields() == {"reason"}
    assert query.fetch(tip=uuid.uuid4()) == []


def test_what_never_differs_stands_in_the_sql_and_values_do_not():
    tip = make.tip(unit=make.unit(), text="100% 'thật'")
    query = CompiledQuery(
        lambda *, pk: Tip.objects.filter(pk=pk, text__startswith="100% '").values_list(
            Value("%s %"), "text"
        )
    )
    for _ in range(7):
        assert query.fetch_rows(pk=tip.pk) == [("%s %", tip.text)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%tips%'")
        ((statement,),) = cursor.fetchall()
    assert "$1" in statement
    assert "$2" not in statement
    assert "100" in statement
