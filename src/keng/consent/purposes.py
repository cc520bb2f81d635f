"""Where consent is asked, and in which words: the sentences of these pages, by their message ids.

A survey asks for no name and keeps no address, so there is nothing to agree to in it; a report
itself rests on the law and not on consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, override

from keng.consent.models import ConsentText

Purpose = ConsentText.Purpose
_LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The sentences that ask, and the file of this package's neighbours where they stand."""

    file: str
    sentences: tuple[str, ...]


ASKED: Mapping[Purpose, AskedWords] = {
    Purpose.CONTACT: AskedWords(
        "community/promises.py",
        (
            gettext_noop(
                "Your name is locked away. Neither this site nor any single officer can open it."
            ),
        ),
    ),
    Purpose.CHAT_WORDS: AskedWords(
        "dialogue/templates/dialogue/public/status.html",
        (
            gettext_noop("Show the words in the chat"),
            gettext_noop("Choose that only if nobody else looks into your phone."),
        ),
    ),
    Purpose.SUBSCRIPTION: AskedWords(
        "delivery/templates/delivery/subscription_confirm.html",
        (
            gettext_noop("Receive warnings at this address?"),
            gettext_noop("Yes, send me warnings"),
            gettext_noop("If you did not ask for this, close the page. Nothing will come."),
        ),
    ),
    Purpose.LEAD: AskedWords(
        "network/forms/leads.py", (gettext_noop("Write the day on which they agreed"),)
    ),
    Purpose.HOUSE_CONTACT: AskedWords(
        "network/forms/establishments.py",
        (gettext_noop("Whoever agreed to be asked. A name only, no phone number."),),
    ),
}


def words_asked(purpose: Purpose) -> dict[str, list[str]]:
    """The sentences as they are shown today, in both languages."""
    found = {}
    for language in _LANGUAGES:
        with override(language):
            found[language] = [gettext(each) for each in ASKED[purpose].sentences]
    return found
