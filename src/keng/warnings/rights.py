"""Who may approve what. Built so that somebody always can, also at night."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.models import Post
from keng.places.models import Unit
from keng.warnings.models import Version, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_AT_THE_PROVINCE = (Post.Role.COMMANDER, Post.Role.COORDINATOR, Post.Role.DUTY)


def may_release(officer: "Officer", warning: Warning) -> bool:
    """The unit's commander; or the province's commander, coordinator or officer on duty.

    The province is always there: a commune whose only commander wrote the text, or sleeps, does not
    wait for anybody.
    """
    return may_release_for(officer, warning.unit)


def may_release_for(officer: "Officer", unit: Unit) -> bool:
    """The same for whatever goes out in the name of a unit."""
    return any(_releases(post, unit) for post in officer.current_posts)


def releasable(officer: "Officer") -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The units in whose name the officer may let something go out; and those that, with all
    units below them, are a province's. The same rule as below, for a query.
    """
    units = [post.unit for post in officer.current_posts if _releases(post, post.unit)]
    provinces = [unit.pk for unit in units if unit.kind == Unit.Kind.PROVINCE]
    return [unit.pk for unit in units], provinces


def _releases(post: Post, unit: Unit) -> bool:
    if post.unit.kind == Unit.Kind.PROVINCE:
        return post.role in _AT_THE_PROVINCE and post.unit_id in {unit.pk, unit.parent_id}
    return post.role == Post.Role.COMMANDER and post.unit_id == unit.pk


def wrote(officer: "Officer", version: Version) -> bool:
    """Whether the officer made this version, or an earlier one with exactly the same text."""
    return (
        version.warning.versions.filter(
            made_by=officer, text_hash=bytes(version.text_hash), number__lte=version.number
        ).exists()
        or version.made_by_id == officer.pk
    )
