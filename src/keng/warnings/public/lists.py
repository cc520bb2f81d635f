"""The list of warnings, a screenful at a time; of a place, a topic or with some words, if asked."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.kit.languages import language_among
from keng.kit.pagination import page_number
from keng.language import taxonomy
from keng.language.category_names import label_for_reader
from keng.language.fold import fold
from keng.places import serving
from keng.places.models import Place, Unit
from keng.places.search import PlaceMatch, current_place, find_places
from keng.tips.topics import TOPIC_NAMES
from keng.warnings import queries
from keng.warnings.models import Version
from keng.warnings.public.feed_filter import FeedFilter
from keng.warnings.public.pages import standing_of_version, words_for_reader

WARNINGS_PER_PAGE = 12
_MOST_PLACES = 8


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """Warnings of the last 90 days, those in force first."""
    query = request.GET.get("q", "").strip()[:120]
    place = current_place(request.GET.get("place", "")[:20])
    matches = _matches(query) if query and place is None else []
    if len(matches) == 1 and not matches[0].only_alike:
        place = matches[0].place
    topic = request.GET.get("topic", "")
    topic = topic if topic in TOPIC_NAMES else ""
    found = queries.recent_warnings(place)
    if topic:
        categories = set(taxonomy.categories_of_topic(topic))
        found = [version for version in found if version.category in categories]
    # What is no place may be what a warning says.
    by_words = query if query and place is None and not matches else ""
    if by_words:
        found = [version for version in found if _says(version, by_words)]
    for version in found:
        version.standing = standing_of_version(version)
    # In force first; among each other they stay as they were, newest first.
    found.sort(key=lambda version: version.standing != "current")
    number = page_number(request, len(found), WARNINGS_PER_PAGE)
    shown = found[(number - 1) * WARNINGS_PER_PAGE : number * WARNINGS_PER_PAGE]
    _add_words(shown)
    context = {
        "held": [version for version in shown if version.standing == "current"],
        "past": [version for version in shown if version.standing != "current"],
        "total": len(found),
        "number": number,
        "query": query,
        "place": place,
        "matches": [] if place else matches,
        "only_alike": any(match.only_alike for match in matches),
        "by_words": by_words,
        "topic": topic,
        "feed_query": FeedFilter(place, topic).query,
        "topics": list(TOPIC_NAMES.items()),
        "newer_url": _address(number - 1, place, topic, by_words) if number > 1 else "",
        "older_url": _address(number + 1, place, topic, by_words)
        if number * WARNINGS_PER_PAGE < len(found)
        else "",
    }
    return render(request, "warnings/list.html", context)


def _matches(query: str) -> list[PlaceMatch]:
    """Communes of today that the words may mean; only those of our province, if it has one."""
    try:
        ours = serving.first_province_unit().province_code
    except Unit.DoesNotExist:
        ours = ""
    found: dict[object, PlaceMatch] = {}
    for match in find_places(query, province_code=ours, limit=40):
        for meant in match.split_into or [match.place]:
            # A hamlet's warnings are among those of its commune.
            place = meant.parent if meant.kind == Place.Kind.HAMLET and meant.parent else meant
            found.setdefault(
                place.pk, PlaceMatch(place, match.province, only_alike=match.only_alike)
            )
    near = [match for match in found.values() if match.place.province_code == ours]
    return (near or list(found.values()))[:_MOST_PLACES]


def _says(version: Version, words: str) -> bool:
    """Whether its text has these words, in whichever of its languages."""
    said = " ".join(part for text in version.texts.values() for part in text.values())
    return fold(words) in fold(said)


def _address(number: int, place: Place | None, topic: str, words: str) -> str:
    said: dict[str, str | int] = {"place": place.code} if place else {}
    said |= {name: value for name, value in (("topic", topic), ("q", words)) if value}
    if number > 1:
        said["page"] = number
    return f"?{urlencode(said)}" if said else "?"


def _add_words(shown: list[Version]) -> None:
    names = queries.place_names(shown)
    for version in shown:
        version.words, version.spoken = words_for_reader(version), language_among(version.texts)
        version.category_label = label_for_reader(version.category)
        version.place_names = [
            names[key] for key in version.audience.get("places", ()) if key in names
        ]
