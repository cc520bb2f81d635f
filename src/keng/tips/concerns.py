"""Whom a report concerns: whether its words seem to be about officers of the desk that would read
it, and who is told nothing of it.
"""

import uuid

from keng.accounts.models import Post
from keng.language.officers import seems_about_officers
from keng.places.models import Unit
from keng.tips.models import Recusal, Tip


def guessed_concerned_unit(tip: Tip) -> Unit | None:
    """The unit that does not see the tip because of its words alone; None when there is none."""
    guess = tip.concerns.filter(is_guess=True).select_related("unit").first()
    return guess.unit if guess and tip.meant_for_unit_at is None else None


def unit_that_would_read(tip: Tip, text: str) -> Unit | None:
    """The commune's desk that reads further words which seem to be about its own officers.

    None when it is not about them, when the desk above has the tip, or when the reporter has said
    that it is meant for that desk.
    """
    unit = tip.responsible_unit
    if unit.kind != Unit.Kind.COMMUNE or tip.meant_for_unit_at is not None:
        return None
    return unit if seems_about_officers(text) else None


def officers_kept_from(tip: Tip) -> frozenset[uuid.UUID]:
    """Who is told nothing of what is done with it, whatever else they oversee: the officers of the
    units that it concerns, and whoever was recused.
    """
    posts = Post.objects.current().filter(unit__in=tip.concerns.values("unit"))
    recused = Recusal.objects.in_force().filter(tip=tip)
    both = (posts.values_list("officer", flat=True), recused.values_list("officer", flat=True))
    return frozenset(officer for rows in both for officer in rows)
