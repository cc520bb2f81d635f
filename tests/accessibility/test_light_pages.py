"""Public pages are light and narrow, need no script, and ask nobody but us."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from tests.day import Day
from tests.walk import kind, open_every_page

STORY = "Chiều qua có người gõ cửa từng phòng trọ, bảo đóng tiền để làm thẻ ra vào khu."
SMALLEST = {"width": 320, "height": 640}
ON_THE_SMALLEST_PHONE = {"viewport": SMALLEST, "java_script_enabled": False, "locale": "vi"}
FIRST_VISIT_BYTES = 60 * 1024
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def phone(person):
    """The smallest phone, with scripts switched off."""
    return person(**ON_THE_SMALLEST_PHONE)


@pytest.fixture(scope="module")
def public_pages(browser, stack):
    """Every address that links lead to, and the page of the phones -> pixels too wide."""
    context = browser.new_context(**ON_THE_SMALLEST_PHONE)
    page = context.new_page()
    excess = {}
    for address in open_every_page(page, f"{stack.public}/"):
        excess[address] = page.evaluate(TOO_WIDE)
    page.goto(f"{stack.public}/phones/")
    excess[page.url] = page.evaluate(TOO_WIDE)
    context.close()
    return excess


def test_a_report_is_sent_and_read_again_without_a_script(phone, stack):
    wide = {}

    def measure(page, name):
        # A page that is just being replaced has no document yet.
        page.wait_for_load_state()
        if excess := page.evaluate(TOO_WIDE):
            wide[name] = excess

    day = Day(stack, measure)
    code = day.report(phone, STORY, name="Nguyễn Thị Thử")
    day.open_status(phone, code)
    assert STORY[:40] in phone.locator("main").inner_text()
    phone.locator("details", has=phone.locator("[value=withdraw]")).locator("summary").click()
    measure(phone, "status-open")
    phone.locator("[value=withdraw]").click()
    measure(phone, "take-back")
    phone.locator("[value=take-back]").click()
    measure(phone, "taken-back")
    assert STORY[:40] not in phone.locator("main").inner_text()
    assert wide == {}


def test_subscribing_confirming_and_stopping_need_no_script(phone, stack, mailbox):
    Day(stack).subscribe(phone, mailbox, address="cham-mang@example.org")
    assert "/stop/" in phone.url


def test_no_public_page_is_wider_than_the_smallest_phone(public_pages):
    assert len(public_pages) > 8
    assert {kind(address): wide for address, wide in public_pages.items() if wide} == {}


def test_a_first_visit_weighs_little_and_asks_no_other_host(browser, stack, public_pages):
    heavy, strangers = {}, set()
    for address in public_pages:
        loaded = loaded_by(browser, lambda page, address=address: page.goto(address))
        strangers |= set(loaded) - {urlsplit(stack.public).netloc}
        # The page of the simulated phones is no resident's page: it asks again and again.
        if "/phones" not in address and sum(loaded.values()) > FIRST_VISIT_BYTES:
            heavy[kind(address)] = loaded
    assert heavy == {}
    assert strangers == set()


def test_what_is_too_wide_or_from_another_host_would_be_noticed(browser, phone, stack):
    phone.set_content("<div style='width: 500px'>wide</div>")
    assert phone.evaluate(TOO_WIDE) > 0
    picture = f"<img src='{stack.desk}/static/keng/mark.svg'>"
    loaded = loaded_by(browser, lambda page: page.set_content(picture))
    assert urlsplit(stack.desk).netloc in loaded
    loaded = loaded_by(browser, lambda page: page.goto(stack.public))
    assert loaded[urlsplit(stack.public).netloc] > 100


def loaded_by(browser, visit):
    """Bytes over the wire by host, for a browser that was never here before."""
    context = browser.new_context(viewport=SMALLEST, locale="vi")
    page, requests = context.new_page(), []

    def remember(request):
        requests.append(request)

    page.on("request", remember)
    visit(page)
    page.wait_for_load_state("load")
    loaded = Counter()
    for request in requests:
        if request.url.startswith("data:"):
            continue
        # Whatever was asked for is named, also where the browser took no answer.
        size = 0
        if request.response() is not None:
            sizes = request.sizes()
            size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        loaded[urlsplit(request.url).netloc] += size
    context.close()
    return loaded
