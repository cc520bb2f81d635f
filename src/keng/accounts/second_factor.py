"""TOTP (RFC 6238): secrets in a box of the site, each step usable once."""

import time
from urllib.parse import quote

import pyotp
from nacl.exceptions import CryptoError

from keng.accounts.models import Officer, PartnerMember
from keng.acts.locks import lock
from keng.kit.secrets import site_box

_STEP_SECONDS = 30


def set_totp_secret(officer: Officer, secret: str | None = None) -> str:
    """Give the officer a new TOTP secret (base32) and return it, to be shown once."""
    chosen = secret or pyotp.random_base32()
    officer.totp_box = boxed_secret(chosen)
    officer.totp_last_step = 0
    officer.save(update_fields=["totp_box", "totp_last_step"])
    return chosen


def new_totp_secret() -> str:
    """A secret that nobody has yet, for an account that is being made."""
    return pyotp.random_base32()


def boxed_secret(secret: str) -> bytes:
    """The form in which a secret is kept."""
    return bytes(site_box("totp").encrypt(secret.encode()))


def otpauth_address(username: str, secret: str) -> str:
    """What a code app reads from a picture: whose secret this is, and the secret itself."""
    label, issuer = quote(f"Kẻng:{username}"), quote("Kẻng")
    return f"otpauth://totp/{label}?secret={secret}&issuer={issuer}"


def current_totp_code(officer: Officer | PartnerMember) -> str:
    """The code of this moment (for `keng demo code`)."""
    return _totp(officer).now()


def check_totp_code(officer: Officer | PartnerMember, typed: str) -> bool:
    """Whether the typed code is right now, one step early or late, and was not used before.

    A step of signing in and of showing that one is there, in their transaction.
    """
    locked = _locked(officer)
    if not locked.totp_box:
        return False
    step = matching_step(bytes(locked.totp_box), typed, after=locked.totp_last_step)
    if step is None:
        return False
    locked.totp_last_step = step
    locked.save(update_fields=["totp_last_step"])
    return True


def _locked(officer: Officer | PartnerMember) -> Officer | PartnerMember:
    if isinstance(officer, PartnerMember):
        return lock(PartnerMember.objects.all()).get(pk=officer.pk)
    return lock(Officer.objects.all()).get(pk=officer.pk)


def matching_step(totp_box: bytes, typed: str, *, after: int = 0) -> int | None:
    """The step whose code was typed: of this moment, one early or late, and later than `after`."""
    try:
        totp = pyotp.TOTP(secret_in_box(totp_box))
    except CryptoError:
        # Boxed with a site key that was lost: nobody's digits are right until they are renewed.
        return None
    now = int(time.time()) // _STEP_SECONDS
    digits = "".join(c for c in typed if c.isdigit())
    for step in (now, now - 1, now + 1):
        if step > after and pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


def secret_in_box(totp_box: bytes) -> str:
    """The secret in the form in which it is kept, for the page of the person whose it is."""
    return site_box("totp").decrypt(totp_box).decode()


def _totp(officer: Officer | PartnerMember) -> pyotp.TOTP:
    return pyotp.TOTP(secret_in_box(bytes(officer.totp_box)))
