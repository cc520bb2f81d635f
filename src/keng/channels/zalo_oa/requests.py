"""The requests we make of the Zalo interface, each a pure function of what it says."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.wire import Address, Request
from keng.channels.zalo_oa.inbound import ANONYMOUS_PREFIX

API_BASE = "https://openapi.zalo.me"
_JSON = "application/json"
# An encoder is made anew for every object it writes; a string alone costs a tenth of that.
_quoted = json.encoder.encode_basestring
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def api_headers(credentials: Mapping[str, str], content_type: str = _JSON) -> dict[str, str]:
    """The bare token, never in the URL; the proof of the app secret when the account wants it."""
    token = credentials.get("access_token", "")
    headers = {"access_token": token, "content-type": content_type, "accept": _JSON}
    if credentials.get("use_proof") == "yes":
        headers["appsecret_proof"] = appsecret_proof(token, credentials.get("app_secret", ""))
    return headers


def appsecret_proof(access_token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def message_request(
    address: Address, message: bytes, credentials: Mapping[str, str], api: str
) -> Request:
    """One message to one person, visitor or group. `api` is v2 or v3, and for persons only.

    The message comes encoded, since the same one goes to many.
    """
    if address.kind == "group":
        path, recipient = "/v3.0/oa/group/message", {"group_id": address.value}
    elif address.value.startswith(ANONYMOUS_PREFIX):
        path, recipient = "/v2.0/oa/message", visitor_recipient(address.value)
    else:
        path = "/v2.0/oa/message" if api == "v2" else "/v3.0/oa/message/cs"
        recipient = {"user_id": address.value}
    who = ",".join(f'"{name}":{_quoted(value)}' for name, value in recipient.items())
    body = b'{"recipient":{%b},"message":%b}' % (who.encode(), message)
    return Request("POST", api_base(credentials) + path, api_headers(credentials), body)


def visitor_recipient(address: str) -> dict[str, str]:
    """The two ids in the reply address of an anonymous visitor."""
    conversation, _, person = address.removeprefix(ANONYMOUS_PREFIX).partition(":")
    return {"anonymous_id": person, "conversation_id": conversation}


def encoded_json(value: Mapping[str, Any]) -> bytes:
    """As JSON, letters as they are."""
    return _ENCODER.encode(value).encode()


def image_upload_request(image: bytes, mime: str, credentials: Mapping[str, str]) -> Request:
    """A picture to the provider's store; it reaches nobody by itself."""
    boundary = "keng" + hashlib.sha256(image).hexdigest()[:40]
    name = "image.jpg" if mime == "image/jpeg" else "image.png"
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {mime}\r\n\r\n"
    )
    body = head.encode() + image + f"\r\n--{boundary}--\r\n".encode()
    headers = api_headers(credentials, f"multipart/form-data; boundary={boundary}")
    url = api_base(credentials) + "/v2.0/oa/upload/image"
    return Request("POST", url, headers, body, delivers=False)


def account_facts_request(credentials: Mapping[str, str]) -> Request:
    """What the provider says of the account: name, type, package; proves that the token works."""
    url = api_base(credentials) + "/v2.0/oa/getoa"
    return Request("GET", url, api_headers(credentials), b"", delivers=False)


def api_base(credentials: Mapping[str, str]) -> str:
    return https_beyond_this_machine(credentials.get("api_base") or API_BASE)
