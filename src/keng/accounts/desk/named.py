"""The need-to-know list of a desk: everybody of the desk reads it, who leads the desk keeps it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import naming
from keng.accounts.forms import NamedOfficerForm
from keng.accounts.middleware import SignedInRequest
from keng.accounts.who import WORKING
from keng.acts.errors import NotAllowed
from keng.language.alphabet import alphabetical


@require_http_methods(["GET", "POST"])
def named_officers(request: SignedInRequest) -> HttpResponse:
    """Who reads the matters of children and of sexual offences of the own desks."""
    kept = naming.naming_units(request.officer)
    people = [(unit, one) for unit in kept for one in naming.nameable_officers(unit.pk)]
    form = NamedOfficerForm(request.POST or None, people=people) if kept else None
    if form is not None and request.method == "POST" and form.is_valid():
        unit_id, officer_id = form.cleaned_data["who"]
        naming.name_officer(unit_id, officer_id, by=request.officer)
        messages.success(request, _("Named. The officer and the province are told."))
        return redirect("named-officers")
    units = sorted(WORKING.own_units(request.officer), key=lambda one: alphabetical(one.name))
    context = {
        "form": form,
        "keeps": {unit.pk for unit in kept},
        "lists": [(unit, naming.standing_list(unit.pk)) for unit in units],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "accounts/desk/named.html", context, status=status)


@require_POST
def named_officer_end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an officer off the list."""
    try:
        naming.end_naming(pk, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("Taken off the list. The officer and the province are told."))
    return redirect("named-officers")
