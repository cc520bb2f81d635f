"""Keeping each version of the words that ask for consent, and finding the one of a moment."""

import datetime

from django.utils.translation import get_language, gettext

from keng.acts.work import work
from keng.consent.models import ConsentText
from keng.consent.purposes import Purpose, words_asked


@work()
def keep_consent_texts() -> int:
    """Note words that changed as a new version; a job of the worker, when it starts and daily."""
    for purpose in Purpose:
        words = words_asked(purpose)
        last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
        if last is None or last.words != words:
            version = last.version + 1 if last else 1
            # Another worker may be as far: then its row stands.
            ConsentText.objects.bulk_create(
                [ConsentText(purpose=purpose, version=version, words=words)], ignore_conflicts=True
            )
    return 0


def consent_text_at(purpose: str, moment: datetime.datetime | None) -> ConsentText | None:
    """The version that was in use then; the first one for what is older than all of them."""
    texts = ConsentText.objects.filter(purpose=purpose)
    if moment is None:
        return texts.order_by("-version").first()
    before = texts.filter(first_used_at__lte=moment).order_by("-version").first()
    return before or texts.order_by("version").first()


def sentences_of(text: ConsentText | None) -> list[str]:
    """In the reader's language as far as it has them, or in English.

    Kept are both full languages; the English sentences are what the others are translated from.
    """
    if text is None:
        return []
    words: dict[str, list[str]] = text.words
    language = get_language() or "vi"
    return words[language] if language in words else [gettext(each) for each in words["en"]]
