"""The second person's part of a page, the same for every kind of text.

    try:
        panel, check = decide_release(
            request, revision, which=CHECKING_CLAIMS, let_out=functools.partial(publish_claim, pk)
        )
    except NothingWaits:
        return decided_meanwhile(request, "claim-detail", pk=pk)
    if check is not None:
        return redirect("claim-detail", pk=pk)
    return render(request, "claims/publish.html", {"panel": panel, ...}, status=panel.status)

The page includes `releases/four_eyes.html` and `releases/decision.html`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.presence import is_present
from keng.accounts.who import Who
from keng.releases.errors import NothingWaits, TextChanged
from keng.releases.forms import GiveBackForm, ReleaseForm, SecondPersonForm
from keng.releases.hands import hand_refusal, name_hands
from keng.releases.models import Person, Releasable

_Result_co = TypeVar("_Result_co", covariant=True)
_Text = TypeVar("_Text", bound=Releasable)


class LetOut(Protocol[_Result_co]):
    """The area's act, with the row already named; it also takes what its form has `given()`."""

    def __call__(self, *, seen: bytes, by: Any, **given: Any) -> _Result_co: ...


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Whoever reads a text to let it out, and how they sign."""

    person: Person
    refusal: Callable[[Any], str]
    """Why they do not let this text out; empty if they may."""
    has_signed: Callable[[SecondPersonForm], bool]
    """Whether what was posted bears their signature; if not, the form says so from then on."""


@dataclass(slots=True)
class SecondPersonPanel(Generic[_Text]):
    """What the second person's part of a page shows."""

    text: _Text
    """With its `people`."""
    form: SecondPersonForm
    give_back: GiveBackForm
    seen: str
    """The digest of what waits or was let out, in hexadecimal digits; empty if nobody kept it."""
    refusal: str
    """Why this officer does not let it out; empty if they may, or if nothing waits."""
    is_stale: bool = False
    is_refused: bool = False
    """Somebody who may not sent it all the same."""

    @property
    def may_let_out(self) -> bool:
        return self.text.is_waiting and not self.refusal

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        is_wrong = any(form.is_bound and form.errors for form in (self.form, self.give_back))
        return 409 if self.is_stale else 403 if self.is_refused else 422 if is_wrong else 200


def decide_release(
    request: HttpRequest,
    text: _Text,
    *,
    which: Who,
    let_out: LetOut[_Result_co],
    form: Callable[[Any], SecondPersonForm] = ReleaseForm,
) -> tuple[SecondPersonPanel[_Text], _Result_co | None]:
    """Let a text out if that was posted: what the act gives back, or the panel to show.

    `form` makes the form of what was posted, or of nothing. Raises NothingWaits.
    """
    officer = request.officer
    second = SecondPerson(
        person=officer,
        refusal=lambda text: release_refusal(officer, text, which),
        has_signed=lambda form: is_present(officer, form),
    )
    return decide_release_by(second, request, text, let_out=let_out, form=form)


def second_person_panel(
    second: SecondPerson, text: _Text, *, form: Callable[[Any], SecondPersonForm] = SecondPersonForm
) -> SecondPersonPanel[_Text]:
    """The panel before anything is posted."""
    name_hands([text])
    return SecondPersonPanel(
        text=text,
        form=form(None),
        give_back=GiveBackForm(),
        seen=(text.digest_shown or b"").hex(),
        refusal=second.refusal(text) if text.is_waiting else "",
    )


def decide_release_by(
    second: SecondPerson,
    request: HttpRequest,
    text: _Text,
    *,
    let_out: LetOut[_Result_co],
    form: Callable[[Any], SecondPersonForm] = SecondPersonForm,
) -> tuple[SecondPersonPanel[_Text], _Result_co | None]:
    """The same for a second person who is no officer, or signs in another way.

    What cannot go out anyway is refused before the code is looked at: a code is used up by being
    right.
    """
    panel = second_person_panel(second, text, form=form)
    if not is_release_posted(request):
        return panel, None
    if not text.is_waiting:
        raise NothingWaits
    if panel.refusal:
        panel.is_refused = True
        return panel, None
    if request.POST["seen"] != panel.seen:
        panel.is_stale = True
        return panel, None
    panel.form = form(request.POST)
    if not panel.form.is_valid() or not second.has_signed(panel.form):
        return panel, None
    try:
        seen, given = bytes.fromhex(panel.seen), panel.form.given()
        return panel, let_out(seen=seen, by=second.person, **given)
    except TextChanged:
        # What stands there now has to be read anew, with its own digest, people and refusal.
        text.refresh_from_db()
        if not text.is_waiting:
            raise NothingWaits from None
        panel = second_person_panel(second, text, form=form)
        panel.is_stale = True
        return panel, None


def is_release_posted(request: HttpRequest) -> bool:
    """Whether the second person's form was sent, and not another one of its page."""
    return request.method == "POST" and "seen" in request.POST


def decided_meanwhile(request: HttpRequest, page: str, **of: Any) -> HttpResponse:
    """Say that nothing waits any more, and go on to this page: its name or its address."""
    messages.warning(request, NothingWaits.sentence)
    response: HttpResponse = redirect(page, **of)
    return response


def release_refusal(officer: Officer, text: Releasable, which: Who) -> str:
    """Why this officer does not let the text out, and who could; empty if they may."""
    if text.has_hand_of(officer):
        return hand_refusal(which, text.release_unit, text.hands)
    if not which.may_act_for(officer, text.release_unit):
        return _("This is for somebody else to decide.")
    return ""


def give_back_posted(
    request: HttpRequest, panel: SecondPersonPanel[Any], give_back: Callable[..., object]
) -> bool:
    """Give a text back if that was posted with its reason; without one the panel says so.

    `give_back` takes `reason=` and `by=`. Its form stands on the page of the panel and is sent to
    it.
    """
    if request.method != "POST" or "reason" not in request.POST:
        return False
    panel.give_back = GiveBackForm(request.POST)
    if not panel.give_back.is_valid():
        return False
    give_back(reason=panel.give_back.cleaned_data["reason"], by=request.officer)
    messages.success(request, _("Given back to the author."))
    return True
