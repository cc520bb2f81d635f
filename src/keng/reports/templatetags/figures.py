"""How figures are written."""

from datetime import timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.kit import time_words

register = template.Library()
_HOUR, _DAY = 3600, 86400


@register.filter
def duration(value: timedelta | None) -> str:
    """A stretch of time in two units at most; a dash when there is none."""
    if value is None:
        return "–"
    seconds = int(value.total_seconds())
    if seconds >= 2 * _DAY:
        days = round(seconds / _DAY)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if seconds >= _HOUR:
        hours, minutes = divmod(seconds // 60, 60)
        return _("%(h)s h %(m)02d min") % {"h": hours, "m": minutes}
    minutes = max(1, seconds // 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


@register.filter
def about_count(rounded: int | None) -> str:
    """A number that was rounded to fives; None where it was less than five."""
    if rounded is None:
        return _("fewer than five")
    return _("about %(n)s") % {"n": time_words.grouped_number(rounded)}


@register.simple_tag
def figure(count: int, url: str, unit: str = "", zero: str = "–") -> str:
    """A number that leads to its list, if the reader may open one. Nothing has no list."""
    if not count:
        return zero
    written = f"{time_words.grouped_number(count)} {unit}".rstrip()
    if not url:
        return written
    return format_html('<a href="{}">{}</a>', url, written)


@register.simple_tag
def bars_beside(figures: list[int | None], maximum: int) -> str:
    """Up to three thin bars over each other, the first one strong: now, and what it is beside."""
    wide = 100 / maximum if maximum else 0
    return format_html(
        '<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="bar-{}" y="{}" width="{}" height="3"/>',
            (
                ("first" if at == 0 else "neutral", at * 4 + 0.5, f"{(figure or 0) * wide:.2f}")
                for at, figure in enumerate(figures)
            ),
        ),
    )


@register.simple_tag
def columns_of(figures: list[int | None]) -> str:
    """A small chart of columns from left to right, the last one strong; none where none is said."""
    most = max((figure or 0 for figure in figures), default=0)
    step = 100 / len(figures) if figures else 0
    tall = 12 / most if most else 0
    return format_html(
        '<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}"/>',
            (
                (
                    "first" if at == len(figures) - 1 else "neutral",
                    f"{at * step:.2f}",
                    f"{12 - (figure or 0) * tall:.2f}",
                    f"{step * 0.8:.2f}",
                    f"{(figure or 0) * tall:.2f}",
                )
                for at, figure in enumerate(figures)
            ),
        ),
    )
