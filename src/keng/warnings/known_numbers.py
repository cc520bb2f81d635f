"""Which numbers a warning may be compared with: those of its tips, and the desks' own."""

import hashlib
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keng.acts.errors import Incomplete
from keng.incidents import wave_queries
from keng.kit.safe_text import as_dialled, defang
from keng.language.indicators import extract
from keng.language.number_check import (
    ComparedKind,
    ComparedNumber,
    KnownNumber,
    KnownStanding,
    compare_numbers,
)
from keng.lookup.models import Indicator, Listing
from keng.lookup_pages.evidence import ENOUGH_REPORTERS, count_known_reporters
from keng.places.models import Unit
from keng.tips.models import Incident, Sighting, Tip, Wave
from keng.tips.models.tip import TipQuerySet
from keng.warnings.models import Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_SHARED_TYPES = (Indicator.Type.PHONE, Indicator.Type.BANK_ACCOUNT, Indicator.Type.URL)
_KINDS: dict[str, ComparedKind] = {"phone": "phone", "bank_account": "bank_account", "url": "url"}
_TONES = {
    "official": "ok",
    "used": "ok",
    "other_desk": "warn",
    "reported": "warn",
    "undecided": "warn",
    "unknown": "warn",
    "near": "danger",
    "not_used": "danger",
    "misplaced": "danger",
}


@dataclass(frozen=True, slots=True)
class OfficialNumber:
    """A telephone or address of a desk, as it is shown, and whose it is."""

    shown_as: str
    owner: str


OfficialSource = Callable[[Iterable[uuid.UUID]], Iterable[OfficialNumber]]
_official_sources: list[OfficialSource] = []


def register_official_numbers(source: OfficialSource) -> None:
    """Let an area above add the channels that it keeps for units, from its AppConfig.ready."""
    _official_sources.append(source)


@dataclass(frozen=True, slots=True)
class ComparedTips:
    """The tips a warning is compared with: those it began from, else what is open at its desk."""

    tips: TipQuerySet
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number of the text, and where it comes from, in words."""

    quote: str
    standing: str
    tone: str
    words: str
    url: str
    nearly: str
    """The known number that it is, or nearly is, as people write it."""
    is_open: bool


class NumbersUnchecked(Incomplete):
    """It names numbers that stand nowhere, and nobody ticked that exactly these were compared."""

    sentence = gettext_lazy("Compare the marked numbers, then tick that you did")


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What the author and the approver see beside the text; `digest` is that of the open lines."""

    lines: list[NumberLine]
    compared_with: str

    @property
    def open_lines(self) -> list[NumberLine]:
        return [line for line in self.lines if line.is_open]

    @property
    def digest(self) -> str:
        """What somebody ticks is exactly what they were shown."""
        seen = sorted(f"{line.standing} {line.quote} {line.nearly}" for line in self.open_lines)
        return hashlib.sha256("\n".join(seen).encode()).hexdigest() if seen else ""

    def require_compared(self, ticked: str) -> None:
        """Whether exactly the open lines were ticked, by their digest. Raises NumbersUnchecked."""
        if self.digest and self.digest != ticked:
            raise NumbersUnchecked

    def counts(self) -> dict[str, int]:
        """How many open lines of each standing, for the record."""
        found: dict[str, int] = defaultdict(int)
        for line in self.open_lines:
            found[line.standing] += 1
        return dict(found)


def compared_tips(
    officer: "Officer",
    unit: Unit,
    *,
    tip: Tip | None = None,
    incident: Incident | None = None,
    wave: Wave | None = None,
) -> ComparedTips:
    """The tips that this officer sees of what a warning begins from; of nothing, the open ones."""
    visible = Tip.objects.visible_to(officer)
    if wave is not None:
        url = reverse("wave", args=[wave.pk], urlconf="keng.site.desk_urls")
        return ComparedTips(
            wave_queries.tips_of_wave(wave, officer), _("the tips of the wave"), url
        )
    if incident is not None:
        url = reverse("incident", args=[incident.pk], urlconf="keng.site.desk_urls")
        return ComparedTips(visible.filter(incident=incident), _("the tips of the incident"), url)
    if tip is not None:
        its = Q(pk=tip.pk)
        if tip.incident_id is not None:
            its |= Q(incident=tip.incident_id)
        url = reverse("tip", args=[tip.pk], urlconf="keng.site.desk_urls")
        return ComparedTips(visible.filter(its), _("the tip"), url)
    return ComparedTips(
        visible.open().filter(responsible_unit=unit), _("the open tips of this desk")
    )


def compared_tips_of_warning(warning: Warning, officer: "Officer") -> ComparedTips:
    """The same for a warning that was saved."""
    began_from = Wave.objects.filter(steps__warning_ref=warning.pk)
    return compared_tips(
        officer,
        warning.unit,
        tip=warning.from_tip,
        incident=warning.from_incident,
        wave=began_from.order_by("id").first(),
    )


def check_numbers(
    texts: Mapping[str, Mapping[str, str]], *, unit: Unit, against: ComparedTips
) -> NumberCheck:
    """Every number, account and link of the texts, with where it stands."""
    where: dict[str, _KnownPlace] = {}
    known = [*_official_numbers(unit, where), *_numbers_of_tips(against, where)]
    lines = [_number_line(one, where) for one in compare_numbers(texts, known)]
    lines.sort(key=lambda line: ("danger", "warn", "ok").index(line.tone))
    return NumberCheck(lines, against.words)


def check_warning(
    warning: Warning, texts: Mapping[str, Mapping[str, str]], *, officer: "Officer"
) -> NumberCheck:
    """The numbers of a saved warning, within what this officer sees."""
    return check_numbers(
        texts, unit=warning.unit, against=compared_tips_of_warning(warning, officer)
    )


def official_values(unit: Unit) -> Iterator[KnownNumber]:
    """The numbers of desks alone: only what is official has a place where nobody compares.

    They are asked of the database when the first one is wanted: most words name no number.
    """
    yield from _official_numbers(unit, {})


@dataclass(frozen=True, slots=True)
class _KnownPlace:
    words: str
    shown_as: str
    url: str = ""


def _official_numbers(unit: Unit, where: dict[str, _KnownPlace]) -> list[KnownNumber]:
    """Emergency numbers, those of the unit and of the one above; and, marked, of other desks.

    Two digits that change places make the number of another desk: nobody is sent there unseen.
    """
    above = unit.parent_id or unit.pk
    own = Unit.objects.filter(pk__in=(unit.pk, above))
    others = Unit.objects.filter(parent=above).exclude(pk=unit.pk)
    found: list[KnownNumber] = []
    numbers: list[tuple[KnownStanding, OfficialNumber]] = [
        *(("official", number) for number in [*_emergency_numbers(), *_desk_numbers(own)]),
        *(("other_desk", number) for number in _desk_numbers(others)),
    ]
    for standing, number in numbers:
        source = f"official:{len(where)}"
        where[source] = _KnownPlace(number.owner, number.shown_as)
        found += [
            KnownNumber(kind, value, standing, source)
            for kind, value in _values_shown(number.shown_as)
        ]
    return found


def _emergency_numbers() -> list[OfficialNumber]:
    return [
        OfficialNumber("111", _("child protection line")),
        OfficialNumber("112", _("search and rescue")),
        OfficialNumber("113", _("police")),
        OfficialNumber("114", _("fire brigade")),
        OfficialNumber("115", _("ambulance")),
        OfficialNumber(urlsplit(settings.PUBLIC_URL).netloc, _("this site")),
    ]


def _desk_numbers(desks: QuerySet[Unit]) -> Iterable[OfficialNumber]:
    """Their telephones, and the channels that are kept for them."""
    ids = []
    for desk in desks.order_by("id"):
        ids.append(desk.pk)
        if desk.desk_phone:
            yield OfficialNumber(desk.desk_phone, _("duty desk, %(unit)s") % {"unit": desk.name})
    for source in _official_sources:
        yield from source(ids)


def _values_shown(shown_as: str) -> list[tuple[ComparedKind, str]]:
    """The numbers and links in what is shown; bare digits are a number, whatever their length.

    A bank account that stands there is nobody's official one: no desk asks for money.
    """
    if re.fullmatch(r"[+\d(][\d .()\-]*", shown_as):
        return [("number", shown_as)]
    if re.fullmatch(r"[a-z0-9.\-]+(?::\d+)?", shown_as):
        return [("url", shown_as)]
    found = [one for one in extract(shown_as) if one.type in ("phone", "url")]
    return [(_KINDS[one.type], one.value) for one in found]


@dataclass(frozen=True, slots=True)
class NumberOfTips:
    """A telephone, account or link that tips name, how far it is confirmed, and by whom."""

    kind: str
    value: str
    standing: KnownStanding
    words: str


def numbers_of_tips(tips: TipQuerySet) -> list[NumberOfTips]:
    """Every telephone, account and link that these tips name, with what is known of its part.

    The one rule of what counts as used in the offence: an officer said so, the public look-up has
    it as confirmed, or as many different people reported it as an entry there takes. What the
    machine alone read is somebody's claim: anybody can name an enemy's number.
    """
    rows = Sighting.objects.filter(
        tip__in=tips.order_by().values("pk"), indicator__type__in=_SHARED_TYPES
    ).values_list("indicator__type", "indicator__value", "indicator", "role", "decided_by", "tip")
    named: dict[tuple[str, str, uuid.UUID], _Namings] = defaultdict(_Namings)
    for kind, value, indicator, role, decided_by, tip in rows.iterator():
        named[kind, value, indicator].add(role, tip, is_decided=decided_by is not None)
    listed = set(
        Listing.objects.public()
        .filter(grade=Listing.Grade.CONFIRMED, indicator__in=[key[2] for key in named])
        .values_list("indicator", flat=True)
    )
    return [
        NumberOfTips(kind, value, *_standing_of(namings, is_listed=indicator in listed))
        for (kind, value, indicator), namings in sorted(named.items())
    ]


class _Namings:
    """The tips that name a number, by what is said there of its part."""

    def __init__(self) -> None:
        self.confirmed: set[uuid.UUID] = set()
        self.denied: set[uuid.UUID] = set()
        self.read: set[uuid.UUID] = set()
        self.undecided: set[uuid.UUID] = set()

    def add(self, role: str, tip: uuid.UUID, *, is_decided: bool) -> None:
        if role == Sighting.Role.USED:
            (self.confirmed if is_decided else self.read).add(tip)
        else:
            (self.denied if role == Sighting.Role.NOT_USED else self.undecided).add(tip)


def _standing_of(namings: _Namings, *, is_listed: bool) -> tuple[KnownStanding, str]:
    """Where tips differ: what confirms it settles it, and a decision is worth more than none."""
    if namings.confirmed:
        count = len(namings.confirmed)
        confirmed = ngettext(
            "an officer confirmed it in %(n)s tip", "an officer confirmed it in %(n)s tips", count
        )
        return "used", confirmed % {"n": count}
    if is_listed:
        return "used", _("the public look-up has it as confirmed")
    if namings.denied:
        return "not_used", _in_tips(len(namings.denied))
    if len(namings.read) >= ENOUGH_REPORTERS:
        people = count_known_reporters(namings.read)
        if people >= ENOUGH_REPORTERS:
            return "used", _("%(n)s different people reported it") % {"n": people}
    if namings.read:
        return "reported", _in_tips(len(namings.read))
    return "undecided", _in_tips(len(namings.undecided))


def _numbers_of_tips(against: ComparedTips, where: dict[str, _KnownPlace]) -> list[KnownNumber]:
    found = []
    for each in numbers_of_tips(against.tips):
        source = f"{each.kind}:{each.value}"
        where[source] = _KnownPlace(each.words, _as_shown(each.kind, each.value), against.url)
        found.append(KnownNumber(_KINDS[each.kind], each.value, each.standing, source))
    return found


def _in_tips(count: int) -> str:
    return ngettext("in %(n)s tip", "in %(n)s tips", count) % {"n": count}


def _number_line(one: ComparedNumber, where: Mapping[str, _KnownPlace]) -> NumberLine:
    place = where[one.known.source] if one.known else _KnownPlace("", "")
    words = {
        "official": _("official: %(where)s"),
        "other_desk": _("of another desk: %(where)s. Is it whom people should call from here?"),
        "used": _("used in the offence: %(where)s"),
        "reported": _("%(where)s, as the machine read it: nobody has confirmed it"),
        "undecided": _("%(where)s, but nobody decided what part it has: is it somebody’s own?"),
        "not_used": _("%(where)s, where an officer said that it is no part of the offence"),
        "misplaced": _("%(where)s, yet here people are told to call it"),
        "near": _("stands nowhere; nearly the same as %(other)s (%(where)s)"),
        "unknown": _("stands in no tip, and is no number of a desk"),
    }[one.standing] % {"where": place.words, "other": place.shown_as}
    return NumberLine(
        one.quote,
        one.standing,
        _TONES[one.standing],
        words,
        place.url,
        place.shown_as,
        not one.is_settled,
    )


def _as_shown(kind: str, value: str) -> str:
    """A number as people write it; a link so that nobody can tap it."""
    if kind == "url":
        return defang(value)
    dialled = as_dialled(value, " ")
    return f"0{dialled[3:]}" if dialled.startswith("+84") else dialled
