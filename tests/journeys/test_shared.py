"""A message that another app shares with the installed site, caught by the service worker.

No program can open the share sheet of a phone, so the form is posted that Android posts from it.
"""

import re

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk

WRITER = "Nghiêm Thị Hỏi Han"
CHAT = f"[20:14, 3/5] {WRITER}: Có số 0912000452 xưng công an, bảo cài app dinhdanh-moi.example"
# What a phone posts by itself: words and a picture.
_SHARE = """async ([manifest, text]) => {
  const { share_target: target } = await (await fetch(manifest)).json();
  const form = document.createElement("form");
  Object.assign(form, { action: target.action, method: target.method, enctype: target.enctype });
  const words = document.createElement("input");
  Object.assign(words, { type: "hidden", name: target.params.text, value: text });
  const picture = document.createElement("input");
  Object.assign(picture, { type: "file", name: target.params.files[0].name });
  const chosen = new DataTransfer();
  const drawn = await new Promise((done) => document.createElement("canvas").toBlob(done));
  chosen.items.add(new File([drawn], "anh.png", { type: "image/png" }));
  picture.files = chosen.files;
  form.append(words, picture);
  document.body.append(form);
  form.submit();
}"""
_KEPT = """async () => [
  (await indexedDB.databases()).map((each) => each.name),
  Object.keys(sessionStorage).filter((name) => name.startsWith("keng-shared")),
]"""
# Left while it is sealed: the seal ends after the exit, and must not put anything back.
_LEFT_WHILE_SEALED = """async () => {
  const { deleteDatabase } = IDBFactory.prototype;
  const deleted = new Promise((done) => {
    IDBFactory.prototype.deleteDatabase = function (name) {
      const request = deleteDatabase.call(this, name);
      request.addEventListener("success", done);
      return request;
    };
  });
  document.querySelector("[data-keep-here]").click();
  document.dispatchEvent(new Event("keng:left"));
  await deleted;
}"""
_OLD_BOX = """() => new Promise((done) => {
  const opening = indexedDB.open("keng-shared", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("box").put({ until: 0 }, "box");
  opening.onsuccess = () => done(opening.result.close());
})"""


def set_up(page: Page, address: str) -> None:
    """One tap on the page that says what it is; the phone then knows where to share to."""
    page.goto(address)
    page.locator("[data-share-setup] button").click()
    expect(page.locator("[data-setup-said=ready]")).to_be_visible()
    # The script serves pages that are opened from now on.
    page.goto(address)
    page.wait_for_function("navigator.serviceWorker.controller")


def share_to(page: Page) -> None:
    """As the share sheet does; nothing of it gets to the site."""
    manifest = page.locator("link[rel=manifest]").get_attribute("href")
    with page.expect_response(lambda answer: answer.request.method == "POST") as caught:
        page.evaluate(_SHARE, [manifest, CHAT])
    assert caught.value.from_service_worker


def test_a_resident_shares_a_message_and_begins_a_report_with_two_taps(people, stack):
    page = people.resident(script=True)
    set_up(page, f"{stack.public}/share/")
    share_to(page)
    words = page.locator("form[data-shared] textarea")
    expect(words).to_have_value(CHAT)
    assert page.url.endswith("/share/")
    # Not even the address that it came to, which a history keeps, had the key in it.
    came_to = page.evaluate("performance.getEntriesByType('navigation')[0].name")
    assert came_to.partition("#")[2] in {"", "shared"}
    # Opened, and no longer in the browser; kept again only by the box.
    page.wait_for_function("async () => !(await indexedDB.databases()).length")
    page.locator("[data-keep-here]").check()
    page.wait_for_function("async () => (await indexedDB.databases()).length")
    page.reload()
    expect(words).to_have_value(CHAT)
    # The page becomes a calendar at once; what is asked here comes after the exit has arrived.
    with page.expect_event("load"):
        page.locator("header [data-leaves] button").click()
    assert page.evaluate(_KEPT) == [[], []]
    page.goto(f"{stack.public}/share/")
    expect(words).to_have_value("")
    page.evaluate(_LEFT_WHILE_SEALED)
    assert page.evaluate(_KEPT) == [[], []]

    share_to(page)
    expect(words).to_have_value(CHAT)
    page.locator("button[name=report]").click()
    main = page.locator("main")
    expect(main).to_contain_text("Đã bắt đầu tin báo của bạn")
    expect(main).to_contain_text("1 tệp")
    expect(main.locator("blockquote")).to_contain_text("dinhdanh-moi.example")
    expect(main.locator("blockquote")).not_to_contain_text(WRITER)
    page.evaluate(_OLD_BOX)
    page.goto(f"{stack.public}/share/")
    page.wait_for_function("async () => !(await indexedDB.databases()).length")


def test_an_officers_share_waits_behind_the_locked_screen_and_is_covered_with_two_taps(
    people, stack
):
    desk = Desk(people.officer_with_a_phone(), stack, "lan").sign_in()
    page = desk.page
    set_up(page, f"{stack.desk}/tips/take-down/chat/")
    with page.expect_response(re.compile("lock")):
        page.evaluate("document.querySelector('[data-lock-screen]').click()")
    expect(page.locator("#screen-cover")).to_be_visible()
    share_to(page)
    page.wait_for_url(re.compile("next="))
    assert CHAT not in page.content()
    page.locator("main [name=pin]").fill(desk.code())
    page.keyboard.press("Enter")
    expect(page.locator("form[data-shared] textarea")).to_have_value(CHAT)
    page.locator("form[data-shared] [data-send]").click()
    expect(page.locator("form[data-shared-arrived]")).to_be_visible()
    assert WRITER not in page.content()
    page.wait_for_function("async () => !(await indexedDB.databases()).length")
