"""The relay tree: which lead passes on to which, read light for all and in full for one page."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from keng.kit.sql_names import by_given_name
from keng.language.fold import fold
from keng.network.models import Group, Lead

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# From this many leads below on, a branch starts folded.
_FOLDED_FROM = 9


@dataclass(frozen=True, slots=True)
class RelayTree:
    """Who stands below whom. With a search: what fits, with all above and below it."""

    roots: tuple[uuid.UUID, ...]
    below: dict[uuid.UUID, tuple[uuid.UUID, ...]]
    working: int
    """Leads of the whole tree who take part."""
    reaching_nobody: int
    """Of these, how many have neither a group nor a lead below."""
    is_searched: bool


@dataclass(frozen=True, slots=True)
class RelayBranch:
    """A lead with the branches below."""

    lead: Lead
    below: tuple["RelayBranch", ...]
    is_folded: bool

    @property
    def count(self) -> int:
        """Everybody below, on all levels."""
        return sum(1 + branch.count for branch in self.below)

    @property
    def reaches_nobody(self) -> bool:
        return not self.below and not self.lead.groups.all() and self.lead.stopped_at is None


def relay_tree_of(officer: "Officer", *, words: str = "") -> RelayTree:
    """One query, whatever the number of leads."""
    posts = Exists(Group.objects.filter(leads=OuterRef("pk")))
    found = list(
        Lead.objects.visible_to(officer)
        .annotate(posts=posts)
        .order_by(*by_given_name(), "id")
        .values_list("id", "above_id", "name", "position", "stopped_at", "posts")
    )
    known = {row[0] for row in found}
    above = {key: over for key, over, *_ in found if over in known}
    has_below = set(above.values())
    working = [row for row in found if row[4] is None]
    idle = sum(1 for row in working if not row[5] and row[0] not in has_below)
    kept = known
    if words:
        wanted = fold(words)
        kept = _with_kin({r[0] for r in found if wanted in fold(f"{r[2]} {r[3]}")}, above)
    below: dict[uuid.UUID, list[uuid.UUID]] = {}
    roots = []
    for key, *_rest in found:
        if key not in kept:
            continue
        if key in above:
            below.setdefault(above[key], []).append(key)
        else:
            roots.append(key)
    listed = {key: tuple(keys) for key, keys in below.items()}
    return RelayTree(tuple(roots), listed, len(working), idle, bool(words))


def _with_kin(hits: set[uuid.UUID], above: dict[uuid.UUID, uuid.UUID]) -> set[uuid.UUID]:
    kept = set(hits)
    for key in hits:
        while key in above and (key := above[key]) not in kept:
            kept.add(key)
    for key in above:
        step = key
        while step in above and step not in hits:
            step = above[step]
        if step in hits:
            kept.add(key)
    return kept


def relay_branches(found: RelayTree, roots: Iterable[uuid.UUID]) -> list[RelayBranch]:
    """These roots in full with everything below them, in three queries."""
    roots = list(roots)
    keys, waiting = set(roots), list(roots)
    while waiting:
        below = found.below.get(waiting.pop(), ())
        keys.update(below)
        waiting.extend(below)
    rows = Lead.objects.filter(pk__in=keys).select_related("unit").prefetch_related("groups")
    leads = {lead.pk: lead for lead in rows}

    def grown(key: uuid.UUID) -> RelayBranch:
        below = tuple(grown(one) for one in found.below.get(key, ()))
        return RelayBranch(leads[key], below, len(below) >= _FOLDED_FROM and not found.is_searched)

    return [grown(key) for key in roots]
