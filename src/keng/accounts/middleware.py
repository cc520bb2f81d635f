"""Who is asking: every desk request belongs to an officer."""

import datetime
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from keng.accounts.devices import device_of
from keng.accounts.models import Notice, Officer, OfficerPasskey
from keng.accounts.screen_lock import is_screen_locked, note_activity
from keng.accounts.sessions import BEGAN_KEY, DEVICE_KEY, OFFICER_KEY, SESSION_LASTS, keep_awake
from keng.accounts.sight import in_sight_of, pieces_in_sight
from keng.kit import times
from keng.kit.secrets import same_secret

OPEN_PAGES = frozenset(
    {
        "sign-in",
        "sign-in-code",
        "sign-in-passkey",
        "sign-in-passkey-options",
        "set-up",
        "set-up-code",
        "push-worker",
        "call-link",
        "take-down-shared",
        "desk-manifest",
    }
)
# All that a locked session is answered with; of these the alarm says only how many ring, and
# the stream of changes only that this is otherwise now.
OPEN_WHILE_LOCKED = frozenset(
    {
        "screen-locked",
        "screen-lock",
        "screen-unlock",
        "screen-unlock-options",
        "sign-out",
        "alarm",
        "changes",
        "push-worker",
        "call-link",
        "take-down-shared",
        "desk-manifest",
    }
)
# What a page of the desk asks for by itself, beside what htmx does: nobody need be there.
_ASKED_BY_ITSELF = frozenset({"alarm", "changes", "tip-now", "screen-lock", "screen-unlock"})
_SIGN_IN_MARK = "password_mark"


class DeskRequest(HttpRequest):
    """A request to the desk: only the pages of signing in see None."""

    officer: Officer | None
    is_screen_locked: bool


class SignedInRequest(HttpRequest):
    """A request to the desk by whoever is signed in: every page but those of signing in."""

    officer: Officer
    is_screen_locked: bool
    htmx: HtmxDetails


class OfficerMiddleware:
    """Set request.officer, or send to the sign-in page."""

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]
    ) -> None:
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse | StreamingHttpResponse:
        request.officer = signed_in_officer(request)
        request.is_screen_locked = False
        if request.officer is None and _page_name(request) not in OPEN_PAGES:
            return redirect(_to_sign_in(request))
        if request.officer is None:
            translation.activate("vi")
            return self.get_response(request)
        # Read now: an error page shows the tabs, too, and the database may be what is in error.
        _ = request.officer.current_posts
        if getattr(request.officer, "has_notices", False):
            _ = request.officer.unseen_notices
        self._notice(request)
        with (
            translation.override(request.officer.language),
            in_sight_of(request.session, request.method or "", _page_name(request)),
        ):
            request.LANGUAGE_CODE = request.officer.language
            response = self._answer_signed_in(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = pieces_in_sight(
                iter(response), request.session, request.method or "", _page_name(request)
            )
        return response

    def _notice(self, request: DeskRequest) -> None:
        """Whether the screen is locked; and if not, that somebody is there."""
        request.is_screen_locked = is_screen_locked(request.session)
        by_itself = "HX-Request" in request.headers or _page_name(request) in _ASKED_BY_ITSELF
        if not request.is_screen_locked and not by_itself:
            note_activity(request.session)

    def _answer_signed_in(self, request: DeskRequest) -> HttpResponse | StreamingHttpResponse:
        if request.is_screen_locked and _page_name(request) not in OPEN_WHILE_LOCKED:
            return _covered(request)
        return self.get_response(request)


def signed_in_officer(request: HttpRequest) -> Officer | None:
    """The officer of this session, if still active, with a post today, and with the password they
    signed in with; a session of which that is no longer true ends.
    """
    key = request.session.get(OFFICER_KEY)
    if not key:
        return None
    # Whether there is a notice or a passkey comes with the row: it is asked for on every page.
    rows = Officer.objects.annotate(
        has_notices=Exists(Notice.objects.filter(officer=OuterRef("pk"), seen_at=None)),
        has_passkeys=Exists(OfficerPasskey.objects.filter(holder=OuterRef("pk"), stopped_at=None)),
    )
    officer = rows.filter(pk=key, is_active=True).first()
    is_same = officer and same_secret(
        request.session.get(_SIGN_IN_MARK, ""), officer.get_session_auth_hash()
    )
    if officer and is_same and officer.current_posts:
        keep_awake(request.session)
        officer.browser = request.session.session_key or ""
        return officer
    request.session.flush()
    return None


def begin_session(request: HttpRequest, officer: Officer) -> None:
    """Sign in: a fresh session, so that a planted session id is worth nothing."""
    request.session.flush()
    request.session[DEVICE_KEY] = device_of(request.headers.get("User-Agent", ""))
    bind_session(request.session, officer)


def bind_session(session: SessionBase, officer: Officer) -> None:
    """What makes a session an officer's; a new password makes every older session nobody's."""
    began = session.setdefault(BEGAN_KEY, int(times.now().timestamp()))
    session[OFFICER_KEY] = str(officer.pk)
    session[_SIGN_IN_MARK] = officer.get_session_auth_hash()
    session.set_expiry(datetime.datetime.fromtimestamp(began, datetime.UTC) + SESSION_LASTS)


def _covered(request: DeskRequest) -> HttpResponse:
    """The page that unlocks: led to, or in place of what a form was sent for. A part of a page,
    which a script asked for, is nothing.
    """
    if "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty":
        return HttpResponse(status=423)
    if request.method == "GET":
        there = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('screen-locked')}?{there}")
    from keng.accounts.desk.screen import locked_page  # noqa: PLC0415 -- it resolves our pages

    return locked_page(request)


def page_name_at(path: str) -> str:
    """The name of the desk's page at this path; empty if there is none."""
    try:
        return resolve(path, "keng.site.desk_urls").url_name or ""
    except Resolver404:
        return ""


def _page_name(request: HttpRequest) -> str:
    return page_name_at(request.path_info)


def _to_sign_in(request: HttpRequest) -> str:
    """The sign-in page, which leads on to the page that a letter or a call pointed at."""
    there = reverse("sign-in")
    is_page = request.method == "GET" and "HX-Request" not in request.headers
    if not is_page or request.path_info == "/":
        return there
    return f"{there}?{urlencode({'next': request.path_info})}"
