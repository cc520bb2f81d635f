"""The public look-up on the desk: proposed from a tip, checked by another, ended, disputed."""

import base64
import uuid
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.presence import is_present
from keng.accounts.who import RELEASING
from keng.acts.errors import AlreadyDone, NotAllowed
from keng.files.store import open_viewing_copy
from keng.kit import times
from keng.kit.forms import Form
from keng.kit.list_filter import ListFilter
from keng.kit.pagination import rows_of_page
from keng.lookup import deciders, errors
from keng.lookup.actions import disputes
from keng.lookup.actions import listing as actions
from keng.lookup.keys import may_be_public
from keng.lookup.models import Dispute, Listing
from keng.lookup_pages import dispute_pictures
from keng.lookup_pages import evidence as queries
from keng.lookup_pages import propose as proposing
from keng.lookup_pages.listing_forms import (
    ConfirmListingForm,
    DecideDisputeForm,
    EndListingForm,
    ProposeListingForm,
    RefuseListingForm,
    TakeBackListingForm,
)
from keng.releases.desk import (
    SecondPersonPanel,
    decide_release,
    decided_meanwhile,
    release_refusal,
)
from keng.releases.errors import HandInIt, NothingWaits


@require_GET
def listings(request: SignedInRequest) -> HttpResponse:
    """What waits for a second person, what is disputed, what the public finds, what has ended."""
    officer = request.officer
    chosen = ListFilter(request.GET, words_label=_("Number, account or link"))
    named = partial(queries.listings_with_words, words=chosen.words)
    public = queries.listings_in_force(officer)
    in_force = rows_of_page(request, named(public), "listed")
    over = rows_of_page(request, named(queries.ended_listings(officer)), "ended")
    context = {
        "filter": chosen,
        "found": {"total": in_force[1].total + over[1].total},
        "public_count": public.count() if chosen.words else in_force[1].total,
        "disputes": rows_of_page(request, queries.open_disputes(officer), "disputes"),
        "proposed": rows_of_page(request, queries.listings_to_check(officer), "proposed"),
        "in_force": in_force,
        "over": over,
        "today": times.local_date(times.now()),
    }
    return render(request, "lookup_pages/desk/listings.html", context)


@require_http_methods(["GET", "POST"])
def listing_propose(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """From a number of a tip: what the public would read, and how it was verified."""
    try:
        sighting = proposing.sighting_to_propose(pk, request.officer)
    except NotAllowed as error:
        raise Http404 from error
    tip, indicator = sighting.tip, sighting.indicator
    tips = list(queries.tips_behind(indicator, request.officer).order_by("-id"))
    initial = {
        "category": tip.category,
        "holds": 180,
        "month": times.local_date(tip.received_at).replace(day=1).isoformat(),
    }
    counted = _evidence_counts((each.pk for each in tips), hands=[request.officer.pk])
    is_enough = counted["reporters"] >= queries.ENOUGH_REPORTERS
    form = ProposeListingForm(
        request.POST or None, indicator=indicator, is_enough=is_enough, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = proposing.propose_sighting(
                pk,
                grade=given["grade"],
                category=given["category"],
                month=form.month_chosen(),
                basis=given["basis"],
                expires_on=form.last_day(),
                by=request.officer,
            )
        except NotAllowed:
            form.add_error(None, _("This is for somebody else to decide."))
        except errors.CannotList as error:
            form.add_error(None, error.sentence)
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


@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One entry: what the public reads, what speaks for it, and the second person's decision."""
    found = _listing_or_404(request, pk)
    try:
        panel, published = _decide_release(request, found)
    except NothingWaits:
        return _answer_nothing_waits(request, pk)
    if published is not None:
        messages.success(request, _("It is public now."))
        return redirect("listing", pk=pk)
    return _listing_page(request, panel)


@require_http_methods(["GET", "POST"])
def listing_refuse(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person says no."""
    return _decide_listing(
        request,
        pk,
        "refuse",
        RefuseListingForm,
        actions.require_refusable,
        lambda given: actions.refuse_listing(pk, reason=given["reason"], by=request.officer),
        _("Refused: nothing became public."),
    )


@require_http_methods(["GET", "POST"])
def listing_end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the list, at once."""
    found = _listing_or_404(request, pk)
    words = _("Ended: the public does not find it any more.")
    if found.status == Listing.Status.PROPOSED:
        words = _("The proposal is taken back. It never was public.")
    return _decide_listing(
        request,
        pk,
        "end",
        _end_form(found),
        actions.require_endable,
        lambda given: actions.end_listing(
            pk, why=given.get("why", Listing.End.NO_LONGER), note=given["note"], by=request.officer
        ),
        words,
    )


@require_http_methods(["GET", "POST"])
def listing_dispute(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """An objection, and the decision of somebody who did not list it."""
    rows = Dispute.objects.visible_to(request.officer)
    found = get_object_or_404(
        rows.select_related("listing__indicator", "listing__unit", "unit", "decided_by"), pk=pk
    )
    form = DecideDisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            # Before the code, which is used up by being right.
            disputes.require_decidable(found, by=request.officer)
            if is_present(request.officer, form):
                disputes.decide_dispute(
                    pk, outcome=given["outcome"], answer=given["answer"], by=request.officer
                )
                messages.success(request, _("Decided: the answer can be read with the code."))
                return redirect("listing-dispute", pk=pk)
        except NotAllowed as error:
            raise Http404 from error
        except (errors.CannotList, HandInIt, AlreadyDone) as error:
            form.add_error(None, error.sentence)
    context = {
        "dispute": found,
        "form": form,
        "listing": found.listing,
        "tips": queries.evidence_tips(found.listing, request.officer),
        "may_decide": disputes.may_decide_dispute(request.officer, found),
        "others": disputes.disputes_decided_with(found).count(),
        "took_part": deciders.took_part_in_listing(request.officer, found),
        "deciders": [] if found.outcome else deciders.dispute_deciders(found),
        "is_mine": Listing.objects.visible_to(request.officer).filter(pk=found.listing_id).exists(),
        "today": times.local_date(times.now()),
        "files": dispute_pictures.viewable_pictures(request.officer, found),
        "n_files": found.files.count(),
    }
    status = 422 if form.errors else 200
    return render(request, "lookup_pages/desk/listing_dispute.html", context, status=status)


@require_POST
def dispute_file(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Uncover a picture of an objection. A POST, so that every look is on record."""
    try:
        found = dispute_pictures.show_picture(pk, by=request.officer)
        picture = base64.b64encode(open_viewing_copy(found.viewing_path)).decode()
    except (NotAllowed, FileNotFoundError) as error:
        raise Http404 from error
    context = {"dispute": found.dispute, "picture": f"data:image/jpeg;base64,{picture}"}
    return render(request, "lookup_pages/desk/dispute_file.html", context)


def _evidence_counts(tips: Iterable[uuid.UUID], *, hands: Collection[uuid.UUID]) -> dict[str, Any]:
    """What both officers read about who stands behind an entry."""
    ids = list(tips)
    return {
        "is_counted": True,
        "reporters": queries.reporters_behind(ids, hands=hands),
        "unlinked": queries.unlinked_behind(ids),
        "typed_in": queries.taken_down_behind(ids),
    }


def _decide_listing(
    request: SignedInRequest,
    pk: uuid.UUID,
    name: str,
    kind: type[Form],
    require_possible: Callable[..., None],
    act: Callable[[dict[str, Any]], object],
    words: str,
) -> HttpResponse:
    """One decision about an entry: its form stands on the entry's page, under `name`.

    What cannot be done is refused before the code is looked at: a code is used up by being right.
    """
    found = _listing_or_404(request, pk)
    if request.method != "POST":
        return redirect("listing", pk=pk)
    form = kind(request.POST, auto_id=f"{name}_%s")
    is_filled_in = form.is_valid()
    try:
        require_possible(found, by=request.officer)
        if not is_filled_in or not is_present(request.officer, form):
            return _listing_page(request, _decide_release(request, found)[0], **{name: form})
        act(form.cleaned_data)
    except (NotAllowed, HandInIt):
        refusal = release_refusal(request.officer, found, RELEASING)
        messages.warning(request, refusal or _("This is for somebody else to decide."))
    except NothingWaits:
        return _answer_nothing_waits(request, pk)
    except errors.CannotList as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, words)
    return redirect("listing", pk=pk)


def _answer_nothing_waits(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A proposal that was taken back was decided by nobody: say who took it back."""
    found = _listing_or_404(request, pk)
    if not found.is_taken_back:
        return decided_meanwhile(request, "listing", pk=pk)
    if found.ended_by == request.officer:
        messages.info(request, _("You have taken this proposal back already."))
    else:
        words = _("%(who)s took this proposal back: there is nothing to decide any more.")
        messages.warning(request, words % {"who": found.ended_by})
    return redirect("listing", pk=pk)


def _decide_release(
    request: SignedInRequest, found: Listing
) -> tuple[SecondPersonPanel[Listing], Listing | None]:
    require_possible = partial(
        proposing.require_confirmable, found, seen=found.digest_now, by=request.officer
    )
    return decide_release(
        request,
        found,
        which=RELEASING,
        let_out=partial(proposing.confirm_proposal, found.pk),
        form=partial(ConfirmListingForm, require_possible=require_possible),
    )


def _end_form(found: Listing) -> type[Form]:
    """A proposal is only taken back; an entry ends for one of the reasons that the public reads."""
    return TakeBackListingForm if found.status == Listing.Status.PROPOSED else EndListingForm


def _listing_or_404(request: SignedInRequest, pk: uuid.UUID) -> Listing:
    rows = Listing.objects.visible_to(request.officer).select_related(
        "indicator", "unit", "made_by", "released_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


def _listing_page(
    request: SignedInRequest, panel: SecondPersonPanel[Listing], **sent: object
) -> HttpResponse:
    officer, found = request.officer, panel.text
    is_own = found.is_waiting and found.made_by_id == officer.pk
    counts = {}
    if panel.may_let_out or (found.is_waiting and found.has_hand_of(officer)):
        behind = queries.visible_evidence(found, officer).values_list("pk", flat=True)
        counts = _evidence_counts(behind, hands=[*found.hands, officer.pk])
    context = {
        "panel": panel,
        "listing": found,
        "tips": queries.evidence_tips(found, officer),
        "disputes": list(found.disputes.visible_to(officer).order_by("-id")),
        **counts,
        "may_end": actions.may_end_listing(officer, found)
        and (found.status == Listing.Status.LISTED or is_own),
        "newer": actions.replacement_of(found),
        "refuse": RefuseListingForm(auto_id="refuse_%s"),
        "end": _end_form(found)(auto_id="end_%s"),
        "form": next(iter(sent.values()), panel.form),
        **sent,
    }
    status = 422 if sent else panel.status
    return render(request, "lookup_pages/desk/listing.html", context, status=status)
