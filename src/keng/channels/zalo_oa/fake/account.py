"""The store of uploads, what the account is, who its people are, what was said."""

from datetime import datetime
from typing import Any

from keng.channels.zalo_oa.fake.state import DAY_SECONDS, ApiCall, FakeState, Upload, ZaloError
from keng.kit.times import VIETNAM

_MONTHLY = 5000
_SMALL = 1_000_000
_LARGE = 5_000_000


def upload_image(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/oa/upload/image: PNG or JPEG up to 1 MB."""
    return {"attachment_id": _store(state, call, "image", _SMALL, (b"\x89PNG", b"\xff\xd8\xff"))}


def upload_gif(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/oa/upload/gif: up to 5 MB."""
    return {"attachment_id": _store(state, call, "gif", _LARGE, (b"GIF8",))}


def upload_file(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/oa/upload/file: PDF or office documents up to 5 MB."""
    return {"token": _store(state, call, "file", _LARGE, (b"%PDF", b"PK\x03\x04", b"\xd0\xcf"))}


def get_account(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v2.0/oa/getoa."""
    own = state.settings
    return {
        "oa_id": own.oa_id,
        "name": own.name,
        "oa_type": own.oa_type,
        "is_verified": True,
        "num_follower": sum(user.follower for user in state.users.values()),
        "package_name": own.package_name,
        "package_valid_through_date": own.package_ends_on or _in_a_year(state.clock.now()),
    }


def _in_a_year(now: float) -> str:
    return datetime.fromtimestamp(now + 365 * DAY_SECONDS, VIETNAM).strftime("%d/%m/%Y")


def list_users(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v3.0/oa/user/getlist: fifty at a time."""
    body = call.json()
    offset, count = body.get("offset", 0), body.get("count", 50)
    if not (isinstance(offset, int) and isinstance(count, int)):
        raise ZaloError(-201, "offset and count are numbers")
    if not (0 <= offset <= 9951 and 0 < count <= 50):
        raise ZaloError(-210, "offset up to 9951, count up to 50")
    chosen = [u for u in state.users.values() if body.get("is_follower") in (None, u.follower)]
    page = [{"user_id": user.id} for user in chosen[offset : offset + count]]
    return {"total": len(chosen), "count": len(page), "offset": offset, "users": page}


def get_window(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/quota/message: when this person last did something."""
    user = state.user(call.json().get("user_id", ""))
    if user is None or user.last_interaction is None:
        raise ZaloError(-232, "User has not interacted with the OA")
    return {"user_id": user.id, "last_interaction": int(user.last_interaction * 1000)}


def get_conversation(state: FakeState, call: ApiCall) -> list[dict[str, Any]]:
    """GET /v2.0/oa/conversation: the last messages with one person, newest first."""
    body = call.json()
    return _messages_page(state, body, str(body.get("user_id", "")))


def list_recent_chat(state: FakeState, call: ApiCall) -> list[dict[str, Any]]:
    """GET /v2.0/oa/listrecentchat: the last messages with anybody, newest first."""
    return _messages_page(state, call.json(), "")


def _messages_page(state: FakeState, body: dict[str, Any], person: str) -> list[dict[str, Any]]:
    offset, count = body.get("offset", 0), body.get("count", 10)
    if not (isinstance(offset, int) and isinstance(count, int)) or not 0 < count <= 10:
        raise ZaloError(-210, "count up to 10")
    own = state.settings.oa_id
    ours = [
        (
            d.at,
            d.recipient,
            {"src": 0, "message_id": d.id, "from_id": own, "to_id": d.recipient}
            | {"type": "photo" if d.image else "text", "message": d.text},
        )
        for d in state.delivered
        if d.to == "user"
    ]
    theirs = [
        (w.at, w.user, {"src": 1, "message_id": w.id, "from_id": w.user, "to_id": own, **w.item})
        for w in state.written
    ]
    chosen = [one for one in ours + theirs if person in ("", one[1])]
    newest_first = sorted(chosen, key=lambda one: one[0], reverse=True)
    return [{**item, "time": int(at * 1000)} for at, _who, item in newest_first][
        offset : offset + count
    ]


def _store(state: FakeState, call: ApiCall, kind: str, most: int, magic: tuple[bytes, ...]) -> str:
    month = f"{kind}:{int(state.clock.now() // (30 * 86_400))}"
    if state.upload_counts.get(month, 0) >= _MONTHLY:
        raise ZaloError(-211, "upload quota of this month is used")
    content = _file_in(call)
    if len(content) > most:
        raise ZaloError(-210, "file is too large")
    if not content.startswith(magic):
        raise ZaloError(-201, "file type is not supported")
    state.upload_counts[month] = state.upload_counts.get(month, 0) + 1
    upload = Upload(state.new_id(), kind, content, state.clock.now())
    state.uploads[upload.id] = upload
    return upload.id


def _file_in(call: ApiCall) -> bytes:
    """The content of the multipart field `file`."""
    kind, _, boundary = call.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data") or not boundary:
        raise ZaloError(-201, "multipart form expected")
    for part in call.body.split(b"--" + boundary.strip('"').encode()):
        head, gap, content = part.partition(b"\r\n\r\n")
        if gap and b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ZaloError(-201, "field file is missing")
