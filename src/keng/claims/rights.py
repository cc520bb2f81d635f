"""Who checks claims: the province. A commune's small desk has no part in it."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.models import Post
from keng.places.models import Unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_AT_THE_PROVINCE = (Post.Role.COMMANDER, Post.Role.DUTY)


def units_checked_by(officer: "Officer") -> set[uuid.UUID]:
    """The units in whose name the officer writes and publishes checks."""
    return {post.unit_id for post in officer.current_posts if _checks(post)}


def checks_claims(officer: "Officer") -> bool:
    """Whether claims are any of the officer's work."""
    return bool(units_checked_by(officer))


def _checks(post: Post) -> bool:
    if post.role == Post.Role.COORDINATOR:
        return True
    return post.unit.kind == Unit.Kind.PROVINCE and post.role in _AT_THE_PROVINCE
