"""Who has a tip open just now: nothing of it goes on record, and a minute later it is forgotten."""

import datetime

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.work import permit_over
from keng.kit import times
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.sql_names import by_given_name
from keng.tips import acts
from keng.tips.models import Tip, TipReader

# A page says every 20 seconds that it is still there; two silences, and nobody is.
PRESENT_WITHIN = datetime.timedelta(seconds=45)
READER_FORGOTTEN_AFTER = datetime.timedelta(seconds=60)

_OTHERS: CompiledModelQuery[TipReader] = CompiledModelQuery(
    lambda *, tip, officer, since: (
        TipReader.objects.filter(tip=tip, seen_at__gt=since)
        .exclude(officer=officer)
        .select_related("officer")
        .order_by(*by_given_name("officer__name"))
    )
)


@act(acts.NOTE_READER)
def note_reader(tip: Tip, *, by: Officer) -> None:
    """The officer has the tip open now: the caller has read it out of those they may see.

    Raises NotAllowed.
    """
    permit_over(tip.responsible_unit_id)
    TipReader.objects.bulk_create(
        [TipReader(tip=tip, officer=by, seen_at=times.now())],
        update_conflicts=True,
        unique_fields=["tip", "officer"],
        update_fields=["seen_at"],
    )


def other_readers(tip: Tip, officer: Officer) -> list[Officer]:
    """Colleagues who have the tip open, in the order of their names."""
    since = times.now() - PRESENT_WITHIN
    return [row.officer for row in _OTHERS.fetch(tip=tip.pk, officer=officer.pk, since=since)]


def forget_readers() -> int:
    """Delete who has gone; 0, since everything is done in one go."""
    TipReader.objects.filter(seen_at__lt=times.now() - READER_FORGOTTEN_AFTER).delete()
    return 0
