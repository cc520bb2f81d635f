"""A claim without whoever shares it or asks: covered before it is saved, and shown to who asks."""

import re

from keng.language import reporters_own
from keng.language.masking import CoveredPiece, MaskedText

# "@handle", but not the middle of an e-mail address, which is covered as one.
_HANDLE = re.compile(r"(?<![\w.@])@[\w.]{2,40}")
# What follows the host of a social network is somebody's page or post.
_PROFILE = re.compile(
    r"(?P<host>(?:https?://)?(?:[\w-]{1,63}\.){0,10}"
    r"(?:facebook\.com|fb\.com|fb\.watch|fb\.me|m\.me|zalo\.me|tiktok\.com|instagram\.com|t\.me"
    r"|threads\.net|x\.com|twitter\.com|youtube\.com|youtu\.be))/[^\s<>\"']+",
    re.IGNORECASE,
)


def redact_claim(text: str) -> MaskedText:
    """Names, numbers, handles and the pages of people give way to marks."""
    pieces: list[CoveredPiece] = []

    def post(found: re.Match[str]) -> str:
        instead = f"{found['host']}/[…]"
        pieces.append(CoveredPiece("name", found[0], instead))
        return instead

    def handle(found: re.Match[str]) -> str:
        pieces.append(CoveredPiece("name", found[0], "[@…]"))
        return "[@…]"

    done = reporters_own.mask_everybody(_HANDLE.sub(handle, _PROFILE.sub(post, text)))
    return MaskedText(done.text, (*pieces, *done.covered))
