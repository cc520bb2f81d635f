"""What people and groups can read now: for a test's browser, and for curious eyes."""

from datetime import UTC, datetime
from html import escape

from keng.channels.zalo_oa.fake.state import DeliveredMessage, FakeState
from keng.kit.times import VIETNAM

_MOST = 500


def messages_to(state: FakeState, user: str, group: str) -> list[DeliveredMessage]:
    """Messages to one person or one group, or the last ones to anybody."""
    if not user and not group:
        return state.delivered[-_MOST:]
    to, recipient = ("group", group) if group else ("user", user)
    return [d for d in state.delivered if d.to == to and d.recipient == recipient][-_MOST:]


def zalo_message_items(state: FakeState, messages: list[DeliveredMessage]) -> str:
    """As items of a list, newest last; pictures from the store."""
    return "".join(_item(state, message) for message in messages)


def _item(state: FakeState, message: DeliveredMessage) -> str:
    name = message.recipient
    if message.to == "group" and message.recipient in state.groups:
        name = state.groups[message.recipient].name or name
    at = datetime.fromtimestamp(message.at, UTC).astimezone(VIETNAM)
    picture = ""
    if message.image in state.uploads:
        picture = f'<br><img alt="" width="320" src="/_fake/image/{escape(message.image)}">'
    text = escape(message.text).replace("\n", "<br>")
    return (
        f'<li data-to="{message.to}" data-recipient="{escape(message.recipient)}" '
        f'data-id="{message.id}"><b>{escape(name)}</b> <time>{at:%H:%M:%S}</time>'
        f"<p>{text}</p>{picture}</li>"
    )
