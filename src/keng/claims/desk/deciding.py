"""The second person's pages, and the decisions that end a claim without a check of its own."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.presence import is_present
from keng.accounts.who import CHECKING_CLAIMS
from keng.claims import actions
from keng.claims.actions.writing import unpublished_revision
from keng.claims.desk.listing import claim_context, claim_or_404
from keng.claims.forms import OutOfScopeForm, PublishCheckForm, SendBackCheckForm, WithdrawCheckForm
from keng.claims.models import Claim, Revision
from keng.claims.sentences import prepared_for_reader
from keng.kit.forms import Form
from keng.releases.hands import hand_refusal, name_hands


def claim_publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Exactly what would be public, read by somebody who did not write it."""
    claim = claim_or_404(request, pk)
    revision = unpublished_revision(claim)
    if revision is None or revision.submitted_at is None:
        return redirect("claim-detail", pk=pk)
    revision.claim = claim
    form = PublishCheckForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _publish_page(request, revision, form)
    seen = bytes.fromhex(form.cleaned_data["hash"])
    # What is stale is said before the code is used up: the same code does not work twice.
    if bytes(revision.hash) != seen:
        return _publish_page(request, revision, PublishCheckForm(), stale=True)
    if not revision.has_hand_of(request.officer) and not is_present(request.officer, form):
        return _publish_page(request, revision, form)
    try:
        actions.publish_claim(pk, seen=seen, by=request.officer)
    except actions.YourOwn:
        messages.error(request, hand_refusal(CHECKING_CLAIMS, claim.unit, revision.all_hands))
    except actions.StalePublication:
        return _publish_page(request, revision, PublishCheckForm(), stale=True)
    except actions.NotSubmitted as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Published. Everybody can read it now."))
    return redirect("claim-detail", pk=pk)


def _publish_page(
    request: HttpRequest, revision: Revision, form: forms.Form, *, stale: bool = False
) -> HttpResponse:
    earlier = (
        revision.claim.revisions.filter(published_at__isnull=False).order_by("-number").first()
    )
    name_hands([revision])
    check = prepared_for_reader([revision])[0]
    # The Vietnamese text is the one that is published; the English stands below it.
    check.words, check.spoken = check.texts["vi"], "vi"
    context = {
        "check": check,
        "claim": revision.claim,
        "form": form,
        "stale": stale,
        "is_author": revision.has_hand_of(request.officer),
        "back_form": SendBackCheckForm(),
        "refusal": hand_refusal(CHECKING_CLAIMS, revision.claim.unit, revision.all_hands),
        "hash": bytes(revision.hash).hex(),
        "earlier": earlier,
    }
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "claims/publish.html", context, status=status)


@require_POST
def claim_send_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Back to the author, with the reason."""
    claim_or_404(request, pk)
    form = SendBackCheckForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Write what has to change"))
        return redirect("claim-publish", pk=pk)
    try:
        actions.send_back_claim(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except actions.NotSubmitted as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Given back to the author."))
    return redirect("claim-detail", pk=pk)


class EarlierCheckForm(Form):
    """Which earlier check answers it."""

    check = forms.UUIDField()


@require_POST
def claim_answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It is what an earlier check answers."""
    claim_or_404(request, pk)
    form = EarlierCheckForm(request.POST)
    check = form.cleaned_data["check"] if form.is_valid() else None
    try:
        actions.answer_claim_with(pk, check=check, by=request.officer)
    except (actions.NotPublished, actions.AlreadyEnded) as error:
        messages.warning(request, error.sentence)
    except actions.YourOwn as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Whoever asked is led to that check now."))
    return redirect("claim-detail", pk=pk)


@require_POST
def claim_outside(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Out of scope: a polite answer, and the words are destroyed."""
    claim, form = claim_or_404(request, pk), OutOfScopeForm(request.POST)
    if not form.is_valid():
        return render(
            request, "claims/detail.html", claim_context(request, claim, form), status=422
        )
    try:
        actions.put_claim_out_of_scope(pk, why=form.cleaned_data["why"], by=request.officer)
    except actions.AlreadyEnded as error:
        messages.warning(request, error.sentence)
    except actions.YourOwn as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Out of scope. Its words are gone from the desk."))
    return redirect("desk-claims")


def claim_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a check back: the page says so and why."""
    claim = claim_or_404(request, pk)
    if claim.state != Claim.State.PUBLISHED:
        return redirect("claim-detail", pk=pk)
    form = WithdrawCheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_present(request.officer, form):
        try:
            actions.withdraw_claim(pk, reason=form.cleaned_data["reason"], by=request.officer)
        except actions.NotPublished:
            messages.error(request, _("It was taken back meanwhile."))
        else:
            messages.success(request, _("Taken back. The page says so, with your reason."))
        return redirect("claim-detail", pk=pk)
    newest = claim.revisions.filter(published_at__isnull=False).order_by("-number")[0]
    context = {"claim": claim, "form": form, "check": newest}
    return render(request, "claims/withdraw.html", context, status=422 if form.errors else 200)
