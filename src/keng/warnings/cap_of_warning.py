"""What the CAP messages about a warning say: for each version one, and one that takes it back."""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.language import taxonomy
from keng.places.models import Place
from keng.warnings.cap_document import CapArea, CapDocument, CapKind, CapText, lines_of
from keng.warnings.content import CHANGE_NOTE, CONSEQUENCE, choice_of
from keng.warnings.models import RecallReason, Version
from keng.warnings.outgoing_text import warning_url
from keng.warnings.queries import PUBLIC_DAYS

# What stands behind our languages; every other one is what it is called here.
_CAP_LANGUAGES = {"vi": "vi-VN"}
_URGENCY = {1: "Future", 2: "Expected", 3: "Immediate"}
_SEVERITY = {1: "Minor", 2: "Moderate", 3: "Severe"}
# Codes of the National Statistics Office for provinces and communes; hamlets have none of these.
_CODE_LISTS = {"province": "VN-GSO-province", "hamlet": "keng:hamlet"}
_CODE_LIST_OF_COMMUNES = "VN-GSO-ward"
# There is nothing to be afraid of any more; else a warning is taken back since it was wrong.
_ALL_CLEAR = (RecallReason.OVER, RecallReason.HARMLESS)
# It names itself: nobody shall take it for a national authority of CAP.
_NOTE = "Kẻng: warnings of a community safety network; no national CAP authority."


def cap_sender() -> str:
    """Who sends, as the operator named it; else the name of the public site."""
    host: str = settings.PUBLIC_URL.partition("://")[2].partition("/")[0]
    return settings.CAP_SENDER or host


def cap_of_version(version: Version, references: tuple[str, ...]) -> CapDocument:
    """The Alert of a first version, the Update of a correction."""
    sent = _moment(version.released_at)
    return CapDocument(
        **_common_values(version, sent),
        identifier=version.verify_code.code,
        kind=CapKind.UPDATE if references else CapKind.ALERT,
        note=lines_of([version.texts["vi"].get(CHANGE_NOTE, ""), _NOTE]),
        references=references,
        response="Avoid",
        urgency=_URGENCY[version.severity],
        # What is warned of was reported, and a second person read it before it went out.
        certainty="Observed",
        texts=_texts(version, _text_of_version),
    )


def cap_of_recall(version: Version, references: tuple[str, ...]) -> CapDocument:
    """The Cancel of a warning that was taken back; `version` is its newest."""
    warning = version.warning
    sent = _moment(warning.recalled_at)
    with translation.override("vi"):
        why = warning.recall_words
    return CapDocument(
        **_common_values(version, sent),
        identifier=f"{version.verify_code.code}-cancel",
        kind=CapKind.CANCEL,
        note=lines_of([why, _NOTE]),
        references=references,
        response="AllClear" if warning.recall_code in _ALL_CLEAR else "None",
        urgency="Past",
        certainty="Unlikely",
        texts=_texts(version, _text_of_recall),
    )


def _common_values(version: Version, sent: datetime.datetime) -> dict[str, Any]:
    unit = version.warning.unit
    category = taxonomy.categories().get(version.category)
    return {
        "sender": cap_sender(),
        "sent": sent,
        "status": "Test" if settings.DEMO else "Actual",
        "categories": category.cap if category else ("Safety",),
        "severity": _SEVERITY[version.severity],
        "event_code": version.category,
        "code": version.verify_code.code,
        "expires": _expires(version, sent),
        "sender_name": unit.name,
        "web": warning_url(version.verify_code.code),
        "contact": unit.desk_phone,
        "areas": _areas(version),
    }


def _moment(at: datetime.datetime | None) -> datetime.datetime:
    if at is None:
        raise ValueError("only of what everybody reads")
    return at


def _expires(version: Version, sent: datetime.datetime) -> datetime.datetime:
    """The end of its last day; without one, when it leaves the list. Never before it is sent."""
    if version.valid_until is None:
        return sent + PUBLIC_DAYS
    end = times.start_of(version.valid_until + datetime.timedelta(days=1))
    return max(end, sent + datetime.timedelta(hours=1))


def _texts(version: Version, text_in: Callable[[Version, str], CapText]) -> tuple[CapText, ...]:
    """One for each language that it went out in, Vietnamese first."""
    found = []
    for language in ["vi", *(each for each in version.texts if each != "vi")]:
        with translation.override(language):
            found.append(text_in(version, language))
    return tuple(found)


def _text_of_version(version: Version, language: str) -> CapText:
    words = version.texts[language]
    return CapText(
        language=_CAP_LANGUAGES.get(language, language),
        event=taxonomy.category_label(version.category, language),
        headline=words["title"],
        description=lines_of([words["what"], words.get(CONSEQUENCE, ""), words["signs"]]),
        instruction=lines_of([words["act"], words["call"]]),
    )


def _text_of_recall(version: Version, language: str) -> CapText:
    return CapText(
        language=_CAP_LANGUAGES.get(language, language),
        event=taxonomy.category_label(version.category, language),
        headline=_("TAKEN BACK: %s") % version.texts[language]["title"],
        description=version.warning.recall_words,
        instruction=_(
            "Please do not pass the earlier message on. If you posted it, delete it and post this."
        ),
    )


def _areas(version: Version) -> tuple[CapArea, ...]:
    """The places that were chosen; shapes are not kept here, so none is drawn."""
    places = Place.objects.filter(pk__in=choice_of(version).places).select_related("parent")
    found = tuple(
        CapArea(place.in_full, _CODE_LISTS.get(place.kind, _CODE_LIST_OF_COMMUNES), place.code)
        for place in places.order_by(alphabetically("full_name"), "id")
    )
    return found or (CapArea(version.warning.unit.name),)
