"""Third question: where. A name alone never identifies a place, so every result says more."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.community.report.recipient import NOWHERE, place_of
from keng.community.report.steps import ReportJourney, report_step
from keng.kit.forms import Form
from keng.kit.ids import read_id
from keng.kit.sql_names import alphabetically
from keng.places import serving
from keng.places.models import Place, Succession
from keng.places.search import PlaceMatch, find_places

# How many results stand in the open; the others are one tap away.
RESULTS_SHOWN = 5
_SPLIT = "split:"


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """One place to choose: the value of its radio button, its name, and what tells it apart."""

    value: str
    name: str
    hint: str


class WhereForm(Form):
    """A search box, the chosen result, and the exact spot."""

    q = forms.CharField(
        max_length=120,
        required=False,
        error_messages={"max_length": gettext_lazy("At most 120 characters: the name is enough")},
    )
    # The words that the results on the page belong to: other words mean another search.
    searched = forms.CharField(max_length=120, required=False)
    choice = forms.CharField(max_length=60, required=False)
    # A commune of the province whose name was typed.
    within = forms.CharField(max_length=60, required=False)
    spot = forms.CharField(
        label=gettext_lazy("The exact spot"),
        max_length=200,
        required=False,
        # Others may use this phone.
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "For example: the lane beside the market, gate B of the industrial park"
        ),
    )


@report_step("where", WhereForm)
def report_where(report: ReportJourney, form: WhereForm) -> HttpResponse:
    """Ask where it happened; search as often as needed."""
    if not form.is_bound:
        return _where_page(report, form, report.answers.get("q", ""))
    if not form.is_valid():
        return _where_page(report, form, "")
    said = form.cleaned_data
    if "find" in report.request.POST or (said["q"] and said["q"] != said["searched"]):
        return _where_page(report, form, said["q"])
    if said["choice"].startswith(_SPLIT):
        return _where_page(
            report, form, said["q"], split=_place_by_id(said["choice"].removeprefix(_SPLIT))
        )
    within = said.pop("within")
    place = _place_by_id(said["choice"] or within)
    if place is None and said["choice"] not in NOWHERE:
        words = _("Write the commune or ward and tap “Search”, or choose an answer below")
        form.add_error("choice", words)
        return _where_page(report, form, said["q"])
    chosen = str(place.pk) if place else said["choice"]
    said["choice"] = chosen
    return report.keep_answers({**said, "place": chosen})


def _where_page(
    report: ReportJourney, form: WhereForm, query: str, *, split: Place | None = None
) -> HttpResponse:
    found = PlaceResults()
    if split is not None:
        found.first = [_today_choice(place) for place in _parts_of_split(split)]
    elif query:
        found = _place_results(query)
    else:
        found.first = _chosen_before(report)
    first, further = found.first, found.further
    is_sure = not found.only_alike and found.province is None
    return report.question_page(
        form,
        query=query,
        first=first[:RESULTS_SHOWN],
        more_first=first[RESULTS_SHOWN:],
        further=further[:RESULTS_SHOWN],
        more_further=further[RESULTS_SHOWN:],
        split=split,
        count=len(first),
        choice=_preselected(form, first, further, is_sure=is_sure),
        nothing_found=bool(query) and not (first or further or found.province),
        only_alike=found.only_alike,
        further_lies_elsewhere=found.further_lies_elsewhere,
        province=found.province,
        communes=found.communes,
    )


@dataclass
class PlaceResults:
    """What a search found, in the order in which it is offered."""

    first: list[PlaceChoice] = field(default_factory=list)
    """In the own province, under today's names and former ones; where it has none, today's."""
    further: list[PlaceChoice] = field(default_factory=list)
    """In other provinces; where the own one has none, former names."""
    further_lies_elsewhere: bool = False
    only_alike: bool = False
    """They only look like what was typed."""
    province: Place | None = None
    """A whole province was named: one of its communes is chosen."""
    communes: list[PlaceChoice] = field(default_factory=list)


def _place_results(query: str) -> PlaceResults:
    ours = serving.first_province_unit().province_code
    matches = find_places(query, province_code=ours, limit=40)
    found = PlaceResults(only_alike=any(match.only_alike for match in matches))
    whole = next((match for match in matches if match.communes), None)
    if whole is not None:
        found.province = whole.place
        found.communes = [_today_choice(place) for place in whole.communes]
    places = [match for match in matches if not match.communes]
    near = [match for match in places if match.place.province_code == ours]
    found.further_lies_elsewhere = bool(near)
    for match in places:
        row = _match_choice(match, ours) if match.was is None else _former_choice(match)
        is_first = match in near if near else match.was is None
        (found.first if is_first else found.further).append(row)
    return found


def _match_choice(match: PlaceMatch, ours: str) -> PlaceChoice:
    parts = [_("%(landmark)s lies here") % {"landmark": match.landmark}] if match.landmark else []
    if match.place.province_code == ours:
        parts.append(_("In this province"))
    if match.old_names:
        parts.append(_("Before: %(names)s") % {"names": _first_names(match.old_names)})
    name = ", ".join(filter(None, [match.place.full_name, match.lies_in]))
    return PlaceChoice(str(match.place.pk), name, ". ".join(parts))


def _former_choice(match: PlaceMatch) -> PlaceChoice:
    was = match.was or match.place
    name = _("%(name)s (former name)") % {"name": _with_district(was)}
    if match.split_into:
        names = _first_names([place.full_name for place in match.split_into])
        hint = _("Was divided: %(names)s. We will ask one more question") % {"names": names}
        return PlaceChoice(f"{_SPLIT}{was.pk}", name, hint)
    now = f"{match.place.full_name}, {match.lies_in}"
    return PlaceChoice(str(match.place.pk), name, _("Now %(name)s") % {"name": now})


def _today_choice(place: Place) -> PlaceChoice:
    return PlaceChoice(str(place.pk), place.full_name, "")


def _chosen_before(report: ReportJourney) -> list[PlaceChoice]:
    place = place_of(report.answers)
    return [_today_choice(place)] if place else []


def _parts_of_split(split: Place) -> list[Place]:
    rows = (
        Succession.objects.filter(old=split)
        .select_related("new")
        .order_by(alphabetically("new__name"))
    )
    return [row.new for row in rows]


def _preselected(
    form: WhereForm, first: list[PlaceChoice], further: list[PlaceChoice], *, is_sure: bool
) -> str:
    """What stays chosen; a single result is chosen already, "Continue" confirms it."""
    shown = {row.value for row in [*first, *further]} | set(NOWHERE)
    chosen = str(form["choice"].value() or form.initial.get("place") or "")
    if chosen in shown:
        return chosen
    return first[0].value if is_sure and len(first) == 1 and not further else ""


def _place_by_id(value: Any) -> Place | None:
    key = read_id(str(value))
    return Place.objects.filter(pk=key).first() if key else None


def _with_district(place: Place) -> str:
    return ", ".join(part for part in (place.full_name, place.old_district) if part)


def _first_names(names: list[str]) -> str:
    return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
