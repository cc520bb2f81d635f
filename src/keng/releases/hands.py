"""Four eyes means no hand in it: whoever saved or handed in any of a text does not let it out.

What counts is every hand since the text was last let out: another person's comma on top of one's
own words opens no way round. Whoever let out, gave back or only read has none.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from keng.accounts.models import Officer, Post
from keng.accounts.vouching import tied_to_any
from keng.accounts.who import Who
from keng.kit.sql_names import by_given_name
from keng.places.models import Unit

_MOST_NAMED = 6


def none_of_the_hands(column: str, *, hands: str = "hands") -> Q:
    """For a constraint: whoever this column names has no hand in the row."""
    return ~Q(**{f"{hands}__contains": [F(column)]})


def hands_of_all(rows: Iterable[Any]) -> list[uuid.UUID]:
    """Everybody with a hand in one of these, which come oldest first."""
    return list(dict.fromkeys(pk for row in rows for pk in row.hands))


def name_hands(rows: Iterable[Any]) -> None:
    """Put the people behind the hands of each row into its `people`, the first one first.

    Rows of one kind of text: its `writers` are officers, or a partner's people.
    """
    rows = list(rows)
    if not rows:
        return
    of = rows[0].writers
    columns = ("id", "rank", "name") if of is Officer else ("id", "name")
    people = of.objects.only(*columns).in_bulk(hands_of_all(rows))
    for row in rows:
        row.people = [people[pk] for pk in row.hands if pk in people]


def hands_on_record(hands: Collection[uuid.UUID]) -> list[str]:
    """As an entry of the audit names them."""
    return [str(pk) for pk in hands]


def who_could_let_out(which: Who, unit: Unit, hands: Collection[uuid.UUID]) -> list[Post]:
    """Whoever is one of `which` for this unit without a hand in it: the unit's own people first.

    Nor is anybody named who had a hand in the sign-in of one of these, they in theirs, or somebody
    in both.
    """
    reachable = [pk for pk in (unit.pk, unit.parent_id) if pk]
    posts = (
        Post.objects.current()
        .filter(unit__in=reachable, role__in=which.roles, officer__is_active=True)
        .exclude(officer__in=tied_to_any(hands))
        .select_related("officer", "unit")
        .order_by(*by_given_name("officer__name"), "id")
    )
    found: dict[uuid.UUID, Post] = {}
    for post in sorted(posts, key=lambda post: post.unit_id != unit.pk):
        if any(rule.fits(post, post.officer) and rule.reaches(post, unit) for rule in which.rules):
            found.setdefault(post.officer_id, post)
    return list(found.values())


def hand_refusal(which: Who, unit: Unit, hands: Collection[uuid.UUID]) -> str:
    """What somebody with a hand in it reads: who could let it out instead."""
    posts = who_could_let_out(which, unit, hands)
    if not posts:
        return _(
            "You had a hand in this or in the sign-in of who wrote it, or the same person in both "
            "your sign-ins, and so had everybody who could let it out. Let somebody else write it "
            "anew, or give one more person a post at the province: one whom the operator at the "
            "machine sets up has nobody's hand in it."
        )
    names = [f"{post.officer} ({post.unit.name})" for post in posts[:_MOST_NAMED]]
    if len(posts) > _MOST_NAMED:
        names.append("…")
    who = ", ".join(names)
    if all(post.unit_id != unit.pk for post in posts):
        return _(
            "You had a hand in this or in the sign-in of who wrote it, or the same person in both "
            "your sign-ins, and nobody else is left at the desk who could let it out: the province "
            "does. Who can there: %(who)s."
        ) % {"who": who}
    return _(
        "You had a hand in this or in the sign-in of who wrote it, or the same person in both your "
        "sign-ins: somebody else lets it out. Who can: %(who)s."
    ) % {"who": who}
