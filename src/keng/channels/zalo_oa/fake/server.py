"""The HTTP server: routes, faults, the journal; and how a test runs it in a thread."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, cast

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.fake import CallRecord, FakeProvider, ProviderCall
from keng.channels.fake.faults import Fault
from keng.channels.fake.provider import (
    PAGE_FORMS,
    cut_connection,
    ordered_answer,
    running_provider,
    truncated_answer,
)
from keng.channels.zalo_oa.fake import account, articles, events, groups, inbox, messages, oauth
from keng.channels.zalo_oa.fake.control import Control
from keng.channels.zalo_oa.fake.emitter import Emitter
from keng.channels.zalo_oa.fake.gate import PHONE_PATH, Gate
from keng.channels.zalo_oa.fake.state import (
    ApiCall,
    FakeSettings,
    FakeState,
    JournalEntry,
    ZaloError,
)

ApiHandler = Callable[[FakeState, ApiCall], Any]

ROUTES: dict[tuple[str, str], ApiHandler] = {
    ("POST", "/v3.0/oa/message/cs"): messages.post_consultation,
    ("POST", "/v2.0/oa/message"): messages.post_v2_message,
    ("POST", "/v3.0/oa/message/template"): messages.post_template,
    ("POST", PHONE_PATH): messages.post_phone_template,
    ("POST", "/v3.0/oa/group/message"): messages.post_group_message,
    ("POST", "/v3.0/oa/quota/group"): groups.list_assets,
    ("POST", "/v3.0/oa/group/creategroupwithoa"): groups.create_group,
    ("POST", "/v3.0/oa/group/invite"): groups.invite_to_group,
    ("POST", "/v3.0/oa/group/delete"): groups.delete_group,
    ("GET", "/v3.0/oa/group/getgroup"): groups.get_group,
    ("GET", "/v3.0/oa/group/getgroupsofoa"): groups.list_groups,
    ("POST", "/v2.0/article/create"): articles.create_article,
    ("POST", "/v2.0/article/verify"): articles.verify_article,
    ("POST", "/v2.0/article/update"): articles.update_article,
    ("POST", "/v2.0/article/remove"): articles.remove_article,
    ("POST", "/v2.0/oa/upload/image"): account.upload_image,
    ("POST", "/v2.0/oa/upload/gif"): account.upload_gif,
    ("POST", "/v2.0/oa/upload/file"): account.upload_file,
    ("GET", "/v2.0/oa/getoa"): account.get_account,
    ("GET", "/v3.0/oa/user/getlist"): account.list_users,
    ("POST", "/v3.0/oa/quota/message"): account.get_window,
    ("GET", "/v2.0/oa/conversation"): account.get_conversation,
    ("GET", "/v2.0/oa/listrecentchat"): account.list_recent_chat,
}
_PERMISSION_PATH = "/v4/oa/permission"
_TOKEN_PATH = "/v4/oa/access_token"  # noqa: S105


class FakeZalo(FakeProvider):
    """One account behind one port of this machine.

    Its own are: the journal, which says of each call what Zalo answered in the body, since HTTP 200
    says nothing (so `_handle` is, and `answer` is not asked); the webhook, called again and again
    as Zalo does (`Emitter`); and the orders of `Control` beside those that every fake takes.
    """

    title = "Zalo"
    settings: FakeSettings

    def __init__(self, settings: FakeSettings | None = None) -> None:
        super().__init__(settings or FakeSettings())
        self.state = FakeState(self.settings, self.clock)
        # The same list: its entries say a little more than those of other fakes.
        self.journal = cast("list[CallRecord]", self.state.journal)
        self.emitter = Emitter(self.state)
        self._gate = Gate(self.state)
        self._orders = Control(self.state, self.faults, self.emitter)

    @property
    def webhook_url(self) -> str:
        return self.settings.webhook_url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.settings.webhook_url = url

    def credentials(self) -> Credentials:
        """What the adapter needs to talk to this account now."""
        own = self.state.settings
        return Credentials(
            app_id=own.app_id,
            app_secret=own.app_secret,
            oa_id=own.oa_id,
            oa_secret_key=own.oa_secret_key,
            group_admin=own.admin_id,
            access_token=self.state.access_token,
            refresh_token=self.state.refresh_token,
            api_base=self.base,
            oauth_base=self.base,
        )

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[None]:
        """Listen on 127.0.0.1 while this lasts."""
        async with super().serving(port):
            ladder = asyncio.create_task(self.emitter.run())
            try:
                yield
            finally:
                ladder.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await ladder
                await self.emitter.close()

    def order_of_text(self, person: str, text: str) -> Mapping[str, Any]:
        return {"kind": "text", "user": person, "text": text}

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """One event, signed; what tests order in greater detail goes through the emitter."""
        state = self.state
        now_ms, msg_id = state.clock.now_ms(), state.new_id()
        event = events.build_event(order, state.settings, now_ms=now_ms, msg_id=msg_id)
        raw, headers = events.signed_event(event, state.settings)
        return [("POST", headers, raw)]

    async def emit(self, order: Mapping[str, Any], url: str) -> list[int]:
        statuses = await super().emit(order, url)
        # They wrote, so they may be written to.
        self.state.touch(str(order.get("user", "")))
        return statuses

    def answer(self, call: ProviderCall) -> web.Response:
        """Never called: `_handle` keeps more of each call than other fakes do."""
        raise AssertionError(f"{call.path} went past the handler of this fake")

    def _message_items(self) -> str:
        return inbox.zalo_message_items(self.state, inbox.messages_to(self.state, "", ""))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call = ApiCall(request.method, request.path, request.query_string, request.headers)
        call.origin = self.base
        if call.path.startswith("/_fake/"):
            call.body = await request.read()
            return await self._answer_order(call)
        fault = self.faults.next_fault(call.path)
        entry = self._log(call, fault)
        if fault is not None and fault.drop == "before_read":
            return cut_connection(request)
        call.body = await request.read()
        if fault is not None and fault.replaces:
            response = ordered_answer(fault)
        else:
            response = self._answer_call(call, entry)
        entry.status = response.status
        await asyncio.sleep(self.state.settings.latency + (fault.delay if fault else 0.0))
        if fault is not None and fault.drop:
            return cut_connection(request)
        if fault is not None and fault.truncate is not None:
            return await truncated_answer(request, response, fault.truncate)
        return response

    async def _answer_order(self, call: ApiCall) -> web.Response:
        """What /_fake/ is asked: the page and its forms as of every fake, the rest as here."""
        name = call.path.removeprefix("/_fake/")
        if name in PAGE_FORMS or (name == "inbox" and not call.query):
            headers = dict(call.headers)
            return await self._control(
                ProviderCall(call.method, call.path, call.query, headers, call.body)
            )
        return await self._orders.answer(call)

    def _log(self, call: ApiCall, fault: Fault | None) -> JournalEntry:
        journal = self.state.journal
        leak = bool(call.query) and any(secret in call.query for secret in self.state.secrets())
        entry = JournalEntry(len(journal), self.state.clock.now(), call.method, call.path, 0)
        entry.fault = fault.name if fault else ""
        entry.has_secret_in_query = leak
        journal.append(entry)
        return entry

    def _answer_call(self, call: ApiCall, entry: JournalEntry) -> web.Response:
        if call.path == _TOKEN_PATH and call.method == "POST":
            return _json(oauth.answer_token_call(self.state, call))
        if call.path == _PERMISSION_PATH and call.method == "GET":
            led_to = oauth.permission_redirect(self.state, call)
            if isinstance(led_to, str):
                return web.Response(status=302, headers={"location": led_to})
            return _json(led_to)
        handler = ROUTES.get((call.method, call.path))
        if handler is None:
            return _json({"error": 404, "message": "Not found"}, 404)
        body = self._call_handler(handler, call, entry)
        return _json(body, headers=self._gate.headers())

    def _call_handler(
        self, handler: ApiHandler, call: ApiCall, entry: JournalEntry
    ) -> dict[str, Any]:
        try:
            self._gate.check(call)
            data = handler(self.state, call)
        except ZaloError as error:
            entry.error = error.code
            return {"error": error.code, "message": error.message}
        entry.error = 0
        if isinstance(data, dict):
            entry.message_id = data.get("message_id", "")
            entry.recipient = data.get("user_id") or data.get("group_id") or ""
        return {"error": 0, "message": "Success", "data": data}


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    text = json.dumps(value, ensure_ascii=False)
    return web.Response(
        body=text.encode(), status=status, headers=headers, content_type="application/json"
    )


@contextlib.contextmanager
def running_zalo(settings: FakeSettings | None = None, *, port: int = 0) -> Iterator[FakeZalo]:
    """The fake in a thread of this process, for tests."""
    with running_provider(FakeZalo(settings), port=port) as fake:
        yield fake
