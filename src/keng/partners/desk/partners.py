"""Partners on the desk: who they are and who signs in. What they are writing is not here."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.presence import is_present
from keng.accounts.second_factor import otpauth_address
from keng.accounts.who import COORDINATING, INVITING
from keng.acts.errors import NotAllowed
from keng.kit import qr
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.network.queries.places import places_of
from keng.partners import queries
from keng.partners.actions import inviting, releasing
from keng.partners.campaign_parts import named_parts
from keng.partners.errors import NameTaken, WordsChanged
from keng.partners.forms import (
    HintsReleaseForm,
    InviteForm,
    KitAcceptForm,
    MemberAgreeForm,
    MemberForm,
)
from keng.partners.hints import hints_of_text
from keng.partners.introduction import forbidden_in_introduction
from keng.partners.models import KitRequest, Manuscript, PartnerText
from keng.partners.second_persons_view import reading_context
from keng.releases.desk import decide_release, decided_meanwhile, give_back_posted
from keng.releases.errors import HandInIt, NothingWaits, TextChanged


@require_GET
def desk_partners(request: HttpRequest) -> HttpResponse:
    """Who publishes, what waits for the province, who asked for the kit."""
    officer = _inviting_officer(request)
    chosen = ListFilter(request.GET, words_label=_("Name or place"))
    found = rows_with_words(queries.partners_of(officer), chosen.words, "name", "place__full_name")
    partners, page = rows_of_page(request, found)
    asked = KitRequest.objects.visible_to(officer).filter(decided_at=None)
    requests, requests_page = rows_of_page(
        request, asked.select_related("place").order_by("asked_at", "pk"), "requests"
    )
    context = {
        "filter": chosen,
        "partners": partners,
        "page": page,
        "waiting": queries.waiting_texts(officer),
        "requests": requests,
        "requests_page": requests_page,
    }
    return render(request, "partners/desk/partners.html", context)


@require_http_methods(["GET", "POST"])
def partner_invite(request: HttpRequest) -> HttpResponse:
    """A partner and its first member. What they sign in with is shown once."""
    officer = _inviting_officer(request)
    form = InviteForm(
        request.POST or None,
        places=places_of(INVITING.unit_ids(officer)),
        unit=INVITING.own_units(officer)[0],
    )
    if request.method == "POST" and form.is_valid():
        said = {box: value for box, value in form.cleaned_data.items() if box != "code"}
        # What will be refused is refused before the code is used up.
        if queries.is_name_taken(name=said["name"], username=said["username"]):
            form.add_error(None, NameTaken.sentence)
        elif is_present(officer, form):
            try:
                made = inviting.invite_partner(**said, by=officer)
            except NameTaken as error:
                form.add_error(None, error.sentence)
            else:
                return _credentials_page(request, made)
    status = 422 if form.errors else 200
    return render(request, "partners/desk/invite.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def desk_partner(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One partner: who signs in for it, one more member."""
    officer = _inviting_officer(request)
    found = get_object_or_404(queries.partners_of(officer), pk=pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = inviting.add_member(
                pk, name=said["member_name"], username=said["username"], by=officer
            )
        except NameTaken as error:
            form.add_error("username", error.sentence)
        else:
            return _credentials_page(request, made)
    members = queries.members_of(found)
    context = {
        "partner": found,
        "members": members,
        "to_agree": [each.pk for each in members if queries.member_to_agree_to(each.pk, officer)],
        "form": form,
        "has_somebody": queries.has_active_member(found),
    }
    status = 422 if form.errors else 200
    return render(request, "partners/desk/partner.html", context, status=status)


@require_POST
def partner_close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The partner publishes no more, or again."""
    officer = _inviting_officer(request)
    changed = inviting.set_partner_active(pk, is_active="open" in request.POST, by=officer)
    done = _("It publishes again.") if changed.is_active else _("Closed: its pages are gone.")
    messages.success(request, done)
    return redirect("desk-partner", pk=pk)


@require_POST
def member_close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One person signs in no more."""
    found = inviting.close_member(pk, by=_inviting_officer(request))
    messages.success(request, _("This person signs in no more."))
    return redirect("desk-partner", pk=found.pk)


@require_http_methods(["GET", "POST"])
def member_agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody who was added signs in, where nobody of the partner is left to say so.

    With the first one what stands about the partner becomes public, so it is read here.
    """
    officer = _inviting_officer(request)
    found = queries.member_to_agree_to(pk, officer)
    if found is None:
        raise Http404
    form = MemberAgreeForm(request.POST or None)
    seen = queries.agreement_digest(found).hex()
    if request.method == "POST" and form.is_valid():
        # What will be refused is refused before the code is used up.
        if form.cleaned_data["seen"] != seen:
            messages.error(request, WordsChanged.sentence)
            return redirect(request.path)
        if is_present(officer, form):
            return _agree_posted(request, found)
    context = {"member": found, "partner": found.partner, "form": form, "seen": seen}
    status = 422 if form.errors else 200
    return render(request, "partners/desk/agree.html", context, status=status)


def _agree_posted(request: HttpRequest, member: PartnerMember) -> HttpResponse:
    try:
        inviting.agree_for_partner(
            member.pk, seen=queries.agreement_digest(member), by=request.officer
        )
    except NotAllowed:
        messages.error(request, _overtaken_words())
    except WordsChanged:
        messages.error(request, WordsChanged.sentence)
    else:
        messages.success(request, _("This person signs in from now on."))
    return redirect("desk-partner", pk=member.partner_id)


@require_http_methods(["GET", "POST"])
def desk_article(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A text in which everybody of the partner had a hand: the province is the second person."""
    found = queries.text_waiting_at_desk(pk, _inviting_officer(request))
    if found is None and request.method == "POST":
        return decided_meanwhile(request, "desk-partners")
    if found is None:
        raise Http404
    give_back = functools.partial(_while_it_waits, releasing.give_back_to_partner, pk)
    publish = functools.partial(_while_it_waits, releasing.publish_for_partner, pk)
    form = functools.partial(HintsReleaseForm, hints=hints_of_text(found))
    try:
        panel, published = decide_release(
            request, found, which=COORDINATING, let_out=publish, form=form
        )
        is_back = give_back_posted(request, panel, give_back)
    except NothingWaits:
        return decided_meanwhile(request, "desk-partners")
    if published is not None:
        messages.success(request, _("Done. The partner sees it at once."))
    if published is not None or is_back:
        return redirect("desk-partners")
    context: dict[str, Any] = {
        "panel": panel,
        "article": found,
        "questions": [
            _("Is it about safety, without an opinion, without anybody's name or number?")
        ],
    }
    if isinstance(found, Manuscript):
        context |= reading_context(found)
    if "reading" in context:
        context["named_parts"] = named_parts(context["reading"])
    return render(request, "partners/desk/article.html", context, status=panel.status)


def _while_it_waits(decide: Callable[..., PartnerText], pk: uuid.UUID, **said: Any) -> PartnerText:
    """Raises NothingWaits where its people wrote on: the desk reads no draft of theirs."""
    try:
        return decide(pk, **said)
    except (NotAllowed, HandInIt, TextChanged) as error:
        raise NothingWaits from error


@require_http_methods(["GET", "POST"])
def kit_accept(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody of good standing becomes a partner, or does not."""
    officer = _inviting_officer(request)
    seen = KitRequest.objects.visible_to(officer).select_related("place")
    found = get_object_or_404(seen, pk=pk, decided_at=None)
    form = KitAcceptForm(request.POST or None)
    if "decline" in request.POST:
        try:
            inviting.decline_kit_request(pk, by=officer)
        except NotAllowed:
            messages.error(request, _overtaken_words())
        else:
            messages.success(request, _("Declined. Who asked is forgotten."))
        return redirect("desk-partners")
    if request.method == "POST" and form.is_valid() and _may_be_accepted(officer, found, form):
        try:
            made = inviting.accept_kit_request(
                pk, username=form.cleaned_data["username"], by=officer
            )
        except NameTaken as error:
            form.add_error("username", error.sentence)
        except NotAllowed:
            messages.error(request, _overtaken_words())
            return redirect("desk-partners")
        else:
            return _credentials_page(request, made)
    context = {"asked": found, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partners/desk/accept.html", context, status=status)


def _may_be_accepted(officer: Officer, asked: KitRequest, form: KitAcceptForm) -> bool:
    """Whether nothing is in the way; what will be refused is refused before the code is used up."""
    unit = INVITING.own_units(officer)[0]
    for sentences in forbidden_in_introduction(
        name=asked.name, about=asked.about, unit=unit
    ).values():
        form.add_error(None, sentences)
    if queries.is_name_taken(name=asked.name, username=form.cleaned_data["username"]):
        form.add_error("username", NameTaken.sentence)
    return form.is_valid() and is_present(officer, form)


def _inviting_officer(request: HttpRequest) -> Officer:
    if not queries.may_invite(request.officer):
        raise Http404
    return request.officer  # type: ignore[no-any-return]


def _overtaken_words() -> str:
    return _("Somebody else has decided it meanwhile: nothing waits here.")


def _credentials_page(request: HttpRequest, made: inviting.MemberCredentials) -> HttpResponse:
    """The only page that ever shows the password; it is the answer to a POST."""
    address = otpauth_address(made.member.username, made.totp_secret)
    context = {
        "made": made,
        "picture": qr.qr_data_address(address),
        "has_somebody": queries.has_active_member(made.member.partner),
    }
    return render(request, "partners/desk/credentials.html", context)
