"""The public look-up on the desk: proposed from a tip, checked by another, ended, disputed."""

import base64
import uuid
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.hands import name_hands, refusal
from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.presence import is_present
from keng.accounts.who import RELEASING
from keng.files.store import open_viewing_copy
from keng.kit import times
from keng.kit.forms import Form
from keng.kit.paging import Slice
from keng.lookup import deciders, errors
from keng.lookup.actions import disputes
from keng.lookup.actions import listing as actions
from keng.lookup.keys import may_be_public
from keng.lookup.models import Dispute, Listing
from keng.lookup_pages import dispute_pictures
from keng.lookup_pages import evidence as queries
from keng.lookup_pages import propose as proposing
from keng.lookup_pages.listing_forms import (
    TOO_FEW,
    BackForm,
    CheckForm,
    DecideForm,
    EndForm,
    ProposeForm,
    RefuseForm,
)
from keng.tips.errors import NotYours


@require_GET
def listings(request: SignedInRequest) -> HttpResponse:
    """What waits for a second person, what is disputed, what the public finds, what has ended."""
    officer = request.officer
    context = {
        "disputes": _part(request, queries.open_disputes(officer), "disputes"),
        "proposed": _part(request, queries.to_check(officer), "proposed"),
        "in_force": _part(request, queries.in_force(officer), "listed"),
        "over": _part(request, queries.over(officer), "ended"),
        "today": times.local_date(times.now()),
    }
    return render(request, "lookup_pages/desk/listings.html", context)


@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """From a number of a tip: what the public would read, and how it was verified."""
    try:
        sighting = proposing.to_propose(pk, request.officer)
    except errors.NotYours as error:
        raise Http404 from error
    tip, indicator = sighting.tip, sighting.indicator
    tips = list(queries.tips_behind(indicator, request.officer).order_by("-id"))
    initial = {
        "category": tip.category,
        "holds": 180,
        "month": times.local_date(tip.received_at).replace(day=1).isoformat(),
    }
    counted = _counted((each.pk for each in tips), hands=[request.officer.pk])
    is_enough = counted["reporters"] >= queries.ENOUGH
    form = ProposeForm(
        request.POST or None, indicator=indicator, is_enough=is_enough, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = proposing.propose(
                pk,
                grade=given["grade"],
                category=given["category"],
                month=form.month_chosen(),
                basis=given["basis"],
                expires_on=form.last_day(),
                by=request.officer,
            )
        except errors.CannotList as error:
            form.add_error(None, explained(error))
        else:
            messages.success(request, _("Proposed: a second person looks at it."))
            return redirect("listing", pk=made.pk)
    context = {
        "form": form,
        "tip": tip,
        "indicator": indicator,
        "tips": tips[:50],
        "is_enough": is_enough,
        **counted,
        "possible": may_be_public(indicator.type, indicator.value),
    }
    status = 422 if form.errors else 200
    return render(request, "lookup_pages/desk/listing_propose.html", context, status=status)


@require_GET
def listing(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One entry: what the public reads, what speaks for it, and what may be done."""
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
def confirm(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person's answer to the question; yes to it makes nothing public."""
    return _decided(
        request,
        pk,
        "check",
        CheckForm,
        lambda said: proposing.confirm(pk, does_harm=said["harm"] != "no", by=request.officer),
        _("It is public now."),
    )


@require_http_methods(["GET", "POST"])
def refuse(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person says no."""
    return _decided(
        request,
        pk,
        "refuse",
        RefuseForm,
        lambda said: actions.refuse(pk, reason=said["reason"], by=request.officer),
        _("Refused: nothing became public."),
    )


@require_http_methods(["GET", "POST"])
def end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the list, at once."""
    return _decided(
        request,
        pk,
        "end",
        _ending(_visible(request, pk)),
        lambda said: actions.end(
            pk, why=said.get("why", Listing.End.NO_LONGER), note=said["note"], by=request.officer
        ),
        _("Ended: the public does not find it any more."),
    )


@require_http_methods(["GET", "POST"])
def dispute(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """An objection, and the decision of somebody who did not list it."""
    rows = Dispute.objects.visible_to(request.officer)
    found = get_object_or_404(
        rows.select_related("listing__indicator", "listing__unit", "unit", "decided_by"), pk=pk
    )
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        decide = partial(
            disputes.decide,
            pk,
            outcome=given["outcome"],
            answer=given["answer"],
            by=request.officer,
        )
        try:
            is_done = _done_if_present(request.officer, form, decide)
        except errors.NotYours as error:
            raise Http404 from error
        except errors.CannotList as error:
            form.add_error(None, explained(error))
        else:
            if is_done:
                messages.success(request, _("Decided: the answer can be read with the code."))
                return redirect("listing-dispute", pk=pk)
    context = {
        "dispute": found,
        "form": form,
        "listing": found.listing,
        "tips": queries.evidence(found.listing, request.officer),
        "may_decide": disputes.may_decide(request.officer, found),
        "others": disputes.decided_with(found).count(),
        "took_part": deciders.took_part(request.officer, found),
        "deciders": [] if found.outcome else deciders.who_may(found),
        "is_mine": Listing.objects.visible_to(request.officer).filter(pk=found.listing_id).exists(),
        "today": times.local_date(times.now()),
        "files": dispute_pictures.viewable(request.officer, found),
        "n_files": found.files.count(),
    }
    status = 422 if form.errors else 200
    return render(request, "lookup_pages/desk/listing_dispute.html", context, status=status)


@require_POST
def dispute_file(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Uncover a picture of an objection. A POST, so that every look is on record."""
    try:
        found = dispute_pictures.show(pk, by=request.officer)
        picture = base64.b64encode(open_viewing_copy(found.viewing_path)).decode()
    except (NotYours, FileNotFoundError) as error:
        raise Http404 from error
    context = {"dispute": found.dispute, "picture": f"data:image/jpeg;base64,{picture}"}
    return render(request, "lookup_pages/desk/dispute_file.html", context)


def explained(error: errors.CannotList) -> str:
    """Why nothing was changed."""
    if isinstance(error, errors.StandsForAnother):
        return _(
            "%(unit)s has an entry under this number. Yours takes its place only through somebody "
            "who may decide for both desks: a commander, coordinator or officer on duty at the "
            "province."
        ) % {"unit": error.unit}
    words = {
        errors.NeverPublic: _("Plates, personal pages and short links are for the desk only."),
        errors.OnlyWhenConfirmed: _("An account is made public only when confirmed."),
        errors.TooFew: str(TOO_FEW),
        errors.AlreadyThere: _("It is in the list already, or waits for a second person."),
        errors.SamePerson: _(
            "Somebody else decides: you took part in listing it, or in the sign-in of who did."
        ),
        errors.MayDoHarm: _("Then it stays inside. Refuse it with the reason."),
        errors.Disputed: _(
            "Somebody objects to this number. It can be made public once the objection is answered."
        ),
        errors.AlreadyDecided: _("It was decided meanwhile."),
        errors.NoReason: _("Give the reason in words"),
    }
    return words.get(type(error), _("This is for another officer to decide."))


def _counted(tips: Iterable[uuid.UUID], *, hands: Collection[uuid.UUID]) -> dict[str, Any]:
    """What both officers read about who stands behind an entry."""
    ids = list(tips)
    return {
        "is_counted": True,
        "reporters": queries.reporters_behind(ids, hands=hands),
        "unlinked": queries.unlinked_behind(ids),
        "typed_in": queries.taken_down_behind(ids),
    }


def _part(request: SignedInRequest, rows: QuerySet[Any], name: str) -> tuple[list[Any], Slice]:
    """One page of a list, and the way to its other pages."""
    page = Slice.of(request, rows.count(), name)
    return list(rows[page.start : page.end]), page


def _decided(
    request: SignedInRequest,
    pk: uuid.UUID,
    name: str,
    kind: type[Form],
    act: Callable[[dict[str, Any]], object],
    words: str,
) -> HttpResponse:
    """One decision about an entry: its form stands on the entry's page, under `name`."""
    found = _visible(request, pk)
    if request.method != "POST":
        return redirect("listing", pk=pk)
    form = kind(request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _page(request, found, **{name: form})
    try:
        if not _done_if_present(request.officer, form, partial(act, form.cleaned_data)):
            return _page(request, found, **{name: form})
    except errors.SamePerson:
        messages.warning(request, _refusal(found))
    except errors.CannotList as error:
        messages.warning(request, explained(error))
    else:
        messages.success(request, words)
    return redirect("listing", pk=pk)


def _done_if_present(officer: Officer, form: Form, act: Callable[[], object]) -> bool:
    """Do it if the form's code is one of this moment; if not, the form says so.

    A right code is used up, so what cannot be done is refused before: done once and undone.
    """
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
    if not is_present(officer, form):
        return False
    act()
    return True


def _refusal(found: Listing) -> str:
    """What somebody with a hand in a proposal reads: who could make it public instead."""
    return refusal(RELEASING, found.unit, found.all_hands) if found.unit is not None else ""


def _ending(found: Listing) -> type[Form]:
    """A proposal is only taken back; an entry ends for one of the reasons that the public reads."""
    return BackForm if found.status == Listing.Status.PROPOSED else EndForm


def _visible(request: SignedInRequest, pk: uuid.UUID) -> Listing:
    rows = Listing.objects.visible_to(request.officer).select_related(
        "indicator", "unit", "made_by", "checked_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: SignedInRequest, found: Listing, **sent: object) -> HttpResponse:
    officer = request.officer
    is_proposed = found.status == Listing.Status.PROPOSED
    is_own = is_proposed and found.made_by_id == officer.pk
    has_hand = is_proposed and found.has_hand_of(officer)
    name_hands([found])
    may_check = actions.may_check(officer, found)
    behind = queries.visible_evidence(found, officer).values_list("pk", flat=True)
    hands = [*found.all_hands, officer.pk]
    context = {
        "listing": found,
        "tips": queries.evidence(found, officer),
        "disputes": list(found.disputes.visible_to(officer).order_by("-id")),
        "may_check": may_check,
        **(_counted(behind, hands=hands) if may_check or has_hand else {}),
        "refusal": _refusal(found) if has_hand else "",
        "may_end": actions.works_on(officer, found) and (found.status == "listed" or is_own),
        "newer": actions.taken_place_by(found),
        "check": CheckForm(auto_id="check_%s"),
        "refuse": RefuseForm(auto_id="refuse_%s"),
        "end": _ending(found)(auto_id="end_%s"),
        "form": next(iter(sent.values()), None),
        **sent,
    }
    return render(request, "lookup_pages/desk/listing.html", context, status=422 if sent else 200)
