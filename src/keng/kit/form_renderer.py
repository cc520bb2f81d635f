"""Controls of forms as Django's templates make them; a list of choices without one of each choice.

Django includes two templates for every choice: in the page of a tip that was a tenth of its work.
"""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

_SELECT = "django/forms/widgets/select.html"
_OPTION = "django/forms/widgets/select_option.html"


class FormRenderer(DjangoTemplates):
    """For FORM_RENDERER."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """What Django's template makes of it, perhaps with its attributes in another order."""
        if template_name == _SELECT and _has_plain_options(context["widget"]):
            return _select_html(context["widget"])
        return super().render(template_name, context, request)


def _has_plain_options(widget: Mapping[str, Any]) -> bool:
    return all(
        option["template_name"] == _OPTION
        for _name, options, _at in widget["optgroups"]
        for option in options
    )


def _select_html(widget: Mapping[str, Any]) -> str:
    return format_html(
        '<select name="{}"{}>{}\n</select>',
        widget["name"],
        flatatt(widget["attrs"]),
        format_html_join("", "{}", ((_group_html(*group),) for group in widget["optgroups"])),
    )


def _group_html(name: str | None, options: list[dict[str, Any]], _at: int) -> str:
    inside = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>\n',
        (
            (
                str(option["value"]),
                flatatt(option["attrs"]) if option["attrs"] else "",
                option["label"],
            )
            for option in options
        ),
    )
    if not name:
        return inside
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, inside)
