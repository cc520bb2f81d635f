"""When the database gives up for a moment: another holds what is needed, or it takes too long."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from keng.kit.exit_mark import has_left

# Deadlock, serialization, lock timeout, statement timeout, a transaction that was idle too long.
_PASSING = frozenset({"40P01", "40001", "55P03", "57014", "25P03"})
RETRY_AFTER_SECONDS = 3
# A page that is sent back must not hold what opens an account or a report: passwords, the halves of
# a set-up, digits, receipt codes. The names of their fields, as the forms have them.
_SECRET = frozenset({"password", "present", "new", "again", "first", "second", "code"})
_CODES = frozenset({"code"})
_PAGE_FIELD = "csrfmiddlewaretoken"
# A token, a number or a choice is shorter, or one word: what is worth copying was typed.
_TYPED_FROM = 20


def sqlstate_of(error: BaseException | None) -> str:
    """The database's own code for what it raised, through the errors that wrap it."""
    while error is not None:
        if code := getattr(error, "sqlstate", None):
            return str(code)
        error = error.__cause__ or error.__context__
    return ""


def is_passing_error(error: BaseException | None) -> bool:
    """Whether nothing was changed, and the same may well succeed a little later."""
    return sqlstate_of(error) in _PASSING


def busy_page(request: HttpRequest) -> HttpResponse:
    """503 in words. What was written comes back with the page, to be sent again by one button.

    What was sent with a secret is not sent again by itself; the words that came with it are there
    to be copied.
    """
    is_form = is_sent_again(request)
    context = {
        "is_desk": bool(getattr(request, "officer", None)),
        "address": request.get_full_path(),
        "is_post": request.method == "POST",
        "is_form": is_form,
        "fields": sent_fields(request) if is_form else [],
        "typed": [] if is_form else typed_texts(request),
        "had_code": not _CODES.isdisjoint(request.POST),
        "had_files": bool(is_form and request.FILES),
    }
    # Without the request: what every page asks the database for may be just what is busy.
    answer = HttpResponse(render_to_string("errors/busy.html", context), status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def typed_texts(request: HttpRequest) -> list[str]:
    """What somebody wrote by hand, so that they need not write it again; no secret."""
    values = (value.strip() for name, value in sent_fields(request) if name not in _SECRET)
    return [value for value in values if len(value) >= _TYPED_FROM and " " in value]


def is_sent_again(request: HttpRequest) -> bool:
    """Whether a button may send this form again: no secret in it, and nobody left in a hurry."""
    is_form = request.method == "POST" and not has_left(request)
    return is_form and _SECRET.isdisjoint(request.POST)


def words_given_back(request: HttpRequest) -> dict[str, Any]:
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
