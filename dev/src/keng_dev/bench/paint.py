"""From a key in the list to the next tip's words on the screen, in Chromium, while tips come in.

A browser walks the list with J and K at the pace of somebody who pages through it. The key's time
is that of its event; when the words were painted is what Element Timing says of their blockquote.
The bare page beside it does nothing on a key but put other words in.
"""

import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from keng.runtime.supervisor.ports import listening_address
from keng_dev.bench.desk import TIPS, make_desk, session_key_of, write_tips
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.intake import PORT, TEXTS, chat_account_of, webhook
from keng_dev.bench.scratch import Bench
from keng_dev.bench.web_process import free_port, running_web_process

WEBHOOKS_A_SECOND = 50
# Down a page of the list and up again; a hundredth of these keys is one of them.
KEYS = "j" * 48 + "k" * 47
# Somebody who looks at each tip and reads none: who reads takes ten times as long.
BETWEEN_KEYS = 1.0
_SLUG = "paint"
_WIDTH, _HEIGHT = 1440, 900
_NOTE_PAINTS = """
window.keys = [];
window.paints = [];
addEventListener("keydown", (event) => window.keys.push(event.timeStamp), true);
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.identifier === "tip-words") window.paints.push(entry.renderTime);
}).observe({ type: "element", buffered: true });
"""
_TOOK = """(number) => {
  const pressed = window.keys[number - 1];
  const after = window.paints.filter((at) => at > pressed);
  return after.length ? Math.min(...after) - pressed : null;
}"""
_LONGEST = 30.0
_BARE = """<!doctype html><meta charset="utf-8"><main></main><script>
const texts = %s;
let n = 0;
addEventListener("keydown", () => {
  const words = document.createElement("blockquote");
  words.setAttribute("elementtiming", "tip-words");
  words.textContent = texts[n++ %% texts.length];
  document.querySelector("main").replaceChildren(words);
});
</script>"""


def measure(bench: Bench) -> list[Figure]:
    """Every value of a round is a percentile over its keys."""
    browser = _browser()
    if browser is None:
        print(
            "paint: not measured, as no Chromium and Playwright are here (requirements/install dev)"
        )
        return []
    officer = make_desk("Paint")
    bench.make_unit_keys()
    write_tips(officer, TIPS)
    chat_account_of(officer.current_posts[0].unit, slug=_SLUG)
    port = free_port()
    with (
        running_web_process(bench, "edge", PORT),
        running_web_process(bench, "desk", port),
        _incoming(),
    ):
        walk = _Walk(browser, f"http://localhost:{port}", session_key_of(officer))
        found = alternate(bench.rounds, {"inbox": walk.inbox, "bare": walk.bare})
    return [
        _figure("desk_paint_ms", found, 95, Target("≤", 50)),
        _figure("desk_paint_p99_ms", found, 99, Target("≤", 100)),
    ]


def _figure(name: str, found: dict[str, list[list[float]]], part: int, target: Target) -> Figure:
    return Figure(
        name,
        f"J or K → the next tip's words painted, p{part}, {TIPS:,} open tips, "
        f"{WEBHOOKS_A_SECOND} webhooks a second",
        "ms",
        [_percentile(each, part) for each in found["inbox"]],
        [_percentile(each, part) for each in found["bare"]],
        "a bare page that puts other words in",
        target,
    )


def _percentile(values: list[float], part: int) -> float:
    return sorted(values)[math.ceil(len(values) * part / 100) - 1]


def _browser() -> str | None:
    """Chromium where the journeys look for it; none where they could not run."""
    try:
        import playwright  # noqa: F401, PLC0415 -- of the development set alone
    except ImportError:
        return None
    found = subprocess.run(
        [sys.executable, "-m", "tests.browser"], check=False, capture_output=True, text=True
    )
    return found.stdout.splitlines()[-1] if found.returncode == 0 else None


class _Walk:
    """One browser per round, so that none is older than another."""

    def __init__(self, browser: str, desk: str, session_key: str) -> None:
        self._browser, self._desk, self._session_key = browser, desk, session_key

    def inbox(self) -> list[float]:
        """Milliseconds of each key in the list of the desk."""
        with self._page() as page:
            page.goto(f"{self._desk}/tips/")
            return _press(page)

    def bare(self) -> list[float]:
        """The same keys in a page of words alone."""
        with self._page() as page:
            words = _BARE % [each.format(n=1) for each in TEXTS]
            page.route("**/bare", lambda asked: asked.fulfill(body=words, content_type="text/html"))
            page.goto(f"{self._desk}/bare")
            return _press(page)

    @contextmanager
    def _page(self) -> Iterator[Any]:
        from django.conf import settings  # noqa: PLC0415 -- needs the settings
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- of the development set

        with sync_playwright() as play:
            started = play.chromium.launch(
                executable_path=self._browser, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
            context = started.new_context(
                viewport={"width": _WIDTH, "height": _HEIGHT}, locale="vi"
            )
            context.add_init_script(_NOTE_PAINTS)
            cookie = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": cookie, "value": self._session_key, "url": self._desk}])
            yield context.new_page()
            started.close()


def _press(page: Any) -> list[float]:
    """One key after the other, and for each when the first words after it were painted."""
    page.wait_for_load_state()
    found = []
    time.sleep(2 * BETWEEN_KEYS)
    page.evaluate("window.keys.length = window.paints.length = 0")
    for number, key in enumerate(KEYS, 1):
        page.keyboard.press(key)
        found.append(_painted_after(page, number))
        time.sleep(BETWEEN_KEYS)
    return found


def _painted_after(page: Any, number: int) -> float:
    """Milliseconds from the key of this number to the first words painted after it."""
    until = time.monotonic() + _LONGEST
    while (found := page.evaluate(_TOOK, number)) is None:
        if time.monotonic() > until:
            raise RuntimeError(f"nothing was painted after key {number}")
        time.sleep(0.02)
    return float(found)


@contextmanager
def _incoming() -> Iterator[None]:
    """New people write to the chat of this desk meanwhile, each once."""
    is_over = threading.Event()
    refused: list[bytes] = []

    def send() -> None:
        number = 0
        begun = time.monotonic()
        with socket.create_connection((listening_address(), PORT), timeout=30) as line:
            while not is_over.wait(max(0.0, begun + number / WEBHOOKS_A_SECOND - time.monotonic())):
                line.sendall(webhook(1, number, slug=_SLUG))
                if not (answer := line.recv(65536)).startswith(b"HTTP/1.1 200"):
                    refused.append(answer)
                number += 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        is_over.set()
        sender.join()
    if refused:
        raise RuntimeError(f"the edge answered {refused[0][:80]!r}")
