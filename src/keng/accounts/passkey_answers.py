"""What a browser answers with a passkey, checked (WebAuthn level 2, by the library `webauthn`).

An answer counts only if the device asked its owner for a fingerprint, a face or a PIN: so it is two
factors by itself (decision 25). It is checked in two steps: `check_answer` computes and changes
nothing, `take_answer` is a step of what the answer does, with whoever signs in locked. The library
is loaded by whoever asks for a passkey first: the other processes know officers without it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from keng.accounts.models import MemberPasskey, Officer, OfficerPasskey, PartnerMember, Passkey
from keng.accounts.passkey_challenges import (
    CHALLENGE_SECONDS,
    ChallengeRefused,
    ChallengeUse,
    check_challenge,
    new_challenge,
    spend_challenge,
)
from keng.kit import times
from keng.kit.passkey_address import NoPasskeys, PasskeyAddress, passkey_address
from keng.kit.secrets import keyed_hash, same_secret

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

Holder = Officer | PartnerMember
PasskeyTable = type[OfficerPasskey] | type[MemberPasskey]
# Everything a browser sends of one; it knows no longer answers.
_LONGEST_ANSWER = 20_000


class PasskeyRefused(Exception):
    """The answer is not taken; nothing tells whoever sent it why."""


class PasskeyCopied(PasskeyRefused):
    """Its count went back, as that of a copy does: the passkey opens nothing any more."""


@dataclass(frozen=True)
class PasskeyAnswer:
    """A right answer of a passkey, which was not taken yet."""

    passkey: OfficerPasskey | MemberPasskey
    challenge: bytes
    sign_count: int
    is_synced: bool


@dataclass(frozen=True)
class NewPasskey:
    """What a device made, to be kept; `is_roaming` if it is no part of the machine in front."""

    challenge: bytes
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    is_synced: bool
    has_prf: bool
    is_roaming: bool


def passkey_table(holder: Holder) -> PasskeyTable:
    """Where the passkeys of somebody like this are."""
    return OfficerPasskey if isinstance(holder, Officer) else MemberPasskey


def address_of_site(table: PasskeyTable) -> PasskeyAddress | NoPasskeys:
    """The name that passkeys of officers, or of partners, are bound to."""
    url = settings.DESK_URL if table is OfficerPasskey else settings.PUBLIC_URL
    return passkey_address(url)


def options_for_answer(
    table: PasskeyTable, use: ChallengeUse, *, of: Sequence[Passkey] | None = None
) -> dict[str, Any]:
    """What a page hands to the browser to have it answered; empty `of`: whichever passkey fits."""
    import webauthn  # noqa: PLC0415 -- see above
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_known_address(table).relying_party,
        challenge=new_challenge(use),
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=[_described(each) for each in of or []],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def options_for_new(holder: Holder, use: ChallengeUse, *, is_shared: bool) -> dict[str, Any]:
    """The same to have a passkey made; on a machine that several people use, only one that they
    carry with them.
    """
    import webauthn  # noqa: PLC0415 -- see above
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorAttachment,
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    table = passkey_table(holder)
    own = table.objects.filter(holder_id=holder.pk)
    attachment = AuthenticatorAttachment.CROSS_PLATFORM if is_shared else None
    options = webauthn.generate_registration_options(
        rp_id=_known_address(table).relying_party,
        rp_name="Kẻng",
        user_id=_user_handle(holder),
        user_name=holder.username,
        user_display_name=holder.name,
        challenge=new_challenge(use),
        timeout=CHALLENGE_SECONDS * 1000,
        exclude_credentials=[_described(each) for each in own],
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=attachment,
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    # Only whether there is one is kept.
    return {**options_to_json_dict(options), "extensions": {"prf": {}}}


def check_answer(table: PasskeyTable, text: str, use: ChallengeUse) -> PasskeyAnswer:
    """The answer, if everything about it is right but that it may have been given before.

    Raises PasskeyRefused.
    """
    import webauthn  # noqa: PLC0415 -- see above

    sent = _parsed(text)
    challenge = _challenge_in(sent, use)
    passkey = _passkey_of(table, sent)
    if use.holder_id not in {"", str(passkey.holder_id)}:
        raise PasskeyRefused
    address = _known_address(table)
    try:
        checked = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=address.relying_party,
            expected_origin=address.origin,
            credential_public_key=bytes(passkey.public_key),
            # Its count is compared where that can be written down: take_answer.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        # Bytes of a stranger: whatever is wrong with them, they open nothing.
        raise PasskeyRefused from error
    return PasskeyAnswer(passkey, challenge, checked.new_sign_count, checked.credential_backed_up)


def take_answer(answer: PasskeyAnswer) -> None:
    """The answer is used up, and its count kept: a step of what it does, with its holder locked.

    Raises PasskeyRefused if it was used before or the passkey is gone; PasskeyCopied, of which the
    caller keeps that the passkey stopped (`stop_passkey`).
    """
    try:
        spend_challenge(answer.challenge)
    except ChallengeRefused as error:
        raise PasskeyRefused from error
    table = type(answer.passkey)
    passkey = table.objects.filter(pk=answer.passkey.pk, stopped_at=None).first()
    if passkey is None:
        raise PasskeyRefused
    has_count = answer.sign_count or passkey.sign_count
    if has_count and answer.sign_count <= passkey.sign_count:
        raise PasskeyCopied
    passkey.sign_count, passkey.is_synced = answer.sign_count, answer.is_synced
    passkey.last_used_at = times.now()
    passkey.save(update_fields=["sign_count", "is_synced", "last_used_at"])


def stop_passkey(passkey: OfficerPasskey | MemberPasskey) -> None:
    """It opens nothing from now on, and stands in the list of its holder until they remove it."""
    passkey.stopped_at = times.now()
    passkey.save(update_fields=["stopped_at"])


def check_new_passkey(table: PasskeyTable, text: str, use: ChallengeUse) -> NewPasskey:
    """What was made for this challenge. Raises PasskeyRefused."""
    import webauthn  # noqa: PLC0415 -- see above
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorTransport,
        CredentialDeviceType,
    )

    sent = _parsed(text)
    challenge = _challenge_in(sent, use)
    address = _known_address(table)
    try:
        checked = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=address.relying_party,
            expected_origin=address.origin,
            require_user_verification=True,
        )
    except Exception as error:
        # As above.
        raise PasskeyRefused from error
    transports = _dictionary(sent, "response").get("transports")
    prf = _dictionary(_dictionary(sent, "clientExtensionResults"), "prf")
    return NewPasskey(
        challenge=challenge,
        credential_id=checked.credential_id,
        public_key=checked.credential_public_key,
        sign_count=checked.sign_count,
        transports=sorted({*AuthenticatorTransport}.intersection(_words(transports))),
        is_synced=checked.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        has_prf=prf.get("enabled") is True,
        is_roaming=sent.get("authenticatorAttachment") == "cross-platform",
    )


def spend_for_new(new: NewPasskey) -> None:
    """Its challenge is used up. Raises PasskeyRefused."""
    try:
        spend_challenge(new.challenge)
    except ChallengeRefused as error:
        raise PasskeyRefused from error


def _known_address(table: PasskeyTable) -> PasskeyAddress:
    address = address_of_site(table)
    if isinstance(address, NoPasskeys):
        raise PasskeyRefused
    return address


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > _LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(sent, dict):
        raise PasskeyRefused
    return sent


def _challenge_in(sent: dict[str, Any], use: ChallengeUse) -> bytes:
    """The challenge that is answered, if it is one of ours for this. Raises PasskeyRefused."""
    from webauthn.helpers import (  # noqa: PLC0415 -- see above
        base64url_to_bytes,
        parse_client_data_json,
    )

    try:
        raw = base64url_to_bytes(_dictionary(sent, "response")["clientDataJSON"])
        client = parse_client_data_json(raw)
        check_challenge(client.challenge, use)
    except Exception as error:
        # As above.
        raise PasskeyRefused from error
    if client.cross_origin:
        # A page of another site had ours in a frame.
        raise PasskeyRefused
    return client.challenge


def _passkey_of(table: PasskeyTable, sent: dict[str, Any]) -> OfficerPasskey | MemberPasskey:
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 -- see above

    try:
        credential_id = base64url_to_bytes(str(sent.get("rawId")))
        handle = base64url_to_bytes(_dictionary(sent, "response").get("userHandle") or "")
    except Exception as error:
        # As above.
        raise PasskeyRefused from error
    found = table.objects.filter(credential_id=credential_id, stopped_at=None)
    passkey = found.select_related("holder").first()
    if passkey is None or (handle and not same_secret(handle, _user_handle(passkey.holder))):
        raise PasskeyRefused
    return passkey


def _described(passkey: Passkey) -> "PublicKeyCredentialDescriptor":
    from webauthn.helpers.structs import (  # noqa: PLC0415 -- see above
        AuthenticatorTransport,
        PublicKeyCredentialDescriptor,
    )

    return PublicKeyCredentialDescriptor(
        id=bytes(passkey.credential_id),
        transports=[AuthenticatorTransport(each) for each in passkey.transports],
    )


def _user_handle(holder: Holder) -> bytes:
    """What a device keeps with the passkey; it tells nobody who that is."""
    return keyed_hash("passkey user", type(holder).__name__, str(holder.pk))


def _dictionary(sent: dict[str, Any], name: str) -> dict[str, Any]:
    found = sent.get(name)
    return found if isinstance(found, dict) else {}


def _words(sent: object) -> list[str]:
    return [each for each in sent if isinstance(each, str)] if isinstance(sent, list) else []
