"""After a decision: the next tip opens, with an undo if there is one; or why nothing was done."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from keng.kit import times
from keng.kit.phrases import moment_words
from keng.tips import errors
from keng.tips.actions.dialogue import HOLD
from keng.tips.models import Decision, Tip
from keng.tips.queries.inbox import next_after
from keng.vault.seal import NoKey

_UNDO = "undo"
# The folder that the officer works through: the next tip comes from it.
FOLDER = "folder"


def in_list(folder: str, tip: Tip | None) -> str:
    """The address of the list with this tip beside it."""
    chosen = {"tip": str(tip.pk)} if tip else {}
    query = ({} if folder == "open" else {"folder": folder}) | chosen
    return f"{reverse('inbox')}?{urlencode(query)}" if query else reverse("inbox")


def next_tip(
    request: HttpRequest, tip: Tip, words: str, undo: Decision | None = None
) -> HttpResponse:
    """Say what was done and open the tip that comes after the place the decided one had."""
    fields = {"decision": str(undo.pk), "secret": undo.secret} if undo else {}
    said(request, words, *(("decision-undo", fields) if undo else ()))
    folder = request.session.get(FOLDER, "open")
    following = next_after(request.officer, tip.due_at, tip.pk, folder)
    if request.POST.get("from") == "inbox":
        return redirect(in_list(folder, following))
    return redirect("tip", pk=following.pk) if following else redirect("inbox")


def same_tip(request: HttpRequest, tip_id: uuid.UUID, words: str, *undo: Any) -> HttpResponse:
    """Say what was done and stay with the tip."""
    said(request, words, *undo)
    if request.POST.get("from") == "inbox":
        return redirect(f"{reverse('inbox')}?tip={tip_id}")
    return redirect("tip", pk=tip_id)


def said(
    request: HttpRequest, words: str, undo_name: str = "", fields: dict[str, str] | None = None
) -> None:
    """A toast on the next page, with an undo button if there is something to take back."""
    messages.success(request, words)
    if undo_name:
        # A key opens nothing any more once the answer has left (keng.tips.models.held).
        until = (times.now() + HOLD).timestamp() if "secret" in (fields or {}) else None
        request.session[_UNDO] = {
            "url": reverse(undo_name),
            "fields": fields or {},
            "until": until,
        }


def undo_context(request: HttpRequest) -> dict[str, Any]:
    """The undo of the last toast, for the page that shows it, once."""
    forget_old_key(request)
    if _UNDO not in request.session:
        return {}
    undo = request.session.pop(_UNDO)
    return {"undo_url": undo["url"], "undo_fields": undo["fields"]}


def forget_old_key(request: HttpRequest) -> None:
    """No page came for it in time: what would have undone an ending leaves the session."""
    until = request.session.get(_UNDO, {}).get("until")
    if until is not None and until <= times.now().timestamp():
        del request.session[_UNDO]


def explained(error: Exception) -> str:
    """Why a decision was not taken, in a sentence."""
    if isinstance(error, errors.ChangedMeanwhile):
        if error.latest is None:
            return _("Not done yet: something was written meanwhile. Read it, then go on.")
        return _(
            "Not done: %(who)s decided on this tip at %(at)s. Look at it again, then decide."
        ) % {"who": error.latest.by, "at": moment_words(error.latest.at, "clock")}
    if isinstance(error, errors.AlreadyTaken):
        return _("%(who)s has taken this tip on already.") % {"who": error.holder}
    return {
        errors.AlreadyClosed: _("Not done: this tip was closed already."),
        errors.NotClosed: _("Not done: this tip is open."),
        errors.ContentIsSealed: _("Not done: the words of this tip are sealed."),
        errors.NoSuchTip: _("No open tip of yours has this number."),
        errors.SameTip: _("Not done: a tip is no duplicate of itself."),
        errors.NotInAnIncident: _("Not done: this tip stands alone already."),
        errors.NoReason: _("Not done: say why in a few words."),
        errors.NoOutcome: _("Not done: say first what came of it."),
        errors.DangerUnheard: _(
            "Not closed: somebody who reported this has told of danger just now. Take that report "
            "first."
        ),
        errors.NoText: _("Not done: there was nothing to send."),
        errors.CannotGoThere: _("Not done: the tip cannot go to that unit."),
        errors.NoUnitAbove: _("Not done: there is no unit above the one it is about."),
        errors.TooLate: _("Too late to take it back."),
        errors.OpenedElsewhere: _(
            "Not taken back: the desk that it went to has opened it already. Ask them to pass it "
            "back."
        ),
        errors.IncidentChanged: _(
            "Not taken back: the incident of this tip has changed since. Look at it first."
        ),
        errors.DeadlineFirst: _("Not done: its deadline comes first."),
        errors.AlreadySuspended: _("Not done: this tip was suspended already."),
        errors.NotSuspended: _("Not done: this tip is not suspended."),
        errors.NothingChosen: _("Not done: choose the tips first, at least two to join them."),
        errors.NothingToAnswer: _("Not done: no reporter of this incident can be answered."),
        NoKey: _("Not done: there is no key to seal with. Tell the operator: keng vault init."),
    }[type(error)]
