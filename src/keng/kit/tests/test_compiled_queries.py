"""Compiled queries: the same rows as the query builder's, for any values, never a stand-in."""

import datetime
import uuid

import pytest
from django.db.models import Q

from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.ids import first_id
from keng.tips.models import Tip
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
