"""What is written, what waits, what is out."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from keng.accounts.who import RELEASING, WORKING
from keng.delivery.audience import plan_audience
from keng.delivery.fatigue import fatigue_budget
from keng.kit import times
from keng.kit.pagination import ListPage, rows_of_page
from keng.releases.desk import release_refusal
from keng.warnings import alert_queries, before_after, pattern_queries, queries, style
from keng.warnings.content import audience_of, choice_of, warning_content_of
from keng.warnings.known_numbers import check_warning
from keng.warnings.models import Warning
from keng.warnings.published_filter import PublishedFilter


@require_safe
def desk_warnings(request: HttpRequest) -> HttpResponse:
    """The desk's warnings: mine to approve first, then what is out, by pages and as it is asked."""
    form = PublishedFilter(request.GET, officer=request.officer)
    lists = queries.warning_desk_lists(request.officer)
    to_release, to_release_page = rows_of_page(request, lists.to_release, "to_release")
    recalls, recalls_page = rows_of_page(request, lists.recalls, "recalls")
    queries.title_recalls(recalls)
    working, drafts = rows_of_page(request, lists.working, "drafts")
    alerts, alerts_page = rows_of_page(
        request, alert_queries.alerts_to_look_at(request.officer), "alerts"
    )
    published = queries.published_warnings(request.officer, **form.arguments())
    page = ListPage.of_request(request, published.count())
    context = {
        "to_release": to_release,
        "to_release_page": to_release_page,
        "recalls": recalls,
        "recalls_page": recalls_page,
        "held": lists.held,
        "alerts": alerts,
        "alerts_page": alerts_page,
        "working": working,
        "drafts": drafts,
        "filter": form,
        "published": queries.with_deliveries(published[page.start : page.end]),
        "page": page,
        "today": times.local_date(times.now()),
        "uses": pattern_queries.uses_to_review(request.officer).count(),
    }
    return render(request, "warnings/desk_list.html", context)


@require_safe
def warning_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One warning with all its versions and what can be done with it now."""
    warning = get_object_or_404(
        Warning.objects.visible_to(request.officer).select_related(
            "unit", "author", "from_incident", "from_tip", "recall_dispatch"
        ),
        pk=pk,
    )
    versions = list(
        warning.versions.select_related(
            "made_by", "released_by", "dispatch", "verify_code"
        ).order_by("-number")
    )
    latest = versions[0]
    latest.warning = warning
    waits, is_open = latest.is_waiting, latest.released_at is None and latest.ended_at is None
    is_working = WORKING.may_act_for(request.officer, warning.unit)
    may = RELEASING.may_act_for(request.officer, warning.unit)
    refusal = release_refusal(request.officer, latest, RELEASING) if waits and may else ""
    context = {
        "warning": warning,
        "alert": alert_queries.alert_of(warning),
        "versions": versions,
        "latest": latest,
        "returned_reason": queries.returned_reason_of(latest),
        "parts": latest.texts["vi"],
        "findings": style.check_style(warning_content_of(latest))
        if latest.released_at is None
        else [],
        "numbers": check_warning(warning, latest.texts, officer=request.officer)
        if latest.released_at is None
        else None,
        "can_approve": waits and may and not refusal,
        "waits": waits,
        "refusal": refusal,
        "may_release": may,
        "can_call": is_working,
        "is_author": request.officer.pk in latest.hands,
        "can_recall": warning.state == Warning.State.PUBLISHED and is_working,
        "asked_recall": queries.newest_recall_request(warning),
        "can_edit": warning.state != Warning.State.RECALLED,
        "public": next((version for version in versions if version.is_released), None),
        "correction": queries.changes_of_correction(latest),
        "before_after": before_after.tips_before_and_after(warning, request.officer),
    }
    if is_open:
        # Whom it would reach, and whom not: the author who waits sees what the approver sees.
        reason = choice_of(latest).over_limit_reason
        context |= {
            "plan": plan_audience(audience_of(latest)),
            "limit": fatigue_budget(),
            "reason": reason,
        }
    return render(request, "warnings/detail.html", context)
