"""The table of keys, which every page of the desk opens and none carries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def keys_table(request: HttpRequest) -> HttpResponse:
    """For its dialog."""
    return render(request, "parts/keys_table.html")
