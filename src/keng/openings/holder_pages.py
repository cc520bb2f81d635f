"""An officer's own key for opening, and who else holds one."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer, Passkey
from keng.accounts.passkey_pages import why_no_passkeys
from keng.accounts.passkeys import usable_passkeys_of
from keng.accounts.presence import is_present
from keng.accounts.who import SEEING_HOLDERS
from keng.acts.errors import Refused
from keng.kit.pagination import rows_of_page
from keng.kit.sql_names import alphabetically
from keng.openings import holder_keys
from keng.openings.holder_forms import HolderKeyForm, RetireForm, said_by
from keng.openings.holder_list import holder_list, keys_are_split
from keng.vault.models import HolderKey, WrappedHolderKey


def as_text(raw: bytes) -> str:
    """Bytes as browsers write them."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unwrapping_context(officer: Officer) -> dict[str, Any]:
    """What a page shows with `openings/give.html`, whose script unwraps the officer's key."""
    key = holder_keys.current_key_of(officer)
    wraps = holder_keys.wraps_of(key) if key else []
    return {
        "key": key,
        "key_for_script": _key_for_script(key, wraps) if key else "",
        "has_passkey_wrap": any(each.kind == WrappedHolderKey.Kind.PASSKEY for each in wraps),
    }


def _key_for_script(key: HolderKey, wraps: Sequence[WrappedHolderKey]) -> str:
    """What a script unwraps, as JSON: of no use to whoever has neither passkey nor phrase."""
    sent = [
        {
            "kind": each.kind,
            "credential": as_text(bytes(each.credential_id)),
            "salt": as_text(bytes(each.salt)),
            "wrapped": as_text(bytes(each.wrapped)),
        }
        for each in wraps
    ]
    return json.dumps({"point": as_text(bytes(key.public_key)), "wraps": sent})


@require_GET
def my_opening_key(request: SignedInRequest) -> HttpResponse:
    """Whether there is one, what unwraps it, and the forms that change that."""
    return _page(request, RetireForm())


@require_POST
def opening_key_make(request: SignedInRequest) -> HttpResponse:
    """Keep what the browser has made."""

    def keep(form: HolderKeyForm) -> Callable[[], Any]:
        point = holder_keys.read_point(form.cleaned_data["public_key"])
        wraps = holder_keys.read_wraps(form.cleaned_data["wraps"])
        return lambda: holder_keys.make_holder_key(point, wraps, by=request.officer)

    return _kept_for_script(request, keep)


@require_POST
def opening_key_passkey(request: SignedInRequest) -> HttpResponse:
    """One more passkey unwraps it."""

    def keep(form: HolderKeyForm) -> Callable[[], Any]:
        (wrap, *_others) = holder_keys.read_wraps(form.cleaned_data["wraps"])
        return lambda: holder_keys.add_passkey_wrap(wrap, by=request.officer)

    return _kept_for_script(request, keep)


@require_POST
def opening_key_phrase(request: SignedInRequest) -> HttpResponse:
    """Another phrase."""

    def keep(form: HolderKeyForm) -> Callable[[], Any]:
        (wrap, *_others) = holder_keys.read_wraps(form.cleaned_data["wraps"])
        return lambda: holder_keys.renew_phrase(wrap, by=request.officer)

    return _kept_for_script(request, keep)


@require_POST
def opening_key_retire(request: SignedInRequest) -> HttpResponse:
    """Give it up."""
    form = RetireForm(request.POST)
    if not form.is_valid() or not is_present(request.officer, form):
        return _page(request, form)
    try:
        holder_keys.retire_holder_key(by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Your key is given up. Nothing is opened with it any more."))
    return redirect("my-opening-key")


@require_GET
def key_holders(request: SignedInRequest) -> HttpResponse:
    """Which desks have too few, and who holds a key where."""
    units = SEEING_HOLDERS.units(request.officer).select_related("parent")
    units = units.order_by("kind", alphabetically())
    rows, page = rows_of_page(request, units)
    context = {"rows": holder_list(rows), "page": page}
    return render(request, "openings/key_holders.html", context)


def _kept_for_script(
    request: SignedInRequest, keep: Callable[[HolderKeyForm], Callable[[], Any]]
) -> HttpResponse:
    """The answer to a script: kept, or in words why not. A right code is used up last."""
    form = HolderKeyForm(request.POST)
    try:
        if form.is_valid():
            do = keep(form)
            if is_present(request.officer, form):
                do()
                return JsonResponse({"kept": True})
        said = said_by(form)
    except Refused as error:
        said = str(error.sentence)
    return JsonResponse({"said": said}, status=422)


def _page(request: SignedInRequest, form: RetireForm) -> HttpResponse:
    officer = request.officer
    key = holder_keys.current_key_of(officer)
    able = [each for each in usable_passkeys_of(officer) if each.has_prf]
    wraps = holder_keys.wraps_of(key) if key else []
    wrapped = {bytes(each.credential_id) for each in wraps}
    others = [each for each in able if bytes(each.credential_id) not in wrapped]
    own_units = list({post.unit_id: post.unit for post in officer.current_posts}.values())
    context = {
        "key": key,
        "key_for_script": _key_for_script(key, wraps) if key else "",
        "has_phrase": any(each.kind == WrappedHolderKey.Kind.PHRASE for each in wraps),
        "unwrapping": [each for each in able if bytes(each.credential_id) in wrapped],
        "others": others,
        "able_ids": _ids_for_script(able),
        "other_ids": _ids_for_script(others),
        "able": able,
        "why_no_passkeys": why_no_passkeys(request),
        "holders": holder_list(own_units),
        "keys_are_split": keys_are_split(own_units),
        "form": form,
        "key_form": HolderKeyForm(auto_id="key_%s"),
    }
    status = 422 if form.errors else 200
    return render(request, "openings/my_opening_key.html", context, status=status)


def _ids_for_script(passkeys: Sequence[Passkey]) -> str:
    return json.dumps([as_text(bytes(each.credential_id)) for each in passkeys])
