"""Search for work: open tips and 90 days, by words, numbers, place, category, time, channel.

A number finds the tips in which it was used in the offence, however it is written; a number whose
role nobody knows is found by nothing, and neither is a tip that was closed as unfounded. A site of
its own is nobody's number: it is found wherever it stands, unless an officer said it is no part.
"""

import datetime
import re
import uuid
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Regex

from keng.accounts.models import Officer
from keng.inbox.list.inbox_row import InboxRow, row_of_columns, with_row_columns
from keng.kit import times
from keng.kit.ids import read_id
from keng.kit.sql_fold import sql_folded
from keng.language.fold import fold, normalise
from keng.language.indicators import extract, is_own_site
from keng.language.names import looks_like_a_name
from keng.lookup.models import Indicator
from keng.places.models import Place
from keng.tips.models import Sighting, Tip
from keng.tips.models.tip import TipQuerySet

RESULTS_A_PAGE = 50
_MOST_WORDS = 8
# By the index, which a condition of ours would not use behind the policy on tips.
_WITH_WORDS = "SELECT keng_tips_with_words(to_tsquery('simple', %s))"
# Long runs of digits are numbers of somebody; words are what is left without them.
_DIGITS = re.compile(r"\+?\d(?:[\s.\-]?\d){4,}")
_WORD = re.compile(r"[a-z0-9]+")
_SHORT_NUMBER = re.compile(r"\d{1,4}")
_REFERENCE = re.compile(r"\d{4}-[a-z0-9 .\-]+-\d{4,}")


@dataclass(frozen=True, slots=True)
class TipSearch:
    """What an officer looks for. Empty parts ask for nothing."""

    q: str = ""
    place: uuid.UUID | None = None
    hamlet: uuid.UUID | None = None
    # None of these communes; () for any place.
    outside: tuple[uuid.UUID, ...] = ()
    # The commune whose hamlets are not named, None for any.
    no_hamlet_of: uuid.UUID | None = None
    category: str = ""
    channel: str = ""
    days: int | None = None
    only_open: bool = False

    def __bool__(self) -> bool:
        return any(
            (
                self.q.strip(),
                self.place,
                self.hamlet,
                self.outside,
                self.no_hamlet_of,
                self.category,
                self.channel,
                self.days,
            )
        )

    @property
    def needs_a_reason(self) -> bool:
        """Whether it looks like a search for a person."""
        return looks_like_a_name(self.q)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of results, newest first."""

    rows: list[InboxRow] = field(default_factory=list)
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class _QueryParts:
    """A query taken apart: normalised numbers (any one of each set), and what is left."""

    numbers: tuple[frozenset[str], ...]
    words: tuple[str, ...]


def find_tips(officer: Officer, search: TipSearch, *, after: str = "") -> SearchResults:
    """A page of what the officer may see and search. `after` is the cursor of the page before."""
    if not search:
        return SearchResults()
    rows = _narrowed(Tip.objects.visible_to(officer).findable(), search)
    rows = rows.filter(_matches_query(search.q)).order_by("-id")
    if (last := read_id(after)) is not None:
        rows = rows.filter(id__lt=last)
    # What a row says is asked of those that are shown: a word of everyday finds thousands.
    shown = Tip.objects.visible_to(officer).filter(pk__in=rows.values("pk")[: RESULTS_A_PAGE + 1])
    page = [row_of_columns(each) for each in with_row_columns(shown.order_by("-id"), officer)]
    return SearchResults(
        page[:RESULTS_A_PAGE],
        str(page[RESULTS_A_PAGE - 1].pk) if len(page) > RESULTS_A_PAGE else "",
    )


def _narrowed(rows: TipQuerySet, search: TipSearch) -> TipQuerySet:
    if search.only_open:
        rows = rows.open()
    if search.place:
        rows = rows.filter(Q(place=search.place) | Q(place__parent=search.place))
    if search.hamlet:
        rows = rows.filter(_in_hamlet(search.hamlet))
    if search.outside:
        inside = Q(place__in=search.outside) | Q(place__parent__in=search.outside)
        rows = rows.exclude(pk__in=rows.filter(inside).values("pk"))
    if search.no_hamlet_of:
        rows = _naming_no_hamlet(rows, search.no_hamlet_of)
    if search.category:
        # The machine's first guess counts while nobody has decided.
        guessed = Q(category="", suggestion__categories__0__code=search.category)
        rows = rows.filter(Q(category=search.category) | guessed)
    if search.channel:
        rows = rows.filter(channel=search.channel)
    if search.days:
        rows = rows.filter(received_at__gte=times.now() - datetime.timedelta(days=search.days))
    return rows


def _in_hamlet(hamlet_id: uuid.UUID) -> Q:
    """There, or in its commune where the reporter's words name it."""
    hamlet = Place.objects.filter(pk=hamlet_id).first()
    if hamlet is None:
        return Q(pk__in=[])
    words = Regex(sql_folded(F("place_detail")), name_in_words(hamlet))
    named = Q(words) | Q(suggestion__places__contains=[hamlet.code])
    return Q(place=hamlet) | (Q(place=hamlet.parent_id) & named)


def _naming_no_hamlet(rows: TipQuerySet, commune_id: uuid.UUID) -> TipQuerySet:
    """Tips of the commune that are in none of its hamlets, and whose words name none."""
    hamlets = list(
        Place.objects.filter(parent=commune_id, kind=Place.Kind.HAMLET, valid_to__isnull=True)
    )
    here = rows.filter(Q(place=commune_id) | Q(place__parent=commune_id))
    if not hamlets:
        return here
    words = Regex(sql_folded(F("place_detail")), "|".join(map(name_in_words, hamlets)))
    read = Q(suggestion__places__has_any_keys=[hamlet.code for hamlet in hamlets])
    in_one = Q(place__in=hamlets) | (Q(place=commune_id) & (Q(words) | read))
    return here.exclude(pk__in=here.filter(in_one).values("pk"))


def name_in_words(hamlet: Place) -> str:
    """A pattern for its name in folded words, in Python and in SQL; "Thôn 10" is not "Thôn 1"."""
    # Where hamlets are only numbered, a bare figure says nothing.
    called = hamlet.full_name if hamlet.name.isdigit() else hamlet.name
    words = r"\s+".join(re.escape(word) for word in fold(called).split())
    return rf"(^|[^a-z0-9]){words}([^a-z0-9]|$)"


def _matches_query(query: str) -> Q:
    """Every number and every word of the query, in a tip or what its reporter wrote later."""
    text = normalise(query).strip()
    if not text:
        return Q()
    if _SHORT_NUMBER.fullmatch(text):
        return Q(reference__endswith=f"-{text.zfill(4)}")
    if _REFERENCE.fullmatch(fold(text)):
        return Q(reference__iexact=text)
    parts = _query_parts(text)
    if not parts.numbers and not parts.words:
        return Q(pk__in=[])
    wanted = _has_words(parts.words) if parts.words else Q()
    for values in parts.numbers:
        wanted &= _was_used(values)
    return wanted


def _query_parts(text: str) -> _QueryParts:
    found = extract(text)
    numbers, rest = [], text
    for one in reversed(found):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
        numbers.append(frozenset({one.value, _digits(text[one.start : one.end]) or one.value}))
    # Without the words around it, an account is a row of digits like any other.
    numbers += [frozenset({_digits(run[0])}) for run in _DIGITS.finditer(rest)]
    # A part of somebody's number would be found as a word, so figures are none.
    words = [word for word in _WORD.findall(fold(_DIGITS.sub(" ", rest))) if not word.isdigit()]
    return _QueryParts(tuple(numbers), tuple(dict.fromkeys(words))[:_MOST_WORDS])


def _was_used(values: frozenset[str]) -> Q:
    """In these tips it was used in the offence, or is a site; a page counts for its whole site."""
    same = Q(value__in=values)
    for value in values:
        if "." in value:
            same |= Q(type=Indicator.Type.URL, value__startswith=f"{value}/")
    known = Indicator.objects.filter(same).values("pk")
    role = Q(role=Sighting.Role.USED)
    if any(is_own_site(value) for value in values):
        role |= Q(role=Sighting.Role.UNKNOWN)
    return Q(Exists(Sighting.objects.filter(role, tip=OuterRef("pk"), indicator__in=known)))


def _has_words(words: tuple[str, ...]) -> Q:
    """All words, the last one as far as it was typed."""
    # Only letters and digits are left in a word, so nothing in it is an operator.
    terms = " & ".join([*words[:-1], f"{words[-1]}:*"])
    return Q(pk__in=RawSQL(_WITH_WORDS, [terms]))  # noqa: S611 -- bound, and of this code


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())
