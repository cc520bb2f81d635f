"""The page of what was agreed to, in numbers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.consent.given import consent_counts


@require_GET
def consents(request: SignedInRequest) -> HttpResponse:
    """How many agreed to what, in which words; nobody by name."""
    context = {"counts": consent_counts(request.officer)}
    return render(request, "consent/consents.html", context)
