"""The list of checks, and one check with its evidence and all its revisions."""

from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from keng.claims import card, queries, sentences
from keng.claims.forms import AskClaimForm
from keng.claims.models import Claim
from keng.claims.public.review import claim_review
from keng.kit.pagination import page_number

CHECKS_A_PAGE = 12


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Ask first, read what others asked below."""
    total = queries.count_published_checks()
    number = page_number(request, total, CHECKS_A_PAGE)
    shown = queries.page_of_published_checks(number, CHECKS_A_PAGE)
    context = {
        "form": AskClaimForm(),
        "checks": sentences.prepared_for_reader(shown),
        "number": number,
        "total": total,
        "newer_url": f"?page={number - 1}" if number > 1 else "",
        "older_url": f"?page={number + 1}" if number * CHECKS_A_PAGE < total else "",
    }
    return render(request, "claims/list.html", context)


@require_safe
def claim(request: HttpRequest, number: int) -> HttpResponse:
    """One check: as it stands now, with what it said before."""
    revisions = sentences.prepared_for_reader(queries.public_revisions(number))
    if not revisions:
        raise Http404
    newest, claim = revisions[0], revisions[0].claim
    stands = claim.state == Claim.State.PUBLISHED
    text = sentences.share_text(newest)
    context = {
        "check": newest,
        "claim": claim,
        "revisions": revisions,
        "stands": stands,
        "text": text,
        "first": revisions[-1],
        "sms": f"sms:?body={quote(text)}",
        "canonical": sentences.check_url(number),
        "review": claim_review(revisions) if stands else "",
    }
    return render(request, "claims/check.html", context)


@require_safe
def claim_card(request: HttpRequest, number: int) -> HttpResponse:
    """The picture to share. A withdrawn check has none: nobody should pass it on."""
    revisions = queries.public_revisions(number)
    if not revisions or revisions[0].claim.state != Claim.State.PUBLISHED:
        raise Http404
    # The language stands in the address: a chat app that fetches the picture has no choice of it.
    path = Path(settings.DATA_FOLDER) / card.stored_card(revisions[0], request.GET.get("in", "vi"))
    response = HttpResponse(path.read_bytes(), content_type="image/png")
    name = f"kiem-chung-{number}.png"
    shown = content_disposition_header("save" in request.GET, name)
    response["Content-Disposition"] = shown or "inline"
    response["Cache-Control"] = "public, max-age=300"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
