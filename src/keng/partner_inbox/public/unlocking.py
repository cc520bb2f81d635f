"""How a member's browser keeps the inbox open for an hour, without the key lying here.

The cookie holds the inbox's private half in a box of the site's key, for this session of this
member alone: the database has it nowhere, and the cookie alone opens nothing.
"""

import struct
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError

from keng.accounts import partner_signing
from keng.kit import cookies, times
from keng.kit.secrets import keyed_hash, site_box
from keng.partner_inbox.holder_acts import UnlockedInbox
from keng.partner_inbox.queries import holder_of, inbox_of

INBOX_COOKIE = "keng_g"
UNLOCKED_SECONDS = 3600
_LABEL = "open partner inbox"
# Session, holder, until which second; then the key.
_HEAD = struct.Struct(">16s16sQ")
_LONGEST = 400


def keep_unlocked(request: HttpRequest, response: HttpResponse, unlocked: UnlockedInbox) -> None:
    """Let this browser read the inbox for an hour."""
    until = int(times.now().timestamp()) + UNLOCKED_SECONDS
    head = _HEAD.pack(_session_mark(request), unlocked.holder.pk.bytes, until)
    closed = site_box(_LABEL).encrypt(head + unlocked.private)
    value = urlsafe_b64encode(closed).decode()
    cookies.put_cookie(response, INBOX_COOKIE, value, seconds=UNLOCKED_SECONDS)


def lock_again(response: HttpResponse) -> None:
    """The phrase is asked for again."""
    cookies.forget_cookies(response, INBOX_COOKIE)


def unlocked_inbox(request: HttpRequest) -> UnlockedInbox | None:
    """The inbox of whoever is signed in, if this browser has it open and their key is in use."""
    kept = request.COOKIES.get(INBOX_COOKIE, "")[:_LONGEST]
    try:
        opened = site_box(_LABEL).decrypt(urlsafe_b64decode(kept.encode("ascii"))) if kept else b""
    except (CryptoError, ValueError, TypeError):
        return None
    if len(opened) <= _HEAD.size:
        return None
    session, holder_id, until = _HEAD.unpack_from(opened)
    if session != _session_mark(request) or until < times.now().timestamp():
        return None
    holder, inbox = holder_of(request.member), inbox_of(request.member.partner)
    if holder is None or inbox is None or not holder.inbox_key_sealed:
        return None
    if holder.pk != uuid.UUID(bytes=holder_id):
        return None
    return UnlockedInbox(holder, inbox, opened[_HEAD.size :])


def _session_mark(request: HttpRequest) -> bytes:
    return keyed_hash("session of an open inbox", partner_signing.token_of_request(request))[:16]
