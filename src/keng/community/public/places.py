"""The page of a place: its desk, what is warned of, asked and announced there."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from keng.community.models import Meeting, OfficialChannel, Question
from keng.community.promises import PROMISES
from keng.community.public.questions import place_and_desk
from keng.kit import times
from keng.kit.pagination import rows_of_page
from keng.kit.sql_names import alphabetically
from keng.language.fold import fold
from keng.network.queries.places import place_ids_below
from keng.network.queries.teams import count_teams_with_rota
from keng.partners.campaign_parts import running_campaigns
from keng.partners.place_introductions import partners_at
from keng.partners.queries import articles_near
from keng.places import place_cookie, serving
from keng.places.models import Place, Succession, Unit
from keng.places.search import current_place, find_places
from keng.relay import reach_in_words
from keng.surveys import queries as surveys
from keng.warnings.models import Version
from keng.warnings.queries import current_warnings_for, once_by_words

# A page that calls itself ours is looked for here first: so it is said when there is none.
_EXPECTED_KINDS = (OfficialChannel.Kind.FACEBOOK, OfficialChannel.Kind.ZALO)
# In a frame of another site: nothing to fill in, so no click can be stolen.
_LONGEST_QUERY = 120
_FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors *"
)


def places(request: HttpRequest) -> HttpResponse:
    """Find the page of a place by name."""
    query = request.GET.get("q", "").strip()[:120]
    found = find_places(query, province_code=_our_province(), limit=20) if query else []
    rows = [
        (
            place,
            match.lies_in,
            match.was.full_name if match.was else ", ".join(match.old_names[:4]),
            match.landmark,
        )
        for match in found
        for place in (match.split_into or [match.place, *match.communes])
    ]
    return render(
        request,
        "community/places.html",
        {
            "query": query,
            "rows": rows,
            "promises": PROMISES,
            "only_alike": any(match.only_alike for match in found),
        },
    )


@dataclass(frozen=True, slots=True)
class ReachedWarning:
    """The newest warning of which it can be said how far it came here."""

    version: Version
    reached: reach_in_words.ReachInWords
    at: Any


def place(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a commune or province of today."""
    found, unit = place_and_desk(code)
    above, warnings = serving.unit_above(unit), current_warnings_for("", found, limit=10)
    return render(
        request,
        "community/place.html",
        {
            "place": found,
            "unit": unit,
            "above": above,
            "is_nearest": unit.kind == Unit.Kind.COMMUNE,
            "warnings": once_by_words(warnings),
            "promises": PROMISES,
            "formed_of": _former_names(found),
            "told": _reached_warning(warnings, found),
            "questions": Question.objects.public().about(found)[:5],
            "meetings": _public_meetings(found),
            "articles": articles_near(found),
            "place_partners": partners_at(found),
            "place_campaigns": running_campaigns(found, limit=3),
            "teams_on_rota": count_teams_with_rota(place_ids_below([found.pk])),
            "channels": official_channel_list(unit, above),
            "is_near": _is_near(request, found),
            "open_surveys": surveys.open_surveys(found, limit=3),
            "survey_results": surveys.published_surveys(found, limit=2),
        },
    )


@require_GET
def place_questions(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that was asked and answered for everybody, of the last year."""
    found, unit = place_and_desk(code)
    asked, page = rows_of_page(request, Question.objects.public().about(found))
    context = {"place": found, "unit": unit, "questions": asked, "page": page}
    return render(request, "community/questions.html", context)


@require_GET
def place_embed(request: HttpRequest, code: str) -> HttpResponse:
    """The same in small, for the page of a school or a newspaper: no cookie, no form."""
    found, unit = place_and_desk(code)
    warnings = once_by_words(current_warnings_for("", found, limit=10))[:3]
    context = {"place": found, "unit": unit, "warnings": warnings}
    response = render(request, "community/embed.html", context)
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@require_GET
def official_channels(request: HttpRequest) -> HttpResponse:
    """Every channel that is really a desk's; whatever else calls itself one is false.

    `q` is part of a desk's name: of a commune, with accents or without.
    """
    query = request.GET.get("q", "")[:_LONGEST_QUERY].strip()
    wanted = fold(query)
    units: dict[Unit, list[OfficialChannel]] = {
        unit: [] for unit in Unit.objects.exclude(desk_phone="")
    }
    for channel in OfficialChannel.objects.in_use().select_related("unit"):
        units.setdefault(channel.unit, []).append(channel)
    for unit, channels in units.items():
        # The desk's own number stands first in any case.
        channels[:] = [one for one in channels if not _is_desk_phone(one, unit)]
    listed = sorted(
        (each for each in units.items() if wanted in fold(each[0].name)),
        key=lambda each: (each[0].kind != Unit.Kind.PROVINCE, each[0].name),
    )
    # A hundred desks with nothing but a number are one line each: the page stays light on a phone.
    context = {
        "units": [(unit, channels) for unit, channels in listed if channels],
        "desks": [unit for unit, channels in listed if not channels],
        "query": query,
    }
    return render(request, "community/official_channels.html", context)


def _is_desk_phone(channel: OfficialChannel, unit: Unit) -> bool:
    same = channel.shown_as.replace(" ", "") == unit.desk_phone.replace(" ", "")
    return channel.kind == OfficialChannel.Kind.PHONE and same


@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """Show the warnings of a place first in this browser, or of none again."""
    found = current_place(request.POST.get("code", "")[:20])
    response = redirect("home")
    response.status_code = 303
    if found is None:
        place_cookie.forget_place(response)
    else:
        place_cookie.remember_place(response, found)
    return response


@dataclass(frozen=True, slots=True)
class OfficialChannelList:
    """The list of one desk and the one above, what it has none of, and when it was looked at."""

    listed: list[OfficialChannel]
    none_of: list[str]

    @property
    def checked_on(self) -> Any:
        return min((one.checked_on for one in self.listed), default=None)


def official_channel_list(unit: Unit, above: Unit) -> OfficialChannelList:
    """What the page of a place lists."""
    listed = list(
        OfficialChannel.objects.in_use()
        .filter(unit__in={unit.pk, above.pk})
        .exclude(kind=OfficialChannel.Kind.ABROAD)
        .select_related("unit")
    )
    listed.sort(key=lambda one: one.unit_id != unit.pk)
    has = {one.kind for one in listed}
    return OfficialChannelList(
        listed, [str(kind.label) for kind in _EXPECTED_KINDS if kind not in has]
    )


def _public_meetings(place: Place) -> list[Meeting]:
    public = Meeting.objects.public().upcoming().filter(place__in=place_ids_below([place.pk]))
    return list(public.select_related("place")[:5])


def _reached_warning(warnings: list[Version], place: Place) -> ReachedWarning | None:
    inside = place_ids_below([place.pk])
    for version in warnings:
        if version.dispatch_id and (
            found := reach_in_words.reach_in_places(version.dispatch_id, inside)
        ):
            return ReachedWarning(version, found, times.now())
    return None


def _former_names(place: Place) -> list[str]:
    before = (
        Succession.objects.filter(new=place)
        .select_related("old")
        .order_by(alphabetically("old__name"))
    )
    return [row.old.full_name for row in before]


def _is_near(request: HttpRequest, place: Place) -> bool:
    return request.COOKIES.get(place_cookie.PLACE_COOKIE) == place.code


def _our_province() -> str | None:
    try:
        return serving.first_province_unit().province_code
    except Unit.DoesNotExist:
        return None
