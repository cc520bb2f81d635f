"""Incidents: what several tips tell of, answered and ended together."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions.viewing import note_first_read
from keng.dialogue.dialogue_parts import unanswered_of_tips
from keng.inbox.list.by_incident import MOST_INCIDENT_ROWS, open_tips_of_incident
from keng.inbox.list.inbox_row import row_of_columns, with_row_columns
from keng.inbox.list.row_view import beside_url_start, row_views
from keng.inbox.tip.after_decision import list_url, list_url_as_it_was
from keng.inbox.tip.tip_forms import (
    IncidentCloseForm,
    IncidentOutcomeForm,
    IncidentTitleForm,
    ReplyForm,
)
from keng.incidents import incident_acts as actions
from keng.incidents import incident_queries as queries
from keng.kit.ids import id_or_404, read_id
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.language.alphabet import alphabetical
from keng.tips import errors
from keng.tips.errors import error_sentence
from keng.tips.models import Incident, Tip
from keng.tips.models.tip import TipQuerySet
from keng.tips.toast import show_toast, undo_context
from keng.tips.words_back import keep_words_for, words_back_for


@require_GET
def incidents(request: SignedInRequest) -> HttpResponse:
    """Incidents that are not over."""
    chosen = ListFilter(request.GET)
    seen = queries.open_incidents(request.officer)
    rows, page = rows_of_page(request, rows_with_words(seen, chosen.words, "title"))
    context = {
        "rows": rows,
        "page": page,
        "filter": chosen,
        "open_count": seen.count() if chosen.words else page.total,
    } | undo_context(request)
    return render(request, "inbox/incident/incidents.html", context)


@require_GET
def incident(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Its tips, those that differ first; one answer to all; what came of it."""
    return _incident_page(request, _incident_or_404(request, pk))


@require_GET
def incident_rows(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What a line of the list opens to; without a script the incident's own page has it all."""
    found = _incident_or_404(request, pk)
    if not request.htmx:
        return redirect("incident", pk=pk)
    tips = open_tips_of_incident(found, request.officer)
    context = {
        "left": max(0, tips.count() - MOST_INCIDENT_ROWS),
        "rows": row_views(
            [
                row_of_columns(each)
                for each in with_row_columns(tips[:MOST_INCIDENT_ROWS], request.officer)
            ]
        ),
        "incident": found,
        "chooses": "choose" in request.GET,
        "opens_beside": beside_url_start(list_url(request)),
    }
    return render(request, "inbox/list/incident_rows.html", context)


@require_POST
def incident_answer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One answer to every reporter."""
    found, form = _incident_or_404(request, pk), ReplyForm(request.POST)
    if not form.is_valid():
        return _incident_page(request, found, 422, reply_form=form)
    apart = tuple(filter(None, map(read_id, request.POST.getlist("apart"))))
    try:
        batch = actions.answer_incident(
            pk, text=form.cleaned_data["text"], by=request.officer, apart=apart
        )
    except (errors.CannotDecide, NotAllowed) as error:
        messages.warning(request, str(error.sentence))
        return _incident_page(request, found, 409, reply_form=form)
    _note_read(request, pk, apart)
    words = _("One answer to all leaves in %(seconds)d seconds.") % {
        "seconds": actions.ANSWER_ALL_HOLD.total_seconds()
    }
    show_toast(request, words, "incident-withdraw", {"batch": str(batch), "incident": str(pk)})
    return redirect("incident", pk=pk)


@require_POST
def incident_withdraw(request: SignedInRequest) -> HttpResponse:
    """The undo of one answer to all."""
    batch = id_or_404(request.POST.get("batch", ""))
    incident_id = id_or_404(request.POST.get("incident", ""))
    sent = queries.words_of_batch(batch, request.officer)
    try:
        done = actions.withdraw_incident_answer(batch, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    except errors.CannotDecide as error:
        messages.warning(request, error_sentence(error))
    else:
        keep_words_for(request, incident_id, sent)
        _show_taken_back(request, done)
    # Its tips may have left it, or the desk, since it was answered.
    is_here = _visible_tips(request, incident_id).exists()
    return redirect("incident", pk=incident_id) if is_here else redirect("incidents")


@require_POST
def incident_outcome(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What came of the event, for all its tips, with the money."""
    found, form = _incident_or_404(request, pk), IncidentOutcomeForm(request.POST)
    if not form.is_valid():
        return _incident_page(request, found, 422, money_form=form)
    return _act_and_go_back(
        request,
        pk,
        _("The outcome is saved for all tips."),
        lambda: actions.record_incident_outcome(
            pk,
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
            by=request.officer,
            **form.amounts(),
        ),
    )


@require_POST
def incident_close(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """End the incident with all its tips."""
    found, form = _incident_or_404(request, pk), IncidentCloseForm(request.POST)
    if not form.is_valid():
        return _incident_page(request, found, 422, close_form=form)
    try:
        ended = actions.close_incident(pk, by=request.officer, text=form.cleaned_data["text"])
    except (errors.CannotDecide, NotAllowed) as error:
        messages.warning(request, str(error.sentence))
    else:
        _show_ended(request, ended)
    return redirect("incident", pk=pk)


@require_POST
def incident_rename(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A name that says what is new about it."""
    found, form = _incident_or_404(request, pk), IncidentTitleForm(request.POST)
    if not form.is_valid():
        return _incident_page(request, found, 422, title_form=form)
    return _act_and_go_back(
        request,
        pk,
        _("Saved."),
        lambda: actions.rename_incident(pk, title=form.cleaned_data["title"], by=request.officer),
    )


def _act_and_go_back(request: SignedInRequest, pk: uuid.UUID, words: str, act: Any) -> HttpResponse:
    try:
        act()
    except (errors.CannotDecide, NotAllowed) as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, words)
    return redirect("incident", pk=pk)


def _show_taken_back(request: SignedInRequest, done: actions.WithdrawnAnswers) -> None:
    taken = ngettext(
        "Taken back for %(count)d reporter.", "Taken back for %(count)d reporters.", done.taken
    ) % {"count": done.taken}
    if not done.left:
        messages.success(request, taken)
        return
    left = ngettext(
        "For %(count)d reporter it was too late.",
        "For %(count)d reporters it was too late.",
        done.left,
    ) % {"count": done.left}
    # In one toast: a page shows the last one alone.
    messages.warning(request, f"{taken} {left}")


def _show_ended(request: SignedInRequest, ended: actions.EndedIncident) -> None:
    if not ended.left:
        messages.success(request, _("The incident is closed and its reporters are told."))
        return
    names = ", ".join(tip.reference or _("one without a number") for tip in ended.left)
    words = ngettext(
        "%(count)d tip is closed. Open, and with it the incident, stays what nobody has answered: "
        "%(names)s.",
        "%(count)d tips are closed. Open, and with it the incident, stays what nobody has "
        "answered: %(names)s.",
        ended.closed,
    )
    messages.warning(request, words % {"count": ended.closed, "names": names})


def _incident_or_404(request: SignedInRequest, pk: uuid.UUID) -> Incident:
    """The incident; one of whose tips none is visible does not exist for this officer."""
    visible = Incident.objects.visible_to(request.officer).select_related("unit")
    found = get_object_or_404(visible, pk=pk)
    if not _visible_tips(request, pk).exists():
        raise Http404
    return found


def _note_read(
    request: SignedInRequest, incident_id: uuid.UUID, apart: tuple[uuid.UUID, ...]
) -> None:
    """Whoever answered them has read them: none of them stands as new in the list."""
    unread = _visible_tips(request, incident_id).open().filter(first_read_at__isnull=True)
    answered = unread.exclude(do_not_contact=True)
    for tip_id in answered.exclude(pk__in=apart).values_list("pk", flat=True):
        note_first_read(tip_id, by=request.officer)


def _visible_tips(request: SignedInRequest, incident_id: uuid.UUID) -> TipQuerySet:
    return Tip.objects.visible_to(request.officer).filter(incident=incident_id)


def _incident_page(
    request: SignedInRequest, found: Incident, status: int = 200, **forms: Any
) -> HttpResponse:
    money = {name: getattr(found, name) or None for name in Incident.EFFECT}
    members = queries.incident_tips(found, request.officer)
    said = unanswered_of_tips([each.tip for each in members if each.tip.is_open])
    differences = queries.differences_of_tips([each.tip for each in members])
    ready = queries.ready_answers_for_several(
        found.unit_id, request.officer, [each.tip for each in members]
    )
    wanted = request.GET.get("answer")
    context = {
        "incident": found,
        "odd": [member.tip for member in members if member.is_odd],
        "alike": [member.tip for member in members if not member.is_odd],
        "differences": {str(tip_id): own for tip_id, own in differences.items()},
        "size": len(members),
        "unanswered": [
            (tip, said[tip.pk]) for tip in (each.tip for each in members) if tip.pk in said
        ],
        "places": sorted(
            {str(each.tip.place) for each in members if each.tip.place}, key=alphabetical
        ),
        "balance": queries.answer_balance(found, request.officer),
        "sent": queries.answers_sent_to_all(found, request.officer),
        "ready": ready,
        "chosen_answer": next((each.text for each in ready if each.code == wanted), "")
        or words_back_for(request, found.pk),
        "shared": queries.shared_indicators(found, request.officer),
        "reply_form": ReplyForm(),
        "money_form": IncidentOutcomeForm(
            initial={"outcome": found.outcome, "note": found.outcome_note, **money}
        ),
        "close_form": IncidentCloseForm(auto_id="close_%s"),
        "title_form": IncidentTitleForm(initial={"title": found.title}),
        "back": reverse("incidents"),
        "list_url": list_url_as_it_was(request),
        "next_url": list_url_as_it_was(request, to_next=True),
        **forms,
        **undo_context(request),
    }
    if forms:
        context["form"] = next(iter(forms.values()))
    return render(request, "inbox/incident/incident.html", context, status=status)
