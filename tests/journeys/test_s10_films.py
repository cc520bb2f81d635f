"""S10: a short film. An officer uploads it, the worker makes it small, a resident can play it."""

import subprocess

import imageio_ffmpeg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.test_s09_lessons import LESSON, faults, looks_right, reads_well

TITLE = "Nghe máy lạ: ba việc nên làm"
CAPTION = "Cúp máy, tự gọi lại số trực ban."
PREPARED_WITHIN = 90_000


@pytest.fixture(scope="module")
def phone_film(tmp_path_factory):
    """Two seconds as a phone records them: 720 lines, with sound."""
    path = tmp_path_factory.mktemp("film") / "phim.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1280x720:rate=24:duration=2",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=2",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-shortest",
            str(path),
        ],
        check=True,
        timeout=120,
    )
    return path


def test_a_film_goes_from_an_officers_phone_to_a_residents_browser(
    people, stack, phone_film, tmp_path
):
    writer = Desk(people.officer(), stack, "mai").sign_in()
    page = writer.page
    open_films(page)
    page.get_by_role("link", name="Tải phim lên").click()
    poison = tmp_path / "phim.mp4"
    poison.write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    fill(page, poison)
    writer.sees("Tệp này không phải phim")
    assert faults(page) == []
    fill(page, phone_film)
    # The page asks by itself until the worker is done.
    expect(page.locator("#film video")).to_be_visible(timeout=PREPARED_WITHIN)
    assert faults(page) == []

    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.get_by_role("link", name="Mở bộ bài").click()
    page.fill("[name=title]", "Phim ngắn")
    page.fill("[name=about]", "Xem trong một phút.")
    page.locator("[name=purpose][value=fraud]").check()
    page.get_by_role("button", name="Mở bộ và viết bài").click()
    page.select_option("[name=film]", label="Phim nghe máy lạ")
    for name, value in (LESSON | {"vi_title": TITLE}).items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name == "right_1" else field.fill(value)
    page.get_by_role("button", name="Nộp để người thứ hai đăng").click()

    second = Desk(people.officer(), stack, "quan").sign_in()
    page = second.page
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("#film video")).to_be_visible()
    page.fill("[name=code]", second.code())
    page.get_by_role("button", name="Đăng", exact=True).click()
    second.sees("ai cũng đọc được")

    reads_well(people, watch(people.resident(), stack))
    plays(people.resident(script=True), stack)


def open_films(page: Page) -> None:
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.locator("main").get_by_role("link", name="Phim", exact=True).click()


def fill(page: Page, path) -> None:
    page.fill("[name=title]", "Phim nghe máy lạ")
    page.set_input_files("[name=file]", path)
    page.fill("[name=vi_captions]", f"0:00 {CAPTION}")
    page.fill("[name=vi_words]", "Một người nghe máy lạ rồi cúp máy.")
    page.get_by_role("button", name="Tải lên", exact=True).click()


def watch(page: Page, stack, *, title: str = TITLE) -> str:
    """Without script: the browser's own player, captions, and the text to read."""
    page.goto(stack.public)
    page.locator("#learn").locator("xpath=../..").get_by_role("link", name=title).click()
    video = page.locator("video")
    expect(video).to_have_attribute("preload", "none")
    expect(video).to_have_attribute("controls", "")
    assert video.get_attribute("autoplay") is None
    looks_right(page)
    source = stack.public + video.locator("source").get_attribute("src")
    part = page.request.get(source, headers={"Range": "bytes=0-99"})
    assert (part.status, len(part.body())) == (206, 100)
    captions = page.request.get(stack.public + video.locator("track").get_attribute("src"))
    assert CAPTION in captions.text()
    page.get_by_text("Đọc bản chữ").click()
    expect(page.locator("main details")).to_contain_text("Một người nghe máy lạ")
    return page.url


def plays(page: Page, stack, *, title: str = TITLE) -> None:
    """The browser knows its length and moves on."""
    page.goto(f"{stack.public}/lessons")
    page.get_by_role("link", name=title).click()
    length = page.locator("video").evaluate(
        "async film => { film.muted = true; await film.play(); return film.duration }"
    )
    assert 1.5 < length < 3
