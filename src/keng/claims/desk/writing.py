"""Writing a check: from what was asked, or from what an officer came across."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keng.claims import actions, queries
from keng.claims.desk.listing import claim_or_404
from keng.claims.forms import AskClaimForm, WriteCheckForm, evidence_forms, initial_of_revision
from keng.claims.models import Claim, Revision
from keng.claims.redact_claims import redact_claim
from keng.claims.rights import checks_claims


def claim_new(request: HttpRequest) -> HttpResponse:
    """What goes round, written down by an officer; what is like it is shown before it is kept."""
    if not checks_claims(request.officer):
        raise Http404
    form = AskClaimForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "claims/new.html", {"form": form}, status=status)
    words = redact_claim(form.cleaned_data["words"]).text
    matches = queries.published_checks_like(words)
    if matches and request.POST.get("do") != "send":
        again = AskClaimForm(initial={"words": words})
        return render(request, "claims/new.html", {"form": again, "matches": matches})
    claim = actions.add_claim(words, by=request.officer)
    return redirect("claim-write", pk=claim.pk)


def claim_write(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The text and its sources; a preview beside them."""
    claim = claim_or_404(request, pk)
    if claim.state in Claim.ENDED:
        return redirect("claim-detail", pk=pk)
    latest = claim.revisions.order_by("-number").first()
    corrects = claim.state == Claim.State.PUBLISHED
    initial = initial_of_revision(latest) if latest else {"quote": claim.words}
    if latest and latest.released_at:
        # A correction says what it changes, not what the last one changed.
        initial |= {"note": "", "en_note": ""}
    form = WriteCheckForm(request.POST or None, initial=initial, corrects=corrects)
    sources = evidence_forms(request.POST or None, latest.evidence if latest else [])
    # All of them are looked at, so that all their mistakes are named at once.
    if request.method == "POST" and all([form.is_valid(), *(each.is_valid() for each in sources)]):
        return _save_check(request, claim, form, sources)
    context = {
        "claim": claim,
        "form": form,
        "sources": sources,
        "latest": latest,
        "corrects": corrects,
        "draft": latest if latest and latest.released_at is None else None,
    }
    return render(request, "claims/write.html", context, status=422 if form.is_bound else 200)


def _save_check(
    request: HttpRequest, claim: Claim, form: WriteCheckForm, sources: list
) -> HttpResponse:
    evidence = [found for each in sources if (found := each.evidence())]
    try:
        revision: Revision = actions.write_claim(
            claim.pk, content=form.content(evidence), by=request.officer
        )
        if request.POST.get("do") != "submit":
            messages.success(
                request, _("Saved as version %(number)d") % {"number": revision.number}
            )
            return redirect("claim-write", pk=claim.pk)
        actions.submit_claim(claim.pk, by=request.officer)
    except actions.AlreadyEnded as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Handed in. A second person has to publish it."))
    return redirect("claim-detail", pk=claim.pk)
