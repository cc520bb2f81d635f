"""The second person's pages, and the decisions that end a claim without a check of its own."""

import functools
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
from keng.claims.forms import OutOfScopeForm, WithdrawCheckForm
from keng.claims.models import Claim
from keng.claims.sentences import prepared_for_reader
from keng.kit.forms import Form
from keng.releases.desk import decide_release, decided_meanwhile, give_back_posted
from keng.releases.errors import NothingWaits


def claim_publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Exactly what would be public, read by somebody who did not write it."""
    revision = unpublished_revision(claim_or_404(request, pk))
    if revision is None or not revision.is_waiting:
        return decided_meanwhile(request, "claim-detail", pk=pk)
    try:
        panel, published = decide_release(
            request,
            revision,
            which=CHECKING_CLAIMS,
            let_out=functools.partial(actions.publish_claim, pk),
        )
        is_back = give_back_posted(request, panel, functools.partial(actions.send_back_claim, pk))
    except NothingWaits:
        return decided_meanwhile(request, "claim-detail", pk=pk)
    if published is not None:
        messages.success(request, _("Published. Everybody can read it now."))
    if published is not None or is_back:
        return redirect("claim-detail", pk=pk)
    check = prepared_for_reader([revision])[0]
    # The Vietnamese text is the one that is published; the English stands below it.
    check.words, check.spoken = check.texts["vi"], "vi"
    context = {
        "panel": panel,
        "check": check,
        "claim": revision.claim,
        "earlier": revision.claim.revisions.released().order_by("-number").first(),
        "questions": [
            _("Is it about the claim, and not about who shared it?"),
            _("Do the sources carry the verdict? Is their day right?"),
            _("Is it a matter of safety or services, and nobody’s opinion or private life?"),
        ],
    }
    return render(request, "claims/publish.html", context, status=panel.status)


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
    newest = claim.revisions.released().order_by("-number")[0]
    context = {"claim": claim, "form": form, "check": newest}
    return render(request, "claims/withdraw.html", context, status=422 if form.errors else 200)
