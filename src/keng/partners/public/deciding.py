"""The second person's part of a page, the same under every text of a partner."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.partners import queries
from keng.partners.errors import NeedsASecondPerson, NotTheirs
from keng.partners.forms import SeenForm
from keng.partners.models import OwnText


def decide(
    request: HttpRequest, pk: uuid.UUID, *, publish: Callable[..., Any],
    give_back: Callable[..., Any],
) -> tuple[SeenForm | None, str]:  # fmt: skip
    """Carry a posted decision out: no form once it is, otherwise the form and what is wrong."""
    form = SeenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return form, ""
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    returns = request.POST.get("do") == "return"
    if returns and not reason:
        form.add_error("reason", form.fields["reason"].error_messages["required"])
        return form, ""
    try:
        if returns:
            give_back(pk, seen=seen, reason=reason, by=request.member)
        else:
            publish(pk, seen=seen, by=request.member)
    except NotTheirs:
        return form, _("It changed meanwhile: read it again.")
    except NeedsASecondPerson:
        return form, _("You wrote this: somebody else has to publish it.")
    return None, ""


def decision(request: HttpRequest, text: OwnText, form: SeenForm, problem: str) -> dict[str, Any]:
    """What this part of the page shows."""
    member = request.member
    return {
        "text": text, "form": form, "problem": problem, "partner": member.partner,
        "waits": text.waits, "may_publish": text.waits and text.written_by_id != member.pk,
        "alone": queries.is_alone(member),
        "seen": text.submitted_at.isoformat() if text.submitted_at else "",
    }  # fmt: skip


def seen_other(name: str, *args: object) -> HttpResponse:
    """To another page, after a POST."""
    response = redirect(name, *args)
    response.status_code = 303
    return response
