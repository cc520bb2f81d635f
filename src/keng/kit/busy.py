"""When the database gives up for a moment: another holds what is needed, or it takes too long."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# Deadlock, serialization, lock timeout, statement timeout, a transaction that was idle too long.
_PASSING = frozenset({"40P01", "40001", "55P03", "57014", "25P03"})
RETRY_AFTER_SECONDS = 3
# A page that is sent back must not hold what opens an account or a report: passwords, the halves of
# a set-up, digits, receipt codes. The names of their fields, as the forms have them.
_SECRET = frozenset({"password", "present", "new", "again", "first", "second", "code"})


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
    """503 in words. What was written comes back with the page, to be sent again by one button."""
    is_form = may_be_shown_again(request)
    context = {
        "is_desk": bool(getattr(request, "officer", None)),
        "address": request.get_full_path(),
        "is_post": request.method == "POST",
        "is_form": is_form,
        "fields": sent_fields(request) if is_form else [],
        "had_files": bool(is_form and request.FILES),
    }
    # Without the request: what every page asks the database for may be just what is busy.
    answer = HttpResponse(render_to_string("errors/busy.html", context), status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def may_be_shown_again(request: HttpRequest) -> bool:
    """Whether something was sent that a page may hold once more: no password, no digits."""
    return request.method == "POST" and _SECRET.isdisjoint(request.POST)


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, field by field."""
    return [(name, value) for name, values in request.POST.lists() for value in values]
