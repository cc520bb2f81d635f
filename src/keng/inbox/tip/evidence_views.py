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
from keng.files import redact, store
from keng.files.clean_media import PLAYABLE
from keng.files.documents import pages_of_copy
from keng.files.pictures import mime_of
from keng.files.pictures.confined import CannotCopy
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
    may_cover = found.kind == Attachment.Kind.IMAGE
    context |= {"may_cover": may_cover, "covered": may_cover and _covered_copy(found)}
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


@require_POST
def attachment_cover(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Black out parts of a picture: look at it, tick what is to go, keep the copy without it."""
    try:
        found = viewing.show_attachment(pk, by=request.officer)
        copy = store.open_viewing_copy(found.viewing_path)
    except (errors.NotYours, NotAllowed, FileNotFoundError) as error:
        raise Http404 from error
    if found.kind != Attachment.Kind.IMAGE:
        raise Http404
    cells = redact.ticked_cells(request.POST.getlist("cell"), request.POST.getlist("band"))
    if "keep" in request.POST and cells:
        return _keep_covered(request, found, copy, cells)
    context = {
        "attachment": found,
        "tip": found.tip,
        "picture": base64.b64encode(copy).decode(),
        "rows": redact.grid_rows(cells),
        "asks": "keep" in request.POST,
    }
    status = 422 if context["asks"] else 200
    return render(request, "inbox/tip/cover.html", context, status=status)


def _keep_covered(
    request: SignedInRequest, found: Attachment, copy: bytes, cells: set[redact.GridCell]
) -> HttpResponse:
    try:
        made = redact.blacked_out_copy(copy, cells)
        viewing.keep_covered_copy(found.pk, picture=made, by=request.officer)
    except CannotCopy:
        messages.warning(request, _("Not done: the copy could not be made just now. Try again."))
        return redirect("tip", pk=found.tip_id)
    except (errors.CannotDecide, NotAllowed) as error:
        raise Http404 from error
    return redirect_to_same_tip(request, found.tip_id, _("Kept: the copy with parts blacked out."))


@require_POST
def attachment_copy(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Have a copy made that is made only for who asks."""
    try:
        found = viewing.request_copy(pk, by=request.officer)
    except errors.CopyAskedForAlready as error:
        tip_id = Attachment.objects.values_list("tip_id", flat=True).get(pk=pk)
        return redirect_to_same_tip(request, tip_id, error_sentence(error))
    except (errors.CannotDecide, NotAllowed) as error:
        raise Http404 from error
    return redirect_to_same_tip(request, found.tip_id, _("The copy is being made."))


@require_POST
def attachment_quarantine(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Quarantine a file; asked for in a part of the page that one opens first."""
    try:
        found = viewing.quarantine_file(pk, by=request.officer)
    except (errors.CannotDecide, NotAllowed) as error:
        raise Http404 from error
    said = _("The file is in quarantine. Its copies are destroyed; the original stays sealed.")
    return redirect_to_same_tip(request, found.tip_id, said)


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


def _covered_copy(found: Attachment) -> str:
    """The copy with parts black, for the page; empty where there is none."""
    if not found.covered_path:
        return ""
    return base64.b64encode(store.open_viewing_copy(found.covered_path)).decode()


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
