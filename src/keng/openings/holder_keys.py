"""An officer's own key for opening, as their browser made and wrapped it.

What of it is kept here opens nothing: a passkey's secret or the opening phrase unwraps it, in a
browser, and neither comes here (static/keng/js/holder-key.js).
"""

import json
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.passkeys import usable_passkeys_of
from keng.accounts.signing_in import chain_of_officer
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, Incomplete, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, work
from keng.audit.actions import record
from keng.kit import times
from keng.openings import acts
from keng.vault.models import HolderKey, WrappedHolderKey
from keng.vault.share_seals import is_point

# PBKDF2-SHA256 over a phrase of 128 bits; browsers have no Argon2 (holder-key.js has the same).
PHRASE_ROUNDS = 600_000
_SALT_SIZE = 32
# A nonce, the private half as PKCS #8, a tag: 166 bytes where browsers write it as they do today.
_LONGEST_WRAP = 512
_LONGEST_SENT = 20_000


class NotAWrap(Incomplete):
    """What the browser sent is no key, or no wrap of one."""

    sentence = _("Nothing was kept: what this browser sent does not fit. Reload and try once more.")


class HoldsAlready(AlreadyDone):
    """One key for each officer: the old one is given up first."""

    sentence = _("You have a key already. Give it up first if you want another one.")


class HoldsNoKey(Refused):
    """There is no key of theirs to do this with."""

    sentence = _("You have no key for opening. Make one first, in your settings.")


@dataclass(frozen=True, slots=True)
class KeyWrap:
    """The private half under one secret of its holder's."""

    kind: WrappedHolderKey.Kind
    credential_id: bytes
    salt: bytes
    wrapped: bytes = field(repr=False)


def current_key_of(officer: Officer) -> HolderKey | None:
    """The officer's key, if they have one."""
    return HolderKey.objects.filter(officer_ref=officer.pk, retired_at=None).first()


def wraps_of(key: HolderKey) -> list[WrappedHolderKey]:
    """What may unwrap it: passkeys first, then the phrase; no passkey that was stopped or removed.

    A wrap of such a one has to reach nobody: whoever found the device would unwrap it with that.
    """
    own = _own_credentials(Officer.objects.get(pk=key.officer_ref))
    phrase = WrappedHolderKey.Kind.PHRASE
    wraps = key.wraps.order_by("kind", "id")
    return [each for each in wraps if each.kind == phrase or bytes(each.credential_id) in own]


def read_bytes(text: str) -> bytes:
    """What a browser wrote as base64url. Raises NotAWrap."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, ValueError) as error:
        raise NotAWrap from error


def read_wraps(text: str) -> list[KeyWrap]:
    """What a browser sent as JSON. Raises NotAWrap."""
    if len(text) > _LONGEST_SENT:
        raise NotAWrap
    try:
        sent = json.loads(text)
        found = [_read_wrap(each) for each in sent]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NotAWrap from error
    names = [each.credential_id for each in found]
    if not found or len(set(names)) != len(names):
        raise NotAWrap
    return found


def read_point(text: str) -> bytes:
    """A public key on P-256, as a browser writes it. Raises NotAWrap."""
    point = read_bytes(text)
    if not is_point(point):
        raise NotAWrap
    return point


@act(acts.MAKE_HOLDER_KEY)
def make_holder_key(public_key: bytes, wraps: Sequence[KeyWrap], *, by: Officer) -> HolderKey:
    """Keep a new key. The page has asked for a fresh second factor before.

    Raises HoldsAlready, NotAWrap.
    """
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    if current_key_of(officer) is not None:
        raise HoldsAlready
    if not any(each.kind == WrappedHolderKey.Kind.PHRASE for each in wraps):
        # A passkey that is lost would take the key with it.
        raise NotAWrap
    key = HolderKey.objects.create(officer_ref=officer.pk, public_key=public_key)
    _keep(key, wraps, officer)
    record(
        "holder.made",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"key": str(key.pk), "wraps": len(wraps)},
    )
    return key


@act(acts.ADD_WRAP)
def add_passkey_wrap(wrap: KeyWrap, *, by: Officer) -> None:
    """Let one more of the officer's passkeys unwrap the key. Raises HoldsNoKey, NotAWrap."""
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    key = _required_key(officer)
    if wrap.kind != WrappedHolderKey.Kind.PASSKEY:
        raise NotAWrap
    key.wraps.filter(credential_id=wrap.credential_id).delete()
    _keep(key, [wrap], officer)
    record(
        "holder.passkey_added",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"key": str(key.pk)},
    )


@act(acts.RENEW_PHRASE)
def renew_phrase(wrap: KeyWrap, *, by: Officer) -> None:
    """Another phrase; the old paper opens nothing any more. Raises HoldsNoKey, NotAWrap."""
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    key = _required_key(officer)
    if wrap.kind != WrappedHolderKey.Kind.PHRASE:
        raise NotAWrap
    key.wraps.filter(kind=WrappedHolderKey.Kind.PHRASE).delete()
    _keep(key, [wrap], officer)
    record(
        "holder.phrase_renewed",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"key": str(key.pk)},
    )


@act(acts.RETIRE_HOLDER_KEY)
def retire_holder_key(*, by: Officer) -> None:
    """Give the key up: no share is sealed to it, and nobody unwraps it. Raises HoldsNoKey."""
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    _retire(_required_key(officer), officer, by=by)


@work()
def retire_key_again(key_id: uuid.UUID) -> None:
    """In a restored database: it was given up after the backup was made, and so it is again."""
    key = HolderKey.objects.get(pk=key_id)
    _retire(key, lock(Officer.objects.all()).get(pk=key.officer_ref), by="operator")


@work()
def destroy_phrase_again(officer_id: uuid.UUID) -> None:
    """In a restored database: there was another phrase since, and the paper of then opens nothing.

    The new one is lost with the restore; where no passkey unwraps the key, it is given up.
    """
    officer = lock(Officer.objects.all()).get(pk=officer_id)
    key = _required_key(officer)
    key.wraps.filter(kind=WrappedHolderKey.Kind.PHRASE).delete()
    detail = {"key": str(key.pk)}
    chain = chain_of_officer(officer)
    record("holder.phrase_gone", by="operator", on=officer, chain=chain, detail=detail)
    if not wraps_of(key):
        _retire(key, officer, by="operator")


def _retire(key: HolderKey, officer: Officer, *, by: Officer | str) -> None:
    key.wraps.all().delete()
    key.retired_at = times.now()
    key.save(update_fields=["retired_at"])
    detail = {"key": str(key.pk)}
    chain = chain_of_officer(officer)
    record("holder.retired", by=by, on=officer, chain=chain, detail=detail)


def _own_credentials(officer: Officer) -> set[bytes]:
    return {bytes(each.credential_id) for each in usable_passkeys_of(officer)}


def _required_key(officer: Officer) -> HolderKey:
    key = current_key_of(officer)
    if key is None:
        raise HoldsNoKey
    return key


def _keep(key: HolderKey, wraps: Sequence[KeyWrap], officer: Officer) -> None:
    own = _own_credentials(officer)
    for each in wraps:
        is_phrase = each.kind == WrappedHolderKey.Kind.PHRASE
        if not is_phrase and each.credential_id not in own:
            raise NotAWrap
        WrappedHolderKey.objects.create(
            holder_key=key,
            kind=each.kind,
            credential_id=each.credential_id,
            salt=each.salt,
            rounds=PHRASE_ROUNDS if is_phrase else 0,
            wrapped=each.wrapped,
        )


def _read_wrap(sent: dict[str, str]) -> KeyWrap:
    """Raises NotAWrap, or what a dictionary of something else raises."""
    kind = WrappedHolderKey.Kind(sent["kind"])
    credential, salt = read_bytes(sent.get("credential", "")), read_bytes(sent["salt"])
    wrapped = read_bytes(sent["wrapped"])
    has_name = bool(credential) == (kind == WrappedHolderKey.Kind.PASSKEY)
    if not has_name or len(salt) != _SALT_SIZE or not 0 < len(wrapped) <= _LONGEST_WRAP:
        raise NotAWrap
    return KeyWrap(kind, credential, salt, wrapped)
