"""Questions that a desk answered for everybody, as they are proposed to it when asked again."""

import uuid
from collections.abc import Iterator, Sequence

from keng.community.models import Question
from keng.dialogue.published_answers import PublishedAnswer

# The newest: a desk that has answered more has answered most things several times.
_MOST_READ = 300


def answers_of_place_pages(unit_ids: Sequence[uuid.UUID]) -> Iterator[PublishedAnswer]:
    """What stands on the pages of these units' places, newest first."""
    shown = Question.objects.public().filter(unit__in=unit_ids).order_by("-decided_at", "-id")
    rows = shown.values_list("pk", "shown_text", "answer")[:_MOST_READ]
    for pk, asked, answer in rows:
        yield PublishedAnswer(pk, asked, answer)
