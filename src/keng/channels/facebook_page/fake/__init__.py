"""A page of Facebook's on 127.0.0.1: its posts, as its readers see them now."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import FakeProvider, ProviderCall, json_answer
from keng.channels.meta_graph import app_secret_proof

_MAX_PICTURE = 4_000_000
_PERMISSIONS = ("pages_manage_posts", "pages_read_engagement")


@dataclass(slots=True)
class FacebookPageSettings:
    """Whose page this is, and what its app may. What is not given is drawn by lot."""

    page_id: str = field(default_factory=lambda: f"1{secrets.randbelow(10**14):014d}")
    page_token: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    name: str = "Kẻng"
    permissions: tuple[str, ...] = _PERMISSIONS


@dataclass(slots=True)
class FakePost:
    """One post that everybody can read now."""

    id: str
    text: str
    picture: bytes = field(default=b"", repr=False)
    has_been_changed: bool = False


class FakeFacebookPage(FakeProvider):
    """One page. `posts` is what stands on it, oldest first; `delivered`, whatever ever did."""

    title = "Facebook"
    settings: FacebookPageSettings

    def __init__(self, settings: FacebookPageSettings | None = None) -> None:
        super().__init__(settings or FacebookPageSettings())
        self.posts: dict[str, FakePost] = {}
        self._numbers = 0

    def credentials(self) -> Credentials:
        """What the adapter needs to post as this page."""
        own = self.settings
        return Credentials(
            page_id=own.page_id,
            page_token=own.page_token,
            app_secret=own.app_secret,
            api_base=self.base,
        )

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.page_token, self.settings.app_secret)

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """None: what readers comment nobody here asks for."""
        return []

    def answer(self, call: ProviderCall) -> web.Response:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(token.encode(), self.settings.page_token.encode()):
            return graph_refusal(190, "Invalid OAuth access token")
        form = _form_of(call)
        if form.get("appsecret_proof") != app_secret_proof(self.credentials()).encode():
            return graph_refusal(100, "Invalid appsecret_proof provided")
        parts = call.path.split("/")
        if len(parts) < 3 or not parts[1].startswith("v"):
            return graph_refusal(2500, "Unknown path")
        return self._answer_of(call.method, parts[2:], form)

    def _answer_of(self, method: str, path: list[str], form: Mapping[str, bytes]) -> web.Response:
        own = self.settings
        match (method, path):
            case ("GET", ["me"]):
                return json_answer({"id": own.page_id, "name": own.name})
            case ("GET", [own.page_id, "feed"]):
                latest = [{"id": post.id, "message": post.text} for post in self._newest_first()]
                return json_answer({"data": latest[: int(form.get("limit", b"25"))]})
        if "pages_manage_posts" not in own.permissions:
            return graph_refusal(200, "Requires pages_manage_posts permission to manage the object")
        match (method, path):
            case ("POST", [own.page_id, "feed"]):
                return self._publish(form, b"")
            case ("POST", [own.page_id, "photos"]):
                return self._publish_picture(form)
            case ("POST" | "DELETE", [post]) if post in self.posts:
                return self._change(method, post, form)
            case ("POST" | "DELETE", [post]):
                words = f"Unsupported request. Object with ID '{post}' does not exist"
                return graph_refusal(100, words, subcode=33)
            case _:
                return graph_refusal(2500, "Unknown path")

    def _newest_first(self) -> list[FakePost]:
        return list(reversed(self.posts.values()))

    def _publish_picture(self, form: Mapping[str, bytes]) -> web.Response:
        picture = form.get("source", b"")
        if not picture.startswith((b"\x89PNG", b"\xff\xd8\xff")) or len(picture) > _MAX_PICTURE:
            return graph_refusal(324, "Missing or invalid image file")
        return self._publish(form, picture)

    def _publish(self, form: Mapping[str, bytes], picture: bytes) -> web.Response:
        text = form.get("message", b"").decode()
        if not text:
            return graph_refusal(100, "Invalid parameter")
        newest = next(iter(self._newest_first()), None)
        if newest is not None and newest.text == text:
            return graph_refusal(506, "Duplicate Post")
        self._numbers += 1
        post = FakePost(f"{self.settings.page_id}_{self._numbers}", text, picture)
        self.posts[post.id] = post
        self.deliver(self.settings.page_id, text, image=picture, is_group=True)
        if picture:
            return json_answer({"id": f"9{self._numbers}", "post_id": post.id})
        return json_answer({"id": post.id})

    def _change(self, method: str, post_id: str, form: Mapping[str, bytes]) -> web.Response:
        if method == "DELETE":
            del self.posts[post_id]
            return json_answer({"success": True})
        text = form.get("message", b"").decode()
        if not text:
            return graph_refusal(100, "Invalid parameter")
        post = self.posts[post_id]
        post.text, post.has_been_changed = text, True
        self.deliver(self.settings.page_id, text, is_group=True)
        return json_answer({"success": True})


def graph_refusal(code: int, words: str, *, subcode: int = 0) -> web.Response:
    """An error as Meta writes it."""
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return json_answer({"error": error}, 400)


def _form_of(call: ProviderCall) -> dict[str, bytes]:
    """The fields of a call, however they came: JSON, multipart, or in the address."""
    kind = call.headers.get("content-type", "")
    if call.method != "POST":
        return {name: value.encode() for name, value in call.form().items()}
    if kind.startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(
            f"Content-Type: {kind}\r\n\r\n".encode() + call.body
        )
        found = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            found[str(name)] = bytes(part.get_payload(decode=True) or b"")
        return found
    return {name: str(value).encode() for name, value in call.json().items()}
