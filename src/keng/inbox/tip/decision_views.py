"""The decisions on a tip. Each is a form that works without a script."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions import ending, triage, undo
from keng.decisions.incident_effect import effect_of_tip, stands_with_others
from keng.inbox.list.inbox_query import open_tip_by_number
from keng.inbox.tip.after_decision import list_url, redirect_to_next_tip, redirect_to_same_tip
from keng.inbox.tip.refusal import explains_refusals
from keng.inbox.tip.similar import duplicate_candidates
from keng.inbox.tip.tip_forms import (
    OUTCOMES,
    CloseForm,
    DeclineForm,
    RateForm,
    RouteForm,
    SortForm,
)
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.kit.forms import ReasonForm
from keng.kit.ids import id_or_404
from keng.kit.urgency import Urgency
from keng.places.models import Unit
from keng.tips import errors, letters
from keng.tips import messages as tip_messages
from keng.tips.errors import error_sentence
from keng.tips.models import Decision, Incident, Tip


@require_POST
@explains_refusals
def tip_accept(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the tip on, or over from a colleague; the officer stays with it."""
    take_over = request.POST.get("take_over") == "1"
    step = triage.accept_tip(
        pk, by=request.officer, seen=_seen_version(request), take_over=take_over
    )
    if step.kind == Decision.Kind.REOPENED:
        words = _("%(tip)s is open again and yours.") % {"tip": _tip_name(step.tip)}
        return redirect_to_same_tip(request, pk, words)
    words = _("%(tip)s is yours now.") % {"tip": _tip_name(step.tip)}
    return redirect_to_same_tip(request, pk, words, "decision-undo", {"decision": str(step.pk)})


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_duplicate(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Compare with tips that may tell of the same event, and join one."""
    tip = tip_or_404(request, pk)
    if request.method == "POST":
        step = triage.mark_duplicate(
            pk,
            of=_chosen_original(request),
            by=request.officer,
            seen=_seen_version(request),
        )
        words = _("%(tip)s is joined to %(first)s. Open now is the next one by deadline.") % {
            "tip": _tip_name(tip),
            "first": _tip_name(step.tip.duplicate_of),
        }
        joined = step.detail["incident"]
        if Incident.objects.visible_to(request.officer).filter(pk=joined).exists():
            url = reverse("incident", args=[joined])
            words = format_html('{} <a href="{}">{}</a>', words, url, _("Go to the incident"))
        return redirect_to_next_tip(request, tip, words, step)
    context = tip_context(request, tip, place=_place_of_form(request))
    context["candidates"] = duplicate_candidates(tip, request.officer, list(tip.sightings.all()))
    return render(request, "inbox/tip/duplicate.html", context)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_route(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose the unit and say why."""
    tip = tip_or_404(request, pk)
    form = RouteForm(request.POST or None, units=triage.units_to_route(tip))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        step = triage.route_tip(
            pk,
            to=given["to"],
            reason=given["reason"],
            by=request.officer,
            seen=_seen_version(request),
        )
        words = _("%(tip)s is with %(unit)s now; the next tip is open.") % {
            "tip": _tip_name(tip),
            "unit": given["to"],
        }
        return redirect_to_next_tip(request, tip, words, step)
    context = tip_context(request, tip, place=_place_of_form(request), form=form)
    return render(request, "inbox/tip/route.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_decline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Why it is not handled as a tip, and the exact words the reporter will read."""
    tip = tip_or_404(request, pk)
    kinds = decline_kinds()
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    if not kind:
        # Nothing is chosen beforehand: a letter that nobody chose would go out with one key.
        context = tip_context(request, tip, place=_place_of_form(request), kinds=kinds, kind="")
        return render(request, "inbox/tip/decline.html", context)
    if kind not in kinds:
        raise Http404
    units = _units_it_may_be_about(tip) if kind == Decision.DeclinedAs.OFFICIAL else []
    with override(tip.language):
        first_words = {"reply": letters.decline_reply(kind, tip)}
    form = DeclineForm(request.POST or None, units=units, initial=first_words)
    if request.method == "POST" and form.is_valid():
        step = triage.decline_tip(
            pk,
            kind=kind,
            reply=form.cleaned_data["reply"],
            by=request.officer,
            reason=kinds[kind][0],
            concerns=form.cleaned_data.get("concerns"),
            seen=_seen_version(request),
        )
        return redirect_to_next_tip(request, tip, _declined_words(tip, kind), step)
    context = tip_context(request, tip, place=_place_of_form(request), form=form)
    context |= {"kinds": kinds, "kind": kind}
    return render(request, "inbox/tip/decline.html", context, status=422 if form.errors else 200)


@require_POST
@explains_refusals
def tip_sort(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Category, urgency, and what it is by law."""
    form = SortForm(request.POST)
    if not form.is_valid():
        return _tip_page_again(request, pk, sort_form=form)
    given = form.cleaned_data
    step = triage.sort_tip(
        pk,
        category=given["category"],
        kind=given["kind"] or None,
        urgency=given["urgency"] or None,
        by=request.officer,
        seen=_seen_version(request),
    )
    if not Tip.objects.listed_for(request.officer).filter(pk=pk).exists():
        words = _("%(tip)s is with the unit above now, and this desk no longer sees it.")
        return redirect_to_next_tip(request, step.tip, words % {"tip": _tip_name(step.tip)}, step)
    words = _("%(tip)s is sorted.") % {"tip": _tip_name(step.tip)}
    return redirect_to_same_tip(request, pk, words, "decision-undo", {"decision": str(step.pk)})


@require_POST
@explains_refusals
def tip_rate(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Of value or not."""
    form = RateForm(request.POST)
    if not form.is_valid():
        return _tip_page_again(request, pk)
    triage.rate_tip(
        pk, value=form.cleaned_data["value"], by=request.officer, seen=_seen_version(request)
    )
    return redirect_to_same_tip(request, pk, _("Saved."))


@require_POST
@explains_refusals
def tip_outcome(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What came of it in words and money, and of what value it was; the tip stays open."""
    tip = tip_or_404(request, pk)
    form = _close_form(tip, request.POST)
    if not form.is_valid():
        return _close_page(request, tip, form)
    ending.record_end(
        pk,
        outcome=form.cleaned_data["outcome"],
        value=form.cleaned_data["value"],
        note=form.cleaned_data["note"],
        effect=form.amounts(),
        by=request.officer,
        seen=_seen_version(request),
    )
    return redirect_to_same_tip(
        request, pk, _("The outcome is saved. The tip is open, and nothing has gone out.")
    )


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_close(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Value, outcome and last words in one; a critical one of which nothing is ticked asks once."""
    tip = tip_or_404(request, pk)
    form = _close_form(tip, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _close_page(request, tip, form)
    if tip.urgency == Urgency.P0 and "sure" not in request.POST:
        context = tip_context(request, tip, place=_place_of_form(request))
        steps = [line for line in context["check_list"] if line.is_kept]
        if steps and not any(line.is_done for line in steps):
            context["unticked"] = [str(line.words) for line in steps]
            context["seen"] = _seen_version(request) or context["seen"]
            kept = {"csrfmiddlewaretoken", "seen", "from"}
            context["sent"] = [each for each in request.POST.items() if each[0] not in kept]
            return render(request, "inbox/tip/close_unticked.html", context, status=422)
    step = ending.end_tip(
        pk,
        outcome=form.cleaned_data["outcome"],
        value=form.cleaned_data["value"],
        note=form.cleaned_data["note"],
        text="" if tip.do_not_contact else form.own_words(),
        effect=form.amounts(),
        by=request.officer,
        seen=_seen_version(request),
    )
    words = _("%(tip)s is closed; you can undo it for %(seconds)d seconds. The next tip is open.")
    return redirect_to_next_tip(request, tip, words % _undo_values(tip), step)


def _close_form(tip: Tip, sent: QueryDict | None) -> CloseForm:
    """The form with what stands already, and what the reporter would read by each outcome."""
    with override(tip.language):
        sentences = {code: letters.closing_sentence(tip, code) for code, _label in OUTCOMES}
    rated = "" if tip.value == Tip.Value.UNRATED else tip.value
    stands = {"outcome": tip.outcome, "value": rated, "note": tip.outcome_note}
    effect = {name: amount or None for name, amount in effect_of_tip(tip).items()}
    return CloseForm(
        stands | {"text": ""} | dict(sent.items()) if sent is not None else None,
        sentences=sentences,
        initial=stands | effect | {"text": sentences.get(tip.outcome, "")},
        auto_id="close_%s",
    )


def _close_page(request: SignedInRequest, tip: Tip, form: CloseForm) -> HttpResponse:
    if not tip.is_open:
        raise errors.AlreadyClosed
    context = tip_context(request, tip, place=_place_of_form(request), form=form)
    chosen = form["outcome"].value()
    context |= {
        "outcomes": [
            {"code": code, "label": label, "sentence": form.sentences[code], "key": key}
            for key, (code, label) in enumerate(OUTCOMES, start=1)
        ],
        "chosen": chosen,
        "with_others": stands_with_others(tip),
        "effect_fields": [form[name] for name in Incident.EFFECT],
        "has_effect": any(form[name].value() for name in Incident.EFFECT),
    }
    return render(request, "inbox/tip/close.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_reopen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin again with a closed tip."""
    words = (_("Reopen this tip"), _("Reopen it"), _("It is open again, and yours."))
    return decide_with_reason(request, pk, triage.reopen_tip, words)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_separate(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the tip out of its incident."""
    words = (
        _("Take this tip out of the incident"),
        _("Take it out"),
        _("It stands alone again."),
    )
    return decide_with_reason(request, pk, triage.separate_tip, words)


@require_POST
def decision_undo(request: SignedInRequest) -> HttpResponse:
    """The undo of a toast."""
    decision_id = id_or_404(request.POST.get("decision", ""))
    try:
        secret = request.POST.get("secret", "")
        tip = undo.take_back_decision(decision_id, by=request.officer, secret=secret)
    except NotAllowed as error:
        raise Http404 from error
    except errors.CannotDecide as error:
        messages.warning(request, error_sentence(error))
        return redirect("inbox")
    messages.success(request, _("Taken back: %(tip)s is as it was.") % {"tip": _tip_name(tip)})
    if request.POST.get("from") == "inbox":
        return redirect(list_url(request, tip.pk))
    return redirect("tip", pk=tip.pk)


def _chosen_original(request: SignedInRequest) -> uuid.UUID:
    """The tip chosen on the page of duplicates: one that is offered, or one by its number."""
    number = request.POST.get("number", "").strip()
    if number:
        found = open_tip_by_number(request.officer, number)
        if found is None:
            raise errors.NoSuchTip
        return found.pk
    return id_or_404(request.POST.get("of", ""))


def decide_with_reason(
    request: SignedInRequest,
    pk: uuid.UUID,
    act: Any,
    words: tuple[str, str, str],
    *,
    template: str = "inbox/tip/reason.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """A page that asks for a reason and does the act: its heading, its button, what was done."""
    tip = tip_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act(pk, reason=form.cleaned_data["reason"], by=request.officer, seen=_seen_version(request))
        return redirect_to_same_tip(request, pk, words[2])
    context = tip_context(request, tip, place="page", form=form)
    context |= {"heading": words[0], "button": words[1], **(more or {})}
    return render(request, template, context, status=422 if form.errors else 200)


def _tip_page_again(request: SignedInRequest, pk: uuid.UUID, **forms: Any) -> HttpResponse:
    """The tip's page once more, with what was typed and what is missing."""
    tip = tip_or_404(request, pk)
    context = tip_context(request, tip, place="page", **forms)
    if forms:
        context["form"] = next(iter(forms.values()))
    return render(request, "inbox/tip/tip.html", context, status=422)


def decline_kinds() -> dict[str, tuple[str, str]]:
    """What each is called, and what it does."""
    does = {
        Decision.DeclinedAs.PROCEDURE: _("Answer and point to the one-stop office"),
        Decision.DeclinedAs.CIVIL: _("Point to mediation"),
        Decision.DeclinedAs.OFFICIAL: _(
            "Goes to the unit above; the unit it is about no longer sees it"
        ),
        Decision.DeclinedAs.MUNICIPAL: _("Point to the People's Committee"),
        Decision.DeclinedAs.SPAM: _("Advertising, chain letters, nonsense: closed, nothing else"),
        Decision.DeclinedAs.OUT_OF_SCOPE: _(
            "Content sealed at once and destroyed in 7 days; only a number stays"
        ),
        Decision.DeclinedAs.NOT_CHECKABLE: _("Closed; who knows more sends a new report"),
    }
    return {kind.value: (str(kind.label), does[kind]) for kind in Decision.DeclinedAs}


def _declined_words(tip: Tip, kind: str) -> str:
    words = _(
        "%(tip)s is closed; the answer leaves in %(seconds)d seconds, until then you can undo it. "
        "The next tip is open."
    )
    if kind == Decision.DeclinedAs.OFFICIAL:
        words = _(
            "%(tip)s is with the unit above now; the answer leaves in %(seconds)d seconds, until "
            "then you can undo it. The next tip is open."
        )
    return words % _undo_values(tip)


def _undo_values(tip: Tip) -> dict[str, Any]:
    return {"tip": _tip_name(tip), "seconds": tip_messages.ANSWER_HELD_FOR.total_seconds()}


def _units_it_may_be_about(tip: Tip) -> list[Unit]:
    """At a provincial desk the officer says which unit a complaint is about."""
    unit = tip.responsible_unit
    return list(Unit.objects.filter(parent=unit)) if unit.kind == Unit.Kind.PROVINCE else []


def _tip_name(tip: Tip | None) -> str:
    if tip is None:
        return ""
    return _("Tip %(reference)s") % {"reference": tip.reference} if tip.reference else _("The tip")


def _place_of_form(request: SignedInRequest) -> str:
    return request.POST.get("from") or request.GET.get("from") or "page"


def _seen_version(request: SignedInRequest) -> str | None:
    return request.POST.get("seen")
