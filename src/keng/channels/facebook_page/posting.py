"""Posts of a page: publishing one, changing its words, deleting it, and what Meta's errors mean.

A post's picture cannot be changed, and a warning's picture holds its words. So a post with a
picture is deleted and published anew, and only a post of words alone is changed in its place.
"""

import json
import secrets
from collections.abc import Generator, Mapping
from dataclasses import replace

from keng.channels import reading
from keng.channels.meta_graph import (
    app_secret_proof,
    graph_error_codes,
    graph_error_words,
    graph_headers,
    graph_url,
)
from keng.channels.outcomes import Outcome, OutcomeKind
from keng.channels.text import clean_text
from keng.channels.wire import Address, OutgoingMessage, Reply, Request

FacebookSteps = Generator[Request, Reply, Outcome]
MAX_POST_TEXT = 60_000
MAX_POST_PICTURE = 4_000_000
# Behind the id of a post that has a picture, in what we keep of it.
_WITH_PICTURE = "+picture"
_MISSING = (100, 33)
_DUPLICATE = 506
_LATEST_POSTS = 5
_PAUSES = {4: 900, 32: 900, 613: 300}
"""Seconds until the next try: calls of the app, of the page, of this kind."""
_MEANING: dict[int, tuple[OutcomeKind, str]] = {
    1: ("unknown", "fault of the provider"),
    2: ("unknown", "passing fault"),
    10: ("config", "permission missing"),
    100: ("reject", "bad parameter"),
    190: ("config", "the page's token is dead"),
    200: ("config", "permission missing"),
    368: ("config", "the provider blocks what the page does for now"),
    _DUPLICATE: ("reject", "the same words are the page's last post"),
}


def facebook_posting_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str]
) -> FacebookSteps:
    """The whole of one delivery. The code of what was sent says what became of an earlier post.

    post_changed    the same post says the new words
    post_replaced   it was deleted, and a new one says the new words
    post_deleted    it was deleted, after it had said them
    post_missing    it was to be deleted and was not there any more
    """
    text = clean_text(message.text)
    if not text or len(text) > MAX_POST_TEXT:
        return Outcome("reject", reason="empty or too long")
    if message.image is not None and len(message.image) > MAX_POST_PICTURE:
        return Outcome("reject", reason="picture too large")
    if address.value != credentials.get("page_id"):
        return Outcome("config", reason="not the account's page", code="page", scope="address")
    message = replace(message, text=text)
    if not message.earlier_post:
        return (yield from _publish(message, credentials))
    post, had_picture = _kept_post(message.earlier_post)
    if message.deletes_post:
        return (yield from _withdraw(post, text, credentials))
    if had_picture or message.image is not None:
        return (yield from _replace(post, message, credentials))
    return (yield from _change_or_publish(message, post, credentials))


def _kept_post(kept: str) -> tuple[str, bool]:
    """The id of a post, and whether it has a picture."""
    post = kept.removesuffix(_WITH_PICTURE)
    return post, post != kept


def _publish(message: OutgoingMessage, credentials: Mapping[str, str]) -> FacebookSteps:
    request = _post_request(message, credentials)
    reply = yield request
    body = reading.json_object(reply.body)
    post = reading.string(body.get("post_id") or body.get("id"), 100)
    if reply.status == 200 and post:
        return _sent(post, has_picture=message.image is not None)
    if graph_error_codes(reply)[0] == _DUPLICATE:
        return (yield from _find_duplicate(message, reply, credentials))
    return outcome_of_page_refusal(reply)


def _find_duplicate(
    message: OutgoingMessage, refused: Reply, credentials: Mapping[str, str]
) -> FacebookSteps:
    """Meta refuses what the page said last: an earlier try had got through after all."""
    reply = yield _latest_posts_request(credentials)
    posts = reading.items(reading.json_object(reply.body).get("data"), _LATEST_POSTS)
    for post in map(reading.mapping, posts):
        if clean_text(reading.string(post.get("message"), MAX_POST_TEXT)) == message.text:
            kept = reading.string(post.get("id"), 100)
            return _sent(kept, has_picture=message.image is not None)
    return outcome_of_page_refusal(refused)


def _withdraw(post: str, text: str, credentials: Mapping[str, str]) -> FacebookSteps:
    """First the words, so that whoever has it open reads why; then it goes."""
    failed = outcome_of_post_change((yield _change_request(post, text, credentials)))
    if failed is not None and failed.code != "post_missing":
        return failed
    if failed is None:
        failed = outcome_of_post_change((yield _delete_request(post, credentials)))
    if failed is not None and failed.code != "post_missing":
        return failed
    code = "post_missing" if failed else "post_deleted"
    return Outcome("sent", provider_id=post, code=code, parts_sent=1)


def _replace(post: str, message: OutgoingMessage, credentials: Mapping[str, str]) -> FacebookSteps:
    """Deleted first: if what follows fails, the wrong words are gone, and a new try adds the new.

    Where it is not there any more nothing is lost: it was deleted on the page, or by a try before.
    """
    failed = outcome_of_post_change((yield _delete_request(post, credentials)))
    if failed is not None and failed.code != "post_missing":
        return failed
    outcome = yield from _publish(message, credentials)
    return replace(outcome, code="post_replaced") if outcome.kind == "sent" else outcome


def _change_or_publish(
    message: OutgoingMessage, post: str, credentials: Mapping[str, str]
) -> FacebookSteps:
    failed = outcome_of_post_change((yield _change_request(post, message.text, credentials)))
    if failed is None:
        return replace(_sent(post, has_picture=False), code="post_changed")
    if failed.code != "post_missing":
        return failed
    outcome = yield from _publish(message, credentials)
    return replace(outcome, code="post_replaced") if outcome.kind == "sent" else outcome


def _sent(post: str, *, has_picture: bool) -> Outcome:
    kept = post + _WITH_PICTURE if has_picture else post
    return Outcome("sent", provider_id=kept, parts_sent=1)


def outcome_of_page_refusal(reply: Reply) -> Outcome:
    """What it means that a post was not published."""
    code, _subcode = graph_error_codes(reply)
    if code == 100 and "appsecret_proof" in graph_error_words(reply):
        return Outcome("config", reason="the app's secret is another one", code="proof")
    if code in _PAUSES:
        wait = _PAUSES[code]
        return Outcome(
            "retry", after_seconds=wait, reason="rate limit", code=str(code), rate_remaining=0
        )
    kind, reason = _MEANING.get(code, ("unknown", f"HTTP {reply.status}"))
    return Outcome(kind, reason=reason, code=str(code or reply.status))


def outcome_of_post_change(reply: Reply) -> Outcome | None:
    """What kept a post from being changed or deleted; None where nothing did.

    Either can be asked twice with the same end, so nothing of it stays unknown.
    """
    body = reading.json_object(reply.body)
    if reply.status == 200 and body.get("success") is True:
        return None
    if graph_error_codes(reply) == _MISSING:
        return Outcome("reject", reason="the post is not there", code="post_missing")
    outcome = outcome_of_page_refusal(reply)
    if outcome.kind == "unknown":
        return replace(outcome, kind="retry", after_seconds=30)
    return outcome


def _post_request(message: OutgoingMessage, credentials: Mapping[str, str]) -> Request:
    page = credentials.get("page_id", "")
    proof = app_secret_proof(credentials)
    if message.image is None:
        body = _encoded({"message": message.text, "appsecret_proof": proof})
        return Request(
            "POST", graph_url(credentials, f"{page}/feed"), graph_headers(credentials), body
        )
    boundary = f"keng{secrets.token_hex(16)}"
    fields = {"message": message.text, "published": "true", "appsecret_proof": proof}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    ending = message.image_mime.rpartition("/")[2]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="source"; '
        f'filename="warning.{ending}"\r\nContent-Type: {message.image_mime}\r\n\r\n'
    )
    body = "".join([*parts, head]).encode() + message.image + f"\r\n--{boundary}--\r\n".encode()
    headers = graph_headers(credentials, f"multipart/form-data; boundary={boundary}")
    return Request("POST", graph_url(credentials, f"{page}/photos"), headers, body)


def _change_request(post: str, text: str, credentials: Mapping[str, str]) -> Request:
    body = _encoded({"message": text, "appsecret_proof": app_secret_proof(credentials)})
    url = graph_url(credentials, post)
    return Request("POST", url, graph_headers(credentials), body, is_repeatable=True)


def _delete_request(post: str, credentials: Mapping[str, str]) -> Request:
    url = graph_url(credentials, f"{post}?appsecret_proof={app_secret_proof(credentials)}")
    return Request("DELETE", url, graph_headers(credentials), b"", is_repeatable=True)


def _latest_posts_request(credentials: Mapping[str, str]) -> Request:
    path = (
        f"{credentials.get('page_id', '')}/feed?fields=id,message&limit={_LATEST_POSTS}"
        f"&appsecret_proof={app_secret_proof(credentials)}"
    )
    return Request(
        "GET", graph_url(credentials, path), graph_headers(credentials), b"", delivers=False
    )


def _encoded(body: Mapping[str, str]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
