"""Lessons, claim checks and campaigns, written by a partner's members in their own room."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.lessons.forms import CollectionForm
from keng.partners import queries
from keng.partners.actions import manuscripts as actions
from keng.partners.models import Manuscript
from keng.partners.public.deciding import see_other
from keng.partners.public.manuscript_pages import manuscripts_of_partner
from keng.partners.writing_boxes import writing_forms_for

_CHECK, _LESSON = Manuscript.Kind.CHECK, Manuscript.Kind.LESSON
_CAMPAIGN, _PLACE = Manuscript.Kind.CAMPAIGN, Manuscript.Kind.PLACE
_PAGES = {
    _LESSON: "partners/own/lesson.html",
    _CHECK: "partners/own/check.html",
    _CAMPAIGN: "partners/own/campaign.html",
    _PLACE: "partners/own/place.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
def partner_lesson(request: HttpRequest) -> HttpResponse:
    """In which collection: one of the partner's own, or a new one."""
    member = request.member
    form = CollectionForm(
        request.POST if request.method == "POST" else None, purposes=member.partner.purposes
    )
    if form.is_bound and form.is_valid():
        made = actions.begin_manuscript(
            kind=_LESSON, purpose=form.cleaned_data["purpose"], opens=form.texts(), by=member
        )
        return see_other("manuscript-edit", made.pk)
    context = {
        "form": form,
        "partner": member.partner,
        "collections": queries.collections_of(member),
    }
    status = 422 if form.errors else 200
    return render(request, "partners/own/collection.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_lesson_in(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A lesson of a collection that the partner has already."""
    known = {each.pk: each for each in queries.collections_of(request.member)}
    if pk not in known:
        raise Http404
    text = Manuscript(kind=_LESSON, purpose=known[pk].purpose, collection=known[pk])
    return _writing_page(request, text)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_check(request: HttpRequest) -> HttpResponse:
    """A rumour that somebody of the partner came across."""
    partner = request.member.partner
    return _writing_page(request, Manuscript(kind=_CHECK, purpose=partner.purposes[0]))


@require_http_methods(["GET", "HEAD", "POST"])
def partner_campaign(request: HttpRequest) -> HttpResponse:
    """Some weeks against one kind of scam or crime, in some communes."""
    partner = request.member.partner
    return _writing_page(request, Manuscript(kind=_CAMPAIGN, purpose=partner.purposes[0]))


@require_http_methods(["GET", "HEAD", "POST"])
def partner_place_new(request: HttpRequest) -> HttpResponse:
    """Who the partner is at one of its places."""
    partner = request.member.partner
    return _writing_page(request, Manuscript(kind=_PLACE, purpose=partner.purposes[0]))


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is not public yet."""
    return _writing_page(
        request, get_object_or_404(manuscripts_of_partner(request), pk=pk, released_at=None)
    )


@require_POST
def manuscript_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The next edition of a lesson, or the correction of a check."""
    after = get_object_or_404(manuscripts_of_partner(request), pk=pk, released_at__isnull=False)
    made = actions.begin_manuscript(
        kind=after.kind, purpose=after.purpose, after=after, by=request.member
    )
    return see_other("manuscript-edit", made.pk)


@require_POST
def manuscript_discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A draft that nobody wants."""
    actions.discard_manuscript(pk, by=request.member)
    return see_other("partner-home")


def _writing_page(request: HttpRequest, text: Manuscript) -> HttpResponse:
    member, is_sent = request.member, request.method == "POST"
    boxes = writing_forms_for(
        text.kind,
        request.POST if is_sent else None,
        text.typed,
        partner=member.partner,
        corrects=text.claim_id is not None,
    )
    submits = request.POST.get("do") == "submit"
    if is_sent and (boxes.is_whole or (not submits and boxes.is_short)):
        made = actions.save_manuscript(
            text,
            typed=boxes.typed,
            title=boxes.title,
            purpose=boxes.purpose or text.purpose,
            content=boxes.content if boxes.is_whole else None,
            submits=submits,
            by=member,
        )
        return see_other("manuscript", made.pk)
    context: dict[str, Any] = {
        "text": text,
        "partner": member.partner,
        "boxes": boxes,
        "forms": boxes.forms,
        "form": boxes.forms[0],
        "corrects": text.claim_id is not None,
        "collection": _collection_title(text),
    }
    page = _PAGES[Manuscript.Kind(text.kind)]
    return render(request, page, context, status=422 if is_sent else 200)


def _collection_title(text: Manuscript) -> str:
    if text.collection is not None:
        return str(text.collection)
    opens = text.content.get("collection")
    return str(opens["vi"]["title"]) if opens else ""
