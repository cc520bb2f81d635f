"""What the scripts of a form do on a slow net, seen in a browser against a site that counts.

The site here answers as it is told; forms and scripts are those of the product. That the real site
takes the same forms is in the other journeys.
"""

import io
import os
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.template.loader import render_to_string
from PIL import Image
from playwright.sync_api import Page, expect

from keng.community.report.describe import DescribeForm
from tests.architecture.source import KENG

SCRIPTS = KENG / "static" / "keng" / "js"
PAGE = """<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Kẻng</title>
<body><main id="main" tabindex="-1"><form method="post" enctype="multipart/form-data" data-keeps>
{fields}<button class="button">Tiếp tục</button></form>{notes}</main>{scripts}</body></html>"""
FORM = """{% load keng %}{% field form.text rows=7 %}{% field form.attached %}
{% include "parts/forms/files_before.html" with most=5 bytes=20971520 %}"""
TOO_LARGE = "<h1>Quá lớn</h1><p>Chưa nhận được gì.</p>"


@dataclass
class Site:
    """Answers every GET with the form, and a POST as it is told."""

    page: str
    status: int = 303
    answer: str = ""
    bodies: list[bytes] = field(default_factory=list)
    address: str = ""


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self._say(200, self.site.page if self.path == "/" else "<h1>Bước sau</h1>")

    def do_POST(self) -> None:
        self.site.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._say(self.site.status, self.site.answer)

    def _say(self, status: int, words: str) -> None:
        content = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if status == 303:
            self.send_header("Location", "/next/")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def site():
    from django.template import engines

    scripts = "".join(
        f"<script>{(SCRIPTS / name).read_text()}</script>"
        for name in ("send.js", "files.js", "count.js")
    )
    fields = engines["django"].from_string(FORM).render({"form": DescribeForm()})
    notes = render_to_string("parts/no_network.html", {"goes_on": True})
    made = Site(PAGE.format(fields=fields, notes=notes, scripts=scripts))
    handler = type("Handler", (_Handler,), {"site": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}/"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi")
    opened = context.new_page()
    opened.goto(site.address)
    yield opened
    context.close()


def photo(side: int = 2200, *, name: str = "anh.jpg") -> dict[str, object]:
    """As hard to press together as what a camera sees."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    noise = Image.frombytes("RGB", (side // 4, side // 4), os.urandom((side // 4) ** 2 * 3))
    noise.resize((side, side)).save(made, "JPEG", quality=92, exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": made.getvalue()}


def send(page: Page) -> None:
    page.get_by_role("button", name="Tiếp tục").click()


def test_a_photo_on_a_slow_net_says_how_far_it_is_and_a_second_tap_sends_nothing(page, site):
    slowly = page.context.new_cdp_session(page)
    net = {"offline": False, "latency": 50, "downloadThroughput": -1, "uploadThroughput": 60_000}
    slowly.send("Network.emulateNetworkConditions", net)
    page.fill("textarea", "Có người rải đinh ở cầu")
    page.set_input_files("[name=attached]", [photo(1200)])
    send(page)
    note = page.locator("[data-sending]")
    expect(note).to_contain_text("Đang gửi")
    expect(note.locator("[data-percent]")).to_have_text(re.compile(r"^[1-9]\d? %$"))
    send(page)
    send(page)
    page.wait_for_url("**/next/", timeout=60_000)
    assert len(site.bodies) == 1
    assert site.bodies[0].count(b"filename=") == 1


def test_pictures_are_made_smaller_only_where_somebody_wants_it(page, site):
    sent = photo()
    page.set_input_files("[name=attached]", [sent])
    offer = page.locator("[data-smaller]")
    expect(offer).to_contain_text("MB")
    box = offer.locator("input")
    expect(box).not_to_be_checked()
    box.check()
    expect(offer.locator("[data-then]")).to_contain_text("→", timeout=30_000)
    send(page)
    page.wait_for_url("**/next/")
    (body,) = site.bodies
    assert len(body) < len(sent["buffer"]) / 1.5
    assert b"Secret Camera" not in body
    start = body.index(b"\xff\xd8\xff")
    with Image.open(io.BytesIO(body[start:])) as small:
        assert max(small.size) == 2000


def test_without_being_asked_a_picture_goes_as_it_is(page, site):
    sent = photo()
    page.set_input_files("[name=attached]", [sent])
    send(page)
    page.wait_for_url("**/next/")
    assert sent["buffer"] in site.bodies[0]


def test_too_large_or_too_many_is_said_before_anything_is_sent(page, site):
    film = {"name": "phim.mp4", "mimeType": "video/mp4", "buffer": bytes(21 * 1024 * 1024)}
    page.set_input_files("[name=attached]", [film])
    problem = page.locator("[data-too-much]")
    expect(problem).to_contain_text("phim.mp4 lớn hơn 20 MB")
    send(page)
    expect(page.locator("[name=attached]")).to_be_focused()
    page.set_input_files("[name=attached]", [photo(40, name=f"{n}.jpg") for n in range(6)])
    expect(problem).to_contain_text("Chỉ nhận thêm 5 tệp")
    assert site.bodies == []
    page.set_input_files("[name=attached]", [])
    expect(problem).to_be_hidden()
    send(page)
    page.wait_for_url("**/next/")


def test_what_was_not_taken_is_said_beside_the_form_which_keeps_everything(page, site):
    site.status, site.answer = 413, TOO_LARGE
    page.fill("textarea", "Có người rải đinh ở cầu")
    send(page)
    note = page.locator("[data-not-taken]")
    expect(note).to_contain_text("Quá lớn. Chưa nhận được gì.")
    expect(page.locator("textarea")).to_have_value("Có người rải đinh ở cầu")
    site.status, site.answer = 303, ""
    send(page)
    page.wait_for_url("**/next/")


def test_a_dead_spot_in_the_middle_of_a_photo_loses_nothing(page, site):
    page.fill("textarea", "Có người rải đinh ở cầu")
    page.set_input_files("[name=attached]", [photo(400)])
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-no-network]")).to_be_visible()
    expect(page.locator("[data-sending]")).to_be_hidden()
    page.context.set_offline(False)
    page.wait_for_url("**/next/")
    assert len(site.bodies) == 1


def test_a_long_text_is_counted_and_never_cut(page, site):
    words = "chữ " * 2500
    page.locator("textarea").evaluate("(box, words) => { box.value = words }", "ngắn")
    count = page.locator("#id_text_count")
    expect(count).to_be_hidden()
    page.fill("textarea", "a" * 7990)
    expect(count).to_have_text("Còn viết được 10 chữ cái")
    page.fill("textarea", words)
    expect(count).to_contain_text("Dài quá 2.000 chữ cái")
    expect(page.locator("textarea")).to_have_value(words)
    send(page)
    page.wait_for_url("**/next/")
    assert words.strip().encode() in site.bodies[0]
