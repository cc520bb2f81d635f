"""What the pages of both sites share that have to do with passkeys."""

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from keng.accounts.forms import NewPasskeyForm
from keng.accounts.models import OfficerPasskey, Passkey
from keng.accounts.passkey_answers import (
    Holder,
    PasskeyTable,
    address_of_site,
    options_for_answer,
    options_for_new,
    passkey_table,
)
from keng.accounts.passkey_challenges import ChallengeUse
from keng.accounts.passkeys import (
    PasskeyNotMade,
    StaysOnSharedMachine,
    TooManyPasskeys,
    passkeys_of,
    use_for_new,
)
from keng.kit.passkey_address import NoPasskeys

if TYPE_CHECKING:
    from collections.abc import Sequence

# Why what a browser made is not kept.
NOT_ADDED = (PasskeyNotMade, StaysOnSharedMachine, TooManyPasskeys)


def why_no_passkeys(request: HttpRequest, table: PasskeyTable = OfficerPasskey) -> str | None:
    """In words, why passkeys cannot be used where this page was opened; None: they can."""
    address = address_of_site(table)
    if isinstance(address, NoPasskeys):
        if not address.has_name:
            return _(
                "Passkeys are not possible here: this site is opened by a number or a short name, "
                "and browsers bind a passkey to a full name, such as desk.example.vn. The "
                "operator gives the site a name; until then the 6 digits sign you in."
            )
        return _(
            "Passkeys are not possible here: this site is opened without TLS (https), and "
            "browsers give no passkey to such a page. The operator sets TLS up; until then the "
            "6 digits sign you in."
        )
    here = f"{request.scheme}://{request.get_host()}"
    if here != address.origin:
        return _(
            "Passkeys work at %(address)s alone, and you opened this page at another address. "
            "Open it there."
        ) % {"address": address.origin}
    return None


def options_response(
    request: HttpRequest,
    table: PasskeyTable,
    use: ChallengeUse,
    *,
    of: "Sequence[Passkey] | None" = None,
) -> HttpResponse:
    """For the script: what it hands to the browser, or in words why there is nothing."""
    said: dict[str, Any] = {}
    if words := why_no_passkeys(request, table):
        said["why_not"] = words
    elif of is not None and not of:
        said["why_not"] = _("There is no passkey for this sign-in yet.")
    else:
        said["options"] = options_for_answer(table, use, of=of)
    return JsonResponse(said)


def list_context(request: HttpRequest, holder: Holder, form: NewPasskeyForm) -> dict[str, Any]:
    """The holder's passkeys, and the form that begins another one."""
    return {
        "rows": [{"passkey": each, "kept": _kept_words(each)} for each in passkeys_of(holder)],
        "form": form,
        "why_not": why_no_passkeys(request, passkey_table(holder)),
    }


def making_context(holder: Holder, browser: str, form: NewPasskeyForm) -> dict[str, Any]:
    """The second page: what the browser makes it from, and what comes back with it."""
    name, machine = form.cleaned_data["name"], form.cleaned_data["machine"]
    is_shared = machine == "shared"
    use = use_for_new(holder, browser, name=name, is_shared=is_shared)
    options = options_for_new(holder, use, is_shared=is_shared)
    return {"name": name, "machine": machine, "options": json.dumps(options)}


def sent_passkey(request: HttpRequest) -> dict[str, Any]:
    """What came back from the second page, as the acts that keep it take it."""
    return {
        "answer": request.POST.get("passkey", ""),
        "name": request.POST.get("name", ""),
        "is_shared": request.POST.get("machine") == "shared",
    }


def _kept_words(passkey: Passkey) -> str:
    if passkey.is_synced:
        return _("also kept by the maker of the phone or computer")
    if "usb" in passkey.transports or "nfc" in passkey.transports:
        return _("on a key that you carry")
    return _("on this one device")
