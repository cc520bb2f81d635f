"""What was typed into a form that was not taken: given back to be copied, or sent by one button."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from keng.kit.exit_mark import has_left

# A page that is sent back must not hold what opens an account or a report: passwords, the halves of
# a set-up, digits, receipt codes. The names of their fields, as the forms have them.
_SECRET = frozenset(
    {"password", "present", "new", "again", "first", "second", "code", "passkey", "pin"}
)
_PAGE_FIELD = "csrfmiddlewaretoken"
# A token, a number or a choice is shorter, or one word: what is worth copying was typed.
_TYPED_FROM = 20


def typed_texts(request: HttpRequest) -> list[str]:
    """What somebody wrote by hand, so that they need not write it again; no secret."""
    values = (value.strip() for name, value in sent_fields(request) if name not in _SECRET)
    return [value for value in values if len(value) >= _TYPED_FROM and " " in value]


def is_sent_again(request: HttpRequest) -> bool:
    """Whether a button may send this form again: no secret in it, and nobody left in a hurry."""
    is_form = request.method == "POST" and not has_left(request)
    return is_form and _SECRET.isdisjoint(request.POST)


def form_not_taken_context(request: HttpRequest) -> dict[str, Any]:
    """What a page needs that gives back a form that was not taken: what was typed, and a button.

    On the public site one button sends it again. At the desk words are only there to be copied: an
    act is looked at before it is sent. What another site made a browser send is not shown at all.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return {}
    return {
        "typed": typed_texts(request),
        "is_sent_again": not settings.IS_DESK and is_sent_again(request),
        "fields": [field for field in sent_fields(request) if field[0] != _PAGE_FIELD],
        "address": request.get_full_path(),
        "had_files": bool(request.FILES),
    }


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field of a form that was sent, with its value; none after quick exit."""
    if has_left(request):
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]
