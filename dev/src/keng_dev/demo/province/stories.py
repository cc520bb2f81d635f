"""What was told, by whom, when and where: all tips of the demo (`volumes.py` says how many)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from keng.kit import times
from keng_dev.demo.province import grammar, nobody
from keng_dev.demo.province.clockwork import at_some_hour, some_moment
from keng_dev.demo.province.territory import Desk, Territory
from keng_dev.demo.province.volumes import BEGINNING, Volumes
from keng_dev.demo.province.words import sections

# How often people write of what: of a hundred tips about so many.
CATEGORIES = {
    "theft": 7,
    "robbery": 1.2,
    "burglary": 3,
    "drugs": 2.5,
    "gambling": 3.5,
    "domestic_violence": 1.6,
    "child_safety": 1,
    "assault_disorder": 4,
    "traffic": 5,
    "fire_explosion": 1,
    "missing_person": 0.8,
    "weapons_fireworks": 1.5,
    "lodging_violation": 2,
    "environment": 3.5,
    "lost_found": 3,
    "noise_neighbour": 3.5,
    "scam_impersonation": 9,
    "scam_bank": 4,
    "scam_job_task": 6,
    "scam_investment": 3,
    "scam_romance": 1.4,
    "scam_parcel": 5,
    "scam_loan_app": 3,
    "scam_shopping": 4,
    "scam_child_emergency": 1.2,
    "scam_rental": 2.5,
    "scam_account_takeover": 3,
    "scam_other": 3,
    "loan_shark": 2,
    "other": 2.5,
    "spam_not_a_tip": 8,
}
_WAVES_OF = (
    "scam_impersonation",
    "scam_bank",
    "scam_job_task",
    "scam_parcel",
    "scam_loan_app",
    "scam_shopping",
    "scam_account_takeover",
    "scam_rental",
    "scam_other",
)
# The wave to discover: told in these many other communes before, and today in the ward.
WAVE_COMMUNES, WAVE_TIPS, WAVE_DAYS = 6, 13, 4
WAVE_LINK, WAVE_PHONE = "dinhdanh-capnhat.example", f"{nobody.PHONE_PREFIX} 246 810"
# What the ward is known for: days ago, section of words/successes.txt, million đồng that stayed.
_SUCCESSES = ((47, "chuyen_khoan", 180), (118, "kich_hoat_1", 26), (263, "kich_hoat_2", 9))
_FIRST_SUCCESS = 9_001
# What is suspended: section of words/halts.txt, reported so many days ago, taken up again so many
# days ago. The one of the past was suspended at the end of the month that is signed.
_HALTS = (("dinh_gia", 6, None), ("mau_nuoc", 5, None), ("giam_dinh", 70, 12), ("sao_ke", 71, 13))
# Officers take some down at the telephone, at the counter and from a chat that they are shown.
_CHANNELS, _SHARES = ("web", "zalo_oa", "phone", "counter", "chat"), (50, 34, 8, 5, 3)
_ENGLISH = 0.04
_MORNING = dt.timedelta(hours=8, minutes=20)


@dataclass(frozen=True, slots=True)
class Success:
    """What the officers prevented: the incident's name, what came of it, what reporters heard."""

    title: str
    note: str
    answer: str
    saved: int
    """In đồng."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a tip was suspended, and when and why it was taken up again, if it was."""

    ground: str
    reason: str
    told: str
    came: str = ""
    resumed: dt.datetime | None = None


@dataclass(slots=True)
class Story:
    """One tip before it is written."""

    at: dt.datetime
    desk: Desk
    category: str
    text: str
    language: str = "vi"
    channel: str = "web"
    wave: int = 0
    """Stories of one wave in one commune are one incident; 0 for those that stand alone."""
    is_live: bool = False
    """One of the wave that goes on now."""
    stays_open: bool | None = None
    """None: as chance has it."""
    money_moved: bool = False
    do_not_contact: bool = False
    contact: dict[str, str] = field(default_factory=dict, repr=False)
    success: Success | None = None
    """One whose end is known by name."""
    halt: Halt | None = None


class Teller:
    """Tells every story once: no text comes twice."""

    def __init__(self, territory: Territory, volumes: Volumes, dice: Random) -> None:
        self._territory, self._volumes, self._dice = territory, volumes, dice
        self._told: set[str] = set()

    def stories(self) -> list[Story]:
        """All of them in the order in which they came in."""
        told = [*self._live_wave(), *self._past_waves(), *self._successes(), *self._of_the_ward()]
        told += self._halted()
        while len(told) < self._volumes.tips:
            moment = some_moment(self._dice, self._volumes)
            told.append(self._alone(moment, self._territory.somewhere(self._dice)))
        return sorted(told[: self._volumes.tips], key=lambda story: story.at)

    def _of_the_ward(self) -> list[Story]:
        found, day = [], BEGINNING
        while day < self._volumes.today - dt.timedelta(days=31):
            for _ in range(self._volumes.of_ward_monthly):
                on = day + dt.timedelta(days=self._dice.randrange(30))
                moment = at_some_hour(on, self._dice, self._volumes)
                found.append(self._alone(moment, self._territory.ward))
            day += dt.timedelta(days=30)
        for story in found:
            story.stays_open = False
        # A calm desk: beside the one of today, one is still open and one suspended.
        on = self._volumes.today - dt.timedelta(days=1)
        moment = at_some_hour(on, self._dice, self._volumes)
        found.append(self._alone(moment, self._territory.ward, "scam_parcel"))
        found[-1].stays_open = True
        return found

    def _halted(self) -> list[Story]:
        found, elsewhere = [], [d for d in self._territory.communes if d is not self._ward]
        for number, (section, days, ended) in enumerate(_HALTS):
            category, ground, text, reason, told, *came = sections("halts.txt")[section]
            desk = elsewhere[number] if number else self._ward
            story = Story(self._days_ago(days), desk, category, text, stays_open=ended is None)
            resumed = self._days_ago(ended) if ended else None
            story.halt = Halt(ground, reason, told, "".join(came), resumed)
            found.append(story)
        return found

    def _days_ago(self, days: int) -> dt.datetime:
        return times.start_of(self._volumes.today - dt.timedelta(days=days)) + _MORNING

    def _alone(self, at: dt.datetime, desk: Desk, category: str = "") -> Story:
        dice = self._dice
        if not category:
            (category,) = dice.choices(list(CATEGORIES), list(CATEGORIES.values()))
        if dice.random() < _ENGLISH and category in grammar.in_english():
            words = self._new(partial(grammar.tell_in_english, dice, category, desk.spoken))
            return self._story(at, desk, category, words, language="en")
        words = self._new(partial(grammar.tell, dice, category, desk.spoken))
        return self._story(at, desk, category, words)

    def _past_waves(self) -> list[Story]:
        """The same caller, link or account told by several people of one commune within days."""
        dice, found = self._dice, []
        for number in range(1, self._volumes.waves + 1):
            begins = some_moment(dice, self._volumes) - dt.timedelta(days=20)
            desk, category = self._territory.somewhere(dice), dice.choice(_WAVES_OF)
            script = _with_one_number(category, dice)
            for _ in range(dice.randint(3, 13)):
                at = begins + dt.timedelta(hours=dice.expovariate(1 / 40))
                words = self._new(partial(self._retold, script, desk))
                found.append(self._story(at, desk, category, words, wave=number, stays_open=False))
        return found

    def _successes(self) -> list[Story]:
        """Told in time by two each: every one of them is an incident of its own."""
        found = []
        for wave, (days, section, millions) in enumerate(_SUCCESSES, start=_FIRST_SUCCESS):
            title, note, answer, *told = sections("successes.txt")[section]
            phone, link = f"số {nobody.phone(self._dice)}", nobody.link(self._dice)
            success = Success(title, note, answer, millions * 1_000_000)
            at = times.start_of(self._volumes.today - dt.timedelta(days=days))
            at += dt.timedelta(hours=8, minutes=self._dice.randrange(420))
            for script in told:
                words = script.replace("{sdt}", phone).replace("{duongdan}", link)
                text = self._new(partial(grammar.spoken, words, self._dice, self._ward.spoken))
                story = self._story(at, self._ward, "scam_impersonation", text, wave=wave)
                story.success, story.stays_open = success, False
                story.money_moved = story.do_not_contact = False
                found.append(story)
                at += dt.timedelta(minutes=self._dice.randrange(4, 35))
        return found

    @property
    def _ward(self) -> Desk:
        return self._territory.ward

    def _retold(self, script: str, desk: Desk) -> str:
        """Everybody tells it with words of their own around it."""
        slots = sections("slots.txt")
        said = [script]
        if self._dice.random() < 0.6:
            said.insert(0, f"{self._dice.choice(slots['chao'])} chuyện ở {{xa}}:")
        for part, share in (("chitietlua", 0.7), ("camxuc", 0.5), ("xin", 0.6)):
            if self._dice.random() < share:
                said.append(f"{self._dice.choice(slots[part])}")
        return grammar.spoken(" ".join(said), self._dice, desk.spoken)

    def _live_wave(self) -> list[Story]:
        dice, volumes = self._dice, self._volumes
        desks = dice.sample(
            [desk for desk in self._territory.communes if desk is not self._territory.ward],
            WAVE_COMMUNES,
        )
        scripts, found = sections("answers.txt")["vneid"], []
        for number in range(WAVE_TIPS):
            script = _of_the_wave(scripts[number % len(scripts)])
            at = volumes.now - dt.timedelta(hours=3 + 7.1 * number + dice.random())
            desk = desks[number % WAVE_COMMUNES]
            words = self._new(partial(grammar.spoken, script, dice, desk.spoken))
            found.append(
                self._story(at, desk, "scam_impersonation", words, is_live=True, stays_open=True)
            )
        # The first in the ward: today, and if the day is young, since midnight.
        (script,) = sections("answers.txt")["vneid_nenh"]
        midnight = times.start_of(volumes.today)
        at = max(volumes.now - dt.timedelta(minutes=26), midnight + dt.timedelta(seconds=1))
        ward = self._territory.ward
        found.append(
            self._story(
                at, ward, "scam_impersonation", _of_the_wave(script), is_live=True, stays_open=True
            )
        )
        for story in found:
            story.channel = "web" if story.desk is ward else story.channel
        return found

    def _new(self, tell: Callable[[], str]) -> str:
        while (text := tell()) in self._told:
            pass
        self._told.add(text)
        return text

    def _story(
        self, at: dt.datetime, desk: Desk, category: str, text: str, **more: object
    ) -> Story:
        dice = self._dice
        story = Story(at, desk, category, text, **more)  # type: ignore[arg-type]
        (story.channel,) = dice.choices(_CHANNELS, _SHARES)
        story.money_moved = category.startswith("scam_") and dice.random() < 0.2
        if story.channel == "web":
            story.do_not_contact = dice.random() < 0.04
            if dice.random() < 0.3:
                story.contact = {"phone": nobody.phone(dice)}
        return story


def _with_one_number(category: str, dice: Random) -> str:
    """An event of the category in which caller, link or account is fixed for everybody."""
    scripts = [
        line
        for line in sections("events.txt")[category]
        if any(slot in line for slot in ("{so}", "{link}", "{stk}"))
    ]
    script = dice.choice(scripts)
    bank = dice.choice(sections("slots.txt")["nganhang"])
    return (
        script.replace("{so}", f"số {nobody.phone(dice)}")
        .replace("{link}", nobody.link(dice))
        .replace("{stk}", nobody.account(dice, bank))
        + "."
    )


def _of_the_wave(script: str) -> str:
    return script.replace("{sdt}", f"số {WAVE_PHONE}").replace("{duongdan}", WAVE_LINK)
