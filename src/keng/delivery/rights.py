"""Who may stop what is being sent, or send it on where nobody knows whether it arrived."""

from typing import TYPE_CHECKING

from keng.accounts.models import Post
from keng.places.models import Unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.delivery.models import Dispatch

_AT_WORK = (Post.Role.DUTY, Post.Role.COMMANDER, Post.Role.COORDINATOR)


def may_steer(officer: "Officer", dispatch: "Dispatch") -> bool:
    """Whoever works at the unit that sends, or above it; reading alone is not enough.

    Stopping needs no commander: a mistake on its way to thousands is stopped by whoever sees it.
    """
    return any(
        post.role in _AT_WORK
        and (
            post.unit_id == dispatch.unit_id
            or (post.unit.kind == Unit.Kind.PROVINCE and dispatch.unit.parent_id == post.unit_id)
        )
        for post in officer.current_posts
    )
