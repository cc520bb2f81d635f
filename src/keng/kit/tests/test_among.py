"""One of thousands of ids, handed over as one value."""

import uuid

import pytest

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
