"""What the pages of both sites share that have to do with passkeys."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from keng.accounts.models import OfficerPasskey, Passkey
from keng.accounts.passkey_answers import (
    PasskeyTable,
    address_of_site,
    options_for_answer,
)
from keng.accounts.passkey_challenges import ChallengeUse
from keng.kit.passkey_address import NoPasskeys

if TYPE_CHECKING:
    from collections.abc import Sequence


def why_no_passkeys(request: HttpRequest, table: PasskeyTable = OfficerPasskey) -> str | None:
    """In words, why passkeys cannot be used where this page was opened; None: they can."""
    address = address_of_site(table)
    if isinstance(address, NoPasskeys):
        if not address.has_name:
            return _(
                "Passkeys are not possible here: this site is opened by a number or a short name, "
                "and browsers bind a passkey to a full name, such as desk.example.vn. The "
                "operator gives the site a name; until then the 6 digits stay."
            )
        return _(
            "Passkeys are not possible here: this site is opened without TLS (https), and "
            "browsers give no passkey to such a page. The operator sets TLS up; until then the "
            "6 digits stay."
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


def passkey_rows(passkeys: "Sequence[Passkey]") -> list[dict[str, Any]]:
    """Each with what a line of the list says about where it is kept."""
    return [{"passkey": each, "kept": _kept_words(each)} for each in passkeys]


def _kept_words(passkey: Passkey) -> str:
    if passkey.is_synced:
        return _("also kept by the maker of the phone or computer")
    if "usb" in passkey.transports or "nfc" in passkey.transports:
        return _("on a key that you carry")
    return _("on this one device")
