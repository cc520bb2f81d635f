"""Rows about what is made public, the network and partners: who of the desk writes which."""

from keng.site.row_policy import RowPolicy

POLICIES: tuple[RowPolicy, ...] = ()
# Table and command that the desk's role has and no policy holds, with the reason.
NOT_HELD: dict[tuple[str, str], str] = {}
