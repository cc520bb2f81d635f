"""Warnings that a partner passed on and that were corrected or taken back since.

They stand on the partner's pages until one of the partner says that it was set right there. No
officer reads who passed what on, so nobody but the partner can do it.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from keng.accounts.models import Partner
from keng.delivery.models import DispatchText
from keng.partners.models import KitShare
from keng.warnings.content import CHANGE_NOTE
from keng.warnings.models import Version, Warning


@dataclass(frozen=True, slots=True)
class ChangedShare:
    """One warning of which the partner passed on a version that does not hold any more."""

    warning_id: uuid.UUID
    title: str
    """As it was passed on."""
    groups: int
    is_recalled: bool
    changed_at: datetime.datetime
    why: str
    """Why it was taken back, or what the correction changes."""
    text: str
    """What went to everybody who got it: to be posted in the same groups."""
    newest: Version


def changed_shares_of(partner: Partner) -> list[ChangedShare]:
    """What the partner still has to set right, the newest change first."""
    shares: dict[uuid.UUID, list[KitShare]] = {}
    said = KitShare.objects.filter(partner=partner).select_related("version__warning__unit")
    for share in said.order_by("version__number"):
        shares.setdefault(share.version.warning_id, []).append(share)
    newest = Version.objects.newest_published().filter(warning__in=shares)
    found = [
        changed
        for version in newest.select_related("verify_code")
        if (changed := _changed(shares[version.warning_id], version))
    ]
    return sorted(found, key=lambda one: one.changed_at, reverse=True)


def _changed(shares: list[KitShare], newest: Version) -> ChangedShare | None:
    last = shares[-1]
    warning = last.version.warning
    is_recalled = warning.state == Warning.State.RECALLED
    changed_at = warning.recalled_at if is_recalled else newest.released_at
    if changed_at is None or (not is_recalled and newest.number <= last.version.number):
        return None
    if all(share.set_right_at and share.set_right_at >= changed_at for share in shares):
        return None
    dispatch = warning.recall_dispatch_id if is_recalled else newest.dispatch_id
    return ChangedShare(
        warning_id=warning.pk,
        title=last.version.texts["vi"]["title"],
        groups=_most_groups(shares),
        is_recalled=is_recalled,
        changed_at=changed_at,
        why=warning.recall_words if is_recalled else newest.texts["vi"].get(CHANGE_NOTE, ""),
        text=_sent_words(dispatch),
        newest=newest,
    )


def _most_groups(shares: Iterable[KitShare]) -> int:
    """Two versions of one warning went to the same groups, as far as anybody knows."""
    by_version: Counter[uuid.UUID] = Counter()
    for share in shares:
        by_version[share.version_id] += share.groups
    return max(by_version.values())


def _sent_words(dispatch: uuid.UUID | None) -> str:
    sent = DispatchText.objects.filter(dispatch=dispatch, language="vi")
    return sent.values_list("text", flat=True).first() or ""
