"""What the page of the first hour says: what the desk published, or what comes with Kẻng.

The desk writes Vietnamese and English. What comes with Kẻng stands here in English, in the further
languages in first_hour.po beside their other sentences.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit.languages import FULL_LANGUAGES, language_among
from keng.lessons.models import FirstHour


@dataclass(frozen=True, slots=True)
class FirstHourPage:
    """What is shown in the visitor's language."""

    steps: list[dict[str, str]]
    language: str
    hotlines: list[dict[str, str]] = field(default_factory=list)
    kept: FirstHour | None = None


def first_hour_page() -> FirstHourPage:
    """The newest published text; where there is none, the one that comes with Kẻng.

    What comes with Kẻng is there in every language, so it is too where a desk published just that
    with numbers of banks. What a desk wrote itself is there in Vietnamese and English alone.
    """
    kept = current_first_hour()
    hotlines = kept.hotlines if kept else []
    if kept is None or kept.texts == default_first_hour_texts():
        return FirstHourPage(_default_steps(), translation.get_language() or "vi", hotlines, kept)
    code = language_among(kept.texts)
    return FirstHourPage(kept.texts[code]["steps"], code, hotlines, kept)


def current_first_hour() -> FirstHour | None:
    """What everybody reads now, if the desk published anything.

    When the newest was taken away, no older one comes back by itself.
    """
    found = FirstHour.objects.ever_released().select_related("unit")
    newest = found.order_by("-released_at", "-id").first()
    return newest if newest and newest.is_released else None


def default_first_hour_texts() -> dict[str, Any]:
    """The five steps in both languages of the desk."""
    found = {}
    for code in FULL_LANGUAGES:
        with translation.override(code):
            found[code] = {"steps": _default_steps()}
    return found


def _default_steps() -> list[dict[str, str]]:
    said = [
        (
            _("Call your bank, right now"),
            _(
                "Say: “I was tricked into a transfer, please block the transaction and the "
                "receiving account.” The number is on the back of your card and in the app."
            ),
        ),
        (
            _("Go offline, remove strange apps"),
            _("Wi-Fi and mobile data off, if you installed an app they sent."),
        ),
        (
            _("Change passwords on another device"),
            _("The bank first, then e-mail, Zalo, Facebook."),
        ),
        (
            _("Keep the evidence"),
            _(
                "Screenshots of messages, the number that called, the transfer receipt. Delete "
                "nothing, do not write to them again."
            ),
        ),
        (
            _("Tell the police"),
            _("Send a tip here. If the bank asks for a paper, go to the station."),
        ),
    ]
    return [{"title": title, "text": text} for title, text in said]
