"""The second person's pages: read what changed, approve with a code, give back."""

import functools
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.who import RELEASING
from keng.acts.errors import NotAllowed
from keng.delivery.audience import groups_in_audience, plan_audience
from keng.delivery.fatigue import fatigue_budget
from keng.language.ready_words import unchanged_ready_words
from keng.releases.desk import decide_release, decided_meanwhile, give_back_posted
from keng.releases.errors import NothingWaits
from keng.tips.models import Incident
from keng.warnings import actions, alert_queries, outgoing_text, queries, style
from keng.warnings.content import audience_of, choice_of, warning_content_of
from keng.warnings.desk.ahead import before_sending_context
from keng.warnings.forms import ApproveWarningForm
from keng.warnings.known_numbers import check_warning
from keng.warnings.models import Version, Warning


def warning_approve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What would go out, to whom, and what changed since this officer last looked."""
    version = _waiting_version(request, pk)
    if version is None:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    numbers = check_warning(version.warning, version.texts, officer=request.officer)
    try:
        panel, dispatch = decide_release(
            request,
            version,
            which=RELEASING,
            let_out=functools.partial(actions.approve_warning, version.pk),
            form=functools.partial(ApproveWarningForm, checked=numbers),
        )
        is_back = give_back_posted(request, panel, functools.partial(actions.send_back_warning, pk))
    except NothingWaits:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    if dispatch is not None:
        messages.success(request, _("Approved and on its way."))
        return redirect("dispatch", pk=dispatch.pk)
    if is_back:
        return redirect("warning-detail", pk=pk)
    counted = plan_audience(audience_of(version))
    since = queries.since_last_look(version, counted, officer=request.officer)
    if request.method == "GET" or panel.is_stale:
        actions.note_reading(version, counted, by=request.officer)
    context = _what_goes_out(version) | {
        "panel": panel,
        "from_incident": _incident_of(version.warning, request),
        "plan": counted,
        "since": since,
        "correction": queries.changes_of_correction(version),
        "numbers": numbers,
    }
    return render(request, "warnings/approve.html", context, status=panel.status)


def _waiting_version(request: HttpRequest, pk: uuid.UUID) -> Version | None:
    """The version that waits for approval, if there is one and this officer may decide."""
    warning = get_object_or_404(
        Warning.objects.visible_to(request.officer).select_related("unit"), pk=pk
    )
    version = warning.versions.waiting().select_related("made_by").first()
    if version is None or not RELEASING.may_act_for(request.officer, warning.unit):
        return None
    version.warning = warning
    return version


def _what_goes_out(version: Version) -> dict[str, Any]:
    """The text as it would be sent, and each group by name."""
    content, audience = warning_content_of(version), audience_of(version)
    groups = groups_in_audience(audience)
    previews = outgoing_text.warning_messages(content, outgoing_text.stamp_of(version, ""))
    return {
        "version": version,
        "warning": version.warning,
        "alert": alert_queries.alert_of(version.warning),
        "parts": version.texts["vi"],
        "unchanged": unchanged_ready_words(version.texts["vi"]),
        "previews": previews,
        "findings": style.check_style(content),
        "groups": groups,
        "has_new_address": any(group.has_new_address for group in groups),
        "limit": fatigue_budget(),
        "reason": choice_of(version).over_limit_reason,
        **before_sending_context(
            audience,
            unit=version.warning.unit,
            texts=previews,
            is_urgent=content.severity == Warning.Severity.URGENT,
        ),
    }


def _incident_of(warning: Warning, request: HttpRequest) -> Incident | None:
    """What it began from, unless that is another desk's: its name tells of their tips."""
    if warning.from_incident_id is None:
        return None
    theirs = Incident.objects.visible_to(request.officer)
    return theirs.filter(pk=warning.from_incident_id).first()


@require_POST
def warning_call(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Call whoever is on duty at the province to approve it."""
    get_object_or_404(Warning.objects.visible_to(request.officer), pk=pk)
    try:
        called = actions.call_province(pk, by=request.officer)
    except NothingWaits:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    except NotAllowed:
        messages.error(request, _("Whoever takes reports on at this desk calls the province."))
        return redirect("warning-detail", pk=pk)
    reached = [str(officer) for officer, ways in called.items() if ways]
    if reached:
        messages.success(request, _("Called: %(who)s") % {"who": ", ".join(reached)})
    else:
        messages.error(request, _("Nobody at the province has a pager: phone them."))
    return redirect("warning-detail", pk=pk)
