"""From a sheet to what would come in: the rows, the lines refused, and both in numbers."""

import datetime
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keng.accounts.models import Officer
from keng.imported import cells
from keng.imported.box import WaitingRows
from keng.imported.cells import RefusedCell
from keng.imported.first_days import FirstDays
from keng.imported.kept_words import WordsNote, WordsRule
from keng.imported.models import ImportedTip, ImportedWarning, ImportKind
from keng.imported.periods import PeriodLimits
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.language.fold import fold
from keng.network.sheets.places_in_cells import Territory
from keng.network.sheets.reading import Sheet, SheetLine
from keng.places.models import Place, Unit
from keng.tips.models import Tip

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS = {ImportKind.TIPS: ImportedTip, ImportKind.WARNINGS: ImportedWarning}
# Keys asked for in one statement.
_PORTION = 2000


@dataclass(slots=True)
class DryRun:
    """What would come in."""

    waiting: WaitingRows
    known: int = 0
    """Lines that are here already, from this sheet or another."""
    notes: Counter[str] = field(default_factory=Counter)
    """Of lines that come in: how many may have their words, and what of the others stays out."""

    @property
    def summary(self) -> dict[str, Any]:
        """In numbers alone, which stay when the rows are destroyed."""
        months: Counter[str] = Counter()
        of_value: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        for row in self.waiting.rows:
            n = row.get("count", 1)
            months[row["on"][:7]] += n
            kinds[row["category"]] += n
            if row.get("value") == Tip.Value.OF_VALUE:
                of_value[row["on"][:7]] += n
        return {
            "rows": len(self.waiting.rows),
            "total": months.total(),
            "of_value": of_value.total(),
            "known": self.known,
            "refused": len(self.waiting.refused),
            "months": [[month, months[month], of_value[month]] for month in sorted(months)],
            "kinds": [[kind, n] for kind, n in kinds.most_common()],
            "notes": dict(self.notes),
        }


def dry_run(sheet: Sheet, *, kind: str, unit: Unit, officer: Officer) -> DryRun:
    """Read every line; nothing is written."""
    reader = _LineReader.of_province(unit, officer, kind)
    read = reader.tip if kind == ImportKind.TIPS else reader.warning
    found = DryRun(WaitingRows([], []), notes=reader.notes)
    for line in sheet.lines:
        try:
            found.waiting.rows.append(_read(line, read))
        except RefusedCell as error:
            refused = {"line": line.number, "cells": line.cells, "why": str(error)}
            found.waiting.refused.append(refused)
    _give_keys(found.waiting.rows, kind, unit)
    _leave_out_known(found, kind)
    return found


def _read(line: SheetLine, read: "Callable[[dict[str, str]], dict[str, Any]]") -> dict[str, Any]:
    if line.formulas:
        raise RefusedCell("formula")
    return read(line.cells) | {"cells": line.cells}


def _give_keys(rows: list[dict[str, Any]], kind: str, unit: Unit) -> None:
    """The same for the same line of another day's sheet, and others for lines alike in one."""
    seen: Counter[str] = Counter()
    for row in rows:
        identity = _identity(row, row.pop("cells"))
        seen[identity] += 1
        parts = (kind, str(unit.pk), identity, str(seen[identity]))
        row["key"] = keyed_hash("imported row", *parts).hex()


def _identity(row: dict[str, Any], written: dict[str, str]) -> str:
    """By which a line is known: its number in the register, or all that it says.

    As it was written: periods and desks, and so what comes of a line, change from day to day. Its
    days alone are read, since each kind of file writes them in its own way.
    """
    folded = {column: fold(cell) for column, cell in written.items()}
    if number := folded.get("number"):
        # A register begins anew each year, and each commune may have its own.
        known_by = {"number": number, "year": row["on"][:4], "place": folded.get("place", "")}
    else:
        days = {"on": row["on"], "is_month": row["is_month"], "ended": row.get("ended", "")}
        known_by = folded | days
    return json.dumps(known_by, sort_keys=True, ensure_ascii=False)


def _leave_out_known(found: DryRun, kind: str) -> None:
    keys = [bytes.fromhex(row["key"]) for row in found.waiting.rows]
    known: set[str] = set()
    rows = MODELS[ImportKind(kind)].objects
    for start in range(0, len(keys), _PORTION):
        there = rows.filter(row_key__in=keys[start : start + _PORTION])
        known.update(bytes(key).hex() for key in there.values_list("row_key", flat=True))
    found.known = len(known)
    found.waiting.rows[:] = [row for row in found.waiting.rows if row["key"] not in known]


@dataclass(slots=True)
class _LineReader:
    """Reads lines with what is asked of the database once for a whole sheet."""

    unit: Unit
    territory: Territory
    rule: WordsRule
    today: datetime.date
    first_days: FirstDays
    notes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of_province(cls, unit: Unit, by: Officer, kind: str) -> "_LineReader":
        now = times.now()
        rule = WordsRule(kind, PeriodLimits.of_province(unit, now))
        first_days = FirstDays.seen_by(by, unit.pk, kind)
        return cls(unit, Territory.of_officer(by), rule, times.local_date(now), first_days)

    def tip(self, line: dict[str, str]) -> dict[str, Any]:
        """One line of a sheet of tips."""
        row, on = self._common(line)
        outcome = cells.parse_outcome(line.get("outcome", ""))
        ended = cells.parse_end(line.get("ended", ""), began=on, today=self.today)
        if ended and not outcome:
            raise RefusedCell("end_without_outcome")
        count = cells.parse_count(line.get("count", ""))
        words = cells.parse_words(line.get("words", ""))
        if count > 1 and words:
            raise RefusedCell("total_with_words")
        channel = cells.channel_of(line.get("channel", ""))
        if line.get("channel") and not channel:
            self.notes["no_channel"] += 1
        row |= {
            "outcome": outcome,
            "ended": ended.isoformat() if ended else "",
            "value": cells.parse_value(line.get("value", "")),
            "count": count,
            "channel": channel,
        }
        return row | {"words": self._kept_words(words, row)}

    def warning(self, line: dict[str, str]) -> dict[str, Any]:
        """One line of a sheet of warnings."""
        row, _on = self._common(line)
        if row["is_month"]:
            # A month of tips is a total; a warning went out on a day.
            raise RefusedCell("month_of_warning")
        words = cells.parse_words(line.get("words", ""))
        if not words:
            raise RefusedCell("no_words")
        row["groups"] = cells.parse_groups(line.get("groups", ""))
        return row | {"words": self._kept_words(words, row)}

    def _common(self, line: dict[str, str]) -> tuple[dict[str, Any], datetime.date]:
        on, is_month = cells.parse_date(line.get("on", ""), today=self.today)
        place, desk = self._place(line.get("place", ""))
        row = {
            "on": on.isoformat(),
            "is_month": is_month,
            "place": place,
            "unit": str(desk.pk),
            "category": cells.parse_category(line.get("category", "")),
        }
        if self.first_days.has_counted(row):
            raise RefusedCell("counted_here")
        return row, on

    def _place(self, words: str) -> tuple[str, Unit]:
        if not words:
            return "", self.unit
        found = self.territory.find_place(words)
        if found.place is None:
            raise RefusedCell("several_places" if found.choices else "no_place")
        if found.place.kind == Place.Kind.PROVINCE:
            return "", self.unit
        return str(found.place.pk), self.territory.unit_of(found.place) or self.unit

    def _kept_words(self, words: str, row: dict[str, Any]) -> str:
        """The words, unless they stay out already: then it is counted."""
        if not words:
            return ""
        note = self.rule.by_facts(row)
        self.notes[note] += 1
        return words if note == WordsNote.IN else ""
