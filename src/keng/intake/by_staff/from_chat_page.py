"""One message or screenshot that somebody sent to an officer's own chat: covered, then kept."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.files import redact
from keng.intake.by_staff.staff_places import places_named_in_text
from keng.intake.by_staff.take_down import TipByStaff, take_down_tip
from keng.intake.by_staff.take_down_forms import CoveredChatForm, ShownChatForm
from keng.intake.by_staff.take_down_page import (
    cannot_seal_sentence,
    chosen_destination,
    desk_or_404,
    visible_tip_id,
)
from keng.kit.uploads import DamagedUpload, takes_files
from keng.kit.urgency import Happening
from keng.language.categories import Strength, suggest_categories
from keng.language.masking import MaskedText, mask_people
from keng.places.models import Unit
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal, ReceivedBefore
from keng.tips.models import TakenDown

_ENOUGH_TO_SUGGEST = (Strength.VERY, Strength.FAIRLY)


@takes_files()
@require_http_methods(["GET", "POST"])
def take_down_chat(request: SignedInRequest) -> HttpResponse:
    """Paste or choose; the answer shows what would be kept. Nothing is kept yet."""
    desk = desk_or_404(request)
    if request.method != "POST":
        return render(request, "intake/desk/take_chat.html", {"form": ShownChatForm()})
    form = ShownChatForm(request.POST, request.FILES)
    picture = _picture_in(form) if form.is_valid() else ""
    if form.errors:
        return render(request, "intake/desk/take_chat.html", {"form": form}, status=422)
    masked = mask_people(form.cleaned_data["text"].strip())
    first = {
        "token": receipt_codes.new_token(),
        "text": masked.text,
        "picture": picture,
        "covered": len(masked.covered),
        "category": _category_of(masked.text),
    }
    covered = CoveredChatForm(
        initial=first, desk=desk, first_places=tuple(places_named_in_text(masked.text, desk))
    )
    return _check_page(request, covered, redact.FIRST_COVERED, covered_words=_covered_words(masked))


@require_POST
def take_down_keep(request: SignedInRequest) -> HttpResponse:
    """Keep what was looked at; the link for the sender."""
    desk = desk_or_404(request)
    form = CoveredChatForm(
        request.POST,
        desk=desk,
        first_places=tuple(places_named_in_text(request.POST.get("text", "")[:6000], desk)),
    )
    if not form.is_valid():
        return _check_page(request, form, form.cells(), status=422)
    token, picture = form.cleaned_data["token"], b""
    if form.cleaned_data["picture"]:
        made = redact.covered_picture(
            redact.picture_from_text(form.cleaned_data["picture"]), form.cells()
        )
        if made is None:
            form.add_error(None, _("The picture cannot be read. Go back and choose it again."))
            return _check_page(request, form, form.cells(), status=422)
        picture = made
    try:
        tip_id = take_down_tip(_tip_from_form(form, desk, picture), token=token, by=request.officer)
    except CannotSeal:
        form.add_error(None, cannot_seal_sentence())
        return _check_page(request, form, form.cells(), status=409)
    except ReceivedBefore:
        return render(request, "intake/desk/taken_before.html", {"tip_id": None}, status=409)
    context = {
        "members": form.cleaned_data["seen_by"],
        "link": f"{settings.PUBLIC_URL}/r/{token}",
        "tip_id": visible_tip_id(request, tip_id),
    }
    return render(request, "intake/desk/taken_chat.html", context)


def _picture_in(form: ShownChatForm) -> str:
    """The picture for the page on which it is covered; it lies in the page and nowhere else."""
    upload = form.cleaned_data["picture"]
    if upload is None:
        return ""
    try:
        picture = redact.readable_picture(upload.read())
    except (DamagedUpload, FileNotFoundError):
        picture = None
    if picture is None:
        form.add_error("picture", _("This picture cannot be read. JPEG, PNG and WebP can."))
        return ""
    return redact.picture_to_text(picture)


def _category_of(text: str) -> str:
    """The machine's first guess if the words speak for it; the officer changes it with one tap."""
    first = suggest_categories(text)[0] if text else None
    return first.code if first and first.strength in _ENOUGH_TO_SUGGEST else ""


def _covered_words(masked: MaskedText) -> str:
    """What was covered, by kind: the names themselves do not come back to the desk."""
    counts: Counter[str] = Counter(piece.what for piece in masked.covered)
    kinds = {
        "name": _("names"),
        "phone": _("phones"),
        "email": _("e-mail addresses"),
        "card": _("ID numbers"),
    }
    said = [f"{counts[kind]} {kinds[kind]}" for kind in kinds if counts[kind]]
    return _("Covered: %(what)s") % {"what": ", ".join(said)} if said else ""


def _check_page(
    request: SignedInRequest,
    form: CoveredChatForm,
    cells: Any,
    *,
    covered_words: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "rows": redact.grid_rows(cells), "covered_words": covered_words}
    return render(request, "intake/desk/take_chat_check.html", context, status=status)


def _tip_from_form(form: CoveredChatForm, desk: Unit, picture: bytes) -> TipByStaff:
    said = form.cleaned_data
    return TipByStaff(
        manner=TakenDown.Manner.CHAT,
        to=chosen_destination(desk, said["where"], past=said["past"]),
        text=said["text"].strip() or _("A screenshot of a chat message: see the picture."),
        place=said["where"],
        category=said["category"],
        happening=said["happening"] or Happening.UNSURE,
        money_moved=said["money_moved"],
        picture=picture,
        seen_by=said["seen_by"],
        covered=(said["covered"] or 0) + (len(form.cells()) if picture else 0),
    )
