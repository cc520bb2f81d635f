"""The second person's pages: read what changed, approve with a code, give back."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.presence import is_present
from keng.acts.errors import NotAllowed
from keng.delivery.audience import WEEKLY_LIMIT, groups_in_audience, plan_audience
from keng.tips.models import Incident
from keng.warnings import actions, outgoing_text, queries, rights, style
from keng.warnings.content import audience_of, choice_of, warning_content_of
from keng.warnings.forms import WarningApproveForm, WarningSendBackForm, note_unticked
from keng.warnings.known_numbers import check_warning
from keng.warnings.models import Version, Warning


def warning_approve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What would go out, to whom, and what changed since this officer last looked."""
    version = _waiting_version(request, pk)
    if version is None:
        return redirect("warning-detail", pk=pk)
    form = WarningApproveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _approve_posted(request, version, form)
    return _approve_page(request, version, form)


def _waiting_version(request: HttpRequest, pk: uuid.UUID) -> Version | None:
    """The version that waits for approval, if there is one and this officer may decide."""
    warning = get_object_or_404(
        Warning.objects.visible_to(request.officer).select_related("unit"), pk=pk
    )
    version = warning.versions.select_related("made_by").order_by("-number")[0]
    version.warning = warning
    is_open = version.submitted_at is not None and version.published_at is None
    is_open = is_open and warning.state != Warning.State.RECALLED
    return version if is_open and rights.may_release(request.officer, warning) else None


def _approve_posted(
    request: HttpRequest, version: Version, form: WarningApproveForm
) -> HttpResponse:
    text_hash = bytes.fromhex(form.cleaned_data["text_hash"])
    audience_hash = bytes.fromhex(form.cleaned_data["audience_hash"])
    # What is stale is said before the code is used up: the same code does not work twice.
    if (
        bytes(version.text_hash) != text_hash
        or plan_audience(audience_of(version)).hash != audience_hash
    ):
        return _approve_page(request, version, WarningApproveForm(), stale=True)
    digest = check_warning(version.warning, version.texts, officer=request.officer).digest
    if digest and form.cleaned_data["numbers"] != digest:
        note_unticked(form)
        return _approve_page(request, version, form)
    if rights.set_up_an_author(request.officer, version) or not is_present(request.officer, form):
        return _approve_page(request, version, form)
    try:
        dispatch = actions.approve_warning(
            version.pk,
            text_hash=text_hash,
            audience_hash=audience_hash,
            numbers=digest,
            by=request.officer,
        )
    except actions.StaleApproval:
        return _approve_page(request, version, WarningApproveForm(), stale=True)
    except actions.NumbersUnchecked:
        note_unticked(form)
        return _approve_page(request, version, form)
    except actions.NotSubmitted as error:
        messages.error(request, error.sentence)
        return redirect("warning-detail", pk=version.warning_id)
    except actions.NotYours:
        messages.error(request, _("You wrote this text: a second person has to approve it."))
        return redirect("warning-detail", pk=version.warning_id)
    messages.success(request, _("Approved and on its way."))
    return redirect("dispatch", pk=dispatch.pk)


def _approve_page(
    request: HttpRequest, version: Version, form: WarningApproveForm, *, stale: bool = False
) -> HttpResponse:
    audience, content = audience_of(version), warning_content_of(version)
    counted = plan_audience(audience)
    since = queries.since_last_look(version, counted, officer=request.officer)
    if request.method == "GET" or stale:
        actions.note_reading(version, counted, by=request.officer)
    stamp = outgoing_text.stamp_of(version, "")
    groups = groups_in_audience(audience)
    context = {
        "version": version,
        "warning": version.warning,
        "from_incident": _incident_of(version.warning, request),
        "form": form,
        "back_form": WarningSendBackForm(),
        "plan": counted,
        "channels": counted.channels(),
        "kinds": counted.kinds(),
        "groups": groups,
        "has_new_address": any(group.has_new_address for group in groups),
        "limit": WEEKLY_LIMIT,
        "reason": choice_of(version).over_limit_reason,
        "since": since,
        "stale": stale,
        "is_author": rights.has_hand_in(request.officer, version),
        "set_up_an_author": rights.set_up_an_author(request.officer, version),
        "findings": style.check_style(content),
        "numbers": check_warning(version.warning, version.texts, officer=request.officer),
        "previews": outgoing_text.warning_messages(content, stamp),
        "parts": version.texts["vi"],
        "text_hash": bytes(version.text_hash).hex(),
        "audience_hash": counted.hash.hex(),
    }
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "warnings/approve.html", context, status=status)


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
    except actions.NotSubmitted:
        messages.error(request, _("Nothing waits for approval here."))
        return redirect("warning-detail", pk=pk)
    except NotAllowed:
        messages.error(request, _("Whoever takes reports on at this desk calls the province."))
        return redirect("warning-detail", pk=pk)
    reached = [str(officer) for officer, ways in called.items() if ways]
    if reached:
        messages.success(request, _("Called: %(who)s") % {"who": ", ".join(reached)})
    else:
        messages.error(request, _("Nobody at the province has a pager: phone them."))
    return redirect("warning-detail", pk=pk)


@require_POST
def warning_send_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it back to the author."""
    version = _waiting_version(request, pk)
    if version is None:
        return redirect("warning-detail", pk=pk)
    form = WarningSendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what has to change"))
        return redirect("warning-approve", pk=pk)
    try:
        actions.send_back_warning(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except (actions.NotSubmitted, NotAllowed):
        messages.error(request, actions.NotSubmitted.sentence)
        return redirect("warning-detail", pk=pk)
    messages.success(request, _("Given back to the author."))
    return redirect("warnings")
