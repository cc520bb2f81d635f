"""Reporters who said that they are afraid: what a page made before that does not know."""

import datetime

from django.db.models import QuerySet

from keng.kit.ids import first_id
from keng.tips.models import DialogueMessage, Tip


def count_afraid_since(rows: QuerySet[Tip], since: datetime.datetime) -> int:
    """How many of these tips have a reporter who said so after that moment."""
    # Ids of messages tell the time: a short walk, where the tips' own column has no index.
    said = DialogueMessage.objects.filter(
        id__gt=first_id(since), author=DialogueMessage.Author.REPORTER
    )
    return rows.filter(pk__in=said.values("tip"), feared_at__gt=since).count()
