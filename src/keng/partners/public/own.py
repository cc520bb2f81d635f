"""What only members of a partner open: their articles, and the kit to pass warnings on."""

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.partners import queries
from keng.partners.actions import articles as actions
from keng.partners.actions import sharing
from keng.partners.forms import ArticleForm, SeenForm, SharedForm
from keng.partners.models import Article


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Drafts, what waits for a second person, what is published; the way to the kit."""
    member = request.member
    rows = queries.articles_of(member)
    context = {
        "partner": member.partner, "member": member, "alone": queries.is_alone(member),
        "waiting": [a for a in rows if a.submitted_at and not a.published_at],
        "drafts": [a for a in rows if not a.submitted_at and not a.published_at],
        "published": [a for a in rows if a.published_at], "reach": queries.reach_of(member.partner),
    }  # fmt: skip
    return render(request, "partners/own/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """A new article, or one that is not published yet."""
    member, found = request.member, None
    if pk:
        found = get_object_or_404(Article, partner=member.partner, pk=pk, published_at=None)
    form = ArticleForm(
        request.POST if request.method == "POST" else None, partner=member.partner,
        initial={"purpose": found.purpose, "title": found.title, "text": found.text}
        if found else None,
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            made = actions.write(member, **form.cleaned_data, pk=pk)
            if request.POST.get("do") == "submit":
                actions.submit(made.pk, by=member)
        except actions.NotTheirs as error:
            raise Http404 from error
        return _seen_other("partner-article", made.pk)
    context = {"form": form, "article": found, "partner": member.partner}
    return render(request, "partners/own/write.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One article of one's own: read by the second person, published or given back."""
    member = request.member
    found = get_object_or_404(
        Article.objects.select_related("written_by", "released_by"), partner=member.partner, pk=pk
    )
    form = SeenForm(request.POST if request.method == "POST" else None)
    problem = ""
    if form.is_bound and form.is_valid():
        problem = _decide(request, pk, form, lambda: _act(request, pk, form))
        if not problem:
            return _seen_other("partner-article", pk)
    waits = found.submitted_at is not None and found.published_at is None
    context = {
        "article": found, "form": form, "partner": member.partner, "problem": problem,
        "waits": waits, "may_publish": waits and found.written_by_id != member.pk,
        "alone": queries.is_alone(member),
        "seen": found.submitted_at.isoformat() if found.submitted_at else "",
    }  # fmt: skip
    status = 422 if form.errors or problem else 200
    return render(request, "partners/own/article.html", context, status=status)


def _act(request: HttpRequest, pk: uuid.UUID, form: SeenForm) -> None:
    seen = form.cleaned_data["seen"]
    if request.POST.get("do") == "return":
        reason = form.cleaned_data["reason"]
        actions.give_back(pk, seen=seen, reason=reason, by=request.member)
    else:
        actions.publish(pk, seen=seen, by=request.member)


def _decide(request: HttpRequest, pk: uuid.UUID, form: SeenForm, act: Callable[[], None]) -> str:
    if request.POST.get("do") == "return" and not form.cleaned_data["reason"]:
        form.add_error("reason", form.fields["reason"].error_messages["required"])
        return " "
    try:
        act()
    except actions.NotTheirs:
        return _("It changed meanwhile: read it again.")
    except actions.NeedsASecondPerson:
        return _("You wrote this: somebody else has to publish it.")
    return ""


@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the public pages."""
    try:
        actions.withdraw(pk, by=request.member)
    except actions.NotTheirs as error:
        raise Http404 from error
    return _seen_other("partner-article", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def kit(request: HttpRequest) -> HttpResponse:
    """The newest warnings with text and picture, and what one says to have passed on."""
    partner = request.member.partner
    form = SharedForm(request.POST if request.method == "POST" else None)
    versions = queries.kit_of(partner)
    if form.is_bound and form.is_valid():
        chosen = next((v for v in versions if str(v.pk) == request.POST.get("version")), None)
        if chosen is None:
            raise Http404
        sharing.shared(request.member, chosen.pk, groups=form.cleaned_data["groups"])
        return _seen_other("partner-kit")
    said = queries.said_of(partner)
    for version in versions:
        version.said = said.get(version.pk)
        # The summary of mistakes leads to the box that was sent.
        was_sent = str(version.pk) == request.POST.get("version")
        version.box = "id_groups" if was_sent else f"id_{version.pk}"
    context = {
        "partner": partner,
        "versions": versions,
        "form": form,
        "reach": queries.reach_of(partner),
    }
    return render(request, "partners/own/kit.html", context, status=422 if form.errors else 200)


def _seen_other(name: str, *args: object) -> HttpResponse:
    response = redirect(name, *args)
    response.status_code = 303
    return response
