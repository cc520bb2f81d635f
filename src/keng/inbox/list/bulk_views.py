"""One decision on many chosen tips, and its undo."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions import bulk as bulk_acts
from keng.decisions import putting_off
from keng.decisions.viewing import note_first_read
from keng.inbox.tip.after_decision import (
    back_to_tip,
    list_url_as_it_was,
    redirect_to_next_tip,
)
from keng.kit import times
from keng.kit.ids import read_id
from keng.language.taxonomy import categories
from keng.tips import errors
from keng.tips.models import Incident, Tip
from keng.tips.toast import show_toast


@require_POST
def bulk(request: SignedInRequest) -> HttpResponse:
    """Take on, sort, put off or join what was ticked in the list."""
    chosen = [pk for text in request.POST.getlist("tip") if (pk := read_id(text))]
    act = {
        "accept": _accept_chosen,
        "sort": _sort_chosen,
        "aside": _put_off_chosen,
        "join": _join_chosen,
    }.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, chosen, _page_time(request))
    except (errors.CannotDecide, NotAllowed) as error:
        messages.warning(request, str(error.sentence))
        return _back_to_list(request)


@require_POST
def bulk_undo(request: SignedInRequest) -> HttpResponse:
    """The undo of a decision on many."""
    steps = [pk for text in request.POST.get("decisions", "").split() if (pk := read_id(text))]
    if not steps:
        raise Http404
    try:
        done = bulk_acts.take_back_decisions(steps, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    count = len(done.steps)
    words = ngettext(
        "Taken back: %(count)d tip is as it was.",
        "Taken back: %(count)d tips are as they were.",
        count,
    )
    messages.success(request, f"{words % {'count': count}} {_left_out_words(done)}".strip())
    return _back_to_list(request)


@require_POST
def tip_set_aside(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Put one tip off; the next one opens."""
    tip = Tip.objects.visible_to(request.officer).filter(pk=pk).first()
    if tip is None:
        raise Http404
    try:
        note_first_read(pk, by=request.officer)
        step = putting_off.put_off_tip(
            pk, until=_put_off_until(request), by=request.officer, seen=request.POST.get("seen")
        )
    except (errors.CannotDecide, NotAllowed) as error:
        messages.warning(request, str(error.sentence))
        return back_to_tip(request, pk)
    return redirect_to_next_tip(request, tip, _("Set aside; the next tip is open."), step)


def put_off_choices() -> list[tuple[str, str]]:
    """How long a tip can be put off, shortest first."""
    return [
        ("4h", _("for 4 hours")),
        ("morning", _("until tomorrow 07:30")),
        ("3d", _("for 3 days")),
        ("7d", _("for 7 days")),
    ]


def _accept_chosen(request: SignedInRequest, chosen: list[uuid.UUID], since: Any) -> HttpResponse:
    done = bulk_acts.accept_tips(chosen, by=request.officer, since=since)
    count = len(done.steps)
    words = ngettext("%(count)d tip is yours now.", "%(count)d tips are yours now.", count)
    return _back_with_toast(request, words % {"count": count}, done)


def _sort_chosen(request: SignedInRequest, chosen: list[uuid.UUID], since: Any) -> HttpResponse:
    category = request.POST.get("category", "")
    if category not in categories():
        messages.warning(request, _("Not done: choose a category."))
        return _back_to_list(request)
    done = bulk_acts.sort_tips(chosen, category=category, by=request.officer, since=since)
    count = len(done.steps)
    words = ngettext("%(count)d tip is sorted.", "%(count)d tips are sorted.", count)
    return _back_with_toast(request, words % {"count": count}, done)


def _put_off_chosen(request: SignedInRequest, chosen: list[uuid.UUID], since: Any) -> HttpResponse:
    done = bulk_acts.put_off_tips(
        chosen, until=_put_off_until(request), by=request.officer, since=since
    )
    count = len(done.steps)
    words = ngettext("%(count)d tip is set aside.", "%(count)d tips are set aside.", count)
    return _back_with_toast(request, words % {"count": count}, done)


def _join_chosen(request: SignedInRequest, chosen: list[uuid.UUID], since: Any) -> HttpResponse:
    """To the incident: what differs is read there first, and one answer goes to all."""
    done, incident_id = bulk_acts.join_tips(chosen, by=request.officer, since=since)
    words = _("%(count)d tips are one incident now.") % {"count": len(done.steps) + 1}
    _show_bulk_toast(request, words, done)
    theirs = Incident.objects.visible_to(request.officer).filter(pk=incident_id)
    return redirect("incident", pk=incident_id) if theirs.exists() else _back_to_list(request)


def _back_with_toast(
    request: SignedInRequest, words: str, done: bulk_acts.BulkResult
) -> HttpResponse:
    _show_bulk_toast(request, words, done)
    return _back_to_list(request)


def _show_bulk_toast(request: SignedInRequest, words: str, done: bulk_acts.BulkResult) -> None:
    fields = {"decisions": " ".join(str(step.pk) for step in done.steps)}
    undo = ("bulk-undo", fields) if done.steps else ()
    show_toast(request, f"{words} {_left_out_words(done)}".strip(), *undo)


def _left_out_words(done: bulk_acts.BulkResult) -> str:
    """What was not done, and why in general: nothing is left out silently."""
    said = []
    if done.ringing:
        words = ngettext(
            "%(count)d that rings was left as it is: take it by itself.",
            "%(count)d that ring were left as they are: take each by itself.",
            done.ringing,
        )
        said.append(words % {"count": done.ringing})
    if done.critical:
        words = ngettext(
            "%(count)d was left as it is: it is more urgent than the one it would stand behind.",
            "%(count)d were left as they are: they are more urgent than the one they would stand "
            "behind.",
            done.critical,
        )
        said.append(words % {"count": done.critical})
    if done.left:
        words = ngettext(
            "%(count)d was left as it is: somebody decided on it meanwhile, or its deadline is "
            "near.",
            "%(count)d were left as they are: somebody decided on them meanwhile, or a deadline is "
            "near.",
            done.left,
        )
        said.append(words % {"count": done.left})
    return " ".join(said)


def _put_off_until(request: SignedInRequest) -> datetime.datetime:
    now = times.now()
    tomorrow = times.start_of(times.local_date(now) + datetime.timedelta(days=1))
    return {
        "4h": now + datetime.timedelta(hours=4),
        "3d": now + datetime.timedelta(days=3),
        "7d": now + datetime.timedelta(days=7),
    }.get(request.POST.get("until", ""), tomorrow + datetime.timedelta(hours=7, minutes=30))


def _page_time(request: SignedInRequest) -> datetime.datetime:
    """When the list was made; without it everything counts as decided meanwhile."""
    try:
        return datetime.datetime.fromtimestamp(float(request.POST.get("at", "")), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.datetime.fromtimestamp(0, datetime.UTC)


def _back_to_list(request: SignedInRequest) -> HttpResponse:
    return redirect(list_url_as_it_was(request))
