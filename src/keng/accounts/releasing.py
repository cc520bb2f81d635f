"""Who may let something out in the name of a unit. Built so that somebody always can, at night too.

The unit's commander; or the province's commander, coordinator or officer on duty: a commune whose
only commander wrote it, or sleeps, does not wait for anybody.
"""

import uuid

from keng.accounts.models import Officer, Post
from keng.places.models import Unit

_AT_THE_PROVINCE = (Post.Role.COMMANDER, Post.Role.COORDINATOR, Post.Role.DUTY)


def may_release_for(officer: Officer, unit: Unit) -> bool:
    """Whether the officer may let something go out in the name of this unit."""
    return any(_releases(post, unit) for post in officer.current_posts)


def releasable(officer: Officer) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The units in whose name the officer may let something go out; and those that, with all
    units below them, are a province's. The same rule as above, for a query.
    """
    units = [post.unit for post in officer.current_posts if _releases(post, post.unit)]
    provinces = [unit.pk for unit in units if unit.kind == Unit.Kind.PROVINCE]
    return [unit.pk for unit in units], provinces


def _releases(post: Post, unit: Unit) -> bool:
    if post.unit.kind == Unit.Kind.PROVINCE:
        return post.role in _AT_THE_PROVINCE and post.unit_id in {unit.pk, unit.parent_id}
    return post.role == Post.Role.COMMANDER and post.unit_id == unit.pk
