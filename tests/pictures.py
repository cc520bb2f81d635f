"""The pictures of the guides and the phones in motion, made while a day is played."""

import io
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests import day
from tests.day import Day, switch
from tests.journeys.desk import Desk
from tests.stack import Stack

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
# A long page is shown down to here: the picture is to be looked at, not scrolled.
MOST_HEIGHT = {390: 1300, 1280: 1250}
SHADES, EXACT_COLOURS = 56, 40
LANGUAGES = ("vi", "en")
PUBLIC_PAGES = {
    "home": "",
    "first-hour": "first-hour/",
    "privacy": "privacy/",
    "place": "places/07795/",
    "subscribe": "subscribe",
    "public-warnings": "warnings",
}
IN_MOTION_WIDTH = 900
EACH_SECONDS, LAST_SECONDS = 1.8, 5.0
HELD_SECONDS = 120
TO_THE_NEWEST = "screens => screens.forEach(e => { e.scrollTop = e.scrollHeight })"


class Album:
    """A folder of small pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        """The page as it is now, or what fits on its screen, under `name.language.png`."""
        language = page.locator("html").get_attribute("lang")
        if whole:
            # Where the script happens to stand says nothing; in a dialog it does.
            page.evaluate("document.activeElement.blur()")
            # A head that stays in sight would stand in the middle of the page.
            page.evaluate("scrollTo(0, 0)")
        self.keep(page.screenshot(full_page=whole), f"{name}.{language}")

    def keep(self, shot: bytes, name: str) -> None:
        """A picture under this name, no longer than one looks at."""
        picture = Image.open(io.BytesIO(shot)).convert("RGB")
        height = min(picture.height, MOST_HEIGHT.get(picture.width, picture.height))
        flat = _flat(picture.crop((0, 0, picture.width, height)))
        flat.save(self.folder / f"{name}.png", optimize=True)


def _flat(picture: Image.Image) -> Image.Image:
    """Few colours; those of the stylesheet exactly, however small their share of the page."""
    pixels = memoryview(picture.convert("RGBX").tobytes()).cast("I").tolist()
    near = picture.quantize(SHADES, dither=Image.Dither.NONE)
    number = dict(zip(pixels, near.tobytes(), strict=True))
    exact = [colour for colour, _count in Counter(pixels).most_common(EXACT_COLOURS)]
    number |= {colour: SHADES + n for n, colour in enumerate(exact)}
    shades = (near.getpalette() or [])[: 3 * SHADES]
    flat = Image.frombytes("P", picture.size, bytes(map(number.__getitem__, pixels)))
    flat.putpalette(
        [
            *shades,
            *[0] * (3 * SHADES - len(shades)),
            *[part for colour in exact for part in colour.to_bytes(4, sys.byteorder)[:3]],
        ]
    )
    return flat


class Motion:
    """The three phones, one frame for each moment that matters."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address
        self._frames: list[Image.Image] = []

    def open(self) -> None:
        self.page.goto(self._address)

    def frame(self, *, waiting_for: str = "", on: str = "") -> None:
        """What the phones show, once one of them shows these words."""
        if waiting_for:
            expect(self.page.locator(f"#phone-{on}")).to_contain_text(waiting_for, timeout=90_000)
        self.page.locator(".phone-messages").evaluate_all(
            "all => all.forEach(e => { e.scrollTop = e.scrollHeight })"
        )
        shown = self.page.locator(".phones").screenshot()
        picture = Image.open(io.BytesIO(shown)).convert("RGB")
        height = round(picture.height * IN_MOTION_WIDTH / picture.width)
        self._frames.append(picture.resize((IN_MOTION_WIDTH, height), Image.Resampling.LANCZOS))

    def save(self, file: Path) -> None:
        first, *others = self._frames
        times = [round(EACH_SECONDS * 1000)] * len(others) + [round(LAST_SECONDS * 1000)]
        first.save(
            file, save_all=True, append_images=others, duration=times, loop=0, quality=60, method=6
        )


class Session:
    """One sitting: browsers of different people, a day that is played, and the album."""

    def __init__(self, browser: Browser, stack: Stack, folder: Path) -> None:
        self._browser, self.stack = browser, stack
        self.album = Album(folder)
        self.day = Day(stack, self._take)
        self._desks: dict[str, Desk] = {}

    def person(self, width: int, language: str) -> Page:
        viewport = PHONE if width == PHONE["width"] else DESKTOP
        context = self._browser.new_context(
            viewport=viewport, locale=language, color_scheme="light"
        )
        context.set_default_timeout(30_000)
        return context.new_page()

    def desk_of(self, name: str) -> Desk:
        """An officer at a desk PC, signed in once."""
        if name not in self._desks:
            desk = Desk(self.person(1280, "vi"), self.stack, name).sign_in()
            # The first tour is shown by nobody's desk after the first day.
            for button in desk.page.locator("form[action$='/tour/close/'] button").all():
                button.click()
            self._desks[name] = desk
        return self._desks[name]

    def _take(self, page: Page, name: str) -> None:
        if "mistake" not in name:
            self.album.take(page, name)

    def hear(self) -> list[str]:
        """Three people report: on the phone, on the web, on the web in English; two receipts."""
        self.motion = Motion(self.person(1180, "vi"), f"{self.stack.public}/phones/")
        self.motion.page.set_viewport_size({"width": 1180, "height": 860})
        self.motion.open()
        self.motion.frame()
        self.motion.page.fill("#say-resident", day.BY_PHONE)
        self.motion.frame()
        self.day.say_on_phone(self.motion.page, day.BY_PHONE)
        self.motion.frame()
        texts = {"vi": day.IN_VIETNAMESE, "en": day.IN_ENGLISH}
        return [
            self.day.report(self.person(390, language), text) for language, text in texts.items()
        ]

    def weigh_and_warn(self) -> Desk:
        """The duty officer joins and drafts, the commander approves; the commander's desk."""
        duty = self.desk_of("lan")
        self.both(duty.page, self.with_a_tip(duty.page), "inbox")
        with self._looking(day.unseen):
            self.day.weigh(duty)
        for name in ("tip", "incident"):
            self.both(duty.page, self.day.places[name], name)
        self.at_night(duty.page, self.day.places["tip"], "tip-night")
        self._on_a_phone(duty.page)
        switch(duty.page)
        self.day.draft_warning(duty)
        switch(duty.page)
        self.day.hand_in_warning(duty)
        commander = self.desk_of("hai")
        with self._looking(self._approving):
            self.day.approve(commander)
        return commander

    def carry(self, commander: Desk) -> None:
        """What came of it: the phones, the lead's page, the coverage."""
        self.motion.frame(waiting_for=day.TITLE, on="group")
        self.day.pass_on(self.person(390, "vi"))
        self.motion.frame(waiting_for=day.TITLE, on="parents")
        for name in ("dispatch", "dispatch-coverage"):
            self.both(commander.page, self.day.places[name], name)
        for name in ("groups", "leads"):
            self.both(commander.page, f"{self.stack.desk}/{name}/", name)
        auditor = self.desk_of("thu")
        self.both(auditor.page, f"{self.stack.desk}/audit/", "audit")

    def tell(self, codes: list[str]) -> None:
        """The reporters read the answer, and everybody the warning."""
        self.motion.frame(waiting_for=day.ANSWER[:40], on="resident")
        self.motion.save(self.album.folder / "phones.webp")
        for language, code in zip(LANGUAGES, codes, strict=True):
            page = self.person(390, language)
            with self._looking(day.unseen):
                wait_for_answer(self.day, page, code)
            self.album.take(page, "status")
            for name, address in PUBLIC_PAGES.items():
                page.goto(f"{self.stack.public}/{address}")
                self.album.take(page, name)
            warning = self.day.places["warning"]
            page.goto(warning)
            self.album.take(page, "warning")
            card = page.request.get(f"{warning}/card.png?in={language}")
            self.album.keep(card.body(), f"card.{language}")
            page.set_viewport_size(DESKTOP)
            page.goto(f"{warning}/poster")
            self.album.take(page, "poster")

    @contextmanager
    def _looking(self, look: day.Look) -> Iterator[None]:
        before, self.day.look = self.day.look, look
        yield
        self.day.look = before

    def both(self, page: Page, address: str, name: str) -> None:
        """A page in both languages."""
        page.goto(address)
        self._now_both(page, name)

    def with_a_tip(self, page: Page, words: str = "") -> str:
        """The address of the list with one of its tips open beside it."""
        page.goto(f"{self.stack.desk}/tips/")
        found = page.locator("a[data-row]", has_text=words)
        row = (found if found.count() else page.locator("a[data-row]")).first.get_attribute("href")
        assert row
        return f"{self.stack.desk}/tips/?tip={row.strip('/').split('/')[-1]}"

    def at_night(self, page: Page, address: str, name: str) -> None:
        """A page by night, in Vietnamese alone: what differs are its colours."""
        page.emulate_media(color_scheme="dark")
        page.goto(address)
        self.album.take(page, name)
        page.emulate_media(color_scheme="light")

    def _now_both(self, page: Page, name: str, *, whole: bool = True) -> None:
        for _ in LANGUAGES:
            self.album.take(page, name, whole=whole)
            switch(page)

    def _approving(self, page: Page, name: str) -> None:
        self._now_both(page, name)
        page.set_viewport_size(PHONE)
        self._now_both(page, f"{name}-phone", whole=False)
        page.set_viewport_size(DESKTOP)

    def _on_a_phone(self, page: Page) -> None:
        page.set_viewport_size(PHONE)
        self.both(page, f"{self.stack.desk}/tips/", "inbox-phone")
        self.both(page, self.day.places["tip"], "tip-phone")
        page.set_viewport_size(DESKTOP)


def wait_for_answer(played: Day, page: Page, code: str) -> None:
    """An answer is held a while, so that the officer can take it back."""
    deadline = time.monotonic() + HELD_SECONDS
    played.open_status(page, code)
    while day.ANSWER[:40] not in page.locator("main").inner_text():
        assert time.monotonic() < deadline
        time.sleep(3)
        page.goto(f"{played.stack.public}/status/tip/")


def play(session: Session) -> None:
    """The day, with every picture on the way."""
    codes = session.hear()
    commander = session.weigh_and_warn()
    session.carry(commander)
    session.tell(codes)
