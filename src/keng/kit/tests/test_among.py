"""One of thousands of ids, handed over as one value."""

import uuid

import pytest
from django.db import connection

from keng.kit.among import Ids, as_array
from keng.tips.models import DialogueMessage, Tip
from tests import make

pytestmark = pytest.mark.django_db


def test_it_finds_what_in_finds_by_key_and_by_reference():
    unit = make.unit()
    tips = [make.tip(unit=unit) for _ in range(4)]
    for tip in tips:
        make.message(tip)
    some = Ids(tip.pk for tip in tips[:2])
    assert set(Tip.objects.filter(pk__among=some)) == set(tips[:2])
    assert set(Tip.objects.exclude(pk__among=some)) == set(tips[2:])
    assert DialogueMessage.objects.filter(tip__among=some).count() == 2
    assert DialogueMessage.objects.filter(tip__pk__among=list(some)).count() == 2


def test_of_none_it_finds_none():
    make.tip(unit=make.unit())
    assert not Tip.objects.filter(pk__among=Ids()).exists()
    assert Tip.objects.exclude(pk__among=Ids()).count() == 1


def test_what_is_no_id_is_refused():
    assert as_array([uuid.UUID(int=1)]) == "{00000000000000000000000000000001}"
    with pytest.raises(AttributeError):
        Tip.objects.filter(pk__among=["} OR true"]).exists()


def test_a_few_tips_are_not_looked_for_by_their_desk():
    """The same tips; and no index of the desk, however few the planner believes it to have."""
    here, there = make.unit(), make.unit()
    tips = [make.tip(unit=unit) for unit in (here, here, there)]
    officer = make.officer(unit=here)
    few = Tip.objects.filter(pk__in=[tips[0].pk, tips[2].pk])
    assert set(few.listed_for(officer, are_few=True)) == {tips[0]}
    assert not Tip.objects.filter(responsible_unit__filtered_in=[]).exists()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    found = Tip.objects.filter(responsible_unit__filtered_in=[here.pk]).explain()
    by_desk = Tip.objects.filter(responsible_unit__in=[here.pk]).explain()
    assert "responsible_unit_id = " in by_desk
    assert "Bitmap Index Scan" in by_desk
    assert "Index Cond" not in found
