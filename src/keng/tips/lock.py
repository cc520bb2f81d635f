"""The lock with which every decision on a tip begins: who may see it, and what they had seen."""

import uuid

from django.db.models import Q

from keng.accounts.models import Officer
from keng.acts.errors import KeptBack
from keng.acts.locks import lock, lock_all
from keng.acts.work import permit_anywhere, permit_over
from keng.tips.errors import (
    AlreadyClosed,
    ChangedMeanwhile,
    ContentIsSealed,
    NotYours,
    PeriodOver,
)
from keng.tips.models import Tip
from keng.tips.page_version import changes_since


def lock_tip(
    tip_id: uuid.UUID, *, by: Officer, seen: str | None = None, closed_too: bool = False
) -> Tip:
    """The tip, locked until commit, if this officer may do over it what goes on.

    `seen` is the version (keng.tips.page_version) of the page from which the officer decides;
    None when there was no page. Raises NotYours, AlreadyClosed, ContentIsSealed, PeriodOver,
    ChangedMeanwhile;
    acts.errors.NotAllowed where the officer may not do this to any tip.
    """
    visible = Tip.objects.visible_to(by).filter(pk=tip_id)
    tip = lock(visible).first()
    # Asked once more, by a statement that begins when the row is held: the first one knows of
    # recusals and named officers only what stood there before it waited.
    if tip is None or not visible.exists():
        # Asked in any case, as keng.acts.locks.lock_one does.
        permit_anywhere()
        raise NotYours
    permit_over(tip.responsible_unit_id)
    if seen is not None and (news := changes_since(tip, seen, by)):
        raise ChangedMeanwhile(news.decisions[-1] if news.decisions else None)
    if not tip.is_open and not closed_too:
        raise AlreadyClosed
    if tip.purged_at is not None:
        raise PeriodOver
    if tip.kind == Tip.Kind.OUT_OF_SCOPE or tip.outcome == Tip.Outcome.WITHDRAWN:
        raise ContentIsSealed
    return tip


def lock_tips(which: Q) -> None:
    """Lock several tips by one statement, before the first of them is decided on.

    One after the other they would be locked as somebody named them, and two who do that wait for
    each other. Raises NotYours where the database keeps one of them from whoever acts.
    """
    try:
        lock_all(Tip.objects.filter(which).only("pk"))
    except KeptBack as kept:
        raise NotYours from kept
