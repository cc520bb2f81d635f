"""Who speaks for a desk on the public pages."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.models import Post

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# Whoever only reads, audits or administers speaks for nobody.
_ROLES = frozenset({Post.Role.DUTY, Post.Role.COMMANDER, Post.Role.COORDINATOR})


class NotYours(PermissionError):
    """The officer does not speak for this desk, or sees no such thing."""


def speaks(officer: "Officer") -> bool:
    """Whether the officer speaks for any desk."""
    return officer.has_role(*_ROLES)


def own_desk(officer: "Officer") -> uuid.UUID:
    """The unit in whose name the officer announces something. Raises NotYours."""
    for post in officer.current_posts:
        if post.role in _ROLES:
            return post.unit_id
    raise NotYours
