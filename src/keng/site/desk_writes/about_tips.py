"""Rows about reports, about who works where, and about what is sent: who writes which."""

from keng.site.row_policy import RowPolicy

POLICIES: tuple[RowPolicy, ...] = ()
# Table and command that the desk's role has and no policy holds, with the reason.
NOT_HELD: dict[tuple[str, str], str] = {}
