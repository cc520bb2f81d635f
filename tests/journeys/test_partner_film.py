"""The newspaper's film: from a phone, by two of its people, to a resident's browser."""

from playwright.sync_api import expect

from tests.journeys.partner import two_members
from tests.journeys.test_partner_survey import clean
from tests.journeys.test_s09_lessons import LESSON
from tests.journeys.test_s10_films import CAPTION, PREPARED_WITHIN, phone_film, plays, watch

__all__ = ["phone_film"]

NAME = "Báo Bờ Sông"
TITLE = "Nghe máy lạ: ba việc nên làm"
HEARD = "Một người nghe máy lạ rồi cúp máy."


def uploads(page, stack, film):
    """On a phone: first with nothing chosen, then the film with its captions."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/partner/films/']").click()
    clean(page, "partner-films")
    page.locator("main a[href$='/films/new/']").click()
    page.fill("[name=title]", "Phim nghe máy lạ")
    page.fill("[name=vi_captions]", f"0:00 {CAPTION}")
    page.fill("[name=vi_words]", HEARD)
    page.locator("main form button").click()
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("[name=vi_words]")).to_have_value(HEARD)
    clean(page, "partner-film-new")
    page.set_input_files("[name=file]", film)
    page.locator("main form button").click()
    # The page asks by itself until the worker is done.
    expect(page.locator("main video")).to_be_visible(timeout=PREPARED_WITHIN)
    clean(page, "partner-film")


def writes_a_lesson_with_it(page):
    """From the film's own page; returns the address of what was handed in."""
    page.locator("main a[href$='/lessons/new/']").click()
    page.fill("[name=title]", "Phim ngắn")
    page.fill("[name=about]", "Xem trong một phút.")
    page.locator("[name=purpose][value=fire]").check()
    page.locator("main form button").click()
    page.select_option("[name=film]", label="Phim nghe máy lạ")
    for name, value in (LESSON | {"vi_title": TITLE}).items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name == "right_1" else field.fill(value)
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")
    return page.url


def lets_it_out(page, address):
    """The second person watches the film and reads its words first."""
    page.goto(address)
    expect(page.locator("main video")).to_be_visible()
    expect(page.locator("main")).to_contain_text(HEARD)
    clean(page, "partner-film-second")
    page.locator("button[value=publish]").click()
    expect(page.locator("button[value=publish]")).to_have_count(0)


def test_the_newspapers_film_from_a_phone_to_a_residents_browser(people, stack, phone_film):
    _admin, writer, other = two_members(people, stack, NAME, "bao", "newspaper")
    uploads(writer, stack, phone_film)
    film = writer.locator("main video source").get_attribute("src")
    lets_it_out(other, writes_a_lesson_with_it(writer))
    resident = people.resident()
    watch(resident, stack, title=TITLE)
    expect(resident.locator("main")).to_contain_text(NAME)
    # What its people play before it is out is theirs alone.
    assert resident.request.get(stack.public + film, max_redirects=0).status == 302
    plays(people.resident(script=True), stack, title=TITLE)
