"""Fixed sentences of claim checks: what is said when nothing is checked, and what is passed on."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from keng.claims.models import Claim, Revision
from keng.kit.languages import language_among
from keng.kit.time_words import moment_words

# The colour word beside each verdict; the word itself always stands there, too.
VERDICT_TONES = {"false": "danger", "partly": "warn", "true": "ok", "unverified": "none"}


@dataclass(frozen=True, slots=True)
class OutOfScopeAnswer:
    """The polite answer to what is none of our business."""

    title: str
    text: str


def out_of_scope_answer(why: str) -> OutOfScopeAnswer:
    """In the language of the reader; the same for everybody who asked such a thing."""
    kind = Claim.Outside
    return {
        kind.OPINION: OutOfScopeAnswer(
            _("This is an opinion, so we do not check it"),
            _(
                "Everybody may have one. We check only what can be found out about safety and"
                " services."
            ),
        ),
        kind.POLITICS: OutOfScopeAnswer(
            _("This is about politics, so we do not check it"),
            _(
                "Here we check only claims about safety and services, such as a scam, a fire or a"
                " fee."
            ),
        ),
        kind.PRIVATE: OutOfScopeAnswer(
            _("This is somebody’s private life, so we do not check it"),
            _(
                "We do not look into it, publish nothing about it and keep nothing of it. Whoever"
                " is threatened, or whose pictures or data are passed around, can tell the police"
                " in private."
            ),
        ),
        kind.OTHER: OutOfScopeAnswer(
            _("This is nothing that we can check"),
            _(
                "Here we check only claims about safety and services. If something happened to you,"
                " send a tip instead."
            ),
        ),
    }[kind(why)]


def words_for_reader(revision: Revision) -> dict[str, str]:
    """Its words in the visitor's language, or in Vietnamese."""
    found: dict[str, str] = revision.texts[language_among(revision.texts)]
    return found


def check_url(number: int | None) -> str:
    """The address of a check, as it is passed on."""
    return f"{settings.PUBLIC_URL}/claims/{number}"


def share_text(revision: Revision) -> str:
    """What a group gets: the question, the verdict, the answer, where the evidence stands."""
    words, on = words_for_reader(revision), revision.released_at or revision.made_at
    verdict = revision.get_verdict_display()
    said = _("%(unit)s, %(when)s. Evidence: %(link)s") % {
        "unit": revision.claim.owner,
        "when": moment_words(on, "date"),
        "link": check_url(revision.claim.number),
    }
    return f"{words['question']}\n{verdict}. {words['answer']}\n{said}"


def prepared_for_reader(revisions: list[Revision]) -> list[Revision]:
    """With the words of the visitor's language, the tone of the verdict, the sources as shown."""
    for revision in revisions:
        revision.words, revision.spoken = words_for_reader(revision), language_among(revision.texts)
        revision.tone = VERDICT_TONES[revision.verdict]
        revision.sources = [_shown_source(each) for each in revision.evidence]
    return revisions


def _shown_source(kept: dict[str, str]) -> dict[str, str]:
    day = datetime.date.fromisoformat(kept["dated"])
    return {
        **kept,
        "shown": f"{day.day}/{day.month}/{day.year}",
        "host": urlsplit(kept["link"]).netloc,
    }
