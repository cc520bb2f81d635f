"""Zalo as a resident sees it: signed messages go in, answers come to a screen."""

import json
import time
from urllib.request import Request, urlopen

from tests.stack import Stack

WITHIN = 40.0


def write(stack: Stack, user: str, text: str) -> None:
    """Somebody writes to the official account; the provider signs and posts it."""
    made = _post(stack, "emit", {"events": [{"kind": "text", "user": user, "text": text}]})
    assert [each["attempts"][0]["status"] for each in made] == [200], made


def wait_for(
    stack: Stack, words: str, *, user: str = "", group: str = "", within: float = WITHIN
) -> str:
    """The newest message on a person's or a group's screen that holds these words."""
    deadline = time.monotonic() + within
    seen: list[str] = []
    while time.monotonic() < deadline:
        query = f"user={user}" if user else f"group={group}"
        seen = [message["text"] for message in _get(stack, f"inbox.json?{query}")]
        for text in reversed(seen):
            if words in text:
                return text
        time.sleep(0.1)
    raise AssertionError(f"no message with {words!r}; there are {seen}")


def screen(stack: Stack, user: str) -> list[str]:
    """Everything on a person's screen, oldest first."""
    return [message["text"] for message in _get(stack, f"inbox.json?user={user}")]


def _post(stack: Stack, name: str, body: object) -> list[dict]:
    data = json.dumps(body).encode()
    request = Request(f"{stack.zalo}/_fake/{name}", data, {"content-type": "application/json"})
    with urlopen(request, timeout=WITHIN) as answer:
        return json.load(answer)


def _get(stack: Stack, name: str) -> list[dict]:
    with urlopen(f"{stack.zalo}/_fake/{name}", timeout=WITHIN) as answer:
        return json.load(answer)
