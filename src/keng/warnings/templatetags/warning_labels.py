"""The name of a warning's first part, and of who issued it, for templates."""

from django import template
from django.utils.translation import get_language

from keng.places.models import Unit
from keng.warnings import part_names

register = template.Library()


@register.filter
def what_label(category: str) -> str:
    """What the first part is called under this category."""
    return part_names.what_heading(category)


# Only for readers of English: a name in Vietnamese tells everybody else whose police it is.
_IN_ENGLISH = {
    "Công an phường": "ward police",
    "Công an xã": "commune police",
    "Công an đặc khu": "police of the special zone",
    "Công an tỉnh": "provincial police",
    "Công an thành phố": "city police",
}


@register.filter
def unit_name(unit: Unit) -> str:
    """Its name; for a reader of English with what kind of police it is."""
    kinds = [english for start, english in _IN_ENGLISH.items() if unit.name.startswith(start)]
    return f"{unit.name} ({kinds[0]})" if kinds and get_language() == "en" else unit.name
