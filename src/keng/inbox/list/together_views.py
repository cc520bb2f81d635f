"""Ticked tips answered or ended together: who reads what, and who is left out, before it leaves."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.decisions.bulk import MOST_TIPS_AT_ONCE
from keng.dialogue.ready_answers import FilledAnswer, published_as_ready
from keng.inbox.list.chosen_tips import (
    ENDED_TOGETHER_AS,
    ChosenTip,
    TogetherResult,
    UndoResult,
    answer_together,
    chosen_tips,
    decline_together,
    sent_together,
    take_back_together,
)
from keng.inbox.tip.after_decision import list_url_as_it_was
from keng.inbox.tip.decision_views import decline_kinds
from keng.inbox.tip.tip_forms import TogetherForm
from keng.incidents.incident_queries import ready_answers_for_several
from keng.kit import times
from keng.kit.ids import read_id
from keng.tips import letters
from keng.tips.toast import show_toast

# Answered, and they go on.
ANSWER = "answer"
_MOST_READY = 8


@require_POST
def together(request: SignedInRequest) -> HttpResponse:
    """One answer to the ticked tips, which ends them or not; nothing leaves before it is read."""
    kind, ticked = request.POST.get("kind", ""), _ticked_ids(request)
    if len(ticked) > MOST_TIPS_AT_ONCE:
        most = {"most": MOST_TIPS_AT_ONCE}
        messages.warning(request, _("Not done: choose at most %(most)d tips at once.") % most)
        return redirect(list_url_as_it_was(request))
    chosen = chosen_tips(request.officer, ticked, only_answered=kind == ANSWER)
    if not chosen:
        messages.warning(request, _("Not done: choose the tips first."))
        return redirect(list_url_as_it_was(request))
    if kind and kind not in _kinds():
        raise Http404
    ready = _ready_answers(request, chosen)
    proposed, text = _proposed_and_typed(request, kind, _calm(chosen), ready)
    form = TogetherForm(request.POST if "send" in request.POST else None, initial={"reply": text})
    if "send" in request.POST and kind and form.is_valid():
        return _send(request, chosen, kind, form.cleaned_data["reply"])
    return _together_page(request, chosen, kind, form, ready=ready, proposed=proposed)


def _together_page(
    request: SignedInRequest,
    chosen: list[ChosenTip],
    kind: str,
    form: TogetherForm,
    *,
    ready: list[FilledAnswer],
    proposed: str = "",
) -> HttpResponse:
    context = {
        "calm": _calm(chosen),
        "left_out": [each for each in chosen if each.read_first is not None],
        "kinds": _kinds(),
        "kind": kind,
        "ready": ready,
        "form": form,
        "proposed": proposed,
        "back_url": list_url_as_it_was(request),
    }
    return render(request, "inbox/list/together.html", context, status=422 if form.errors else 200)


def _calm(chosen: list[ChosenTip]) -> list[ChosenTip]:
    return [each for each in chosen if each.read_first is None]


@require_POST
def together_undo(request: SignedInRequest) -> HttpResponse:
    """The undo of it, until the answers leave: the words are before the officer again."""
    # Each is a transaction of its own, and a page names no more.
    marks = request.POST.get("secret", "").split()[:MOST_TIPS_AT_ONCE]
    sent = sent_together(marks, request.officer)
    done = take_back_together(marks, by=request.officer)
    show_toast(request, _taken_back_words(done), *_undo(done.undo_marks))
    chosen = chosen_tips(request.officer, sent.tip_ids, only_answered=not sent.declined_as)
    if not done.taken_back or done.undo_marks or not chosen:
        return redirect(list_url_as_it_was(request))
    form = TogetherForm(initial={"reply": sent.words})
    ready = _ready_answers(request, chosen)
    return _together_page(request, chosen, sent.declined_as or ANSWER, form, ready=ready)


def _taken_back_words(done: UndoResult) -> str:
    words = ngettext(
        "Taken back: %(count)d tip is as it was.",
        "Taken back: %(count)d tips are as they were.",
        done.taken_back,
    ) % {"count": done.taken_back}
    if done.too_late:
        words += " " + ngettext(
            "%(count)d answer had left already.",
            "%(count)d answers had left already.",
            done.too_late,
        ) % {"count": done.too_late}
    if done.undo_marks:
        words += " " + ngettext(
            "%(count)d tip is not taken back yet: undo once more.",
            "%(count)d tips are not taken back yet: undo once more.",
            len(done.undo_marks),
        ) % {"count": len(done.undo_marks)}
    return words


def _ticked_ids(request: SignedInRequest) -> set[uuid.UUID]:
    return {pk for text in request.POST.getlist("tip") if (pk := read_id(text))}


def _kinds() -> dict[str, tuple[str, str, str]]:
    """What can be done with all of them: what it is called, what it does, and its key.

    A reason has the key that it has on the page of one tip.
    """
    kinds = {ANSWER: (_("Answer only"), _("The tips stay open"), "r")}
    for key, (code, words) in enumerate(decline_kinds().items(), start=1):
        if code in ENDED_TOGETHER_AS:
            kinds[code] = (*words, str(key))
    return kinds


def _ready_answers(request: SignedInRequest, chosen: list[ChosenTip]) -> list[FilledAnswer]:
    """What the desk published to questions like these first, then what it keeps for its topics.

    What one desk wrote is not true of another: tips of several get the words of the house alone.
    """
    tips = [each.tip for each in _calm(chosen)]
    desks = {tip.responsible_unit_id for tip in tips}
    if len(desks) != 1:
        return ready_answers_for_several(None, request.officer, tips)[:_MOST_READY]
    published = published_as_ready(tips)
    ready = ready_answers_for_several(desks.pop(), request.officer, tips, published)
    return sorted(ready, key=lambda each: not each.is_of_the_matter)[:_MOST_READY]


def _proposed_and_typed(
    request: SignedInRequest, kind: str, calm: list[ChosenTip], ready: list[FilledAnswer]
) -> tuple[str, str]:
    """What the page proposes now, and what stands in the box: words of one's own stay there."""
    typed, before = request.POST.get("reply", ""), request.POST.get("proposed", "")
    is_own = bool(typed.strip()) and _one_line(typed) != _one_line(before)
    if wanted := request.POST.get("use", ""):
        found = next((each.text for each in ready if each.code == wanted), "")
        return found, f"{typed.rstrip()}\n{found}" if is_own else found
    proposed = before
    if kind in ENDED_TOGETHER_AS and calm and request.POST.get("was") != kind:
        with override(calm[0].tip.language):
            proposed = letters.decline_reply(kind, calm[0].tip)
    return proposed, typed if is_own else proposed


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _send(request: SignedInRequest, chosen: list[ChosenTip], kind: str, reply: str) -> HttpResponse:
    seen = {
        each.tip.pk: version
        for each in chosen
        if (version := request.POST.get(f"seen-{each.tip.pk}")) is not None
    }
    if kind == ANSWER:
        done = answer_together(chosen, text=reply, seen=seen, by=request.officer)
        words = ngettext(
            "%(count)d tip is answered; the answer leaves in %(seconds)d seconds, until then you "
            "can undo it.",
            "%(count)d tips are answered; the answers leave in %(seconds)d seconds, until then "
            "you can undo it.",
            len(done.undo_marks),
        )
    else:
        reason = _kinds()[kind][0]
        done = decline_together(
            chosen, kind=kind, reason=reason, reply=reply, seen=seen, by=request.officer
        )
        words = ngettext(
            "%(count)d tip is closed; the answer leaves in %(seconds)d seconds, until then you "
            "can undo it.",
            "%(count)d tips are closed; the answers leave in %(seconds)d seconds, until then you "
            "can undo it.",
            len(done.undo_marks),
        )
    held_for = max(done.undo_until - times.now(), datetime.timedelta(0))
    values = {"count": len(done.undo_marks), "seconds": held_for.total_seconds()}
    toast = f"{words % values} {_left_words(done)}".strip()
    show_toast(request, toast, *_undo(done.undo_marks), held_for=held_for)
    return redirect(list_url_as_it_was(request))


def _undo(marks: list[str]) -> tuple[str, dict[str, str]] | tuple[()]:
    """The undo button of a toast, if there is something to take back."""
    return ("together-undo", {"secret": " ".join(marks)}) if marks else ()


def _left_words(done: TogetherResult) -> str:
    """By name: nobody looks for a tip that was left."""
    if not done.left:
        return ""
    names: Any = ", ".join(tip.reference or str(_("one without a number")) for tip in done.left)
    return _("Left as they are: %(names)s.") % {"names": names}
