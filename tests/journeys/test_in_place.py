"""Pages of tips that follow each other in place: what comes instead of a page loses no word."""

import itertools
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

WORDS = "Đèn đường ở ngõ {} hỏng cả tuần, tối qua có người ngã xe"
# Each has a tip of its own: what one does to it the next one would find done.
LANES = itertools.count(701)
HALF = "Bạn cho biết thêm số nhà gần đó"
# Set once in a document: gone where the browser loads another.
MARK = "document.documentElement.dataset.mark = 'same'"
FAILED = "<!DOCTYPE html><title>x</title><main><h1>Có lỗi ở phía chúng tôi</h1></main>"
SIGN_IN = "<!DOCTYPE html><title>x</title><main><h1>Đăng nhập</h1></main>"


@pytest.fixture
def page(people, stack) -> Page:
    """The page of a tip, with a letter half written."""
    words = WORDS.format(next(LANES))
    report(people.resident(), stack, Story(words, topic="other"))
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(words[:20])
    desk.page.evaluate(MARK)
    desk.page.fill("#reply-text", HALF)
    return desk.page


def answer(page: Page, how) -> None:
    """The next form that is sent is answered like this, and by the site from then on."""

    def once(route: Route) -> None:
        if route.request.method == "POST" and route.request.url.endswith(("/reply/", "/accept/")):
            how(route)
        else:
            route.fallback()

    page.unroute("**/tips/**")
    page.route("**/tips/**", once)


def is_same_document(page: Page) -> bool:
    return page.evaluate("document.documentElement.dataset.mark") == "same"


def send(page: Page) -> None:
    page.locator("form.reply [data-send]").click()


def test_whatever_comes_instead_of_a_page_every_word_stays(page):
    notice, box = page.locator("#not-done"), page.locator("#reply-text")
    instead = {
        "Chưa có trả lời": lambda route: route.abort(),
        "đúng chỗ đó": lambda route: route.fulfill(status=503, content_type="text/html", body=""),
        "Có lỗi ở phía chúng tôi": lambda route: route.fulfill(
            status=500, content_type="text/html", body=FAILED
        ),
    }
    for words, how in instead.items():
        answer(page, how)
        send(page)
        expect(notice).to_contain_text(words, use_inner_text=True)
        expect(box).to_have_value(HALF)
    answer(page, lambda route: route.fulfill(status=423))
    send(page)
    cover = page.locator("#screen-cover")
    expect(cover).to_be_visible()
    expect(box).to_have_value(HALF)
    assert is_same_document(page)


def test_whoever_is_signed_out_goes_on_once_they_are_signed_in_again(page):
    box = page.locator("#reply-text")
    answer(page, lambda route: route.fulfill(status=403, content_type="text/html", body=SIGN_IN))
    send(page)
    expect(page.locator("#not-done")).to_contain_text("phiên của bạn đã hết")
    expect(box).to_have_value(HALF)
    page.unroute("**/tips/**")
    send(page)
    expect(page.locator(".dialogue .ours").last).to_contain_text(HALF)
    expect(box).to_have_value("")
    assert is_same_document(page)


def test_what_is_half_written_is_gone_once_somebody_has_to_sign_in(page, stack):
    """Signed out in another tab, or by time: whoever sits down next reads no letter of theirs."""
    kept = "sessionStorage.getItem('keng-unsent')"
    assert HALF in page.evaluate(kept)
    page.context.clear_cookies()
    page.goto(f"{stack.desk}/tips/")
    expect(page.locator("main.sign-in")).to_be_visible()
    assert page.evaluate(kept) is None


def test_a_file_is_kept_and_the_page_stays(page):
    headers = {"Content-Disposition": 'attachment; filename="ban-sao.pdf"'}
    answer(page, lambda route: route.fulfill(content_type="application/pdf", headers=headers))
    with page.expect_download() as got:
        send(page)
    assert got.value.suggested_filename == "ban-sao.pdf"
    expect(page.locator("#reply-text")).to_have_value(HALF)


# An answer of which the head is there, and whose body comes when `finish` is called.
SLOW_FILE = """() => {
  window.fetch = async (href, { signal }) => {
    const body = new ReadableStream({ start(stream) {
      signal.addEventListener("abort", () => stream.error(new Error("aborted")));
      window.finish = () => { stream.enqueue(new Uint8Array(8)); stream.close(); };
    } });
    const name = 'attachment; filename="ho-so.zip"';
    const headers = { "Content-Type": "application/zip", "Content-Disposition": name };
    return Object.defineProperty(new Response(body, { headers }), "url", { value: location.href });
  };
}"""


def test_a_large_file_and_a_slow_picture_are_not_broken_off(page, stack):
    page.clock.install()
    page.evaluate(SLOW_FILE)
    send(page)
    page.wait_for_function("Boolean(window.finish)")
    page.clock.fast_forward(60_000)
    with page.expect_download() as got:
        page.evaluate("window.finish()")
    assert got.value.suggested_filename == "ho-so.zip"

    waiting: list[Route] = []

    def hold_up(route: Route) -> None:
        waiting.append(route)

    page.goto(f"{stack.desk}/tips/take-down/chat/")
    page.route("**/take-down/chat/", hold_up)
    page.locator("form[data-chat] [data-send]").click()
    page.wait_for_function("document.documentElement.ariaBusy === 'true'")
    page.clock.fast_forward(60_000)
    page.wait_for_timeout(200)
    assert page.locator("html[aria-busy=true]").count() == 1
    expect(page.locator("#not-done")).to_be_hidden()
    for each in waiting:
        each.continue_()


def test_two_taps_send_once_and_two_enters_reach_one_tip(page):
    sent = []
    page.on("request", lambda each: each.method == "POST" and sent.append(each.url))
    page.locator("form.reply [data-send]").dblclick()
    expect(page.locator(".dialogue .ours").last).to_contain_text(HALF)
    assert len([url for url in sent if url.endswith("/reply/")]) == 1
    page.locator(".actions [data-key='1']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".actions .chip.ok")).to_be_visible()
    page.wait_for_timeout(500)
    acts = [url for url in sent if re.search(r"/tips/[0-9a-f-]{36}/(?!now/)\w+/$", url)]
    assert [url.rsplit("/", 2)[1] for url in acts] == ["reply", "accept"]


def test_a_second_button_waits_for_the_first(page):
    page.locator(".actions [data-key='1']").click()
    page.locator("form[action$='/rate/'] [value=of_value]").click()
    expect(page.locator("form[action$='/rate/'] strong")).to_have_text("Có giá trị")
    expect(page.locator(".actions .chip.ok")).to_be_visible()


def test_the_way_back_a_reload_and_what_is_read_out(page):
    here = page.url
    page.keyboard.press("Escape")
    page.locator(".actions [data-key='4']").click()
    page.wait_for_url("**/decline/**")
    assert is_same_document(page)
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#page-said")).to_contain_text(page.title())
    page.locator("#main [data-key='5']").click()
    page.wait_for_url("**kind=spam**")
    page.go_back()
    page.wait_for_url(re.compile(r"/decline/\?(?!.*kind)"))
    expect(page.locator("[data-send]")).to_have_count(0)
    page.go_back()
    page.wait_for_url(here)
    expect(page.locator("#reply-text")).to_have_value(HALF)
    page.go_forward()
    page.wait_for_url("**/decline/**")
    assert is_same_document(page)
    page.reload()
    expect(page.locator("#main [data-key='5']")).to_be_visible()
    assert not is_same_document(page)


def test_a_refusal_names_what_happened_and_keeps_the_words(page, people, stack):
    other = Desk(people.officer(), stack, "bao").sign_in()
    other.page.goto(page.url)
    other.press("accept")
    other.sees("bạn đã nhận")
    send(page)
    expect(page.locator("[data-read-first]")).to_be_visible()
    expect(page.locator("#main textarea")).to_have_value(HALF)
    assert is_same_document(page)
    page.locator("#main [data-send]").click()
    expect(page.locator(".dialogue .ours").last).to_contain_text(HALF)
    expect(page.locator("#reply-text")).to_have_value("")
