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

HAND_COUNTS_FOR = datetime.timedelta(days=90)


def had_a_hand(one: Officer, other: Officer) -> bool:
    """Whether one asked for or agreed to the other's present sign-in of late, or somebody to both.

    Asked before one lets out what the other wrote. It reads nothing: both rows say it. Somebody
    behind both, in whichever place, may have kept both: two ghosts of one pair are no two people.
    """
    return _made_the_other(one, other) or bool(_young_hands(one) & _young_hands(other))


def are_of_one_line(one: Officer, other: Officer) -> bool:
    """Whether one person may stand behind both: one made the other, or somebody asked for both.

    Followed from asker to asker; of those who agreed only the one who agreed to the other counts.
    Asked where two people make an officer: otherwise somebody who deceived the second person twice
    would have two accounts that agree for ever.
    """
    return _made_the_other(one, other) or bool(_line_of_askers(one) & _line_of_askers(other))


def tied_to(officer: Officer) -> frozenset[uuid.UUID]:
    """The officer, and everybody of whom had_a_hand is true with them. Read once for each row."""
    known: frozenset[uuid.UUID] | None = officer.__dict__.get("_tied_to")
    if known is None:
        hands = _young_hands(officer)
        made = _made_lately_by({officer.pk, *hands})
        known = frozenset({officer.pk, *hands, *made})
        officer.__dict__["_tied_to"] = known
    return known


def tied_to_any(people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """These, and everybody of whom had_a_hand is true with one of them."""
    found = set(people)
    young = Officer.objects.filter(pk__in=people, set_up_at__gte=times.now() - HAND_COUNTS_FOR)
    for makers in young.values_list("set_up_asked_by", "set_up_agreed_by"):
        found.update(maker for maker in makers if maker is not None)
    return found.union(_made_lately_by(found))


def takes_two_people(officer: Officer, unit: Unit, role: str) -> bool:
    """Whether this post is given to this officer by two people: for what it allows, or for who
    gets it. Whoever watches over the desk or makes its accounts reads no tip by one person's will.
    """
    return needs_two_people(unit, role) or _watches_or_administers(officer)


def can_sign_in(officer: Officer) -> bool:
    """Whether the account is open and has both factors."""
    return officer.is_active and officer.has_usable_password() and bool(officer.totp_box)


def asker_and_second_person(
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
    since = times.local_date(times.now() - HAND_COUNTS_FOR)
    lately = Q(valid_to=None) | Q(valid_to__gte=since)
    roles = AUDITING.roles | ADMINISTERING.roles
    return Post.objects.filter(lately, officer=officer, role__in=roles).exists()


def _made_the_other(one: Officer, other: Officer) -> bool:
    return one.pk in _young_hands(other) or other.pk in _young_hands(one)


def _made_lately_by(people: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Whose young sign-in one of these asked for or agreed to."""
    theirs = Q(set_up_asked_by__in=people) | Q(set_up_agreed_by__in=people)
    young = Officer.objects.filter(theirs, set_up_at__gte=times.now() - HAND_COUNTS_FOR)
    return list(young.values_list("pk", flat=True))


def _young_hands(officer: Officer) -> frozenset[uuid.UUID]:
    if officer.set_up_at is None or officer.set_up_at < times.now() - HAND_COUNTS_FOR:
        return frozenset()
    hands = (officer.set_up_asked_by_id, officer.set_up_agreed_by_id)
    return frozenset(hand for hand in hands if hand is not None)


def _line_of_askers(officer: Officer) -> frozenset[uuid.UUID]:
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
