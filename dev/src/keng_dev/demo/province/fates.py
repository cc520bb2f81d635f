"""What became of each tip: dated steps by officers, as the desk would have taken them."""

import datetime as dt
from collections.abc import Iterable
from random import Random

from keng.accounts.models import Officer
from keng.language.taxonomy import categories
from keng.tips.models import Decision, Tip
from keng_dev.demo.province.clockwork import after, id_at
from keng_dev.demo.province.fate import Fate, Said, Step
from keng_dev.demo.province.halts import halt
from keng_dev.demo.province.stories import Story
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.province.words import sections
from keng_dev.demo.territory import NIGHT_WATCHED, WARD_CODE

_DAY = dt.timedelta(days=1)
# How likely a tip of this age (in days, at most) is still open.
_OPEN = ((0.25, 0.7), (1, 0.45), (3, 0.25), (10, 0.14), (30, 0.04))
_SERVICE = ("lost_found", "noise_neighbour", "other", "lodging_violation", "environment")
_OF_VALUE, _OF_VALUE_SERVICE, _OUTSIDE_SERVICE = 0.74, 0.46, 0.35
_OUTCOMES = {
    "scam": (("warned", 50), ("handed_over", 25), ("prevented", 12), ("solved", 13)),
    "crime": (("solved", 45), ("handed_over", 38), ("prevented", 17)),
    "service": (("solved", 72), ("handed_over", 14), ("prevented", 14)),
    # The scams that the demo's ward stopped are known by name.
    "scam_of_ward": (("warned", 57), ("handed_over", 28), ("solved", 15)),
}
K = Decision.Kind


class Fates:
    """Decides what became of stories, in the order in which they came in."""

    def __init__(self, volumes: Volumes, dice: Random) -> None:
        self._volumes, self._dice = volumes, dice
        self._first_of: dict[int, Fate] = {}
        # When a wave is over: its tips end together.
        self._ends: dict[int, dt.datetime] = {}
        self._answers = sections("answers.txt")

    def of(self, stories: Iterable[Story]) -> list[Fate]:
        """One for each story."""
        told = list(stories)
        for story in told:
            if story.wave:
                # What is stopped is stopped within hours.
                days = (
                    self._dice.uniform(0.1, 0.3) if story.success else self._dice.uniform(0.4, 1.4)
                )
                self._ends[story.wave] = story.at + days * _DAY
        return [self._fate(story) for story in told]

    def _fate(self, story: Story) -> Fate:
        fate = Fate(story, id_at(story.at, self._dice), waiting_since=story.at)
        officer = story.desk.officer(self._dice)
        first = self._first_of.setdefault(story.wave, fate) if story.wave else fate
        is_open = self._is_open(story)
        if story.is_live and story.desk.code == WARD_CODE:
            return fate
        if (
            is_open
            and not story.stays_open
            and self._dice.random() < (0.35 if self._age(story) > _DAY / 4 else 0.75)
        ):
            return fate
        self._take_on(fate, officer)
        if first is not fate:
            self._join(fate, first, officer)
        else:
            self._sort(fate, officer)
        self._answer(fate, officer)
        if story.halt:
            halt(fate, story.halt, officer)
        if not is_open:
            self._end(fate, officer)
        return fate

    def _age(self, story: Story) -> dt.timedelta:
        return self._volumes.now - story.at

    def _is_open(self, story: Story) -> bool:
        if story.stays_open is not None:
            return story.stays_open
        age = self._age(story) / _DAY
        share = next((share for days, share in _OPEN if age < days), 0.0)
        return self._dice.random() < share

    def _later(self, fate: Fate, minutes: float) -> dt.datetime:
        last = fate.steps[-1].at if fate.steps else fate.story.at
        return after(last, self._dice, typically=minutes, until=self._volumes.now)

    def _take_on(self, fate: Fate, officer: Officer) -> None:
        is_night = fate.story.at.hour in range(15, 23)
        minutes = 110 if is_night and fate.story.desk.code not in NIGHT_WATCHED else 24
        fate.read_at = after(fate.story.at, self._dice, typically=minutes, until=self._volumes.now)
        at = after(fate.read_at, self._dice, typically=4, until=self._volumes.now)
        fate.assigned_to, fate.state = officer, Tip.State.ACCEPTED
        fate.steps.append(Step(K.ACCEPTED, at, officer))

    def _join(self, fate: Fate, first: Fate, officer: Officer) -> None:
        fate.duplicate_of, fate.incident_id = first.tip_id, first.incident_id
        fate.category, fate.kind = first.category, first.kind
        fate.state, fate.sorted_at = Tip.State.DUPLICATE, self._later(fate, 6)
        detail = {"of": str(first.tip_id), "incident": str(first.incident_id)}
        fate.steps.append(Step(K.DUPLICATE, fate.sorted_at, officer, detail=detail))

    def _sort(self, fate: Fate, officer: Officer) -> None:
        category = fate.story.category
        fate.category, fate.kind = category, _law_kind(category, self._dice)
        fate.sorted_at = self._later(fate, 12)
        if fate.story.wave and fate.incident_id is None:
            fate.incident_id = id_at(fate.sorted_at, self._dice)
        detail = {
            "category": category,
            "law_kind": str(fate.kind),
            "urgency": categories()[category].urgency,
        }
        fate.steps.append(Step(K.SORTED, fate.sorted_at, officer, detail=detail))

    def _answer(self, fate: Fate, officer: Officer) -> None:
        if self._dice.random() < 0.05:
            return  # Answered with the end at the latest.
        at = self._later(fate, 35)
        fate.said.append(Said(at, self._dice.choice(self._answers[_answer_kind(fate)]), officer))
        fate.answered_at, fate.waiting_since = at, None
        fate.steps.append(Step(K.REPLIED, at, officer))
        if fate.story.language == "vi" and self._dice.random() < 0.14:
            back = after(at, self._dice, typically=90, until=self._volumes.now)
            fate.said.append(
                Said(back, self._dice.choice(self._answers["viet_them"]), author="reporter")
            )
            fate.waiting_since = back

    def _end(self, fate: Fate, officer: Officer) -> None:
        kind, outcome, value = self._verdict(fate)
        fate.value, fate.outcome, fate.waiting_since = value, outcome, None
        slow = self._dice.choice((300, 1_500, 4_000, 9_000))
        if kind:
            fate.kind = kind
            fate.closed_at = self._later(fate, slow / 4)
            reason = "out_of_scope" if kind == Tip.Kind.OUT_OF_SCOPE else _DECLINED[outcome]
            fate.is_emptied = kind == Tip.Kind.OUT_OF_SCOPE
            fate.steps.append(Step(K.DECLINED, fate.closed_at, officer, detail={"as_kind": reason}))
        else:
            self._conclude(fate, officer, slow)
        fate.state = Tip.State.CLOSED
        if fate.answered_at is None and fate.closed_at:
            words = self._dice.choice(self._answers[_answer_kind(fate)])
            fate.said.append(Said(fate.closed_at, words, officer))
            fate.answered_at = fate.closed_at

    def _conclude(self, fate: Fate, officer: Officer, slow: float) -> None:
        if fate.story.wave:
            self._conclude_with_the_wave(fate, officer)
            return
        if fate.value != Tip.Value.UNRATED:
            at = self._later(fate, slow)
            fate.steps.append(Step(K.RATED, at, officer, detail={"value": str(fate.value)}))
        notes = "khong_co" if fate.outcome == Tip.Outcome.UNFOUNDED else "ket_qua"
        fate.note = self._dice.choice(self._answers[notes])
        detail = {"outcome": fate.outcome}
        at = self._later(fate, 20)
        fate.steps.append(Step(K.OUTCOME, at, officer, fate.note, detail))
        fate.closed_at = self._later(fate, 30)
        fate.steps.append(Step(K.CLOSED, fate.closed_at, officer, detail=dict(detail)))

    def _conclude_with_the_wave(self, fate: Fate, officer: Officer) -> None:
        at = max(self._ends[fate.story.wave], fate.steps[-1].at + dt.timedelta(minutes=5))
        fate.closed_at = at + dt.timedelta(minutes=4)
        success = fate.story.success
        came_of_it = success.note if success else self._dice.choice(self._answers["ket_qua"])
        fate.note = "" if fate.duplicate_of else came_of_it
        if success:
            fate.said.append(Said(fate.closed_at, success.answer, officer))
            fate.answered_at = fate.answered_at or fate.closed_at
        detail = {"outcome": fate.outcome, "incident": str(fate.incident_id)}
        if fate.value != Tip.Value.UNRATED:
            rated = {"value": str(fate.value)}
            fate.steps.append(Step(K.RATED, at - dt.timedelta(minutes=2), officer, detail=rated))
        fate.steps.append(Step(K.OUTCOME, at, officer, fate.note, dict(detail)))
        fate.steps.append(Step(K.CLOSED, fate.closed_at, officer, detail=dict(detail)))

    def _verdict(self, fate: Fate) -> tuple[str, str, str]:
        """Kind by law if it was no tip for us, outcome, value."""
        dice, category = self._dice, fate.story.category
        if fate.duplicate_of:
            first = self._first_of[fate.story.wave]
            return "", first.outcome, Tip.Value.UNRATED
        if category == "spam_not_a_tip":
            return self._no_tip(fate)
        if fate.story.success:
            return "", Tip.Outcome.PREVENTED, Tip.Value.OF_VALUE
        if fate.story.wave:
            return "", _drawn(_OUTCOMES["scam"], dice), Tip.Value.OF_VALUE
        draw, is_service = dice.random(), category in _SERVICE
        if is_service and draw < _OUTSIDE_SERVICE:
            return Tip.Kind.CIVIL, Tip.Outcome.NOT_A_TIP, Tip.Value.UNRATED
        least = _OUTSIDE_SERVICE if is_service else 0
        if draw < least + (_OF_VALUE_SERVICE if is_service else _OF_VALUE):
            return "", _drawn(_OUTCOMES[_group_of(fate.story)], dice), Tip.Value.OF_VALUE
        return "", Tip.Outcome.UNFOUNDED, Tip.Value.NOT_OF_VALUE

    def _no_tip(self, fate: Fate) -> tuple[str, str, str]:
        draw = self._dice.random()
        if draw < 0.12 and self._age(fate.story) > dt.timedelta(days=40):
            return Tip.Kind.OUT_OF_SCOPE, Tip.Outcome.NOT_A_TIP, Tip.Value.UNRATED
        if draw < 0.5:
            return Tip.Kind.ADMINISTRATIVE, Tip.Outcome.OUT_OF_COMPETENCE, Tip.Value.UNRATED
        return Tip.Kind.PROCEDURE, Tip.Outcome.NOT_A_TIP, Tip.Value.UNRATED


_DECLINED: dict[str, str] = {
    Tip.Outcome.OUT_OF_COMPETENCE: "municipal",
    Tip.Outcome.NOT_A_TIP: "procedure",
}


def _group_of(story: Story) -> str:
    if story.category.startswith("scam_"):
        return "scam_of_ward" if story.desk.code == WARD_CODE else "scam"
    return "service" if story.category in _SERVICE else "crime"


def _answer_kind(fate: Fate) -> str:
    if fate.story.language == "en":
        return "answer"
    if fate.story.category.startswith("scam_"):
        return "tra_loi_lua"
    return "tra_loi_khac" if fate.story.category == "spam_not_a_tip" else "tra_loi"


def _law_kind(category: str, dice: Random) -> str:
    if category.startswith("scam_"):
        return dice.choice([Tip.Kind.SCAM_NOTICE, Tip.Kind.INFORMATION, Tip.Kind.DENUNCIATION])
    if category in _SERVICE or category == "traffic":
        return Tip.Kind.ADMINISTRATIVE
    return dice.choice([Tip.Kind.INFORMATION, Tip.Kind.INFORMATION, Tip.Kind.DENUNCIATION])


def _drawn(shares: tuple[tuple[str, int], ...], dice: Random) -> str:
    (found,) = dice.choices([name for name, _ in shares], [share for _, share in shares])
    return found
