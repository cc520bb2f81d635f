"""The lock with which every decision on a tip begins: who may see it, and what they had seen."""

import uuid

from keng.accounts.models import Officer
from keng.tips.errors import AlreadyClosed, ChangedMeanwhile, ContentIsSealed, NotYours
from keng.tips.models import Tip
from keng.tips.page_version import changes_since


def lock_tip(
    tip_id: uuid.UUID, *, by: Officer, seen: str | None = None, closed_too: bool = False
) -> Tip:
    """The tip, locked until commit, if this officer may decide on it.

    `seen` is the version (keng.tips.page_version) of the page from which the officer decides;
    None when there was no page. Raises NotYours, AlreadyClosed, ContentIsSealed, ChangedMeanwhile.
    """
    visible = Tip.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    tip = visible.filter(pk=tip_id).first()
    if tip is None:
        raise NotYours
    if seen is not None and (news := changes_since(tip, seen, by)):
        raise ChangedMeanwhile(news.decisions[-1] if news.decisions else None)
    if not tip.is_open and not closed_too:
        raise AlreadyClosed
    if tip.kind == Tip.Kind.OUT_OF_SCOPE or tip.outcome == Tip.Outcome.WITHDRAWN:
        raise ContentIsSealed
    return tip
