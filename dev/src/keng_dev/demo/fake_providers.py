"""The process that plays every provider of a demo behind one port: Zalo, SMS, calls and push.

    python -m keng_dev.demo.fake_providers --port N --settings FILE --webhook URL

What has one phone in hand asks and does under /_phone/: GET screen; POST answer, decline {"id"} and
press {"id", "key"}. Only a key that is pressed reaches us, as the gateway's own call.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from keng.channels.fake import json_answer
from keng.channels.sms.fake import FakeSms, SmsSettings
from keng.channels.voice.fake import FakeVoice, VoiceSettings
from keng.channels.web_push.fake import FakePushService
from keng.channels.zalo_oa.fake.server import FakeZalo
from keng.channels.zalo_oa.fake.state import FakeGroup, FakeSettings, FakeUser
from keng.kit.kept_secrets import read_secret
from keng_dev.demo.officer_number import NUMBER, ZALO_USER

_CALLOUT = "/v1/call2/callout"
_ESMS = "/MainService.svc/"
_PUSH = "/push/"
_PHONE = "/_phone/"
_RINGS_SECONDS = 45.0
_MOST = 30


class FakeProviders(FakeZalo):
    """The Zalo account, and beside it what calls the one phone of the demo."""

    def __init__(self, settings: FakeSettings, phone: dict[str, Any], base: str) -> None:
        super().__init__(settings)
        self._texts = FakeSms(SmsSettings(**phone["sms"]))
        self._calls = FakeVoice(VoiceSettings(**phone["voice"]))
        self._push = FakePushService(base)
        self._device = self._push.browser(int(phone["push"]))
        self._pushed: list[tuple[float, dict[str, str]]] = []
        self._states: dict[str, str] = {}
        """Of a call: answered, declined or pressed."""
        self.state.users[ZALO_USER] = FakeUser(ZALO_USER, self.state.clock.now(), follower=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path == _CALLOUT:
            return await self._calls._handle(request)  # noqa: SLF001 -- a fake inside a fake
        if path.startswith(_ESMS):
            return await self._texts._handle(request)  # noqa: SLF001 -- as above
        if path.startswith(_PUSH):
            headers = dict(request.headers.items())
            status = self._push.status_of_push(path, headers, await request.read())
            if status == 201:
                self._pushed.append((self.state.clock.now(), self._device.shown[-1]))
            return web.Response(status=status)
        if path.startswith(_PHONE):
            return await self._phone(request, path.removeprefix(_PHONE))
        return await super()._handle(request)

    async def _phone(self, request: web.BaseRequest, name: str) -> web.Response:
        if request.method == "GET" and name == "screen":
            return json_answer(self._screen())
        try:
            body = json.loads(await request.read())
            call_id = str(body["id"])
            if name == "press":
                await self._calls.emit(body, "")
                self._states[call_id] = "pressed"
            else:
                self._states[call_id] = {"answer": "answered", "decline": "declined"}[name]
        except (KeyError, TypeError, ValueError):
            return web.Response(status=400)
        return json_answer({"ok": True})

    def _screen(self) -> dict[str, Any]:
        """What the phone shows, oldest first; a call rings until it is answered or gives up."""
        own = (f"0{NUMBER}", f"84{NUMBER}", ZALO_USER)
        shown: list[dict[str, Any]] = [
            {"by": "sms", "at": one.at, "title": "", "text": one.text}
            for one in self._texts.delivered[-_MOST:]
            if one.recipient in own
        ]
        shown += [
            {"by": "zalo", "at": one.at, "title": "", "text": one.text}
            for one in self.state.delivered[-_MOST:]
            if one.to == "user" and one.recipient in own
        ]
        shown += [
            {"by": "push", "at": at, "title": one["title"], "text": one["body"]}
            for at, one in self._pushed[-_MOST:]
        ]
        shown += [self._call_shown(one) for one in self._calls.delivered[-_MOST:]]
        return {"shown": sorted(shown, key=lambda one: one["at"])[-_MOST:]}

    def _call_shown(self, call: Any) -> dict[str, Any]:
        state = self._states.get(call.id)
        if state is None:
            is_old = self.state.clock.now() - call.at > _RINGS_SECONDS
            state = "missed" if is_old else "ringing"
        asks = call.id in self._calls.key_urls
        said = {"id": call.id, "state": state, "asks": asks}
        return {"by": "voice", "at": call.at, "title": "", "text": call.text, **said}


def main() -> None:
    """Until interrupted."""
    parser = argparse.ArgumentParser(prog="keng_dev.demo.fake_providers")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--webhook", required=True, help="where events of Zalo are posted")
    arguments = parser.parse_args()
    given: dict[str, Any] = json.loads(read_secret(arguments.settings))
    groups, phone = given.pop("groups", []), given.pop("phone")
    slots = given.pop("assets", [])
    base = f"http://127.0.0.1:{arguments.port}"
    fake = FakeProviders(FakeSettings(**given, webhook_url=arguments.webhook), phone, base)
    fake.state.groups |= {group: FakeGroup(group) for group in groups}
    fake.state.assets |= dict.fromkeys(slots, "")
    uvloop.run(_serve(fake, arguments.port))


async def _serve(fake: FakeProviders, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with fake.serving(port):
        print(json.dumps({"ready": fake.base, "inbox": f"{fake.base}/_fake/inbox"}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
