"""By what an open stream of the desk knows that its session is no longer what it was."""

import uuid
from collections.abc import Collection

from keng.accounts.models import Post
from keng.accounts.screen_lock import is_locked
from keng.accounts.sessions import live_sessions
from keng.kit.secrets import keyed_hash


def session_marks(keys: Collection[str]) -> dict[str, str]:
    """For the keys of rows of sessions that are good for something still, a mark of each.

    It is another one once the screen was locked or opened, the password changed, a post began or
    ended. Asked for all streams of a process at once.
    """
    rows = list(
        live_sessions()
        .filter(pk__in=keys, officer__is_active=True)
        .values_list("pk", "officer_id", "officer__password", "locked_at", "active_at")
    )
    posts = _posts_of({officer for _key, officer, *_more in rows})
    return {
        key: _mark(officer, password, posts[officer], is_locked=is_locked(locked_at, active_at))
        for key, officer, password, locked_at, active_at in rows
        if officer in posts
    }


def _posts_of(officers: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    rows = Post.objects.current().filter(officer__in=officers).order_by("id")
    for officer, post, role in rows.values_list("officer_id", "id", "role"):
        found.setdefault(officer, []).append(f"{post.hex} {role}")
    return found


def _mark(officer: uuid.UUID, password: str, posts: list[str], *, is_locked: bool) -> str:
    parts = (officer.hex, password, "locked" if is_locked else "open", *posts)
    return keyed_hash("stream of a session", *parts).hex()
