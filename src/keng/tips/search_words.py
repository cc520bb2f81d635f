"""The words a tip is found by: as typed and without accents, and gone when they must be."""

import uuid
from collections.abc import Iterable

from django.db import connection

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.kit import times
from keng.language.fold import fold
from keng.tips.models import DialogueMessage, Tip
from keng.tips.models.tip import FINDABLE_FOR

PORTION = 500

# Words as typed and words without accents: either finds it. What was closed as unfounded, or so
# long ago that nobody may search it, gets no words again.
_ADD = """
UPDATE tips_tip SET search = coalesce(search, ''::tsvector)
  || to_tsvector('simple', %s) || to_tsvector('simple', %s)
WHERE id = %s AND (state <> 'closed' OR outcome <> 'unfounded' AND closed_at > %s)
"""


def add_search_words(texts: Iterable[tuple[uuid.UUID, str, str]]) -> None:
    """Each as (tip, words, the same words folded); added to what the tip has."""
    since = times.now() - FINDABLE_FOR
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [(text, folded, tip, since) for tip, text, folded in texts])


def remove_from_index(tip: Tip) -> None:
    """A tip that was unfounded is found no more: nobody is followed by it."""
    Tip.objects.filter(pk=tip.pk).update(search=None)


def return_to_index(tip: Tip) -> None:
    """A tip that is open again is found by all that its reporter wrote."""
    said = tip.messages.filter(author=DialogueMessage.Author.REPORTER).values_list(
        "text", flat=True
    )
    texts = {tip.text, *said}
    Tip.objects.filter(pk=tip.pk).update(search=None)
    add_search_words((tip.pk, text, fold(text)) for text in texts)


@work()
def forget_search_words(portion: int = PORTION) -> int:
    """Empty the index of tips that were closed 90 days ago; how many were done."""
    old = Tip.objects.filter(
        state=Tip.State.CLOSED, search__isnull=False, closed_at__lte=times.now() - FINDABLE_FOR
    )
    chosen = list(lock_available(old).values_list("pk", flat=True)[:portion])
    return Tip.objects.filter(pk__in=chosen).update(search=None) if chosen else 0
