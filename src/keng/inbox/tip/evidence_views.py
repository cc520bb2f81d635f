"""Looking at what came with a tip: files that are covered until asked for, numbers and links."""

import base64
import re
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions import viewing
from keng.files import store
from keng.files.clean_media import PLAYABLE
from keng.files.documents import pages_of_copy
from keng.files.pictures import mime_of
from keng.inbox.tip.after_decision import redirect_to_same_tip
from keng.inbox.tip.similar import tips_with_indicator
from keng.tips import errors
from keng.tips.errors import error_sentence
from keng.tips.models import Attachment, Sighting, Tip

# How long an uncovered recording can be played before it has to be uncovered anew.
_PLAYS_FOR = 600
# The rest is heard, or plays.
_LOOKED_AT = (Attachment.Kind.IMAGE, Attachment.Kind.FILE)
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


@require_POST
def attachment(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Uncover a file. A POST, so that every look is on record and no address shows a face again."""
    try:
        found = viewing.show_attachment(pk, by=request.officer)
        pictures, total = _pictures_in(found)
    except (errors.NotYours, NotAllowed, FileNotFoundError) as error:
        raise Http404 from error
    context = {
        "attachment": found,
        "tip": found.tip,
        "pictures": pictures,
        "pages_left": total - len(pictures),
    }
    if not pictures:
        address = reverse("attachment-play", args=[found.pk])
        context["play"] = (
            f"{address}?{urlencode({'key': _play_signer(request).sign(str(found.pk))})}"
        )
    name = "parts/viewed" if request.htmx else "attachment"
    return render(request, f"inbox/tip/{name}.html", context)


@require_GET
def attachment_play(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Sound or film for the player of this officer who has just uncovered it; then covered again.

    The look was recorded when it was uncovered; the key in the address is worth nothing to others.
    """
    found = (
        viewing.viewable_attachments(request.officer)
        .filter(pk=pk)
        .exclude(kind__in=_LOOKED_AT)
        .first()
    )
    if found is None and not viewing.viewable_attachments(request.officer).filter(pk=pk).exists():
        raise Http404
    try:
        said = _play_signer(request).unsign(request.GET.get("key", ""), max_age=_PLAYS_FOR)
        content = store.open_viewing_copy(found.viewing_path) if found and said == str(pk) else b""
    except (BadSignature, FileNotFoundError):
        content = b""
    kind = mime_of(content)
    if kind not in PLAYABLE:
        kind = found.mime if found else ""
    if found is None or not content or kind not in PLAYABLE:
        return redirect("tip", pk=Attachment.objects.get(pk=pk).tip_id)
    return _range_response(request, content, kind)


def _pictures_in(found: Attachment) -> tuple[list[str], int]:
    """The picture, or the pages of a document, as addresses; and how many it has. None: it plays.

    Copies to view are always JPEG (files.copies), whatever was sent.
    """
    if found.kind not in _LOOKED_AT:
        return [], 0
    pages, total = [store.open_viewing_copy(found.viewing_path)], 1
    if found.kind == Attachment.Kind.FILE:
        pages, total = pages_of_copy(pages[0])
    urls = [f"data:image/jpeg;base64,{base64.b64encode(page).decode()}" for page in pages]
    return urls, total


def _play_signer(request: SignedInRequest) -> TimestampSigner:
    return TimestampSigner(salt=f"play {request.officer.pk}")


def _range_response(request: SignedInRequest, content: bytes, mime: str) -> HttpResponse:
    """The stretch the player asks for, so that one can jump in a film."""
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    start = int(wanted[1]) if wanted else 0
    end = min(int(wanted[2] or len(content) - 1), len(content) - 1) if wanted else len(content) - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    answer = HttpResponse(content[start : end + 1], content_type=mime)
    answer.headers["Accept-Ranges"] = "bytes"
    if wanted:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    return answer


@require_POST
def sighting_role(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Used in the offence or not: only the first is linked with other tips."""
    role = request.POST.get("role", "")
    if role not in Sighting.Role.values:
        raise Http404
    try:
        found = viewing.set_sighting_role(
            pk, role=role, by=request.officer, seen=request.POST.get("seen")
        )
    except NotAllowed as error:
        raise Http404 from error
    except errors.ChangedMeanwhile as error:
        messages.warning(request, error_sentence(error))
        return redirect("tip", pk=Sighting.objects.get(pk=pk).tip_id)
    return redirect_to_same_tip(request, found.tip_id, _("Saved."))


@require_GET
def same_indicator(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The tips in which the same number, account or link was used."""
    visible = Tip.objects.visible_to(request.officer)
    found = (
        Sighting.objects.select_related("indicator", "tip")
        .filter(pk=pk, tip__in=visible, role=Sighting.Role.USED)
        .first()
    )
    if found is None:
        raise Http404
    context = {
        "sighting": found,
        "tip": found.tip,
        "rows": tips_with_indicator(found, request.officer),
    }
    return render(request, "inbox/tip/same_indicator.html", context)
