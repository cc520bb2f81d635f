"""At night: a critical tip finds somebody, and a warning finds its second person."""

import datetime
import json
import re
from urllib.parse import urljoin

from playwright.sync_api import expect

from keng.channels.email.fake import text_of
from keng.channels.web_push.fake import FakeBrowser
from keng.kit import times
from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.officer_phone import OfficerPhone
from tests.journeys.resident import Story, read_status, report

# All residents of these tests sit at one line, and the same danger at the same place from one line
# rings as one: so each story of this file happens in a hamlet of its own.
DANGER = "Bây giờ có người cầm dao đang đe dọa em ở cổng xanh lam, cứu em với"
# From the fifth story on a line has one call together (keng.alarms.bundle_calls): whichever order
# the tests come in, the next call waits a minute for each that somebody took just before.
AS_ONE_OF_MANY = 200
# In pixels, under all the bars there are.
FIRST_ROW_BY = 160
TOUCH_SIZE = 44
ROOM = "phong-truc@khan-cap.example"
A_BAR = """<section class="alarm-bar" data-alarm="1" data-all="1" data-said="Cháy">
<p class="alarm-words">Có cháy ở ngõ 7</p><p>chưa ai nhận</p></section>"""
LINK = re.compile(r"http://localhost:\d+\S+")


def test_a_critical_tip_calls_three_and_the_first_taker_stands_the_others_down(
    people, stack, mailbox, push_service
):
    lan, mai, hai = (
        Desk(people.officer(), stack, name).sign_in() for name in ("lan", "mai", "hai")
    )
    mai.takes_what_rings()
    put_on_duty(hai, "Lan")
    put_on_duty(mai, "Mai")
    for officer, address in ((lan, "lan@congan.example"), (mai, "mai@congan.example")):
        keep_pager(officer, address)
    hears_the_test(lan, mailbox, "lan@congan.example")
    device = keep_device(mai, push_service)

    resident = people.resident()
    code = report(resident, stack, Story(DANGER, topic="violence"))
    for address in ("lan@congan.example", "mai@congan.example", ROOM):
        call = text_of(mailbox.wait_for(address, "KHẨN"))
        assert "Nếnh" in call
        assert not any(word in call for word in ("dao", "cổng", "cứu", code))
    pushed = push_service.wait_for(device, "KHẨN")
    assert "dao" not in f"{pushed['title']} {pushed['body']}"
    # On any page of the desk the bar stands and rings.
    mai.page.goto(f"{stack.desk}/groups/")
    expect(mai.page.locator("#alarm [data-alarm]")).to_be_visible()
    lan.page.goto(LINK.search(text_of(mailbox.wait_for("lan@congan.example", "KHẨN"))).group())
    expect(lan.page.locator("#calling")).to_contain_text("Mai")
    lan.press("accept")
    lan.sees("Mai")

    mailbox.wait_for("mai@congan.example", "đã có người lo")
    push_service.wait_for(device, "đã có người lo")
    mailbox.wait_for(ROOM, "đã có người lo")
    expect(mai.page.locator("#alarm [data-alarm]")).to_have_count(0)
    assert read_status(resident, stack, code)


BY_TELEPHONE = "Bây giờ có người cầm dao chém cửa nhà em ở ngõ tre ngà"
REFERENCE = re.compile(r"\d{4}-[A-Z]+-\d{4,}")
# All that a text message says: unit, number of the tip once it has one, and the link.
TEXT_MESSAGE = re.compile(
    rf"KHAN: Cong an phuong Nenh( {REFERENCE.pattern})?, chua ai nhan\s+"
    r"Nhan viec nay: (?P<link>http://\S+/call/\S+)"
)
SPOKEN = re.compile(
    # The number of a tip has the marks of its commune's name where they can be spoken.
    r"KHẨN: Công an phường Nếnh( \d{4}-\w+-\d{4,})?, chưa ai nhận\.\s+"
    r"Nếu bạn đang đến: bấm hoặc nhắn số 1\."
)


def test_an_officer_answers_a_call_with_a_key_and_takes_the_tip_by_the_link_of_a_text(
    people, stack, mailbox
):
    put_on_duty(Desk(people.officer(), stack, "hai").sign_in(), "Bảo")
    phone = OfficerPhone(stack)
    story = Story(BY_TELEPHONE, place="yen ninh nenh", topic="violence")
    report(people.resident(), stack, story)
    called = phone.wait_for("sms", "KHAN", within=AS_ONE_OF_MANY)
    text = TEXT_MESSAGE.fullmatch(called["text"].strip())
    call = phone.wait_for("voice", "KHẨN")
    assert text
    assert SPOKEN.fullmatch(call["text"].strip())
    # The key says that somebody is coming: the others wait.
    phone.press(call, "1")
    mailbox.wait_for(ROOM, "đã có người trả lời và đang đến")
    officer = people.phone()
    officer.goto(text["link"])
    expect(officer.locator("main")).not_to_contain_text("dao")
    officer.locator("main form button").tap()
    expect(officer.locator("main")).to_contain_text("Bạn đã nhận")
    bao = Desk(people.officer(), stack, "bao").sign_in()
    bao.open_tip(BY_TELEPHONE)
    expect(bao.page.locator("main form[action$='/accept/']")).to_have_count(0)


BESIDE = "Bây giờ có người cầm dao đập cửa nhà em ở ngõ hoa giấy"


def test_two_desks_tick_off_what_is_done_and_the_reporter_hears_with_one_tap(people, stack):
    resident = people.resident()
    code = report(resident, stack, Story(BESIDE, place="trung dong nenh", topic="violence"))
    lan, mai = (Desk(people.officer(), stack, name).sign_in() for name in ("lan", "mai"))
    lan.open_tip(BESIDE)
    lan.press("accept")
    # One tap sends the words that stand below the button; the box for other words stays empty.
    lan.open_tip(BESIDE)
    tap = lan.page.locator(".one-tap form", has_text="Bạn có an toàn không?")
    words = tap.locator("p").inner_text()
    tap.locator("button").click()
    expect(lan.page.locator(".dialogue .ours").last).to_contain_text(words)
    expect(lan.page.locator(".internal-notes .internal-note")).to_have_count(0)
    # A letter only leads to its button, however long it is held; Enter sends.
    sent, where = lan.page.locator(".dialogue .ours"), lan.page.locator(".one-tap button").nth(1)
    before = sent.count()
    lan.page.keyboard.down(where.get_attribute("data-key"))
    lan.page.keyboard.down(where.get_attribute("data-key"))
    lan.page.keyboard.up(where.get_attribute("data-key"))
    expect(where).to_be_focused()
    lan.open_tip(BESIDE)
    expect(sent).to_have_count(before)
    lan.page.keyboard.press(where.get_attribute("data-key"))
    lan.page.keyboard.press("Enter")
    expect(sent).to_have_count(before + 1)
    expect(sent.last).to_contain_text("số nhà")
    question, _digits = words.split(" Trả lời 1")
    assert question in read_status(resident, stack, code)
    resident.fill("#write [name=text]", "Không")
    resident.locator("#write p button").last.click()

    mai.open_tip(BESIDE)
    expect(mai.page.locator(".dialogue li").last).to_contain_text("Không")
    expect(mai.page.locator("#checks .done", has_text="Cán bộ đã nhắn")).to_contain_text("Lan")
    mai.page.locator("#checks button", has_text="113 đã nhận").click()
    mai.is_answered()
    mai.page.locator("#checks button", has_text="trên đường tới").click()
    mai.is_answered()
    lan.open_tip(BESIDE)
    done = lan.page.locator("#checks .done", has_text="trên đường tới")
    expect(done).to_contain_text("Mai")
    done.locator("summary").click()
    done.locator("[name=reason]").fill("Xe hỏng dọc đường")
    done.locator("form button").click()
    lan.is_answered()
    mai.open_tip(BESIDE)
    again = mai.page.locator("#checks li", has_text="trên đường tới")
    expect(again).to_contain_text("Xe hỏng dọc đường")
    expect(again.locator("button")).to_be_visible()
    # Whether somebody was called for this tip alone depends on what else came from this line within
    # the hour (alarms.line_bundles), so on the journeys before this one.
    for line in ("Đánh dấu xong: “Lực lượng đang trên", "Bỏ dấu: “Lực lượng"):
        expect(mai.page.locator("ol.timeline", has_text="Đánh dấu")).to_contain_text(line)


WARY = "Bây giờ có người cầm rìu đuổi đánh người ở bãi đá ven sông"


def test_a_bar_that_comes_in_moves_nothing_that_is_pressed(people, stack):
    """Between a press and its release the link would lie elsewhere: nothing would be clicked."""
    page = Desk(people.officer(), stack, "hai").sign_in().page
    asked = []
    page.route(
        "**/alarm/**", lambda route: route.fulfill(body=A_BAR) if asked else asked.append(route)
    )
    page.goto(f"{stack.desk}/figures/")
    page.locator("main a[href='/figures/reports/']").hover()
    page.mouse.down()
    with page.expect_event("requestfinished", lambda each: "/alarm/" in each.url):
        asked[0].fulfill(body=A_BAR)
    page.wait_for_timeout(300)
    assert page.locator("#alarm [data-alarm]").count() == 0
    page.mouse.up()
    page.wait_for_url("**/figures/reports/")
    # Who holds a button down for longer is called all the same.
    asked.clear()
    page.reload()
    page.mouse.down()
    asked[0].fulfill(body=A_BAR)
    expect(page.locator("#alarm [data-alarm]")).to_be_visible()
    page.mouse.up()


def test_an_older_answer_takes_the_place_of_no_newer_bar(people, stack):
    page = Desk(people.officer(), stack, "hai").sign_in().page
    asked = []

    def hold(route):
        asked.append(route)

    page.route("**/alarm/**", hold)
    page.goto(f"{stack.desk}/figures/")
    page.evaluate("document.dispatchEvent(new Event('keng:screen'))")
    page.wait_for_timeout(300)
    older, newer = asked[:2]
    newer.fulfill(body=A_BAR)
    expect(page.locator("#alarm [data-alarm]")).to_be_visible()
    older.fulfill(body="")
    page.wait_for_timeout(300)
    assert page.locator("#alarm [data-alarm]").count() == 1


def test_whoever_wants_no_message_is_sent_none_by_a_tap_and_the_desk_reads_why(people, stack):
    lan = Desk(people.officer(), stack, "lan").sign_in().takes_what_rings()
    resident = people.resident()
    code = report(resident, stack, Story(WARY, place="my dien nenh", topic="violence"))
    lan.open_tip(WARY)
    expect(lan.page.locator(".one-tap")).to_be_visible()
    read_status(resident, stack, code)
    resident.fill("#write [name=text]", "đừng nhắn cho em nữa, nó đọc được")
    resident.locator("#write p button").last.click()
    # The bar says it first, on whatever page somebody is.
    bar = lan.page.locator("#alarm")
    expect(bar).to_contain_text("Không gọi, không nhắn")
    lan.open_tip(WARY)
    expect(lan.page.locator(".one-tap-panel")).to_contain_text("không có câu trả lời nhanh")
    expect(lan.page.locator(".one-tap")).to_have_count(0)
    lan.press("accept")


SIZES = "(all) => all.map((each) => each.getBoundingClientRect()).map((r) => [r.width, r.height])"
FIRST = "Bây giờ có người cầm dao phá cửa nhà em ở xóm giếng cổ"
SECOND = "Bây giờ có người cầm dao đuổi đánh người ở ngõ hoa sữa"
AGAIN = "cứu với, nó đang cầm dao quay lại"


def test_the_bar_leads_through_all_that_ring_and_a_later_cry_for_help_rings_again(people, stack):
    mai = Desk(people.officer(), stack, "mai").sign_in().takes_what_rings()
    resident = people.resident()
    code = report(resident, stack, Story(FIRST, place="hoang mai nenh", topic="violence"))
    report(people.resident(), stack, Story(SECOND, place="hoang mai nenh", topic="violence"))
    page = mai.page
    page.goto(f"{stack.desk}/groups/")
    bar, said = page.locator("#alarm"), page.locator("#alarm-said")
    expect(bar).to_contain_text("1 trên 2")
    expect(bar.locator(".alarm-words")).to_contain_text("giếng cổ")
    # The newest is the one that was read out, with the number of all.
    expect(said).to_contain_text("hoa sữa")
    expect(said).to_contain_text("2 tin khẩn cấp chưa ai nhận")
    page.keyboard.press("F9")
    expect(bar).to_contain_text("2 trên 2")
    expect(bar.locator(".alarm-words")).to_contain_text("hoa sữa")
    expect(said).to_contain_text("2 trên 2")
    # Once more, and it begins anew; back again, and the page is still the same one.
    page.keyboard.press("F9")
    expect(bar).to_contain_text("1 trên 2")
    page.keyboard.press("Shift+F9")
    expect(bar.locator(".alarm-words")).to_contain_text("hoa sữa")
    expect(page).to_have_url(f"{stack.desk}/groups/")
    page.goto(f"{stack.desk}/tips/")
    usual = page.viewport_size
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator("[data-row]").first.bounding_box()["y"] <= FIRST_ROW_BY
        # At one moment: the bar is drawn anew by itself.
        expect(bar.locator(".button").first).to_be_visible()
        sizes = [size for size in bar.locator(".button").evaluate_all(SIZES) if all(size)]
        assert sizes
        assert min(map(min, sizes)) >= TOUCH_SIZE
    page.set_viewport_size(usual)
    # Beside the list the bar follows the tip that is opened: its key takes what is read.
    for words in ("hoa sữa", "giếng cổ"):
        page.locator("a[data-row]", has_text=words).click()
        expect(bar.locator(".alarm-words")).to_contain_text(words)
    mai.takes_what_rings()
    expect(bar.locator("[data-alarm]")).to_have_count(0)

    read_status(resident, stack, code)
    resident.fill("#write [name=text]", AGAIN)
    resident.locator("#write p button").last.click()
    expect(resident.locator("main .notice.warn").first).to_contain_text("gọi 113 ngay")
    expect(bar).to_contain_text("tin nhắn mới báo nguy")
    expect(bar.locator(".alarm-words")).to_contain_text(AGAIN)
    page.keyboard.press("F8")
    expect(bar.locator("[data-alarm]")).to_have_count(0)
    expect(page.locator(".dialogue")).to_contain_text("gọi 113 ngay")


def put_on_duty(leader: Desk, name: str) -> None:
    """A shift around this moment, on the rota of the leader's unit."""
    page = leader.page
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href='/rota/']").click()
    now = times.now().astimezone(times.VIETNAM)
    begins = now - datetime.timedelta(hours=1)
    page.locator("[name=who]").select_option(
        page.locator("[name=who] option", has_text=name).get_attribute("value")
    )
    page.fill("[name=day]", begins.date().isoformat())
    page.fill("[name=begins]", begins.strftime("%H:%M"))
    page.fill("[name=ends]", (now + datetime.timedelta(hours=8)).strftime("%H:%M"))
    page.locator("main form.panel button:not([name])").last.click()
    expect(page.locator("main table")).to_contain_text(name)


def keep_pager(officer: Desk, address: str) -> None:
    """An address to be called at."""
    page = officer.page
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href='/pagers/']").click()
    form = page.locator("main form.panel", has=page.locator("[name=email]"))
    form.locator("[name=email]").fill(address)
    form.locator("[name=code]").fill(officer.code())
    # Whoever has a passkey has a button for it before this one.
    form.locator("button").last.click()
    expect(page.locator("main table")).to_contain_text("congan.example")


def keep_device(officer: Desk, push_service) -> FakeBrowser:
    """This browser as a pager. Its maker's push service is far away, so another one stands in."""
    device = push_service.browser()
    page = officer.page
    page.add_init_script(
        "PushManager.prototype.subscribe = async () => ({toJSON: () => ("
        f"{json.dumps(device.subscription())})}});"
    )
    page.goto(page.url)
    page.locator("form[data-push-key] button").click()
    # The page before has a field of that name too.
    expect(page).to_have_url(re.compile("/pagers/device/"))
    page.fill("[name=code]", officer.code())
    page.locator("main form.panel button").click()
    expect(page.locator("main table tbody tr")).to_have_count(2)
    return device


def hears_the_test(officer: Desk, mailbox, address: str) -> None:
    """Call oneself, follow the call, say that it rang."""
    page = officer.page
    page.locator("form[action='/pagers/test/'] button").click()
    link = LINK.search(text_of(mailbox.wait_for(address, "lần thử")))
    page.goto(link.group())
    page.locator("main form button").click()
    officer.sees("có reo")


def test_the_province_approves_a_warning_on_a_phone_in_three_taps(people, stack, mailbox):
    ward = Desk(people.officer(), stack, "lan").sign_in()
    put_on_duty(Desk(people.officer(), stack, "mai").sign_in(), "Quân")
    quan = Desk(people.phone(), stack, "quan").sign_in()
    keep_pager(quan, "quan@congan.example")
    draft_a_warning(ward.page, stack)
    # The commander sleeps: the author calls the province.
    ward.page.locator("form[action$='/call/'] button").click()
    ward.sees("Đã gọi")
    call = text_of(mailbox.wait_for("quan@congan.example", "chờ bạn duyệt"))
    assert NIGHT_TITLE not in call
    taps = Taps(quan.page)
    taps.follow(LINK.search(call).group())
    quan.sees(NIGHT_TITLE)
    taps.tap("[name=code]")
    quan.page.keyboard.type(quan.code())
    taps.tap("form.decision-panel button[data-send]")
    quan.sees(NIGHT_TITLE)
    expect(quan.page).to_have_url(re.compile("/dispatches/"))
    assert taps.count == 3


PATTERN_TITLE = "Số lạ giả công an phường"


def test_one_officer_sends_a_pattern_at_night_and_somebody_else_looks_at_it(people, stack):
    lan, hai, bao = (
        Desk(people.officer(), stack, name).sign_in() for name in ("lan", "hai", "bao")
    )
    # What one officer fills in alone stands in a report.
    report(
        people.resident(),
        stack,
        Story("Số 0912 000 417 gọi tôi, xưng công an phường, dọa khóa căn cước"),
    )
    write_a_pattern(lan.page)
    open_pattern(hai.page, stack)
    hai.page.fill("[name=code]", hai.code())
    hai.page.locator("form.decision-panel button[data-send]").click()
    hai.sees("sẵn sàng gửi")
    open_pattern(bao.page, stack)
    bao.page.locator("main a[href$='/send/']").click()
    bao.page.fill("[name=number]", "0900 123 777")
    bao.page.locator("button[name=do][value=show]").click()
    bao.sees("gọi từ số 0900 123 777")
    bao.sees("không có trong tin báo nào")
    expect(bao.page.locator("button[name=do][value=send]")).to_have_count(0)
    bao.page.fill("[name=number]", "0912 000 417")
    bao.page.locator("button[name=do][value=show]").click()
    bao.sees("gọi từ số 0912 000 417")
    # Nobody decided yet what part it has: whoever sends alone compares it, and says so.
    numbers = bao.page.locator("[name=numbers]")
    if numbers.count():
        numbers.check()
    bao.page.fill("[name=code]", bao.code())
    bao.page.locator("button[name=do][value=send]").click()
    expect(bao.page).to_have_url(re.compile("/dispatches/"))
    resident = people.resident()
    resident.goto(f"{stack.public}/warnings")
    expect(resident.locator("main")).to_contain_text(PATTERN_TITLE)
    # In the morning: not who sent it.
    bao.page.goto(f"{stack.desk}/warnings/patterns/")
    expect(bao.page.locator("#sent form")).to_have_count(0)
    hai.page.goto(f"{stack.desk}/warnings/")
    hai.page.locator("main a[href$='#sent']").click()
    row = hai.page.locator("#sent tr", has_text=PATTERN_TITLE)
    expect(row).to_contain_text("08:00")
    row.locator("form button").click()
    hai.sees("gửi như vậy là đúng")


def write_a_pattern(page) -> None:
    """Four parts, one blank."""
    page.goto(urljoin(page.url, "/warnings/patterns/"))
    page.locator("main a[href='/warnings/patterns/new/']").click()
    for name, words in {
        "title": PATTERN_TITLE,
        "what": "Có người gọi từ số [số], tự xưng công an phường.",
        "signs": "Dọa khóa căn cước ngay trong ngày.",
        "act": "Cúp máy. Không chuyển tiền.",
        "call": "Trực ban 0204 000 0100, hoặc 113.",
        "expires_on": (times.now() + datetime.timedelta(days=60)).date().isoformat(),
    }.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", index=1)
    for box in page.locator("[name=kinds]").all():
        box.check()
    page.locator("main form.panel button:not([name])").last.click()
    expect(page.locator("main")).to_contain_text("chờ duyệt")


def open_pattern(page, stack) -> None:
    """From the list of patterns."""
    page.goto(f"{stack.desk}/warnings/patterns/")
    page.get_by_role("link", name=PATTERN_TITLE).first.click()


class Taps:
    """Counts what a thumb does; whatever is tapped must be in sight already, without scrolling."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def follow(self, link: str) -> None:
        """Tap the call."""
        self.count += 1
        self.page.goto(link)

    def tap(self, selector: str) -> None:
        """Tap something that is in sight."""
        self.count += 1
        expect(self.page.locator(selector)).to_be_in_viewport()
        self.page.locator(selector).tap()


NIGHT_TITLE = "Kẻ gian giả điện lực đêm nay"


def draft_a_warning(page, stack) -> None:
    """The four parts for the ward, submitted."""
    page.goto(f"{stack.desk}/warnings/new/")
    page.fill("[name=title]", NIGHT_TITLE)
    for name, words in {
        "what": "Có người tự xưng điện lực, đòi trả tiền điện ngay trong đêm.",
        "signs": "Dọa cắt điện trong một giờ.",
        "act": "Cúp máy. Không chuyển tiền.",
        "call": "Trực ban 0204 000 0100, hoặc 113.",
    }.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", index=1)
    page.get_by_label("Phường Nếnh").first.check()
    for box in page.locator("[name=kinds]").all():
        box.check()
    also_who_had_enough(page)
    submit_for_approval(page)
    expect(page.locator("main")).to_contain_text(NIGHT_TITLE)
