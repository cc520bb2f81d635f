"""A lesson or a claim check of one's own: read by the second person, published, taken back."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from keng.claims import queries as claims
from keng.claims.forms import TakeBackCheckForm
from keng.lessons import queries as lessons
from keng.partners.actions import manuscripts as actions
from keng.partners.actions.releasing import lacks_second_member
from keng.partners.errors import NoSecondMember
from keng.partners.film_queries import film_of_manuscript
from keng.partners.models import Manuscript
from keng.partners.public.deciding import decide_own_text, see_other
from keng.partners.second_persons_view import has_content, reading_context
from keng.releases.hands import name_hands

_CHECK = Manuscript.Kind.CHECK


def manuscripts_of_partner(request: HttpRequest) -> QuerySet[Manuscript]:
    """Those of the member's partner, without drafts that were thrown away."""
    found = Manuscript.objects.filter(partner_id=request.member.partner_id)
    return found.not_dropped().select_related(
        "collection", "lesson", "edition", "claim", "released_by"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that others would read; below it what can be done with it now."""
    text = get_object_or_404(manuscripts_of_partner(request), pk=pk)
    if not has_content(text):
        return redirect("manuscript-edit", pk=pk)
    panel = decide_own_text(
        request,
        text,
        submit=actions.submit_manuscript,
        publish=actions.publish_manuscript,
        give_back=actions.give_back_manuscript,
    )
    if panel is None:
        return see_other("manuscript", pk)
    versions = _published_versions(request, text)
    name_hands(versions)
    context = reading_context(text) | {
        "panel": panel,
        "text": text,
        "partner": request.member.partner,
        "matches": _checks_alike(text),
        "versions": versions,
        "film": film_of_manuscript(text),
        "lacks_second_member": _second_member_missing(text, request),
        "is_newest": bool(versions) and versions[0].pk == text.pk,
        "finished": lessons.finished_counts([text.lesson_id]).get(text.lesson_id, (0, 0)),
    }
    return render(request, "partners/own/manuscript.html", context, status=panel.status)


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the public lists; the page of a check stays, with the reason."""
    text = get_object_or_404(
        manuscripts_of_partner(request), pk=pk, released_at__isnull=False, ended_at=None
    )
    form = TakeBackCheckForm(request.POST if request.method == "POST" else None)
    if text.kind != _CHECK:
        del form.fields["reason"]
    if form.is_bound and form.is_valid():
        actions.withdraw_manuscript(
            pk, by=request.member, reason=form.cleaned_data.get("reason", "")
        )
        return see_other("manuscript", pk)
    context = {"text": text, "form": form, "partner": request.member.partner}
    status = 422 if form.errors else 200
    return render(request, "partners/own/withdraw.html", context, status=status)


def _second_member_missing(text: Manuscript, request: HttpRequest) -> str:
    """Why a lesson with a film cannot be handed in; empty if it can, or has been."""
    is_draft = text.submitted_at is None and text.ended_at is None
    if is_draft and lacks_second_member(text, request.member):
        return str(NoSecondMember.sentence)
    return ""


def _checks_alike(text: Manuscript) -> list[Any]:
    """Checks of anybody that may answer the same rumour already."""
    if text.kind != _CHECK or text.released_at:
        return []
    found = claims.published_checks_like(text.content["quote"])
    return [match for match in found if match.item.claim_id != text.claim_id]


def _published_versions(request: HttpRequest, text: Manuscript) -> list[Manuscript]:
    target = {"lesson_id": text.lesson_id} if text.lesson_id else {"claim_id": text.claim_id}
    if not any(target.values()):
        return []
    return list(
        manuscripts_of_partner(request).filter(released_at__isnull=False, **target).order_by("-id")
    )
