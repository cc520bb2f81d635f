"""What was asked, what is written, what waits, what is out; and one claim with all of it."""

import uuid

from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.accounts.vouching import tied_to
from keng.accounts.who import CHECKING_CLAIMS
from keng.claims import queries, sentences
from keng.claims.forms import OutOfScopeForm
from keng.claims.models import Claim
from keng.claims.rights import checks_claims
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.releases.desk import release_refusal
from keng.releases.hands import name_hands


@require_safe
def desk_claims(request: HttpRequest) -> HttpResponse:
    """The desk's claims: what waits for a second person first."""
    lists = queries.desk_claim_lists(request.officer)
    new, new_page = rows_of_page(request, lists.new, "new")
    found = ListFilter(request.GET, words_label=_("Words of the question"))
    out = rows_with_words(lists.published, found.words, KT("texts__vi__question"))
    published, page = rows_of_page(request, out)
    context = {
        "lists": lists,
        "new": new,
        "new_page": new_page,
        "published": published,
        "filter": found,
        "page": page,
        "may_check": checks_claims(request.officer),
    }
    return render(request, "claims/desk_list.html", context)


@require_safe
def claim_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One claim, what was asked before that is like it, and what can be done with it now."""
    claim = claim_or_404(request, pk)
    return render(request, "claims/detail.html", claim_context(request, claim, OutOfScopeForm()))


def claim_or_404(request: HttpRequest, pk: uuid.UUID) -> Claim:
    """The claim, if the officer checks claims where it is. Raises Http404."""
    visible = Claim.objects.visible_to(request.officer)
    return get_object_or_404(visible.select_related("unit", "same_as", "about"), pk=pk)


def claim_context(request: HttpRequest, claim: Claim, form: OutOfScopeForm) -> dict[str, object]:
    """What the page of a claim says."""
    revisions = list(claim.revisions.select_related("released_by").order_by("-number"))
    name_hands(revisions)
    draft = next((each for each in revisions if each.released_at is None), None)
    waiting = draft if draft is not None and draft.is_waiting else None
    is_open = claim.state in Claim.OPEN
    matches = queries.published_checks_like(claim.words, most=5) if is_open else []
    return {
        "claim": claim,
        "revisions": revisions,
        "draft": draft,
        "is_open": is_open,
        "newest": next((each for each in revisions if each.released_at), None),
        "is_own": claim.objected_at is not None and claim.outside_by_id in tied_to(request.officer),
        "waits": waiting is not None,
        "refusal": release_refusal(request.officer, waiting, CHECKING_CLAIMS)
        if waiting is not None
        else "",
        "matches": [match for match in matches if match.item.claim_id != claim.pk],
        "about_check": queries.public_revisions(claim.about.number)[:1] if claim.about else [],
        "asked": claim.askings.count(),
        "form": form,
        "same_page": queries.public_revisions(claim.same_as.number)[:1] if claim.same_as else [],
        "outside": sentences.out_of_scope_answer(claim.outside) if claim.outside else None,
    }
