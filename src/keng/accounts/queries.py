"""Reads of officers: where one works, and whom an administrator looks after."""

import uuid

from django.db.models import Case, Prefetch, QuerySet, Value, When

from keng.accounts.models import Officer, Post
from keng.accounts.who import ADMINISTERING
from keng.kit.list_filter import rows_with_words
from keng.kit.sql_names import alphabetically, by_given_name
from keng.places.models import Unit


def is_at_province(officer: Officer) -> bool:
    """Whether a present post of the officer's is at a provincial desk."""
    return any(post.unit.kind == Unit.Kind.PROVINCE for post in officer.current_posts)


def manageable_units(administrator: Officer) -> list[Unit]:
    """The units in which the officer is administrator, and those below a provincial one."""
    if not ADMINISTERING.includes(administrator):
        return []
    return list(ADMINISTERING.units(administrator).order_by("-kind", alphabetically()))


def manageable_officers(administrator: Officer) -> QuerySet[Officer]:
    """Officers who hold or held a post in one of those units, and none anywhere else now.

    Somebody with a post in a unit of another administrator is looked after there as well; a
    provincial auditor is not in the hands of a commune's administrator.
    """
    units = [unit.pk for unit in manageable_units(administrator)]
    elsewhere = Post.objects.current().exclude(unit__in=units).values("officer")
    posts = (
        Post.objects.filter(unit__in=units).select_related("unit").order_by("-valid_from", "-id")
    )
    return (
        Officer.objects.filter(posts__unit__in=units)
        .exclude(pk__in=elsewhere)
        .distinct()
        .order_by(*by_given_name())
        .prefetch_related(Prefetch("posts", posts, to_attr="shown_posts"))
    )


def officers_with_words(
    administrator: Officer, *, words: str = "", unit: uuid.UUID | None = None
) -> QuerySet[Officer]:
    """By name: those whose name or sign-in has the words and who were in the unit."""
    # Whose name is as it was typed comes before those whose name is only without the accents.
    typed = words.strip()
    as_typed = Case(When(name__icontains=typed, then=0), default=1) if typed else Value(0)
    rows = manageable_officers(administrator).order_by(as_typed, *by_given_name(), "pk")
    if unit is not None:
        rows = rows.filter(pk__in=Post.objects.filter(unit=unit).values("officer"))
    return rows_with_words(rows, words, "name", "username")
