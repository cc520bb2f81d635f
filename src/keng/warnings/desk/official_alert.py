"""An alert of an official source: read, written from, or put aside."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.warnings import actions, alert_queries


@require_safe
def official_alert(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All that it says, and what its source said of it later."""
    alert = alert_queries.visible_alert(pk, request.officer)
    if alert is None:
        raise Http404
    return render(request, "warnings/official_alert.html", {"alert": alert})


@require_POST
def official_alert_dismiss(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It asks for no warning here."""
    try:
        actions.dismiss_alert(pk, by=request.officer)
    except actions.AlertIsTaken as error:
        messages.error(request, error.sentence)
        return redirect("official-alert", pk=pk)
    messages.success(request, _("Put aside: no warning is written from it."))
    return redirect("warnings")
