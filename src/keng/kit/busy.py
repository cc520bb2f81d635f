"""When the database gives up for a moment: another holds what is needed, or it takes too long."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from keng.kit.form_not_taken import is_sent_again, sent_fields, typed_texts

# Deadlock, serialization, lock timeout, statement timeout, a transaction that was idle too long.
_PASSING = frozenset({"40P01", "40001", "55P03", "57014", "25P03"})
RETRY_AFTER_SECONDS = 3
_CODES = frozenset({"code"})


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
