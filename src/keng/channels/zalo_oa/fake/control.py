"""What tests and the demo may ask of the fake itself, under /_fake/.

GET  journal?since=N   inbox(.json)?user=|group=   image/ID   media/ID   state   emissions
POST next {fault}   clear   clock {"set", "stopped", "advance"}   users [..]   groups [..]
     seed {"users", "groups", "assets", "range": {"start", "count"}}   tokens   settings {..}
     emit {"events": [..], options of Emitter.emit}   probe   media (a file; answers its URL)
"""

import json
from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from keng.channels.fake.faults import Faults
from keng.channels.fake.page import fake_page, messages_part
from keng.channels.zalo_oa.fake import inbox, oauth
from keng.channels.zalo_oa.fake.emitter import Emitter
from keng.channels.zalo_oa.fake.state import ApiCall, FakeGroup, FakeState, FakeUser

PostedJson = Any  # whatever JSON was posted; a wrong shape answers 400


class Control:
    """The handlers behind /_fake/."""

    def __init__(self, state: FakeState, faults: Faults, emitter: Emitter) -> None:
        self._state = state
        self._faults = faults
        self._emitter = emitter

    async def answer(self, call: ApiCall) -> web.Response:
        name = call.path.removeprefix("/_fake/")
        try:
            if call.method == "GET":
                return self._get(name, call)
            if name == "media":
                return _json({"url": self._keep(call)})
            body = json.loads(call.body or b"{}")
            return _json(await self._post(name, body))
        except (KeyError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _get(self, name: str, call: ApiCall) -> web.Response:
        state = self._state
        if name == "journal":
            since = int(call.parameter("since") or 0)
            return _json([asdict(entry) for entry in state.journal[since:]])
        if name in ("inbox", "inbox.json"):
            chosen = inbox.messages_to(state, call.parameter("user"), call.parameter("group"))
            if name == "inbox.json":
                return _json([asdict(sent) for sent in chosen])
            text = fake_page(
                state.settings.name, messages_part(inbox.zalo_message_items(state, chosen))
            )
            return web.Response(text=text, content_type="text/html")
        if name.startswith("image/"):
            return _picture(state.uploads[name.removeprefix("image/")].content)
        if name.startswith("media/"):
            return _picture(state.media[name.removeprefix("media/")])
        if name == "emissions":
            return _json([emission.summary() for emission in self._emitter.emissions])
        if name == "state":
            return _json(self._summary())
        raise KeyError(name)

    async def _post(self, name: str, body: PostedJson) -> object:
        if name == "emit":
            made = await self._emitter.emit(body.pop("events"), **body)
            return [emission.summary() for emission in made]
        if name == "probe":
            return {"status": await self._emitter.probe()}
        return self._change(name, body)

    def _change(self, name: str, body: PostedJson) -> object:
        state = self._state
        if name == "next":
            self._faults.next(**body)
        elif name == "clear":
            self._faults.clear()
        elif name == "clock":
            if "set" in body:
                state.clock.set(float(body["set"]), stopped=bool(body.get("stopped")))
            state.clock.advance(float(body.get("advance", 0)))
            return {"now": state.clock.now()}
        elif name == "users":
            self._users(body)
        elif name == "groups":
            self._groups(body)
        elif name == "seed":
            self._seed(body)
        elif name == "tokens":
            return oauth.issue_tokens(state)
        elif name == "settings":
            self._settings(body)
        else:
            raise KeyError(name)
        return {"ok": True}

    def _users(self, people: list[dict[str, Any]]) -> None:
        """Known people; `hours_ago` says when they last did something."""
        for person in people:
            hours = person.pop("hours_ago", None)
            user = FakeUser(**person)
            if hours is not None:
                user.last_interaction = self._state.clock.now() - float(hours) * 3600
            self._state.users[user.id] = user

    def _groups(self, groups: list[dict[str, Any]]) -> None:
        for group in groups:
            self._state.groups[group["id"]] = FakeGroup(**group)

    def _seed(self, body: dict[str, Any]) -> None:
        self._users(body.get("users", []))
        self._groups(body.get("groups", []))
        for asset in body.get("assets", []):
            self._state.assets.setdefault(asset, "")
        if many := body.get("range"):
            now = self._state.clock.now()
            for number in range(int(many["start"]), int(many["start"]) + int(many["count"])):
                self._state.users[str(number)] = FakeUser(str(number), now)

    def _settings(self, body: dict[str, Any]) -> None:
        known = {each.name for each in fields(self._state.settings)}
        for name, value in body.items():
            if name not in known:
                raise KeyError(name)
            setattr(self._state.settings, name, value)

    def _keep(self, call: ApiCall) -> str:
        """A file that events can point to, as the provider keeps what people send."""
        media_id = self._state.new_id()
        self._state.media[media_id] = call.body
        return f"{call.origin}/_fake/media/{media_id}"

    def _summary(self) -> dict[str, Any]:
        state = self._state
        return {
            "oa_type": state.settings.oa_type,
            "now": state.clock.now(),
            "webhook_enabled": state.webhook_enabled,
            "users": len(state.users),
            "groups": len(state.groups),
            "delivered": len(state.delivered),
            "requests": len(state.journal),
            "secrets_in_queries": sum(entry.has_secret_in_query for entry in state.journal),
        }


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(value, ensure_ascii=False), status=status, content_type="application/json"
    )


def _picture(content: bytes) -> web.Response:
    kind = "image/png" if content.startswith(b"\x89PNG") else "application/octet-stream"
    if content.startswith(b"\xff\xd8\xff"):
        kind = "image/jpeg"
    return web.Response(body=content, content_type=kind)
