"""What the database refuses for every kind of text, whoever asks it."""

import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.db.utils import IntegrityError

from keng.releases.models import Releasable

pytestmark = pytest.mark.django_db

KINDS = sorted(
    (model for model in apps.get_models() if issubclass(model, Releasable)),
    key=lambda model: model._meta.label,
)
# What carries hands and is no text that goes out: an objection, which keeps those of its listing.
NO_TEXTS = {"lookup.Dispute"}


def test_whatever_has_hands_is_released_in_one_way():
    with_hands = {
        model
        for model in apps.get_models()
        if any(field.name == "hands" for field in model._meta.get_fields())
    }
    assert {model._meta.label for model in with_hands - set(KINDS)} == NO_TEXTS
    assert len(KINDS) > 10


def test_every_kind_says_what_the_second_person_answers_for():
    unsaid = Releasable.content_to_release
    assert not [kind for kind in KINDS if kind.content_to_release is unsaid]


@pytest.fixture(params=KINDS, ids=lambda model: model._meta.label)
def table(request):
    """A table with this kind's rules about hands, and none of its other columns' rules."""
    kind = request.param._meta
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE texts AS TABLE {kind.db_table} WITH NO DATA")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'c' AND conname LIKE %s",
            [kind.db_table, "%_hand_in_it"],
        )
        for (rule,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE texts ADD {rule}")
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND tgname = 'hands_only_grow'",
            [kind.db_table],
        )
        for (rule,) in cursor.fetchall():
            cursor.execute(rule.replace(f"public.{kind.db_table}", "texts"))
        return cursor


def test_nobody_lets_out_what_they_had_a_hand_in(table):
    writer, other = uuid.uuid4(), uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO texts (hands) VALUES (ARRAY[%s, %s])", [other, writer])
        with pytest.raises(IntegrityError, match="violates check"):
            cursor.execute("UPDATE texts SET released_by_id = %s, released_at = now()", [writer])


@pytest.mark.parametrize("released", ["NULL", "now()"], ids=["before", "after"])
def test_a_hand_is_never_taken_out(table, released):
    writer, other = uuid.uuid4(), uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO texts (hands, released_at) VALUES (ARRAY[%s], {released})", [writer]
        )
        with pytest.raises(IntegrityError, match="only grow"):
            cursor.execute("UPDATE texts SET hands = ARRAY[%s], released_at = now()", [other])
