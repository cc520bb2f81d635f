"""A year of warnings before they are written: who says what to whom when, and what came after."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from keng.accounts.models import Officer
from keng.kit import times
from keng.network.models import GroupKind
from keng.warnings.content import CHANGE_NOTE, WARNING_FIELDS, AudienceChoice, WarningContent
from keng_dev.demo.province.territory import Desk, Territory
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.province.words import sections

K = GroupKind
# Whom a matter concerns; everything else goes to everybody.
_KINDS_OF = {
    "scam_rental": (K.LANDLORDS, K.YOUTH_UNION, K.RESIDENTS),
    "theft": (K.LANDLORDS, K.RESIDENTS, K.TEAM),
    "fire_explosion": (K.LANDLORDS, K.LODGING, K.KARAOKE, K.RESIDENTS),
    "scam_child_emergency": (K.SCHOOL, K.RESIDENTS),
    "weapons_fireworks": (K.SCHOOL, K.YOUTH_UNION, K.RESIDENTS),
}
_WARD_WARNINGS = 11
# What each correction says that it changes, and why.
_CORRECTION_NOTES = {
    "vi": "Một phần của bản trước ghi sai; đã hỏi lại nơi có việc và sửa cho đúng.",
    "en": "One part of the earlier version was wrong; we asked again and put it right.",
}
# What is younger may still turn out wrong; nobody knows yet.
_SETTLED = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What came after: other words to the same people, or the warning taken back."""

    at: dt.datetime
    content: WarningContent | None
    """The words put right; None when it was taken back."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One warning before it is written."""

    at: dt.datetime
    desk: Desk
    matter: str
    """Its section in words/warnings.txt."""
    content: WarningContent
    choice: AudienceChoice
    author: Officer
    approver: Officer
    amendments: tuple[Amendment, ...] = ()


class Year:
    """Plans the warnings of one year."""

    def __init__(self, territory: Territory, volumes: Volumes, dice: Random) -> None:
        self._territory, self._volumes, self._dice = territory, volumes, dice

    def bulletins(self) -> list[Bulletin]:
        """All of them, oldest first."""
        found = sorted(self._first_ones(), key=lambda bulletin: bulletin.at)
        return self._amended(found)

    def _first_ones(self) -> Iterator[Bulletin]:
        volumes, dice, territory = self._volumes, self._dice, self._territory
        desks = [territory.province] * volumes.province_warnings
        desks += [territory.ward] * _WARD_WARNINGS
        desks += [territory.somewhere(dice) for _ in range(volumes.commune_warnings)]
        words = list(contents().items())
        used: dict[Desk, int] = {}
        for number, desk in enumerate(desks):
            turn = used[desk] = used.get(desk, dice.randrange(len(words))) + 1
            matter, content = words[turn % len(words)]
            days = 3 + number * 14 if desk is territory.province else dice.randrange(4, 360)
            if desk is territory.ward:
                days = 5 + 32 * (number - volumes.province_warnings)
            yield self._bulletin(desk, matter, content, min(days, 360))

    def _bulletin(self, desk: Desk, matter: str, content: WarningContent, days: int) -> Bulletin:
        day = self._volumes.today - dt.timedelta(days=days)
        at = times.start_of(day) + dt.timedelta(hours=8, minutes=self._dice.randrange(540))
        until = day + dt.timedelta(days=self._dice.choice((30, 45, 60)))
        kinds = _KINDS_OF.get(content.category, tuple(K.values))
        above = self._territory.province
        approver = desk.commander or above.commander or above.officer(self._dice)
        return Bulletin(
            at,
            desk,
            matter,
            replace(content, valid_until=until),
            AudienceChoice((desk.place.pk,), tuple(str(kind) for kind in kinds)),
            author=desk.officer(self._dice),
            approver=approver,
        )

    def _amended(self, found: list[Bulletin]) -> list[Bulletin]:
        """Some were put right, some taken back, one both; at the ward and the province too."""
        mistakes, reasons = first_tries(), reasons_to_take_back()
        ward, province = self._territory.ward, self._territory.province
        corrected = []
        for desk in (ward, province, province, None, None, None, None, None):
            at = self._some(found, desk, mistakes)
            if at is not None:
                found[at] = self._corrected(found[at], mistakes.pop(found[at].matter))
                corrected.append(at)
        for desk in (ward, province, None, None, None):
            at = self._some(found, desk, reasons)
            if at is not None:
                found[at] = self._taken_back(found[at], reasons.pop(found[at].matter))
        if corrected:
            (reason,) = sections("amendments.txt")["taken_back_after_all"]
            found[corrected[-1]] = self._taken_back(found[corrected[-1]], reason)
        return found

    def _some(
        self,
        found: list[Bulletin],
        desk: Desk | None,
        matters: dict[str, str] | dict[str, WarningContent],
    ) -> int | None:
        """Which one: of a desk the newest, else any that stands as it was first written."""
        fit = [
            at
            for at, each in enumerate(found)
            if each.matter in matters and not each.amendments and desk in {None, each.desk}
            if each.at < self._volumes.now - _SETTLED
        ]
        if not fit:
            return None
        return fit[-1] if desk is not None else self._dice.choice(fit)

    def _corrected(self, bulletin: Bulletin, first: WarningContent) -> Bulletin:
        right = bulletin.content
        at = bulletin.at + dt.timedelta(hours=self._dice.uniform(0.7, 4))
        wrong = replace(first, valid_until=right.valid_until)
        texts = {
            language: {**text, CHANGE_NOTE: _CORRECTION_NOTES[language]}
            for language, text in right.texts.items()
        }
        amendment = Amendment(at, replace(right, texts=texts))
        return replace(bulletin, content=wrong, amendments=(amendment,))

    def _taken_back(self, bulletin: Bulletin, reason: str) -> Bulletin:
        last = bulletin.amendments[-1].at if bulletin.amendments else bulletin.at
        at = last + dt.timedelta(hours=self._dice.uniform(1, 5))
        after = (*bulletin.amendments, Amendment(at, None, reason))
        return replace(bulletin, amendments=after)


def contents() -> dict[str, WarningContent]:
    """The warnings of words/warnings.txt by their names, in both languages."""
    found = {}
    for matter, lines in sections("warnings.txt").items():
        category, severity = lines[0].split()
        texts = {
            "vi": dict(zip(WARNING_FIELDS, lines[1:6], strict=True)),
            "en": dict(zip(WARNING_FIELDS, lines[6:11], strict=True)),
        }
        found[matter] = WarningContent(texts, category, int(severity), None)
    return found


def first_tries() -> dict[str, WarningContent]:
    """What some of them said at first, with one part that was wrong."""
    found = {}
    for name, lines in sections("amendments.txt").items():
        matter, _, part = name.partition(".")
        if part:
            right = contents()[matter]
            texts = {
                language: {**right.texts[language], part: words}
                for language, words in zip(("vi", "en"), lines, strict=True)
            }
            found[matter] = replace(right, texts=texts)
    return found


def reasons_to_take_back() -> dict[str, str]:
    """By the warning's name."""
    lines = sections("amendments.txt")["taken_back"]
    return dict(line.split(": ", 1) for line in lines)
