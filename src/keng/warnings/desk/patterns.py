"""Patterns on the desk: the list, writing, approving, sending alone, and the look by 08:00."""

import functools
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.presence import is_present
from keng.accounts.who import RELEASING
from keng.acts.errors import NotAllowed
from keng.delivery.audience import plan_audience
from keng.kit import times
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.network.queries.places import places_of
from keng.releases.desk import decide_release, decided_meanwhile
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import outgoing_text, pattern_blanks, pattern_queries, style
from keng.warnings.actions import pattern_acts
from keng.warnings.actions.errors import NobodyThere, StyleStops
from keng.warnings.desk.ahead import before_sending_context
from keng.warnings.forms import NumbersReleaseForm, note_unticked
from keng.warnings.known_numbers import NumbersUnchecked
from keng.warnings.models import Pattern, PatternUse, Warning
from keng.warnings.pattern_forms import FillPatternForm, PatternForm, SendPatternForm


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """What may be sent alone, what waits for a second person, and what was sent."""
    lists = pattern_queries.pattern_lists(request.officer)
    chosen = ListFilter(request.GET)
    over, page = rows_of_page(
        request, rows_with_words(lists.over, chosen.words, KT("texts__title"))
    )
    uses, uses_page = rows_of_page(request, pattern_queries.uses_to_review(request.officer), "uses")
    pattern_queries.note_reviewable(uses, request.officer)
    context = {
        "lists": lists,
        "over": over,
        "page": page,
        "filter": chosen,
        "uses": uses,
        "uses_page": uses_page,
        "may_write": bool(pattern_acts.units_to_write_for(request.officer)),
    }
    return render(request, "warnings/patterns.html", context)


@require_http_methods(["GET", "POST"])
def pattern_new(request: HttpRequest) -> HttpResponse:
    """Write one; somebody else approves it."""
    form = PatternForm(request.POST or None)
    units = pattern_acts.units_to_write_for(request.officer)
    if not units:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = pattern_acts.make_pattern(
                form.texts(given),
                unit_id=units[0].pk,
                category=given["category"],
                severity=given["severity"],
                kinds=given["kinds"],
                expires_on=given["expires_on"],
                by=request.officer,
            )
        except StyleStops as stopped:
            form.add_error(
                None, _("The house style stops it in %(n)s places.") % {"n": len(stopped.findings)}
            )
        else:
            messages.success(request, _("Written: a second person approves it."))
            return redirect("pattern", pk=made.pk)
    context = {"form": form, "marks": pattern_blanks.BLANK_MARKS}
    status = 422 if form.errors else 200
    return render(request, "warnings/pattern_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def pattern(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One pattern: read, let out by a second person, ended."""
    found = _visible_pattern(request, pk)
    numbers = pattern_acts.check_pattern(found, by=request.officer)
    try:
        panel, approved = decide_release(
            request,
            found,
            which=RELEASING,
            let_out=functools.partial(pattern_acts.approve_pattern, pk),
            form=functools.partial(NumbersReleaseForm, checked=numbers),
        )
    except NothingWaits:
        return decided_meanwhile(request, "pattern", pk=pk)
    if approved is not None:
        messages.success(request, _("Approved: one officer may send it now."))
        return redirect("pattern", pk=pk)
    today = times.local_date(times.now())
    context = {
        "panel": panel,
        "pattern": found,
        "numbers": numbers,
        "parts": found.texts,
        "can_end": found.ended_at is None and RELEASING.may_act_for(request.officer, found.unit),
        "in_force": Pattern.objects.in_force(today).filter(pk=found.pk).exists(),
        "commune": pattern_acts.commune_desk_of(request.officer),
    }
    return render(request, "warnings/pattern.html", context, status=panel.status)


@require_POST
def pattern_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """No more."""
    pattern_acts.end_pattern(pk, by=request.officer)
    messages.success(request, _("Ended: nothing more goes out with it."))
    return redirect("patterns")


@require_http_methods(["GET", "POST"])
def pattern_send(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Fill the blanks, see the text and the list, confirm with a code."""
    found = _visible_pattern(request, pk)
    unit = pattern_acts.commune_desk_of(request.officer)
    today = times.local_date(times.now())
    if unit is None or not Pattern.objects.in_force(today).filter(pk=pk).exists():
        return redirect("pattern", pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = FillPatternForm(
        posted, codes=pattern_blanks.blanks_of(found.texts), places=places_of([unit.pk])
    )
    do = posted.get("do", "") if posted is not None else ""
    wants = do == "send"
    confirm = SendPatternForm()
    context: dict[str, Any] = {"pattern": found, "form": form, "unit": unit}
    if posted is not None and form.is_valid():
        numbers = pattern_acts.check_filled_pattern(
            found, form.cleaned_data, unit, by=request.officer
        )
        confirm = SendPatternForm(posted if wants else None, checked=numbers)
        context |= _preview(found, unit, form.cleaned_data) | {"numbers": numbers}
        by_two = pattern_acts.needs_second_person(
            found, form.cleaned_data, unit, by=request.officer
        )
        context["by_two"] = by_two
        if do == "hand_in":
            return _hand_in_posted(request, found, form)
        if wants and by_two:
            confirm.add_error(None, pattern_acts.SecondPersonNeeded.sentence)
        may_go = wants and not by_two and confirm.is_valid()
        if may_go and (sent := _send_posted(request, found, form, confirm)):
            return sent
    context |= {"confirm": confirm, "parts": found.texts}
    status = 422 if form.errors or confirm.errors else 200
    return render(request, "warnings/pattern_send.html", context, status=status)


def _hand_in_posted(request: HttpRequest, found: Pattern, form: FillPatternForm) -> HttpResponse:
    """It waits for a second person, as a warning; whoever can is called from its page."""
    try:
        version = pattern_acts.hand_in_pattern(found.pk, form.cleaned_data, by=request.officer)
    except NotAllowed:
        messages.error(request, pattern_acts.PatternNotInForce.sentence)
    except (pattern_acts.PatternNotInForce, NobodyThere, StyleStops) as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Handed in: a second person lets it out."))
        return redirect("warning-detail", pk=version.warning_id)
    return redirect("pattern", pk=found.pk)


def _preview(found: Pattern, unit: Any, values: dict[str, str]) -> dict[str, Any]:
    content = pattern_acts.filled_content(found, values, unit)
    choice = pattern_acts.choice_for_commune(found, unit)
    audience = choice.audience(unit, found.severity, content.valid_until)
    counted = plan_audience(audience)
    stamp = outgoing_text.Stamp(
        unit.name,
        "",
        times.local_date(times.now()),
        places=outgoing_text.names_of_places(choice),
    )
    previews = outgoing_text.warning_messages(content, stamp)
    return {
        "previews": previews,
        "hints": style.check_six_things(content),
        "plan": counted,
        "audience_hash": counted.hash.hex(),
        "review_by": pattern_acts.review_deadline(),
        **before_sending_context(
            audience,
            unit=unit,
            texts=previews,
            is_urgent=found.severity == Warning.Severity.URGENT,
        ),
    }


def _send_posted(
    request: HttpRequest, found: Pattern, form: FillPatternForm, confirm: SendPatternForm
) -> HttpResponse | None:
    """The way to the dispatch; None when something stands in the way, which the form then says."""
    if not is_present(request.officer, confirm):
        return None
    try:
        dispatch = pattern_acts.send_pattern(
            found.pk,
            form.cleaned_data,
            audience_hash=bytes.fromhex(confirm.cleaned_data["audience_hash"]),
            people=confirm.cleaned_data["people"],
            numbers=confirm.cleaned_data["numbers"],
            by=request.officer,
        )
    except TextChanged:
        confirm.add_error(None, _("The list changed meanwhile: look again, then send."))
    except NumbersUnchecked:
        note_unticked(confirm)
    except (pattern_acts.SecondPersonNeeded, NobodyThere, StyleStops) as error:
        confirm.add_error(None, error.sentence)
    except (NotAllowed, HandInIt):
        confirm.add_error(None, _("You approved this pattern: somebody else sends it."))
    else:
        messages.success(request, _("On its way. It is looked at by 08:00."))
        return redirect("dispatch", pk=dispatch.pk)
    return None


@require_POST
def pattern_review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It was right to send it."""
    visible = PatternUse.objects.filter(version__warning__unit__in=request.officer.unit_ids)
    get_object_or_404(visible, pk=pk)
    try:
        pattern_acts.review_pattern_use(pk, by=request.officer)
    except (NotAllowed, HandInIt):
        messages.error(request, _("Somebody else has to look at it: not who sent it."))
    else:
        messages.success(request, _("Noted: it was right to send it."))
    return redirect("patterns")


def _visible_pattern(request: HttpRequest, pk: uuid.UUID) -> Pattern:
    found = Pattern.objects.visible_to(request.officer)
    return get_object_or_404(found.select_related("unit", "released_by"), pk=pk)
