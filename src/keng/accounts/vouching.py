"""Who counts as a second person: nobody for an account in which they had a hand themselves.

Otherwise whoever makes accounts would make their own second pair of eyes. A hand counts while the
sign-in is young; after that the person is known at the desk (docs/decisions/0011).
"""

import datetime
import uuid
from collections.abc import Collection

from django.db.models import Q

from keng.accounts.models import Officer, Post
from keng.accounts.who import ADMINISTERING, AUDITING, VOUCHING, needs_two_people
from keng.kit import times
from keng.places.models import Unit

COUNTS_FOR = datetime.timedelta(days=90)


def had_a_hand(one: Officer, other: Officer) -> bool:
    """Whether one of the two asked for the other's present sign-in, or agreed to it, of late.

    Asked before one lets out what the other wrote. It reads nothing: both rows say it.
    """
    return one.pk in _young_hands(other) or other.pk in _young_hands(one)


def are_of_one_line(one: Officer, other: Officer) -> bool:
    """Whether one person may stand behind both: one made the other, or somebody asked for both.

    Followed from asker to asker; of those who agreed only the one who agreed to the other counts.
    Asked where two people make an officer: with had_a_hand alone somebody who deceived the second
    person twice would have two accounts that agree for ever.
    """
    return had_a_hand(one, other) or bool(_line(one) & _line(other))


def tied_to(officer: Officer) -> frozenset[uuid.UUID]:
    """The officer, and everybody of whom had_a_hand is true with them. Read once for each row."""
    known: frozenset[uuid.UUID] | None = officer.__dict__.get("_tied_to")
    if known is None:
        made = Officer.objects.filter(
            Q(set_up_asked_by=officer) | Q(set_up_agreed_by=officer),
            set_up_at__gte=times.now() - COUNTS_FOR,
        )
        known = frozenset({officer.pk, *_young_hands(officer), *made.values_list("pk", flat=True)})
        officer.__dict__["_tied_to"] = known
    return known


def tied_to_any(people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """These, and everybody of whom had_a_hand is true with one of them."""
    found = set(people)
    young = Officer.objects.filter(set_up_at__gte=times.now() - COUNTS_FOR)
    theirs = Q(pk__in=people) | Q(set_up_asked_by__in=people) | Q(set_up_agreed_by__in=people)
    rows = young.filter(theirs).values_list("pk", "set_up_asked_by", "set_up_agreed_by")
    for pk, *makers in rows:
        if pk in people:
            found.update(maker for maker in makers if maker is not None)
        found.add(pk)
    return found


def takes_two_people(officer: Officer, unit: Unit, role: str) -> bool:
    """Whether this post is given to this officer by two people: for what it allows, or for who
    gets it. Whoever watches over the desk or makes its accounts reads no tip by one person's will.
    """
    return needs_two_people(unit, role) or _watches_or_administers(officer)


def can_sign_in(officer: Officer) -> bool:
    """Whether the account is open and has both factors."""
    return officer.is_active and officer.has_usable_password() and bool(officer.totp_box)


def two_who_could(
    unit: Unit, *, concerned: uuid.UUID | None = None
) -> tuple[Officer, Officer] | None:
    """An administrator and a second person who could make an officer of this unit, if there are.

    The person concerned is neither of them.
    """
    people = [officer for officer in second_people(unit) if officer.pk != concerned]
    able = [officer for officer in people if can_sign_in(officer)]
    for asker in able:
        if not ADMINISTERING.may_act_for(asker, unit):
            continue
        for second in able:
            if second.pk != asker.pk and not are_of_one_line(asker, second):
                return asker, second
    return None


def second_people(unit: Unit) -> list[Officer]:
    """Everybody who may be the second person for an officer of this unit, today."""
    units = [unit.pk, *([unit.parent_id] if unit.parent_id else [])]
    near = Officer.objects.filter(
        is_active=True, posts__unit__in=units, posts__role__in=VOUCHING.roles
    )
    found = near.distinct().order_by("id")
    return [officer for officer in found if VOUCHING.may_act_for(officer, unit)]


def _watches_or_administers(officer: Officer) -> bool:
    """Whether a post to audit, protect data or administer is held, is to begin, or ended of late.

    If only today's counted, the post would be ended first, which one person may do.
    """
    since = times.local_date(times.now() - COUNTS_FOR)
    lately = Q(valid_to=None) | Q(valid_to__gte=since)
    roles = AUDITING.roles | ADMINISTERING.roles
    return Post.objects.filter(lately, officer=officer, role__in=roles).exists()


def _young_hands(officer: Officer) -> frozenset[uuid.UUID]:
    if officer.set_up_at is None or officer.set_up_at < times.now() - COUNTS_FOR:
        return frozenset()
    hands = (officer.set_up_asked_by_id, officer.set_up_agreed_by_id)
    return frozenset(hand for hand in hands if hand is not None)


def _line(officer: Officer) -> frozenset[uuid.UUID]:
    """The officer and everybody from whom the sign-in comes, asker by asker."""
    line = {officer.pk}
    present: Officer | None = officer
    while present is not None:
        asker = present.set_up_asked_by_id
        if asker in line or asker not in _young_hands(present):
            break
        line.add(asker)
        present = Officer.objects.filter(pk=asker).first()
    return frozenset(line)
