"""Reads of surveys for the desk and for the public."""

import json
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, F, Prefetch, Q, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber
from django.utils import translation
from django.utils.translation import gettext as _

from keng import channels
from keng.delivery.models import ChannelAccount
from keng.kit import times
from keng.kit.list_filter import rows_with_words
from keng.kit.sql_names import alphabetically
from keng.places import serving
from keng.places.models import Place, Unit
from keng.surveys import content as contents
from keng.surveys.content import SurveyContent
from keng.surveys.models import FreeText, Survey, SurveyResult

if TYPE_CHECKING:
    from keng.accounts.models import Officer, Partner

# Columns that the public site may read. Figures are none: once the result is out, a view has them.
# What a closed partner asked or found is out of sight, as its other pages are.
_PUBLIC_SURVEYS = (
    Survey.objects.filter(Q(partner=None) | Q(partner__is_active=True))
    .select_related("unit")
    .only(
        "unit",
        "partner",
        "code",
        "state",
        "purpose",
        "reach",
        "content",
        "opened_at",
        "closed_at",
        "published_at",
    )
)
# The same of results: who wrote them is none (site.grants).
_PUBLIC_RESULTS = SurveyResult.objects.released().only("survey", "words", "texts", "released_at")
_PUBLIC = (Survey.State.OPEN, Survey.State.CLOSED, Survey.State.PUBLISHED)
# So many of one partner stand in a list, so that none takes the place of the others.
MOST_OF_ONE_PARTNER = 3


def content_of(survey: Survey, language: str = "") -> SurveyContent:
    """What it asks, in this language if it has it, or in the reader's."""
    spoken = contents.reading_language(
        survey.content, language or translation.get_language() or "vi"
    )
    with translation.override(spoken):
        return contents.content_in_language(survey.content, spoken, _("Where do you live?"))


def public_survey(code: str) -> Survey | None:
    """A survey that the public can see."""
    found = _PUBLIC_SURVEYS.filter(code=code, state__in=_PUBLIC).first()
    if found is not None:
        found.figures = None
    if found is not None and found.state == Survey.State.PUBLISHED:
        found.figures = _published_figures([found.pk]).get(found.pk)
    return found


def survey_to_answer(survey_id: uuid.UUID) -> Survey:
    """As it is now. Raises Survey.DoesNotExist."""
    return _PUBLIC_SURVEYS.get(pk=survey_id)


def _published_figures(survey_ids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """The figures of those whose result is out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT survey_id, figures::text FROM surveys_publishedfigures"
            " WHERE survey_id = ANY(%s)",
            [survey_ids],
        )
        return {pk: json.loads(figures) for pk, figures in cursor.fetchall()}


def takes_answers(survey: Survey) -> bool:
    """Whether it is open and its last day is not over."""
    last = survey.content.get("closes_on", "")
    today = times.local_date(times.now()).isoformat()
    return survey.state == Survey.State.OPEN and (not last or today <= last)


def open_surveys(place: Place | None = None, *, limit: int = 20) -> list[Survey]:
    """Surveys of desks that take answers; with a place, those of its desk and the desks above."""
    found = _PUBLIC_SURVEYS.filter(state=Survey.State.OPEN)
    return _taking_answers(_of_place(found, place, "-opened_at", limit))


def open_partner_surveys(*, limit: int = 60) -> list[Survey]:
    """Surveys of partners that take answers: in the list of all; a place's own page has none."""
    found = _PUBLIC_SURVEYS.filter(state=Survey.State.OPEN)
    return _taking_answers(_of_partners(found, "opened_at", limit))


def open_surveys_by_code(codes: Iterable[str]) -> list[Survey]:
    """Those of these that take answers, newest first, whoever asks."""
    return _open_ones(_PUBLIC_SURVEYS.filter(code__in=list(codes)))


def survey_titles(codes: Iterable[str]) -> dict[str, str]:
    """In Vietnamese, by code, of those that are or were public. No desk reads a partner's."""
    found = Survey.objects.filter(code__in=list(codes), state__in=_PUBLIC)
    return dict(found.values_list("code", KT("content__vi__title")))


def open_surveys_for_partner(partner: "Partner", *, limit: int = 30) -> list[Survey]:
    """What a partner can carry on: all of its own first, then those of its desk and those above."""
    place, unit = partner.place, partner.invited_by_unit
    if place is not None:
        unit = serving.unit_for(place)
    units = {unit.pk, serving.unit_above(unit).pk}
    desks = _PUBLIC_SURVEYS.filter(unit__in=units, partner__isnull=True)
    return [*open_surveys_of(partner), *_open_ones(desks)[:limit]]


def open_surveys_of(partner: "Partner") -> list[Survey]:
    """A partner's own that take answers, newest first."""
    return _open_ones(_PUBLIC_SURVEYS.filter(partner=partner))


def published_surveys_of(partner: "Partner", *, limit: int = MOST_OF_ONE_PARTNER) -> list[Survey]:
    """Published results of a partner, newest first."""
    found = _published().filter(partner=partner).order_by("-published_at")
    return _with_figures(_with_words(found[:limit]))


def _open_ones(found: Any) -> list[Survey]:
    surveys = _taking_answers(found.filter(state=Survey.State.OPEN).order_by("-opened_at"))
    for survey in surveys:
        survey.words = content_of(survey)
    return surveys


def published_surveys(place: Place | None = None, *, limit: int = 20) -> list[Survey]:
    """Published results of desks, newest first; with a place as above."""
    return _with_figures(_of_place(_published(), place, "-published_at", limit))


def published_partner_surveys(*, limit: int = 30) -> list[Survey]:
    """Published results of partners, newest first."""
    return _with_figures(_of_partners(_published(), "published_at", limit))


def _taking_answers(surveys: Iterable[Survey]) -> list[Survey]:
    return [survey for survey in surveys if takes_answers(survey)]


def _published() -> Any:
    shown = Prefetch("results", _PUBLIC_RESULTS, to_attr="results_out")
    return _PUBLIC_SURVEYS.filter(state=Survey.State.PUBLISHED).prefetch_related(shown)


def _with_figures(surveys: list[Survey]) -> list[Survey]:
    figures = _published_figures([survey.pk for survey in surveys])
    for survey in surveys:
        survey.figures = figures.get(survey.pk)
    return surveys


def _of_place(found: Any, place: Place | None, order: str, limit: int) -> list[Survey]:
    found = found.filter(partner__isnull=True)
    if place is not None:
        try:
            unit = serving.unit_for(place)
        except Unit.DoesNotExist:
            return []
        found = found.filter(unit__in={unit.pk, serving.unit_above(unit).pk})
    return _with_words(found.order_by(order)[:limit])


def _of_partners(found: Any, moment: str, limit: int) -> list[Survey]:
    """The newest of each partner by this moment."""
    nth = Window(RowNumber(), partition_by="partner", order_by=F(moment).desc())
    newest = found.filter(partner__isnull=False).alias(nth=nth)
    return _with_words(
        newest.filter(nth__lte=MOST_OF_ONE_PARTNER).order_by(F(moment).desc())[:limit]
    )


def _with_words(found: Any) -> list[Survey]:
    shown = list(found)
    for survey in shown:
        survey.words = content_of(survey)
    return shown


def surveys_of_desk(officer: "Officer") -> list[Survey]:
    """The officer's surveys, newest first, with how many answers each has."""
    # No answer is read here, also not by the database: desks may only count them.
    found = list(
        Survey.objects.visible_to(officer)
        .select_related("unit", "author")
        .prefetch_related(Prefetch("results", SurveyResult.objects.waiting(), "results_waiting"))
        .annotate(answer_count=Count("answers__id"))
        .order_by("-id")
    )
    for survey in found:
        survey.words = content_of(survey)
    return found


def surveys_with_words(officer: "Officer", words: str) -> set[uuid.UUID]:
    """Those of the officer's surveys that have the words in a title."""
    seen = Survey.objects.visible_to(officer)
    titles = (KT("content__vi__title"), KT("content__en__title"))
    return set(rows_with_words(seen, words, *titles).values_list("pk", flat=True))


def chat_account_name(survey: Survey) -> str:
    """The name of the account to which one writes to answer it in a chat; "" when there is none.

    Nobody answers a partner's survey by writing to the police.
    """
    if survey.partner_id is not None:
        return ""
    found = ChannelAccount.objects.filter(is_active=True, channel__in=_chat_channels())
    names = dict(found.order_by("channel").values_list("unit_id", "name"))
    above = survey.unit.parent_id
    return names.get(survey.unit_id) or (names.get(above, "") if above else "")


def answers_by_origin(survey: Survey) -> dict[str, int]:
    """How many answers there are, and from where."""
    rows = survey.answers.values("origin").annotate(n=Count("id"))
    return {row["origin"]: row["n"] for row in rows}


def slip_counts(survey: Survey) -> tuple[int, int]:
    """How many slips there are, and how many were used."""
    found = survey.tokens.aggregate(all=Count("hash"), used=Count("hash", filter=Q(used=True)))
    return found["all"], found["used"]


def texts_to_read(survey: Survey) -> list[FreeText]:
    """Free texts nobody has read, in an order that tells nothing."""
    return list(survey.free_texts.filter(state=FreeText.State.WAITING).order_by("id"))


def shown_texts(survey: Survey) -> dict[str, list[str]]:
    """What may be published, by question, in an order that tells nothing."""
    shown: dict[str, list[str]] = {}
    for row in survey.free_texts.filter(state=FreeText.State.SHOWN).order_by("id"):
        shown.setdefault(row.question, []).append(row.words)
    return shown


def result_texts(survey: Survey) -> dict[str, list[str]]:
    """Of a published result the texts that stand: ninety days later their rows are gone."""
    if survey.state == Survey.State.PUBLISHED:
        return dict(published_result(survey).texts)
    return shown_texts(survey)


def published_result(survey: Survey) -> SurveyResult:
    """The words that everybody reads of a published survey."""
    return _PUBLIC_RESULTS.get(survey=survey)


def place_names_below(unit: Unit) -> list[str]:
    """What "Where do you live?" offers: the hamlets of a commune, the communes of a province."""
    return place_names_in(unit.jurisdictions.filter(valid_to__isnull=True).values("place"))


def place_names_in(places: Any) -> list[str]:
    """The places right below these."""
    found = Place.objects.filter(parent__in=places, valid_to__isnull=True)
    return [place.full_name for place in found.order_by(alphabetically())[:200]]


def _chat_channels() -> list[str]:
    codes = channels.channel_codes()
    return [code for code in codes if channels.get_channel(code).facts.holds_chats]
