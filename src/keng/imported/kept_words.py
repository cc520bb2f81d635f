"""Which words of a sheet come in: the one place that decides, for the dry run and the worker.

The dry run judges by what the sheet says beside the words, since reading ten thousand texts takes
longer than a page may. The worker judges so again, and reads them.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keng.imported.models import ImportKind
from keng.imported.periods import PeriodLimits
from keng.language.named_matters import may_be_named_matter
from keng.language.officers import seems_about_officers
from keng.language.taxonomy import is_for_named_officers


class WordsNote(StrEnum):
    """What becomes of the words of a row, as it is counted: in, or why not."""

    IN = "words"
    NO_END = "words_without_end"
    PAST_PERIOD = "words_past_period"
    FOR_NAMED = "words_for_named"
    ABOUT_OFFICERS = "words_about_officers"
    # What names the reporter could be sealed for nobody.
    NO_KEY = "words_without_key"


@dataclass(frozen=True, slots=True)
class WordsRule:
    """For one sheet. An imported tip has no desk that reads it alone; a warning was public."""

    kind: str
    limits: PeriodLimits

    def by_facts(self, row: dict[str, Any]) -> WordsNote:
        """By outcome, day and category."""
        if self.kind == ImportKind.WARNINGS:
            return WordsNote.IN
        if not row["ended"]:
            return WordsNote.NO_END
        ended_on = datetime.date.fromisoformat(row["ended"])
        outcome, category = row["outcome"], row["category"]
        if self.limits.is_past(outcome=outcome, category=category, ended_on=ended_on):
            return WordsNote.PAST_PERIOD
        return WordsNote.FOR_NAMED if is_for_named_officers(category) else WordsNote.IN

    def by_reading(self, row: dict[str, Any]) -> WordsNote:
        """By the same, and by what the words tell of."""
        note = self.by_facts(row)
        if self.kind == ImportKind.WARNINGS or note != WordsNote.IN:
            return note
        if may_be_named_matter(row["words"]):
            return WordsNote.FOR_NAMED
        return WordsNote.ABOUT_OFFICERS if seems_about_officers(row["words"]) else WordsNote.IN
