"""Writing a warning: the form, its checks and previews, and who would receive it."""

import dataclasses
import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.acts.errors import TryAgain
from keng.delivery.audience import (
    AudiencePlan,
    SameRecipients,
    count_recipients,
    plan_audience,
)
from keng.delivery.fatigue import URGENT_SEVERITY, fatigue_budget
from keng.kit import times
from keng.kit.ids import read_id
from keng.network.models import GroupKind
from keng.places.models import Unit
from keng.relay.texts_to_pass_on import MOST_SMS_PARTS
from keng.releases.errors import NothingWaits
from keng.warnings import actions, alert_queries, first_draft, outgoing_text, queries, style
from keng.warnings.content import (
    AudienceChoice,
    WarningContent,
    choice_of,
    end_of_validity,
    warning_content_of,
)
from keng.warnings.desk.ahead import before_sending_context
from keng.warnings.desk.short_forms import short_form_counts
from keng.warnings.forms import WarningForm, initial_of_version
from keng.warnings.known_numbers import NumberCheck, check_numbers, check_warning, compared_tips
from keng.warnings.models import Version, Warning


def warning_new(request: HttpRequest) -> HttpResponse:
    """Begin a warning, perhaps from a tip, an incident, a wave or an official alert."""
    start = _first_draft(request)
    if start is None:
        raise Http404
    asked = [kind for kind in request.GET.getlist("kind") if kind in GroupKind.values]
    if asked:
        start.initial["kinds"] = asked
    form = WarningForm(request.POST or None, unit=start.unit, initial=start.initial)
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "check":
        try:
            return _answer_saved(request, _drafted(request, form, start))
        except actions.AlertIsTaken as error:
            # What was typed stays in the form.
            form.add_error(None, error.sentence)
    form.mark_suggested(start.suggested)
    return _compose_page(request, form, {"start": start, "alert": start.alert})


def _first_draft(request: HttpRequest) -> first_draft.FirstDraft | None:
    if alert := _id_asked(request, "alert"):
        return first_draft.first_draft_from_alert(request.officer, alert)
    return first_draft.first_draft_from(
        request.officer,
        tip_id=_id_asked(request, "tip"),
        incident_id=_id_asked(request, "incident"),
        wave_id=_id_asked(request, "wave"),
    )


def _drafted(request: HttpRequest, form: WarningForm, start: first_draft.FirstDraft) -> Version:
    version: Version = actions.draft_warning(
        unit_id=start.unit.pk,
        content=form.content(),
        choice=form.choice(),
        by=request.officer,
        from_tip=start.tip,
        from_incident=start.incident,
        from_wave=start.wave,
        from_alert=start.alert.pk if start.alert else None,
    )
    return version


def warning_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go on with a draft, or begin a correction of a public warning."""
    warning = get_object_or_404(
        Warning.objects.visible_to(request.officer)
        .exclude(state=Warning.State.RECALLED)
        .select_related("unit"),
        pk=pk,
    )
    latest = warning.versions.order_by("-number")[0]
    fixed = choice_of(latest) if warning.state == Warning.State.PUBLISHED else None
    form = WarningForm(
        request.POST or None, unit=warning.unit, fixed=fixed, initial=initial_of_version(latest)
    )
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "check":
        version = actions.revise_warning(
            pk, content=form.content(), choice=form.choice(), by=request.officer
        )
        return _answer_saved(request, version)
    alert = alert_queries.alert_of(warning)
    return _compose_page(request, form, {"warning": warning, "latest": latest, "alert": alert})


def _answer_saved(request: HttpRequest, version: Version) -> HttpResponse:
    if request.POST.get("do") == "submit":
        return _submit_posted(request, version.warning_id)
    said = _("Saved as version %(number)d. Nobody is asked to approve it until it is handed in.")
    messages.success(request, said % {"number": version.number})
    return redirect("warning-edit", pk=version.warning_id)


@require_POST
def warning_submit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask a second person to approve what was saved."""
    get_object_or_404(Warning.objects.visible_to(request.officer), pk=pk)
    return _submit_posted(request, pk)


def _submit_posted(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    if not _has_seen_numbers(request, pk):
        messages.error(
            request, _("Saved, but not submitted: compare the marked numbers, then submit again.")
        )
        # The table is far below the message: the page opens at it.
        return redirect(f"{reverse('warning-edit', args=[pk])}#numbers")
    try:
        actions.submit_warning(pk, by=request.officer)
    except TryAgain:
        # What was saved before is not to be sent, and so written, once more.
        messages.error(
            request,
            _("Saved, but not submitted: many things happen at this moment. Submit it again."),
        )
        return redirect("warning-edit", pk=pk)
    except actions.StyleStops:
        messages.error(request, _("Saved, but not submitted: see what the house style stops."))
        return redirect("warning-edit", pk=pk)
    except (actions.NoChangeNote, actions.ChangeNoteStops) as error:
        said = _("Saved, but not submitted. %(why)s.")
        messages.error(request, said % {"why": str(error.sentence).rstrip(".")})
        return redirect("warning-edit", pk=pk)
    except actions.NobodyThere:
        messages.error(request, _("Saved, but not submitted: nobody would receive it."))
        return redirect("warning-edit", pk=pk)
    except (NothingWaits, actions.AlreadyRecalled):
        messages.error(request, _("There is nothing new to submit."))
        return redirect("warning-detail", pk=pk)
    messages.success(request, _("Submitted: a second person approves it."))
    return redirect("warning-detail", pk=pk)


def _has_seen_numbers(request: HttpRequest, pk: uuid.UUID) -> bool:
    """Whether the author was shown every number that stands nowhere before they hand it in."""
    warning = Warning.objects.visible_to(request.officer).select_related("unit").get(pk=pk)
    latest = warning.versions.order_by("-number")[0]
    digest = check_warning(warning, latest.texts, officer=request.officer).digest
    return not digest or request.POST.get("numbers", "") == digest


@require_POST
def warning_audience(request: HttpRequest) -> HttpResponse:
    """The exact number of recipients for what is ticked now (asked by htmx while choosing)."""
    unit = get_object_or_404(Unit, pk=request.officer.home_unit_id)
    if key := _id_asked(request, "warning"):
        unit = get_object_or_404(Warning.objects.visible_to(request.officer), pk=key).unit
    form = WarningForm(request.POST, unit=unit)
    form.is_valid()
    context = {"form": form, "swapped": True, **_audience_counts(form, unit)}
    return render(request, "warnings/audience.html", context)


def _preview_stamp(form: WarningForm, latest: Version | None) -> outgoing_text.Stamp:
    """The stamp of the text as it would be sent; the real code is made at the approval."""
    places = outgoing_text.names_of_places(form.fixed or _choice_in(form))
    if latest is not None and not latest.is_released:
        return dataclasses.replace(outgoing_text.stamp_of(latest, ""), places=places)
    replaces = latest.verify_code.code if latest else ""
    return outgoing_text.Stamp(form.unit.name, "", times.local_date(times.now()), replaces, places)


def _compose_page(request: HttpRequest, form: WarningForm, context: dict[str, Any]) -> HttpResponse:
    warning, latest = context.get("warning"), context.get("latest")
    shown: WarningContent | None = None
    if form.is_bound:
        shown = form.content() if form.is_valid() else None
    elif latest:
        shown = warning_content_of(latest)
        if latest.is_released:
            shown = shown.without_note()
    found = _correction_counts(latest, form) if latest else {}
    if not found:
        found = _audience_counts(form, warning.unit if warning else form.unit)
    stamp = _preview_stamp(form, latest)
    previews = []
    if shown:
        context["numbers"] = _numbers_in_form(request, form.unit, shown, context)
        previews = outgoing_text.warning_messages(shown, stamp)
        context |= before_sending_context(
            found["audience"],
            unit=form.unit,
            texts=previews,
            is_urgent=shown.severity == Warning.Severity.URGENT,
        )
    context |= {
        "form": form,
        "unit": form.unit,
        "content": shown,
        "findings": style.check_style(shown) if shown else [],
        "returned_reason": queries.returned_reason_of(latest) if latest else "",
        "previews": previews,
        "short_forms": short_form_counts(form, _severity_in(form), stamp),
        "most_sms_parts": MOST_SMS_PARTS,
        **found,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "warnings/compose.html", context, status=status)


def _numbers_in_form(
    request: HttpRequest, unit: Unit, content: WarningContent, context: dict[str, Any]
) -> NumberCheck:
    """The numbers of the text as it stands in the form, saved or not."""
    if warning := context.get("warning"):
        return check_warning(warning, content.texts, officer=request.officer)
    start = context["start"]
    against = compared_tips(
        request.officer, unit, tip=start.tip, incident=start.incident, wave=start.wave
    )
    return check_numbers(content.texts, unit=unit, against=against)


def _correction_counts(latest: Version, form: WarningForm) -> dict[str, Any]:
    """A correction's audience is not chosen: it is whoever was sent the earlier version."""
    sent = latest.warning.versions.filter(dispatch__isnull=False)
    earlier = tuple(sent.values_list("dispatch_id", flat=True))
    if not earlier:
        return {}
    audience = SameRecipients(
        earlier,
        waiting=True,
        reaches_digests=_severity_in(form) >= URGENT_SEVERITY,
        expires_at=end_of_validity(_valid_until_in(form)),
    )
    found = plan_audience(audience)
    return {"corrects": True, "audience": audience, "plan": found, "channels": found.channels()}


def _audience_counts(form: WarningForm, unit: Unit) -> dict[str, Any]:
    """Counts for what is chosen, and for every kind, chosen or not."""
    choice = _choice_in(form)
    severity = _severity_in(form)
    until = _valid_until_in(form)
    audience = choice.audience(unit, severity, until)
    chosen = plan_audience(audience)
    # Every kind with its number, ticked or not, so that the author sees what a tick would mean.
    of_all_kinds = dataclasses.replace(choice, kinds=tuple(GroupKind.values))
    every = of_all_kinds.audience(unit, severity, until)
    kinds = {line.code: line for line in AudiencePlan(count_recipients(every), b"").kinds()}
    rows = [
        (code, label, kinds.get(code), code in choice.kinds) for code, label in GroupKind.choices
    ]
    return {
        "audience": audience,
        "plan": chosen,
        "kind_rows": rows,
        "channels": chosen.channels(),
        "limit": fatigue_budget(),
        "reason": choice.over_limit_reason.strip(),
        "chosen_places": [str(key) for key in choice.places],
        "without": [str(key) for key in choice.without],
    }


def _choice_in(form: WarningForm) -> AudienceChoice:
    """Whom the form names at this moment, right or wrong."""
    value = _audience_values(form)
    return AudienceChoice(
        _ids(value["places"]),
        tuple(value["kinds"]),
        _ids(value["without"]),
        bool(value["subscribers"]),
        str(value["over_limit_reason"] or ""),
    )


def _audience_values(form: WarningForm) -> dict[str, Any]:
    """What the form holds at this moment, right or wrong, with only the choices it offers."""
    names = ("places", "kinds", "without", "subscribers", "over_limit_reason")
    found = {name: form[name].value() for name in names}
    for name in ("places", "kinds", "without"):
        offered = {str(value) for value, _label in form.fields[name].choices}
        found[name] = [str(value) for value in found[name] or [] if str(value) in offered]
    return found


def _valid_until_in(form: WarningForm) -> datetime.date | None:
    """Until when it holds as the form stands; what is no day is none yet."""
    try:
        day: datetime.date | None = form.fields["valid_until"].clean(form["valid_until"].value())
    except ValidationError:
        return None
    return day


def _severity_in(form: WarningForm) -> int:
    """How urgent it is as the form stands, right or wrong."""
    given = str(form["severity"].value())
    return int(given) if given in {"1", "2", "3"} else Warning.Severity.IMPORTANT


def _ids(keys: list[str]) -> tuple[uuid.UUID, ...]:
    return tuple(uuid.UUID(key) for key in keys)


def _id_asked(request: HttpRequest, name: str) -> uuid.UUID | None:
    asked = request.POST.get(name) or request.GET.get(name, "")
    key = read_id(asked)
    if asked and key is None:
        raise Http404
    return key
