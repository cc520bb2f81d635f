"""How the desk says things: {% load desk_words %}."""

from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.kit.languages import full_language
from keng.kit.safe_text import as_dialled, defang
from keng.kit.time_words import span_words
from keng.kit.viewing_copies import NoCopy
from keng.language.taxonomy import category_label
from keng.places import serving
from keng.tips import origins
from keng.tips.models import Attachment, Tip
from keng.tips.safe_hours import safe_hours_words

register = template.Library()


@register.filter
def channel(code: str) -> str:
    """The name of a channel."""
    return origins.channel_name(code)


@register.filter
def any_waits_for_copy(attachments: Iterable[Attachment]) -> bool:
    """Whether the worker is still to make a copy to view of one of these."""
    return any(file.no_copy == NoCopy.WAITING for file in attachments)


@register.filter
def indicator_text(value: str) -> str:
    """An indicator as people write it: a number in groups, a link that cannot be tapped."""
    return defang(as_dialled(value))


@register.filter
def safe_hours(tip: Tip) -> str:
    """When a call is safe for the reporter; empty where they said nothing."""
    return safe_hours_words(tip)


@register.filter
def from_afar(tip: Tip) -> list[str]:
    """Another province, another language: said before anybody answers."""
    outside = serving.is_outside_province(tip.place, tip.responsible_unit)
    return origins.from_afar_notes(tip.language, outside=outside)


@register.filter
def tile_tapped(tip: Tip) -> str:
    """The tile that the reporter tapped; empty where nobody tapped one."""
    return origins.tapped_topic(tip.topic, tip.channel)


@register.filter
def answered_in(language: str) -> str:
    """The language of the ready answers that go to a reporter of this one."""
    return full_language(language)


@register.filter
def category_name(code: str) -> str:
    """What a category is called; empty for none."""
    return category_label(code, get_language() or "vi") if code else ""


@register.filter
def time_apart(length: timedelta) -> str:
    """How far two moments lie apart; less than a minute is no distance."""
    if length < timedelta(minutes=1):
        return _("at the same time")
    return _("%(span)s apart") % {"span": span_words(length)}


@register.filter
def likeness(strength: str) -> str:
    """How alike, in words and never as a percentage."""
    return {
        "very": _("very alike"),
        "fairly": _("fairly alike"),
        "slightly": _("slightly alike"),
    }[strength]


@register.filter
def fitting(strength: str) -> str:
    """How well a suggested category fits, in words and never as a percentage."""
    return {
        "very": _("fits well"),
        "fairly": _("fits fairly well"),
        "slightly": _("fits a little"),
        "unsure": _("perhaps this"),
    }[strength]


@register.filter
def category(tip: Tip) -> str:
    """The category; with a question mark while only the machine says so."""
    language = get_language() or "vi"
    if tip.category:
        return category_label(tip.category, language)
    suggestion = getattr(tip, "suggestion", None)
    if suggestion is None or not suggestion.categories:
        return ""
    return f"{category_label(suggestion.categories[0]['code'], language)}?"
