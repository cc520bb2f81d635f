"""Pictures as reporters send them, drawn stroke by stroke: nothing on them was ever real."""

import io
import itertools
from collections.abc import Sequence
from functools import cache
from importlib import resources
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 540, 960
# On every picture, so that nobody takes one for evidence.
MARK = "Ảnh của bản chạy thử · demo picture, not real"
_INK, _SOFT, _LINE, _PAPER = "#1b2730", "#5c6b76", "#cfd8de", "#f2f5f7"
_MARGIN = 28


def chat(number: str, said: Sequence[str], clock: str) -> bytes:
    """Messages on a phone, all from one side."""
    image, draw = _phone(clock, number)
    top = 150
    for words in said:
        lines = _wrapped(words, _font(24), WIDTH - 2 * _MARGIN - 90)
        bottom = top + 34 * len(lines) + 30
        draw.rounded_rectangle((_MARGIN, top, WIDTH - 70, bottom), 18, "white", _LINE, 2)
        for row, line in enumerate(lines):
            draw.text((_MARGIN + 18, top + 13 + 34 * row), line, _INK, _font(24))
        top = bottom + 16
    draw.text((_MARGIN + 6, top), clock, _SOFT, _font(18))
    return _finished(image, draw)


def calls(number: str, moments: Sequence[str], clock: str) -> bytes:
    """The list of calls: the same number, again and again."""
    image, draw = _phone(clock, "Cuộc gọi gần đây")
    for row, moment in enumerate(moments):
        top = 140 + 104 * row
        draw.ellipse((_MARGIN, top + 10, _MARGIN + 56, top + 66), "#d9534f" if row else "#b03a36")
        draw.line((_MARGIN + 18, top + 50, _MARGIN + 40, top + 26), "white", 5)
        draw.text((_MARGIN + 78, top + 6), number, _INK, _font(27, "Bold"))
        draw.text((_MARGIN + 78, top + 44), f"Gọi đến · {moment}", _SOFT, _font(21))
        draw.line((_MARGIN, top + 92, WIDTH - _MARGIN, top + 92), _LINE, 2)
    return _finished(image, draw)


def slip(bank: str, account: str, amount: str, when: str) -> bytes:
    """What a bank that does not exist shows after a transfer."""
    image, draw = _phone(when.split(" ", 1)[0], bank)
    draw.ellipse((WIDTH // 2 - 48, 160, WIDTH // 2 + 48, 256), "#2f7d4f")
    draw.line([(248, 208), (264, 226), (294, 190)], "white", 9)
    draw.text((WIDTH // 2, 306), "Chuyển tiền xong", _INK, _font(30, "Bold"), anchor="mm")
    draw.text((WIDTH // 2, 368), amount, "#0a5c6b", _font(42, "Bold"), anchor="mm")
    rows = (("Đến tài khoản", account), ("Nội dung", "nop ho so"), ("Lúc", when), ("Phí", "0 đồng"))
    for row, (name, value) in enumerate(rows):
        top = 450 + 74 * row
        draw.text((_MARGIN, top), name, _SOFT, _font(23))
        draw.text((WIDTH - _MARGIN, top), value, _INK, _font(23), anchor="ra")
        draw.line((_MARGIN, top + 50, WIDTH - _MARGIN, top + 50), _LINE, 2)
    return _finished(image, draw)


def page(link: str, said: Sequence[str], clock: str) -> bytes:
    """A false page in a browser: a heading, fields, a button."""
    heading, *fields, button = said
    image, draw = _phone(clock, "")
    draw.rounded_rectangle((_MARGIN, 70, WIDTH - _MARGIN, 120), 25, "white", _LINE, 2)
    draw.text((_MARGIN + 22, 81), link, _SOFT, _font(21))
    draw.rectangle((0, 140, WIDTH, 250), "#8b1d1d")
    draw.text((WIDTH // 2, 195), heading, "white", _font(29, "Bold"), anchor="mm")
    for row, field in enumerate(fields):
        top = 300 + 118 * row
        draw.text((_MARGIN, top), field, _INK, _font(23))
        draw.rounded_rectangle((_MARGIN, top + 36, WIDTH - _MARGIN, top + 92), 8, "white", _LINE, 3)
    top = 320 + 118 * len(fields)
    draw.rounded_rectangle((_MARGIN, top, WIDTH - _MARGIN, top + 74), 10, "#c99a1e")
    draw.text((WIDTH // 2, top + 37), button, "white", _font(27, "Bold"), anchor="mm")
    return _finished(image, draw)


def leaflet(said: Sequence[str], dice: Random) -> bytes:
    """A leaflet pasted on a pole, photographed a little askew."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- only to draw

    image = Image.new("RGB", (WIDTH, HEIGHT), "#8d9aa3")
    draw = ImageDraw.Draw(image)
    draw.rectangle((90, 0, 450, HEIGHT), "#a9a59c")
    for _ in range(60):
        x, y = dice.randrange(90, 450), dice.randrange(HEIGHT)
        draw.line((x, y, x + dice.randrange(-4, 5), y + dice.randrange(10, 60)), "#979388", 2)
    sheet = Image.new("RGB", (380, 520), dice.choice(("#f4e36b", "#f7f1df", "#f3c9c4")))
    on_sheet = ImageDraw.Draw(sheet)
    for row, words in enumerate(said):
        font = _font(36 if row in {0, 2} else 23, "Bold" if row in {0, 2} else "Regular")
        lines = _wrapped(words, font, 340)
        on_sheet.multiline_text(
            (190, 90 + 118 * row), "\n".join(lines), "#7c1414", font, "mm", align="center"
        )
    turned = sheet.convert("RGBA").rotate(dice.uniform(-7, 7), expand=True)
    image.paste(turned, ((WIDTH - turned.width) // 2, 190), turned)
    return _finished(image, ImageDraw.Draw(image))


def sketch(landmark: str, dice: Random) -> bytes:
    """Where it was, drawn with a ball pen on squared paper."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- only to draw

    image = Image.new("RGB", (WIDTH, HEIGHT), "#fdfcf6")
    draw = ImageDraw.Draw(image)
    for at in range(0, HEIGHT, 36):
        draw.line((0, at, WIDTH, at), "#dfe8f0", 1)
        draw.line((at, 0, at, HEIGHT), "#dfe8f0", 1)
    pen = dice.choice(("#1f3f8a", "#23272b", "#8a1f2b"))
    middle, across = dice.randrange(200, 340), dice.randrange(330, 600)
    for shift in (-26, 26):
        _by_hand(draw, (middle + shift, 60), (middle + shift, HEIGHT - 120), pen, dice)
        _by_hand(draw, (40, across + shift), (WIDTH - 40, across + shift), pen, dice)
    for _ in range(5):
        x, y = dice.randrange(50, WIDTH - 130), dice.randrange(90, HEIGHT - 220)
        if abs(x + 40 - middle) > 70 and abs(y + 30 - across) > 70:
            corners = [(x, y), (x + 78, y), (x + 78, y + 58), (x, y + 58), (x, y)]
            for begins, ends in itertools.pairwise(corners):
                _by_hand(draw, begins, ends, pen, dice)
    x, y = middle + dice.choice((-120, 110)), across + dice.choice((-130, 120))
    for begins, ends in (
        ((x - 24, y - 24), (x + 24, y + 24)),
        ((x + 24, y - 24), (x - 24, y + 24)),
    ):
        _by_hand(draw, begins, ends, "#c22a1f", dice, 6)
    draw.text((max(20, x - 60), y + 34), "chỗ này", "#c22a1f", _font(27))
    lines = _wrapped(landmark, _font(24), 230)
    draw.multiline_text((34, HEIGHT - 190), "\n".join(lines), pen, _font(24))
    return _finished(image, draw)


def as_jpeg(png: bytes) -> bytes:
    """The copy to view of a picture drawn here."""
    from PIL import Image  # noqa: PLC0415 -- only to draw

    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(made, "JPEG", quality=88)
    return made.getvalue()


def _phone(clock: str, heading: str) -> "tuple[Image.Image, ImageDraw.ImageDraw]":
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- only to draw

    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_MARGIN, 12), clock, _INK, _font(20, "Bold"))
    draw.rounded_rectangle((WIDTH - 76, 16, WIDTH - _MARGIN, 36), 4, None, _INK, 2)
    draw.rectangle((WIDTH - 72, 20, WIDTH - 48, 32), _INK)
    if heading:
        draw.rectangle((0, 48, WIDTH, 122), "white")
        draw.text((_MARGIN, 66), heading, _INK, _font(28, "Bold"))
        draw.line((0, 122, WIDTH, 122), _LINE, 2)
    return image, draw


def _by_hand(
    draw: "ImageDraw.ImageDraw",
    begins: tuple[int, int],
    ends: tuple[int, int],
    ink: str,
    dice: Random,
    width: int = 4,
) -> None:
    """A line that shakes a little."""
    steps = 9
    points = [
        (
            begins[0] + (ends[0] - begins[0]) * step / steps + dice.uniform(-3, 3),
            begins[1] + (ends[1] - begins[1]) * step / steps + dice.uniform(-3, 3),
        )
        for step in range(steps + 1)
    ]
    draw.line(points, ink, width, joint="curve")


def _finished(image: "Image.Image", draw: "ImageDraw.ImageDraw") -> bytes:
    draw.rectangle((0, HEIGHT - 52, WIDTH, HEIGHT), "#16222c")
    draw.text((WIDTH // 2, HEIGHT - 26), MARK, "white", _font(18), anchor="mm")
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def _wrapped(words: str, font: "ImageFont.FreeTypeFont", width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@cache
def _font(size: int, weight: str = "Regular") -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 -- only to draw

    folder = resources.files("fontpkg_be_vietnam_pro")
    return ImageFont.truetype(str(folder / "files" / f"BeVietnamPro-{weight}.ttf"), size)
