"""Pictures of what residents read beside the loop, and who keeps it up: in Vietnamese alone."""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.pictures import Session

# So much of a page is looked at.
PHONE_PAGE, DESK_PAGE = {"width": 390, "height": 1100}, {"width": 1280, "height": 820}
LISTED = "0510 246 811"
WARD = "places/07795/"
RESULT, OPEN_SURVEY = "Về nhà sau 22", "Làm giấy tờ"
FILM = "Nghe máy lạ: ba việc nên làm"
CAPTION = "Cúp máy, tự gọi lại số trực ban."
DESK_LISTS = {
    "houses": "establishments/",
    "houses-missing": "establishments/missing/",
    "desk-lookup": "listings/",
    "desk-claims": "claims/",
    "desk-surveys": "surveys/",
    "desk-lessons": "lessons/",
    "desk-questions": "questions/",
    "desk-partners": "partners/",
}
ENOUGH = 2
PREPARED_WITHIN = 180_000


def corner(session: Session) -> None:
    """Around a demo in which a few of everything stand."""
    _public(session)
    page = session.desk_of("mai").page
    page.set_viewport_size(DESK_PAGE)
    for name, address in DESK_LISTS.items():
        _take(session, page, f"{session.stack.desk}/{address}", name)
    ward = session.desk_of("lan").page
    ward.set_viewport_size(DESK_PAGE)
    ward.goto(f"{session.stack.desk}/groups/?kind=team")
    ward.locator("main tbody a").first.click()
    _first(session, ward, ward.url, "main a[href$='/team/']", "team")
    _in_a_chat(session)
    _film(session, page)


def history(session: Session) -> None:
    """A desk with three years behind it: what rises, what a warning changed, what is reported."""
    desk, page = session.stack.desk, session.desk_of("mai").page
    page.set_viewport_size(DESK_PAGE)
    _first(session, page, f"{desk}/tips/waves/", "main a[href*='/waves/']", "wave")
    page.goto(f"{desk}/figures/reports/?kind=month")
    page.locator("main form[action$='/draft/'] button").first.click()
    session.album.take(page, "periodic", whole=False)
    page.goto(f"{desk}/figures/reports/")
    page.locator("main tbody a").last.click()
    _first(session, page, page.url, "main a[href$='/charts/']", "charts")
    page.goto(f"{desk}/warnings/")
    rows = page.locator("main a[href^='/warnings/']").evaluate_all("all => all.map(a => a.href)")
    for address in rows:
        page.goto(address)
        # One with tips where it went and elsewhere shows what is compared.
        if page.locator("#before-after tbody a").count() > ENOUGH:
            page.locator("#before-after").scroll_into_view_if_needed()
            session.album.take(page, "before-after", whole=False)
            return


def _public(session: Session) -> None:
    page, public = session.person(390, "vi"), session.stack.public
    page.set_viewport_size(PHONE_PAGE)
    page.goto(f"{public}/lookup/")
    page.fill("[name=q]", LISTED)
    page.locator("main form button").first.click()
    session.album.take(page, "lookup", whole=False)
    _first(session, page, f"{public}/claims", "main a[href='/claims/2']", "claim")
    for words, name in ((RESULT, "survey-result"), (OPEN_SURVEY, "survey")):
        page.goto(f"{public}/surveys")
        page.locator("main a", has_text=words).first.click()
        if name == "survey":
            page.locator("main form button").first.click()
        session.album.take(page, name, whole=False)
    _take(session, page, f"{public}/lessons", "lessons")
    _first(session, page, f"{public}/lessons", "main a[href^='/pledges/']", "pledge")
    _take(session, page, f"{public}/{WARD}questions/", "questions")
    _first(session, page, f"{public}/partners/", "main a[href^='/partners/articles/']", "article")
    _take(session, page, f"{public}/official-channels/", "official-channels")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    _take(session, page, f"{public}/first-hour/", "first-hour-print")


def _in_a_chat(session: Session) -> None:
    """The open survey, answered by numbers on the simulated phone."""
    page, public = session.person(1180, "vi"), session.stack.public
    page.goto(f"{public}/surveys")
    page.locator("main a", has_text=OPEN_SURVEY).first.click()
    words = page.locator("main .code-box").first.inner_text()
    page.goto(f"{public}/phones/")
    phone = page.locator("#phone-resident")
    for said, answer in ((words, "Câu 1"), ("2", "Câu 2")):
        phone.locator("#say-resident").fill(said)
        phone.locator("form button").click()
        expect(phone).to_contain_text(answer, timeout=60_000)
    page.locator(".phone-messages").evaluate_all(
        "all => all.forEach(e => { e.scrollTop = e.scrollHeight })"
    )
    session.album.keep(phone.screenshot(), "survey-chat.vi")


def _film(session: Session, page: Page) -> None:
    page.goto(f"{session.stack.desk}/lessons/films/new/")
    with tempfile.TemporaryDirectory() as folder:
        page.fill("[name=title]", FILM)
        page.set_input_files("[name=file]", _recorded(Path(folder)))
        page.fill("[name=vi_captions]", f"0:00 {CAPTION}")
        page.fill("[name=vi_words]", CAPTION)
        page.get_by_role("button", name="Tải lên", exact=True).click()
        expect(page.locator("#film video")).to_be_visible(timeout=PREPARED_WITHIN)
    session.album.take(page, "film", whole=False)


def _recorded(folder: Path) -> Path:
    still, film = folder / "still.png", folder / "phim.mp4"
    picture = Image.new("RGB", (1280, 720), "#0a5c6b")
    draw = ImageDraw.Draw(picture)
    for n, line in enumerate(("CUP MAY", "TU GOI LAI SO TRUC BAN", "KHONG DOC MA")):
        draw.text((120, 150 + 150 * n), f"{n + 1}. {line}", fill="white", font_size=72)
    picture.save(still)
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-loglevel",
            "error",
            "-loop",
            "1",
            "-i",
            str(still),
            "-f",
            "lavfi",
            "-i",
            "anullsrc",
            "-t",
            "4",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            str(film),
        ],
        check=True,
        timeout=120,
    )
    return film


def _take(session: Session, page: Page, address: str, name: str) -> None:
    page.goto(address)
    session.album.take(page, name, whole=False)


def _first(session: Session, page: Page, address: str, link: str, name: str) -> None:
    page.goto(address)
    page.locator(link).first.click()
    session.album.take(page, name, whole=False)
