"""A lead asks on their own page to be erased."""

from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keng.kit.forms import Form
from keng.network.models import Lead
from keng.relay.erasing import NotTheirName, ask_to_be_erased
from keng.relay.public.frame import for_lead, in_leads_language
from keng.relay.stopping import CALL_OFF_WITHIN


class EraseForm(Form):
    """The own name, so that nobody else's tap on a link erases a lead."""

    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Your name, as your unit wrote it down"),
        error_messages={"required": gettext_lazy("Write your name")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def relay_erase(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """GET asks; POST stops at once, and the page of the link says until when to call it off."""
    with in_leads_language(request, lead):
        form = EraseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                ask_to_be_erased(lead, form.cleaned_data["name"])
            except NotTheirName as error:
                form.add_error("name", str(error.sentence))
            else:
                return redirect("relay", token=token)
        days = CALL_OFF_WITHIN.days
        context = {"token": token, "unit": lead.unit, "form": form, "days": days}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "relay/relay_erase.html", context, status=status)
