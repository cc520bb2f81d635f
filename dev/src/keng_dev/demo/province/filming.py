"""The demo's film: three cards that say what to ask back, drawn here and made by ffmpeg."""

import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from keng.accounts.models import Officer
from keng.files import ffmpeg
from keng.lessons.actions import film_acts
from keng.lessons.models import Film
from keng_dev.demo.province.drawing import MARK

if TYPE_CHECKING:
    from PIL import Image

_SECONDS = 3
_CARDS = ("“Anh tên gì,\nở đơn vị nào?”", "“Sao không gửi\ngiấy mời?”", "“Sao phải\nchuyển tiền?”")
_CAPTIONS = {
    "vi": ("Anh tên gì, ở đơn vị nào?", "Sao không gửi giấy mời?", "Sao phải chuyển tiền?"),
    "en": ("What is your name, which unit?", "Why no written summons?", "Why a transfer?"),
}
_WORDS = {
    "vi": "Phim không lời. Ba tấm thẻ lần lượt ghi ba câu hỏi lại người xưng công an: anh tên gì, "
    "ở đơn vị nào; sao không gửi giấy mời; sao phải chuyển tiền.",
    "en": "A silent film. Three cards show three questions to ask the caller: what is your name "
    "and which unit; why no written summons; why a transfer.",
}


def film(writer: Officer) -> Film | None:
    """A film that plays; None where films are off, or where this machine could not make it."""
    if not ffmpeg.films_are_on():
        return None
    with tempfile.TemporaryDirectory() as folder:
        for number, words in enumerate(_CARDS):
            _card(words).save(Path(folder) / f"{number}.png")
        target = Path(folder) / "film.mp4"
        code, said = ffmpeg.run_ffmpeg(
            [
                "-loglevel",
                "error",
                "-framerate",
                f"1/{_SECONDS}",
                "-f",
                "image2",
                "-i",
                f"{folder}/%d.png",
                "-r",
                "5",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
                str(target),
            ],
            within=60,
            writes=[Path(folder)],
        )
        if code:
            raise RuntimeError(said)
        made = film_acts.take_in_film(
            [target.read_bytes()],
            title="Ba câu hỏi lại",
            captions=_captions(),
            words=_WORDS,
            by=writer,
        )
    film_acts.prepare_next_film()
    made.refresh_from_db()
    if made.state == Film.State.REFUSED:
        film_acts.discard_film(made.pk, by=writer)
    return made if made.state == Film.State.READY else None


def _captions() -> dict[str, str]:
    return {
        code: "WEBVTT\n\n"
        + "\n\n".join(
            f"00:00:{n * _SECONDS:02d}.000 --> 00:00:{(n + 1) * _SECONDS:02d}.000\n{words}"
            for n, words in enumerate(lines)
        )
        + "\n"
        for code, lines in _CAPTIONS.items()
    }


def _card(words: str) -> "Image.Image":
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 -- only to draw

    folder = resources.files("fontpkg_be_vietnam_pro")
    face = str(folder / "files" / "BeVietnamPro-Regular.ttf")
    image = Image.new("RGB", (640, 360), "#e2eff1")
    draw = ImageDraw.Draw(image)
    draw.multiline_text(
        (320, 160), words, "#074652", ImageFont.truetype(face, 48), anchor="mm", align="center"
    )
    draw.text((320, 334), MARK, "#4b5a66", ImageFont.truetype(face, 16), anchor="mm")
    return image
