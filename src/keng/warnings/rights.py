"""Who may approve what. Built so that somebody always can, also at night."""

from typing import TYPE_CHECKING

from keng.accounts import rota
from keng.accounts.releasing import may_release_for, releasable
from keng.warnings.models import Version, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer

__all__ = ["may_ask_recall", "may_release", "may_release_for", "releasable", "wrote"]


def may_release(officer: "Officer", warning: Warning) -> bool:
    """The unit's commander; or the province's commander, coordinator or officer on duty.

    The province is always there: a commune whose only commander wrote the text, or sleeps, does not
    wait for anybody.
    """
    return may_release_for(officer, warning.unit)


def may_ask_recall(officer: "Officer", warning: Warning) -> bool:
    """Whoever may release it, or takes reports on at its desk, may ask to take it back."""
    takes_on = any(
        post.role in rota.WATCHING and post.unit_id == warning.unit_id
        for post in officer.current_posts
    )
    return takes_on or may_release(officer, warning)


def wrote(officer: "Officer", version: Version) -> bool:
    """Whether the officer made this version, or an earlier one with exactly the same text."""
    return (
        version.warning.versions.filter(
            made_by=officer, text_hash=bytes(version.text_hash), number__lte=version.number
        ).exists()
        or version.made_by_id == officer.pk
    )
