"""Who may approve what. Built so that somebody always can, also at night."""

from keng.accounts.models import Officer
from keng.accounts.releasing import may_release_for, releasable_units
from keng.accounts.vouching import had_a_hand
from keng.accounts.who import WORKING
from keng.warnings.models import Version, Warning

__all__ = [
    "has_hand_in",
    "may_ask_recall",
    "may_release",
    "may_release_for",
    "releasable_units",
    "set_up_an_author",
]


def may_release(officer: Officer, warning: Warning) -> bool:
    """The unit's commander; or the province's commander, coordinator or officer on duty.

    The province is always there: a commune whose only commander wrote the text, or sleeps, does not
    wait for anybody.
    """
    return may_release_for(officer, warning.unit)


def may_ask_recall(officer: Officer, warning: Warning) -> bool:
    """Whoever may release it, or takes reports on at its desk, may ask to take it back."""
    return WORKING.may_act_for(officer, warning.unit)


def has_hand_in(officer: Officer, version: Version) -> bool:
    """Whether the officer saved or handed in this version, or one since the last let out."""
    return Version.objects.filter(pk=version.pk).with_hand_of(officer).exists()


def set_up_an_author(officer: Officer, version: Version) -> bool:
    """Whether the officer had a hand in the sign-in of one who wrote it, or they in the officer's.

    Whoever makes accounts would make their own author, or their own second person.
    """
    authors = Officer.objects.filter(pk__in=Version.objects.hands_in(version))
    return any(had_a_hand(officer, author) for author in authors)
