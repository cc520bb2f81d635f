"""What was opened in an emergency: who, why, and of which tip the number."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions.named_sight import read_break_in, readable_break_ins
from keng.kit.pagination import rows_of_page


@require_GET
def break_ins(request: SignedInRequest) -> HttpResponse:
    """What nobody has read first, then the newest."""
    seen = readable_break_ins(request.officer).select_related("unit", "officer", "tip", "read_by")
    unread = list(seen.unread().order_by("id"))
    read = seen.filter(read_by__isnull=False).order_by("-id")
    rows, page = rows_of_page(request, read)
    return render(request, "inbox/break_ins.html", {"unread": unread, "rows": rows, "page": page})


@require_POST
def break_in_read(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Read: it waits for nobody any more."""
    try:
        read_break_in(pk, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("Noted that you read it."))
    return redirect("break-ins")
