"""The demo's telephone of an officer, as the fakes of the gateways know it."""

import json
import time
import urllib.request
from typing import Any

from tests.stack import Stack


class OfficerPhone:
    """Bảo's: text messages, calls, a chat and pushes come there."""

    def __init__(self, stack: Stack) -> None:
        self._base = f"{stack.zalo}/_phone"
        self._since = time.time()

    def wait_for(self, by: str, words: str, within: float = 40) -> dict[str, Any]:
        """The newest thing of this kind (sms, voice, zalo, push) with these words.

        Only what came since the telephone was taken in hand: other journeys call it too.
        """
        deadline = time.monotonic() + within
        while True:
            with urllib.request.urlopen(f"{self._base}/screen", timeout=20) as answer:
                shown = json.load(answer)["shown"]
            new = [one for one in shown if one["by"] == by and one["at"] >= self._since]
            found = [one for one in new if words in one["text"]]
            if found:
                return dict(found[-1])
            assert time.monotonic() < deadline, f"no {by} with {words!r}: {shown}"
            time.sleep(0.2)

    def press(self, call: dict[str, Any], key: str) -> None:
        """A key of the call that rings."""
        body = json.dumps({"id": call["id"], "key": key}).encode()
        urllib.request.urlopen(f"{self._base}/press", body, timeout=20).close()
