"""What the palette finds by name beyond its page: places, groups and warnings of the officer.

No person can be found here: neither reporters nor leads nor officers are looked through.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.accounts.models import Officer
from keng.inbox.search.search_forms import communes_seen_by, hamlets_of_commune
from keng.kit.sql_fold import sql_folded
from keng.kit.sql_names import alphabetically
from keng.language.fold import fold
from keng.network.models import Group
from keng.places.models import Place
from keng.tips.models import Tip
from keng.warnings.models import Version, Warning

# Of each kind; whoever has more types another letter.
MOST_FOUND = 5
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class PaletteLine:
    """One thing that was found: its name, what it is about, where it leads."""

    name: str
    about: str
    url: str
    # Of a name that is in one language whatever the page is in.
    language: str = ""


@dataclass(frozen=True, slots=True)
class PaletteSection:
    """Things of one kind."""

    label: str
    lines: list[PaletteLine]


# By POST, so that what is typed stands in no address and in no log of addresses.
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Things whose words begin with what was typed, with accents or without."""
    officer: Officer = request.officer  # type: ignore[attr-defined]  # set by our middleware
    wanted = fold(request.POST.get("q", "").replace("\0", "")[:_LONGEST]).split()
    parts: list[PaletteSection] = []
    # One letter fits everything.
    if any(len(word) > 1 and not word.isdigit() for word in wanted):
        fits = _fitting(wanted)
        parts = [
            PaletteSection(_("Places"), _places(officer, fits)),
            PaletteSection(_("Groups"), _groups(officer, fits)),
            PaletteSection(_("Warnings"), _warnings(officer, wanted, fits)),
        ]
    return render(request, "parts/found.html", {"parts": [part for part in parts if part.lines]})


def _fitting(wanted: Iterable[str]) -> Callable[[str], bool]:
    words = [f" {word}" for word in wanted]
    return lambda name: all(word in f" {fold(name)}" for word in words)


def _places(officer: Officer, fits: Callable[[str], bool]) -> list[PaletteLine]:
    """The communes of the officer's desks and, where there are few, what lies in them."""
    communes = communes_seen_by(officer)
    inside = [each for commune in communes[:MOST_FOUND] for each in hamlets_of_commune(commune)]
    found = [place for place in [*communes, *inside] if fits(place.full_name)][:MOST_FOUND]
    open_tips = Tip.objects.visible_to(officer).open().filter(place__in=found)
    counts = dict(open_tips.order_by().values_list("place").annotate(Count("pk")))
    return [
        PaletteLine(
            place.full_name,
            ngettext("%(n)d open tip", "%(n)d open tips", n) % {"n": n},
            _search_in(place, is_only=len(communes) == 1),
        )
        for place in found
        for n in [counts.get(place.pk, 0)]
    ]


def _search_in(place: Place, *, is_only: bool) -> str:
    query = {"only_open": "1"}
    if place.kind == Place.Kind.HAMLET:
        query |= {"hamlet": str(place.pk)}
        query |= {} if is_only else {"place": str(place.parent_id)}
    elif is_only:
        return reverse("inbox")
    else:
        query |= {"place": str(place.pk)}
    return f"{reverse('search')}?{urlencode(query)}"


def _groups(officer: Officer, fits: Callable[[str], bool]) -> list[PaletteLine]:
    rows = Group.objects.visible_to(officer).filter(is_active=True).order_by(alphabetically())
    found = [row for row in rows.values_list("pk", "name", "member_count") if fits(row[1])]
    return [
        PaletteLine(
            name,
            ngettext("%(n)d member", "%(n)d members", count) % {"n": count},
            reverse("group-edit", args=[pk]),
        )
        for pk, name, count in found[:MOST_FOUND]
    ]


def _warnings(
    officer: Officer, wanted: Sequence[str], fits: Callable[[str], bool]
) -> list[PaletteLine]:
    """The newest that fit: the database looks through the titles, which may be thousands."""
    visible = Version.objects.visible_to(officer)
    newer = visible.filter(warning=OuterRef("warning"), number__gt=OuterRef("number"))
    found = (
        visible.alias(vi=_title("vi"), en=_title("en"))
        .filter(_all_in("vi", wanted) | _all_in("en", wanted), ~Exists(newer))
        .order_by("-warning")
        .values_list("warning", "warning__state", "texts__vi__title", "texts__en__title")[
            :MOST_FOUND
        ]
    )
    lines = []
    for pk, state, vietnamese, english in found:
        is_english = english and not fits(vietnamese)
        title, language = (english, "en") if is_english else (vietnamese, "vi")
        about, url = str(Warning.State(state).label), reverse("warning-detail", args=[pk])
        lines.append(PaletteLine(title, about, url, language))
    return lines


def _title(language: str) -> Concat:
    """A warning's title as `_fitting` looks at it."""
    title = KeyTextTransform("title", KeyTransform(language, "texts"))
    return Concat(Value(" "), sql_folded(title), output_field=TextField())


def _all_in(title: str, wanted: Iterable[str]) -> Q:
    return reduce(and_, (Q(**{f"{title}__contains": f" {word}"}) for word in wanted))
