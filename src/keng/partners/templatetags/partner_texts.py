"""What the second person of a partner's text is shown beside it: {% load partner_texts %}."""

from collections.abc import Iterator
from typing import Any

from django import template

from keng.language.number_check import compare_numbers
from keng.partners.models import Article, Manuscript
from keng.warnings.known_numbers import official_values

register = template.Library()


@register.filter
def numbers_to_check(text: Article | Manuscript) -> list[str]:
    """Numbers and links in it that are not those of the police desks, each once."""
    # Not what stands beside them: the sources of a check are links.
    written = text.text if isinstance(text, Article) else text.content.get("texts", {})
    words = "\n".join([text.title, *_strings_in(written)])
    known = official_values(text.partner.invited_by_unit)
    found = compare_numbers({"vi": {"text": words}}, known)
    return [one.quote for one in found if not one.is_settled]


def _strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings_in(each)
