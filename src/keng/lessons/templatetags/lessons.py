"""Words of lessons in the visitor's language: {% load lessons %}."""

from typing import Any

from django import template

from keng.kit.languages import language_among
from keng.lessons.promises import PROMISES

register = template.Library()


@register.simple_tag
def promise(name: str) -> Any:
    """A sentence that a test holds."""
    return PROMISES[name]


@register.filter
def in_reader_language(texts: dict[str, Any]) -> dict[str, Any]:
    """The texts in the visitor's language, or in Vietnamese; `lang` says which it is."""
    code = language_among(texts)
    return {**texts[code], "lang": code}


@register.filter
def item_at(values: list[Any], index: int) -> Any:
    """What stands at a place of a list; nothing beyond its end."""
    return values[index] if 0 <= index < len(values) else None


@register.filter
def has_key(mapping: dict[str, Any], key: str) -> bool:
    """Whether there is something under this key."""
    return key in mapping


@register.filter
def film_words(words: dict[str, str], code: str) -> dict[str, str]:
    """The words of a language, or the Vietnamese ones; `lang` says which they are."""
    found = code if code in words else "vi"
    return {"lang": found, "words": words.get(found, "")}
