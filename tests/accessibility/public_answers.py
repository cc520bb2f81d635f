"""Public pages that no link leads to: what answers a form, a mistake, a dead link or no network."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stack import Stack

Look = Callable[[Page, str], None]
NO_SUCH = "A" * 43
# The wrong codes that are answered at once; the next one is asked to wait.
AT_ONCE = 20
WELL_FORMED = "0000-0000-0000-0000"


def send(page: Page) -> None:
    """The main form, as it stands."""
    page.locator("main form button:not(.visually-hidden):not([name])").last.click()


def mistakes_of_the_report(page: Page, stack: Stack, look: Look, words: str) -> str:
    """Each question answered wrongly first; the receipt code."""
    page.goto(f"{stack.public}/report/who-gets/")
    page.locator("button[name=desk][value=province]").click()
    page.locator("button[name=topic][value=scam]").click()
    send(page)
    _is_refused(page)
    look(page, "where-empty")
    for query in ("khong co noi nay", "tan tien", "quang"):
        page.fill("[name=q]", query)
        page.locator("main button[name=find]:visible").last.click()
        look(page, f"where-{query}")
    page.locator("#choice-unsure").check()
    send(page)
    send(page)
    _is_refused(page)
    look(page, "describe-empty")
    page.fill("[name=text]", words)
    page.locator("#now").check()
    page.locator("[name=money_moved]").check()
    look(page, "describe-urgent")
    page.locator("#over").check()
    page.locator("[name=money_moved]").uncheck()
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-no-network]")).to_be_visible()
    look(page, "describe-without-network")
    page.context.set_offline(False)
    expect(page.locator("[name=wish]").first).to_be_visible()
    page.locator("[name=wish][value=sealed]").check()
    send(page)
    _is_refused(page)
    look(page, "name-mistake")
    page.locator("[name=wish][value=anonymous]").check()
    send(page)
    page.locator("main form button.big").click()
    code = page.locator("output").inner_text()
    page.locator("a[href$='/print/']").click()
    look(page, "receipt-to-print")
    page.goto(f"{stack.public}/report/check/")
    look(page, "report-gone")
    return code


def the_report_later(page: Page, stack: Stack, look: Look, code: str) -> None:
    """The report's own page: an empty answer, a sent one, and too many wrong codes."""
    page.goto(f"{stack.public}/status/")
    page.fill("[name=code]", code)
    page.locator("main form button").first.click()
    page.locator("#write p button").last.click()
    _is_refused(page)
    look(page, "status-empty-answer")
    page.fill("[name=text]", "Chiều nay họ gọi lại. This afternoon they called again.")
    page.locator("#write p button").last.click()
    expect(page.locator(".dialogue")).to_contain_text("they called again")
    look(page, "status-answered")
    page.goto(f"{stack.public}/status/")
    for _ in range(AT_ONCE + 2):
        page.fill("[name=code]", WELL_FORMED)
        page.locator("main form button").first.click()
        _is_refused(page)
    look(page, "status-too-many")


def dead_ends(page: Page, stack: Stack, look: Look) -> None:
    """Links that lead nowhere any more, forms that came too late, and wrong codes."""
    for name, path in {
        "no-such-page": "no/such/page",
        "no-such-lead": f"relay/{NO_SUCH}",
        "no-such-subscription": f"subscribe/{NO_SUCH}",
        "no-such-stop": f"stop/{NO_SUCH}",
        "no-such-place": "places/99999/",
        "no-such-warning": "w/AAAAAA",
        "no-place-found": "places/?q=khong+co+noi+nay",
        "places-found": "places/?q=nenh",
    }.items():
        page.goto(f"{stack.public}/{path}")
        look(page, name)
    page.goto(f"{stack.public}/r/{NO_SUCH}")
    look(page, "one-time-link")
    page.locator("main form button").click()
    look(page, "one-time-link-used")
    page.goto(f"{stack.public}/verify")
    for code in ("", "AAAAAA"):
        page.fill("[name=code]", code)
        page.locator("main form button").click()
        look(page, f"verify-{code}")
    page.goto(f"{stack.public}/subscribe")
    page.fill("[name=email]", "khong-phai-dia-chi")
    page.fill("[name=q]", "khong co noi nay")
    page.locator("main button[name=find]").click()
    look(page, "subscribe-no-place")
    page.goto(f"{stack.public}/verify")
    page.context.clear_cookies()
    page.locator("main form button").click()
    look(page, "form-expired")


def _is_refused(page: Page) -> None:
    """The summary of mistakes is there, and the keyboard with it."""
    expect(page.locator("#problem")).to_be_focused()
