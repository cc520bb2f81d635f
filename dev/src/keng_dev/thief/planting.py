"""People who do not exist, planted by the ways in which people tell who they are."""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO

from PIL import Image

from keng.accounts.models import Officer, Post
from keng.acts.work import work
from keng.decisions.legal_hold import ask_for_hold
from keng.dialogue import reporter
from keng.duty.pager_acts import add_email_pager
from keng.intake.by_staff.take_down import TipByStaff, destination_at_desk, take_down_tip
from keng.intake.incoming_tip import IncomingTip
from keng.intake.receive import receive_tip
from keng.kit import times
from keng.lookup.actions.disputes import object_to_listing
from keng.lookup.keys import lookup_hash_of
from keng.lookup.models import Dispute, Indicator, Listing
from keng.network.actions.subscriptions import (
    SubscriptionChoices,
    SubscriptionRequest,
    request_subscription,
)
from keng.places.models import Place, Unit
from keng.tips import receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.models import LegalHold, TakenDown

_SYLLABLES = ("Quách", "Khuất", "Tống", "Nghiêm", "Thoại", "Uyển", "Khuê", "Nghĩa", "Trữ", "Xoan")
# All names begin alike, and so do all numbers and all other words: the search looks for the
# beginnings first (loot.py).
_NAMES_BEGIN, _NUMBERS_BEGIN, _WORDS_BEGIN = "Quách Khuất", "0913579", "planted-"
_CARD_OF_A_PICTURE = 0x9C9D  # XPAuthor, which Windows writes in UTF-16
_ARTIST = 0x013B
_LINES_TO_BE_PRESSED = 300
_A_SCAMMERS_NUMBER = "+84913570000"


def planted_name() -> str:
    """Of a person who does not exist."""
    return f"{_NAMES_BEGIN} " + " ".join(secrets.choice(_SYLLABLES) for _ in range(3))


def planted_phone() -> str:
    """A mobile number of nobody."""
    return f"{_NUMBERS_BEGIN}{secrets.randbelow(10**3):03d}"


def planted_word() -> str:
    """A part of an address, or the name of a file."""
    return f"{_WORDS_BEGIN}{secrets.token_hex(9)}"


@dataclass(frozen=True)
class PlantedPeople:
    """What must not be found, by the way it came in; and the words that must."""

    sealed: dict[str, str]
    control: str
    pressed_control: str = ""
    """In words so long and so alike that PostgreSQL keeps them compressed."""


@dataclass
class _Scene:
    """Where people are planted, and whom so far."""

    unit: Unit
    officer: Officer
    sealed: dict[str, str] = field(default_factory=dict)

    def name(self, way: str) -> str:
        return self._plant(way, planted_name())

    def phone(self, way: str) -> str:
        return self._plant(way, planted_phone())

    def word(self, way: str) -> str:
        return self._plant(way, planted_word())

    def mailbox(self, way: str) -> str:
        return f"{self.word(way)}@nguoi.example"

    def _plant(self, way: str, word: str) -> str:
        self.sealed[way] = word
        return word

    def tip(self, text: str) -> IncomingTip:
        return IncomingTip(unit_id=self.unit.pk, text=text, dedupe_key=os.urandom(32))


def plant_people(also: Sequence[str] = ()) -> PlantedPeople:
    """In the database that runs; each time others. `also`: who was planted from outside."""
    scene = _Scene(*_desk())
    control, pressed = (f"đốichứng{secrets.token_hex(9)}" for _ in range(2))
    receive_tip(scene.tip(f"Cổng sau mất khoá, {control}."))
    receive_tip(scene.tip(f"{'Cổng sau mất khoá. ' * _LINES_TO_BE_PRESSED}{pressed}."))
    for plant in WAYS:
        plant(scene)
    return PlantedPeople(
        scene.sealed | {f"outside: {word}": word for word in also}, control, pressed
    )


def _desk() -> tuple[Unit, Officer]:
    """A desk with somebody who takes reports down."""
    on_duty = Post.objects.current().filter(role=Post.Role.DUTY).select_related("unit", "officer")
    at_commune = on_duty.filter(unit__kind=Unit.Kind.COMMUNE).order_by("id").first()
    post = at_commune or on_duty.order_by("id")[0]
    return post.unit, post.officer


def _form(scene: _Scene) -> None:
    said = {
        "name": scene.name("form, name"),
        "phone": scene.phone("form, phone"),
        "email": scene.mailbox("form, mailbox"),
        "address": scene.word("form, address"),
    }
    receive_tip(replace(scene.tip("Ngõ 7 mất xe đạp."), contact=said))


def _own_words(scene: _Scene) -> None:
    text = f"Em tên là {scene.name('words, name')}, số của em là {scene.phone('words, phone')}."
    detail = f"nhà em, tên em là {scene.name('words about the place, name')}"
    receive_tip(replace(scene.tip(f"{text} Ngõ 7 mất xe đạp."), place_detail=detail))


def _files(scene: _Scene) -> None:
    tip_id = receive_tip(scene.tip("Gửi ảnh cổng sau."))
    # Bytes that no camera makes, so that no copy to view is made of them.
    odd = scene.word("file, content").encode() * 50
    photo = photo_by(scene.name("photo, who took it"), scene.word("photo, camera"))
    for content in (odd, photo):
        work()(store_attachment)(tip_id, scene.unit.pk, content)


def photo_by(author: str, camera: str) -> bytes:
    """A picture that says in its metadata, as cameras and Windows write it, whose it is."""
    written = BytesIO()
    exif = Image.Exif()
    exif[_ARTIST] = camera
    exif[_CARD_OF_A_PICTURE] = author.encode("utf-16-le")
    Image.new("RGB", (64, 48), "teal").save(written, "JPEG", exif=exif, comment=author.encode())
    return written.getvalue()


def _by_staff(manner: str, scene: _Scene) -> None:
    inside = scene.name(f"{manner}, words")
    told = TipByStaff(
        manner=TakenDown.Manner(manner),
        to=destination_at_desk(scene.unit),
        text=f"Người báo nói: tên em là {inside}. Cổng sau mất khoá.",
        contact={
            "name": scene.name(f"{manner}, name"),
            "phone": scene.phone(f"{manner}, phone"),
        },
        refusal_words=f"Anh {scene.name(f'{manner}, why no name')} xin giấu tên",
    )
    take_down_tip(told, token=receipt_codes.new_token(), by=scene.officer)


def _later_message(scene: _Scene) -> None:
    tip_id = receive_tip(scene.tip("Cổng sau mất khoá."))
    words = f"Số mới của em là {scene.phone('later message, phone')}"
    author, camera = scene.name("later photo, who took it"), scene.word("later photo, camera")
    files = [(photo_by(author, camera), "image/jpeg")]
    reporter.add_reporter_message(tip_id, text=words, files=files)


def _mailboxes(scene: _Scene) -> None:
    wish = SubscriptionRequest(
        channel="email",
        address=scene.mailbox("subscription, mailbox"),
        choices=SubscriptionChoices((), (), "vi"),
    )
    work()(request_subscription)(wish)
    add_email_pager(scene.mailbox("officer's pager, mailbox"), by=scene.officer)


def _objection(scene: _Scene) -> None:
    listing = _some_listing(scene)
    words = (
        f"Tôi tên là {scene.name('objection, name')}, số của tôi là "
        f"{scene.phone('objection, phone')}. Số này không phải của kẻ gian."
    )
    token = receipt_codes.new_token()
    object_to_listing(
        bytes(listing.lookup_hash).hex(), reason=Dispute.Reason.MISTAKE, text=words, token=token
    )


def _some_listing(scene: _Scene) -> Listing:
    today = times.local_date(times.now())
    found, _made = Indicator.objects.get_or_create(type="phone", value=_A_SCAMMERS_NUMBER)
    hashed = lookup_hash_of("phone", _A_SCAMMERS_NUMBER)
    if known := Listing.objects.filter(lookup_hash=hashed).first():
        return known
    return Listing.objects.create(
        indicator=found,
        lookup_hash=hashed,
        unit=scene.unit,
        grade="confirmed",
        category="scam_impersonation",
        used_in=today.replace(day=1),
        basis="Đã gọi thử.",
        expires_on=today.replace(year=today.year + 1, day=1),
        status="listed",
        made_by=scene.officer,
        hands=[scene.officer.pk],
        submitted_at=times.now(),
        released_at=times.now(),
        is_harmless=True,
        released_by=Officer.objects.exclude(pk=scene.officer.pk).order_by("id")[0],
    )


def _urgent_question(scene: _Scene) -> None:
    from keng.community.actions.questions import report_urgent_question  # noqa: PLC0415

    place = Place.objects.filter(valid_to=None, kind=Place.Kind.WARD).order_by("id")[0]
    text = f"Tôi tên là {scene.name('urgent question, name')}. Nó đang cầm dao trước nhà."
    report_urgent_question(place, text=text, token=receipt_codes.new_token(), language="vi")


def _danger_after_the_end(scene: _Scene) -> None:
    tip_id = receive_tip(scene.tip("Cổng sau mất khoá."))
    text = f"Tên em là {scene.name('danger after the end, name')}, nó đang cầm dao đuổi em"
    sheet = receipt_codes.new_token()
    reporter.open_tip_for_danger(tip_id, text=text, sheet=sheet)


def _officers_words(scene: _Scene) -> None:
    tip_id = receive_tip(scene.tip("Cổng sau mất khoá."))
    words = f"Viện kiểm sát yêu cầu, chị {scene.name('legal hold, name')} là người báo"
    ask_for_hold(tip_id, ground=LegalHold.Ground.COURT, words=words, by=scene.officer)


WAYS: tuple[Callable[[_Scene], None], ...] = (
    _form,
    _own_words,
    _files,
    *(partial(_by_staff, manner) for manner in TakenDown.Manner.values),
    _later_message,
    _mailboxes,
    _objection,
    _urgent_question,
    _danger_after_the_end,
    _officers_words,
)
"""Each tells who somebody is in a way of its own."""
