"""The graded answer in a chat, with the month and the source that the page gives.

What is asked is sealed where it comes in, and answered by the one process that opens it, when it
sends: so no row says what was asked, nor what was found.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit.time_words import month_words
from keng.language.lookup_terms import LookupTerm
from keng.lookup import queries
from keng.lookup.models import Listing
from keng.lookup.queries import LookupAnswer

# A question begins so, and no text.
_QUESTION = '{"asked": '


def question_to_seal(asked: LookupTerm, languages: Sequence[str]) -> str:
    """What is to be sealed in the place of an answer."""
    return json.dumps({"asked": asdict(asked), "languages": languages})


def message_for_asker(opened: str) -> str:
    """The message to whoever asked: a question gets its answer, any other text stays as it is."""
    if not opened.startswith(_QUESTION):
        return opened
    found = json.loads(opened)
    also = tuple((kind, value) for kind, value in found["asked"].pop("also"))
    (answer,) = queries.lookup_answers([LookupTerm(**found["asked"], also=also)])
    return answer_in_words(answer, found["languages"])


def answer_in_words(answer: LookupAnswer, languages: Sequence[str]) -> str:
    """An answer in words, in one language after the other."""
    made = []
    for language in languages:
        with translation.override(language):
            made.append(
                f"{answer.asked.shown}: {' '.join(_answer_parts(answer))}\n{_closing_words(answer)}"
            )
    return "\n\n".join(made)


def lookup_help_text(languages: tuple[str, ...]) -> str:
    """When nothing was named that could be looked up."""
    return _in_languages(
        languages,
        lambda: (
            _(
                "Send one phone number, account or link, and you read what is known of it. For a "
                "whole message use the page: %(page)s"
            )
            % {"page": _lookup_url()}
        ),
    )


def lookup_slow_text(languages: tuple[str, ...]) -> str:
    """When too many were asked one after the other."""
    return _in_languages(
        languages,
        lambda: (
            _(
                "You looked up many numbers in a short time. Wait ten minutes, or use the page: "
                "%(page)s"
            )
            % {"page": _lookup_url()}
        ),
    )


def _answer_parts(answer: LookupAnswer) -> list[str]:
    if answer.grade == queries.PRIVATE:
        return [_("plates and personal pages are for the desk only, so nothing is said.")]
    listing = answer.listing
    if listing is None:
        return [_not_listed_words(answer.taken_off)]
    parts = [_grade_words(listing), *_source_words(listing)]
    if answer.is_disputed:
        parts.append(
            _(
                "Somebody who says it is theirs has objected. Nobody has checked that yet; the "
                "entry stands until an officer decides."
            )
        )
    return parts


def _grade_words(listing: Listing) -> str:
    if listing.grade == queries.CONFIRMED:
        return _("CONFIRMED: it was used in a scam.")
    if listing.grade == queries.REPORTED:
        return _("several people reported it, not confirmed. It may be a mistake.")
    source = listing.block_list.name if listing.block_list else ""
    return _("listed by %(source)s. Our desk has not checked it.") % {"source": source}


def _source_words(listing: Listing) -> list[str]:
    """Who says so, and the month in which it was used."""
    if listing.unit is None:
        return []
    if listing.used_in is None:
        return [_("According to %(unit)s.") % {"unit": listing.unit.name}]
    names = {"unit": listing.unit.name, "month": month_words(listing.used_in)}
    return [_("According to %(unit)s, in %(month)s.") % names]


def _not_listed_words(taken_off: Listing | None) -> str:
    if taken_off is None:
        return _(
            "no data yet. That does not mean safe: new numbers and pages of fraudsters are "
            "mostly not reported yet."
        )
    if taken_off.end_reason == Listing.End.SPOOFED:
        return _(
            "fraudsters fake this number; its real holder is a victim, too. Hang up, look the "
            "number up yourself, and dial it."
        )
    if taken_off.end_reason == Listing.End.RECYCLED:
        return _("no data today. It stood in the list once; it has a new holder now.")
    return _("no data. It stood in the list by mistake and was taken off.")


def _closing_words(answer: LookupAnswer) -> str:
    said = []
    if answer.listing:
        said.append(
            _("Send no money, read out no code, open no link. Already paid? Call your bank.")
        )
    if any(kind == "bank_account" for kind, _value in answer.asked.keys):
        said.append(_("Before you pay into an account, check it in your bank's app."))
    report = _(
        "To report it, write here what happened, with the number. More, and objections: %(page)s"
    )
    return "\n".join([*said, report % {"page": _lookup_url()}])


def _in_languages(languages: tuple[str, ...], sentence: Callable[[], str]) -> str:
    said = []
    for language in languages:
        with translation.override(language):
            said.append(sentence())
    return "\n".join(said)


def _lookup_url() -> str:
    return f"{settings.PUBLIC_URL}/lookup/"
