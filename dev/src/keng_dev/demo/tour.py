"""The first tour: three parts to play, three or four steps each, closed for good in one press."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from keng.kit import cookies
from keng.network.models import Lead
from keng.network.secret_links import lead_token
from keng_dev.demo.code_command import code_command
from keng_dev.demo.network import LANDLORDS_BY_HAND, PARENT_GROUP

# Of two names: a browser sends the cookies of one host to all its ports.
DESK, PHONES = "keng_tour_desk", "keng_tour_phones"
_CLOSED = "closed"
_YEARS = 5 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and where."""

    words: str
    url: str = ""
    link: str = ""
    command: str = ""
    """To be typed in a terminal."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody to play."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Tour:
    """What a page shows until it is closed."""

    parts: tuple[Part, ...]
    close_url: str
    template: str = "demo/tour.html"


def on_the_desk(request: HttpRequest) -> Tour | None:
    """On the list of tips, for an officer whose browser has not closed it."""
    if _is_closed(request, DESK) or request.path != reverse("inbox"):
        return None
    parts = (_officer(is_here=True), _resident(), _landlord())
    return Tour(parts, reverse("tour-close"))


def beside_the_phones(request: HttpRequest) -> Tour | None:
    """On the page with the simulated phones."""
    if _is_closed(request, PHONES):
        return None
    return Tour((_resident(), _officer(is_here=False), _landlord()), reverse("phones-tour-close"))


def close(response: HttpResponse, where: str) -> HttpResponse:
    """Never shown in this browser again."""
    cookies.put_cookie(response, where, _CLOSED, seconds=_YEARS)
    return response


def _is_closed(request: HttpRequest, where: str) -> bool:
    return request.COOKIES.get(where) == _CLOSED


def _resident() -> Part:
    return Part(
        _("Play the resident"),
        (
            Step(
                _("Write on the first phone what happened, as you would to a friend."),
                _phone("resident"),
                _("The first phone"),
            ),
            Step(_("Open the link in the answer: it shows your receipt code, once.")),
            Step(
                _("Read with this code what the officer answers, and write back."),
                f"{settings.PUBLIC_URL}/status",
                _("The page of the code"),
            ),
        ),
    )


def _officer(*, is_here: bool) -> Part:
    first = Step(
        _("Sign in as lan with the password from the terminal. The six digits come from:"),
        settings.DESK_URL,
        _("The desk of the ward"),
        command=code_command("lan"),
    )
    newest = _("Choose the newest tip, take it on and answer it. The same link in it: who else?")
    steps = (
        Step(newest) if is_here else Step(newest, _on_desk("inbox"), _("The list of tips")),
        Step(
            _("Write a warning from it and hand it in. Somebody else approves it: sign in as hai."),
            _on_desk("warnings"),
            _("The list of warnings"),
        ),
        Step(
            _("See whom it reached, and which groups nobody has posted it in yet."),
            _on_desk("coverage"),
            _("Whom it reached"),
        ),
    )
    return Part(_("Play the officer"), steps if is_here else (first, *steps))


def _landlord() -> Part:
    return Part(
        _("Play the landlord"),
        (
            Step(
                _("A warning arrives in the landlords' group by itself, with its picture."),
                _phone("group"),
                _("The second phone"),
            ),
            Step(
                _(
                    "Most groups are ordinary chats: copy the text from your tasks, post it, "
                    "and say that you did. The desk sees it at once, and asks no more."
                ),
                _tasks_url(LANDLORDS_BY_HAND),
                _("What the landlady is asked"),
            ),
            Step(
                _("A class teacher does the same, and her parents' group shows what she posted."),
                _tasks_url(PARENT_GROUP),
                _("What the teacher is asked"),
            ),
        ),
    )


def _phone(key: str) -> str:
    return f"{settings.PUBLIC_URL}/phones/#phone-{key}"


def _tasks_url(group: str) -> str:
    # One who takes part comes first: the page of another only says that it is closed.
    leads = Lead.objects.filter(groups__name=group)
    lead = leads.order_by(F("stopped_at").asc(nulls_first=True), "id").first()
    return f"{settings.PUBLIC_URL}/relay/{lead_token(lead)}" if lead else ""


def _on_desk(name: str) -> str:
    """The public site knows the desk's addresses by its own map only."""
    return settings.DESK_URL + reverse(name, urlconf="keng.site.desk_urls")
