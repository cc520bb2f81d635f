"""Tags and filters every template may use: {% load keng %}."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, PasswordInput
from django.template.defaultfilters import stringfilter
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from keng.kit import icons, languages, safe_text, time_words
from keng.kit.choice_members import choice_member
from keng.kit.codes import halved_code

register = template.Library()


def _drawing(box: int, size: int, css: str, body: str) -> SafeString:
    # The drawings are our own constants, so nothing from a request can reach mark_safe.
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}" fill="none"'
        ' stroke="currentColor" aria-hidden="true">{}</svg>',
        css,
        size,
        size,
        box,
        box,
        mark_safe(body),  # noqa: S308
    )


@register.filter("is")
def is_member(value: object, name: str) -> bool:
    """Whether a field stands at this member: {% if tip.state|is:"Tip.State.CLOSED" %}.

    A name that there is not is a mistake of the template and raises LookupError.
    """
    return value == choice_member(name)


@register.simple_tag
def icon(name: str, size: int = 24) -> SafeString:
    """A line icon. An unknown name is a mistake of the template and raises KeyError."""
    return _drawing(24, size, "icon", icons.drawing_shapes(name))


@register.simple_tag
def pic(name: str, size: int = 48) -> SafeString:
    """A pictogram of one of the eight things to report."""
    return _drawing(48, size, "pictogram", icons.drawing_shapes(name, "pictograms"))


@register.simple_tag
def mark(size: int = 40) -> SafeString:
    """Our mark, the gong."""
    return _drawing(40, size, "logo", icons.drawing_shapes("mark", "."))


@register.simple_tag
def other_languages() -> list[languages.MenuLanguage]:
    """What the language menu offers on this page."""
    return languages.menu_languages()


@register.filter("keep", is_safe=True)
@stringfilter
def keep_syllables(text: str) -> str:
    """Keep two-syllable words on one line; for headings and labels."""
    return safe_text.keep_together(text)


@register.filter("defang", is_safe=True)
@stringfilter
def defang_links(text: str) -> str:
    """Write links so that they cannot be tapped."""
    return safe_text.defang(text)


@register.filter("calls")
def emergency_numbers_to_tap(text: str) -> SafeString:
    """Make 111, 113, 114 and 115 links to tap; also {% filter calls %} around a sentence."""
    escaped = conditional_escape(text)
    return mark_safe(safe_text.link_emergency_numbers(escaped))  # noqa: S308 -- escaped above


@register.filter("digits")
@stringfilter
def number_to_read_out(number: str) -> str:
    """A telephone number in groups, to be read out."""
    return safe_text.grouped_digits(number)


@register.filter("thousands")
def number_or_dash(number: Any) -> str:
    """Group digits; nothing is a dash, as in every table that counts."""
    return "–" if number in (None, "", 0) else time_words.grouped_number(int(number))


@register.filter("number")
def number_in_sentence(count: Any) -> str:
    """Group digits inside a sentence, where nothing is 0 and not a dash."""
    return time_words.grouped_number(int(count or 0))


@register.filter
def vntime(moment: datetime | None, style: str = "full") -> str:
    """A moment in Vietnam's time: full, short, clock, day or date."""
    return time_words.moment_words(moment, style) if moment else ""


@register.filter
def brief_span(span: timedelta) -> str:
    """A length of time, in seconds while it is short."""
    return time_words.brief_span_words(span)


@register.filter
def day(day: date | None) -> str:
    """A day in figures, in the order in which the reader's language has them."""
    return time_words.day_words(day) if day else ""


@register.filter
def month(day: date | None) -> str:
    """A month in figures."""
    return time_words.month_words(day) if day else ""


@register.filter
def due_by(due: datetime) -> str:
    """A deadline written out: "before 20:15 …", "by the end of …"."""
    return time_words.due_words(due)


@register.filter
def remaining(due: datetime | None, form: str = "") -> str:
    """A deadline in words: "còn 38 phút", "quá 1 giờ 12 phút", "16:40", "T4 08:15".

    In the form "in full": "trước 08:15 thứ Tư".
    """
    return time_words.deadline_words(due, in_full=form == "in full") if due else ""


@register.filter("urgency")
def deadline_tone(due: datetime | None) -> str:
    """The colour word of a deadline: danger, warn or nothing."""
    return time_words.deadline_state(due) if due else ""


def _bars(parts: list[tuple[float, float, str]]) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="bar-{}" x="{}" width="{}" height="12"/>',
            ((tone, f"{start:.2f}", f"{width:.2f}") for start, width, tone in parts),
        ),
    )


@register.simple_tag
def bar(value: float, maximum: float, tone: str = "first") -> SafeString:
    """One bar of a table that is also a chart.

    Tones: first, second, third, neutral, warn, danger, ok.
    """
    width = 100 * value / maximum if maximum else 0
    return _bars([(0, 100, "track"), (0, min(width, 100), tone)])


@register.simple_tag
def stacked(total: float, **tones: float) -> SafeString:
    """A bar of several parts: {% stacked 40 first=24 second=11 danger=2 %}."""
    parts, start = [], 0.0
    for tone, value in tones.items():
        width = 100 * value / total if total else 0
        parts.append((start, width, tone))
        start += width
    return _bars(parts)


@register.simple_tag
def step_marks(step: int, steps: int) -> SafeString:
    """The row of strokes that shows how far the reporter has come."""
    return format_html(
        '<ol aria-hidden="true">{}</ol>',
        format_html_join(
            "",
            '<li class="{}"></li>',
            (("done" if at <= int(step) else "",) for at in range(1, int(steps) + 1)),
        ),
    )


@register.inclusion_tag("parts/forms/field.html")
def field(bound: BoundField, *, code: bool = False, rows: int | None = None) -> dict[str, Any]:
    """A form field: label, hint, error and control, tied together for screen readers."""
    attrs: dict[str, Any] = {"class": "code"} if code else {}
    if rows:
        attrs["rows"] = rows
    kind = getattr(bound.field.widget, "input_type", "textarea")
    return {
        "field": bound,
        "control": bound.as_widget(attrs={**bound.field.widget.attrs, **attrs}),
        "is_set": kind in {"radio", "checkbox"} and bound.use_fieldset,
        "is_one_check": kind == "checkbox" and not bound.use_fieldset,
        "is_file": kind == "file",
        "is_counted": "data-longest" in bound.field.widget.attrs,
        "hints": getattr(bound.field, "hints", {}),
    }


register.filter("halved", halved_code)


@register.filter("of")
def value_of_key(mapping: dict[Any, Any], key: Any) -> Any:
    """Look a value up by a key that is itself a variable."""
    return mapping.get(str(key), "")


@register.inclusion_tag("parts/forms/problems.html")
def problems(*forms: BaseForm | str) -> dict[str, Any]:
    """The summary above forms that were sent with mistakes; each line leads to its field.

    A page without a form (a name that stands for nothing in its context) has no problems.
    """
    rows = []
    for form in forms:
        if isinstance(form, str):
            continue
        rows += [("", message) for message in form.non_field_errors()]
        for name, messages in form.errors.items():
            if name == "__all__":
                continue
            bound = form[name]
            target = f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
            rows += [(target, message) for message in messages]
    wrong = [form for form in forms if isinstance(form, BaseForm) and form.errors]
    is_secret = any(_asks_password(form) for form in wrong)
    has_focus = not any(_is_focused(form) for form in wrong)
    return {"rows": rows, "count": len(rows), "is_secret": is_secret, "has_focus": has_focus}


def _is_focused(form: BaseForm) -> bool:
    """Whether a box of it is to be typed in at once; the summary is read out as an alert then."""
    return any("autofocus" in each.widget.attrs for each in form.fields.values())


def _asks_password(form: BaseForm) -> bool:
    return any(isinstance(each.widget, PasswordInput) for each in form.fields.values())
