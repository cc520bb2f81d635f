"""Telling reporters: the same neutral notice on the page of each report that may be concerned."""

import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.breaches.counts import to_next_ten
from keng.breaches.models import Breach, BreachNotice
from keng.kit import times
from keng.kit.time_words import day_words
from keng.places.models import Unit
from keng.tips.messages import add_message
from keng.tips.models import DialogueMessage, Tip

PORTION = 50
_AT_ONCE = datetime.timedelta(0)


@work()
def tell_next_reporters(portion: int = PORTION) -> int:
    """Put the notice on the next pages; on how many. A job of the worker.

    The row of the notice says how far it came, and is changed with what was told: a report that
    was told once is not told twice, wherever the worker is killed.
    """
    under_way = BreachNotice.objects.filter(done_at=None).order_by("id")
    notice = lock_available(under_way).first()
    if notice is None:
        return 0
    # No word of what happened is the worker's to read.
    breach = Breach.objects.only("id", "unit", "detected_at").get(pk=notice.breach_id)
    ahead = tips_to_tell(notice, breach)
    if notice.told_up_to is not None:
        ahead = ahead.filter(id__gt=notice.told_up_to)
    tips = list(ahead.order_by("id")[:portion])
    for tip in tips:
        add_message(tip, reporter_notice(tip.language, breach.detected_at), by=None, hold=_AT_ONCE)
    if tips:
        notice.told_up_to = tips[-1].pk
        notice.told += len(tips)
    else:
        notice.done_at = times.now()
        record(
            "breach.reporters_told",
            by="worker",
            on=breach,
            chain=unit_chain(breach.unit_id),
            detail={"at_most": to_next_ten(notice.told)},
        )
    notice.save(update_fields=["told_up_to", "told", "done_at"])
    return max(len(tips), 1)


def tips_to_tell(notice: BreachNotice, breach: Breach) -> QuerySet[Tip]:
    """Reports of the province and the desks below it that came in between, and have words still;
    less those on whose page the very notice stands, by an earlier one of the same day.

    The page of one that was taken back or whose period is over says that its words are gone.
    """
    units = Unit.objects.filter(Q(pk=breach.unit_id) | Q(parent=breach.unit_id))
    rows = Tip.objects.filter(
        responsible_unit__in=units,
        received_at__lte=notice.received_until,
        withdrawn_at=None,
        purged_at=None,
    )
    if notice.received_from:
        rows = rows.filter(received_at__gte=notice.received_from)
    words = [reporter_notice(code, breach.detected_at) for code, _name in settings.LANGUAGES]
    same_notice = DialogueMessage.objects.filter(
        tip=OuterRef("pk"), author=DialogueMessage.Author.AUTOMATIC, text__in=words
    )
    return rows.filter(~Exists(same_notice))


def reporter_notice(language: str, detected_at: datetime.datetime) -> str:
    """The whole of it, the same for everybody: no matter, no place, no name, no code."""
    with translation.override(language):
        return _(
            "A notice about data: on %(day)s we found that data which people sent here may have"
            " come into wrong hands, were lost or were changed. Yours may be among them. You need"
            " not do anything. If you do not feel safe, write here; in danger, call 113."
        ) % {"day": day_words(times.local_date(detected_at))}
