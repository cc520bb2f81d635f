"""Web addresses in chat text: defanged, bare, with a dot that is spelled out or stands apart."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from keng.language.fold import FlatText, fold
from keng.language.indicators.indicator import FoundSpan, TakenPlaces
from keng.language.indicators.pages import page_in_one_spelling
from keng.language.indicators.patterns import any_listed, listed_words

if TYPE_CHECKING:
    from tldextract import TLDExtract

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_BRACKETED_DOT = r"\s?[\[({<]\s?(?:\.|dot|cham)\s?[\])}>]\s?"
_DOT = rf"(?:{_BRACKETED_DOT}|\.)"
_SCHEME = r"(?:h[tx*_]{1,3}ps?\s?\[?[:;]\]?\s?[/\\]{2}\s?)"
# "https://facebook.com@evil.com": what stands before the sign is only there to deceive.
_USER = r"(?:[^\s/@?#\x00]{1,120}@)"
_PATH = r"""(?:[/?\#](?:[^\s<>"“”,;|\x00])*)"""
_ADDRESS = re.compile(
    rf"(?<![\w@.\-])(?P<scheme>{_SCHEME}{_USER}?)?(?P<host>{_LABEL}(?:{_DOT}{_LABEL}){{1,9}})(?P<port>:\d{{2,5}}(?!\d))?(?P<path>{_PATH})?"
)
# "dvc-abc . cc", "dvc-abc. cc", "dvc-abc cham cc"
_APART = re.compile(
    rf"(?<![\w@.\-])(?P<scheme>{_SCHEME})?(?P<host>{_LABEL}(?:{_DOT}{_LABEL}){{0,8}}"
    rf"(?:\s{{1,2}}\.\s{{0,2}}|\.\s{{1,2}}|\s+(?:cham|dot)\s+)(?P<top>[a-z]{{2,8}}))(?![\w@])(?P<port>:\d{{2,5}}(?!\d))?(?P<path>{_PATH})?"
)
# Without these neither of both is anywhere: far quicker to look for, and most texts have none.
_BRACKETS = "[({<"
_DOT_INSIDE = re.compile(r"\.[^\W_]")
_SPELLED_DOT = re.compile(r"\s(?:cham|dot)\s")
# "a b c - x y z . t o p"
_SPELLED = re.compile(r"(?<![\w.\-])(?:[a-z0-9\-.] ){5,60}[a-z0-9](?![\w.\-])")
_ANY_DOT = re.compile(
    r"\s?[\[({<]\s?(?:\.|dot|ch[aâấ]m)\s?[\])}>]\s?"
    # Blanks are read from their first one on, or from where the bracket above left them.
    r"|(?:(?<!\s)|(?<=[\])}>]\s))\s++(?:ch[aâấ]m|dot)\s+|(?:(?<!\s)\s++)?+\.\s*+"
)
_EMAIL = re.compile(rf"[\w.+\-]{{1,64}}@{_LABEL}(?:{_DOT}{_LABEL}){{1,9}}")
_IN_ADDRESS = re.compile(rf"{_SCHEME}[^\s/]*$")
_TRAILING = ".,;:!?…'\"”’»*_-~"

# Endings in such use that a bare name before them is an address.
_USUAL_ENDINGS = listed_words("usual_ending")
WELL_KNOWN = listed_words("known_host")
# Where persons have pages: such an address may name somebody.
_MANYS_PAGES = (
    "facebook.com",
    "tiktok.com",
    "instagram.com",
    "youtube.com",
    "twitter.com",
    "x.com",
    "telegram.org",
    "zaloapp.com",
    "linkedin.com",
    "threads.net",
)
_FIRM_ENDINGS = listed_words("firm_ending")
_ENDING_APART = re.compile(rf"\.\s{{0,2}}{any_listed('usual_ending')}(?![\w@])")
# Reserved for documentation and tests (RFC 2606); exercises and demonstrations use them.
_RESERVED_ENDINGS = frozenset({"example", "test", "invalid", "onion"})
_FILE_ENDINGS = listed_words("file_ending")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_CUE = re.compile(rf"\b{any_listed('link')}\b[\s\w:\"'(-]{{0,12}}$")


def is_own_site(value: str) -> bool:
    """A site of its own, not somebody's page or a short link on a host that everybody uses."""
    host = value.partition("/")[0]
    named = any(host == each or host.endswith(f".{each}") for each in (*WELL_KNOWN, *_MANYS_PAGES))
    return "." in host and not named


def find_emails(text: FlatText) -> list[FoundSpan]:
    """E-mail addresses: never an indicator, but they must not be taken for web addresses."""
    if "@" not in text.flat:
        return []
    return [
        FoundSpan(m.start(), m.end(), _ANY_DOT.sub(".", m.group()))
        for m in _EMAIL.finditer(text.flat)
        if not _IN_ADDRESS.search(text.flat, max(0, m.start() - 80), m.start())
    ]


def find_links(text: FlatText, flat: str) -> list[FoundSpan]:
    """Web addresses in `flat`, the flat text with e-mail addresses blanked out."""
    found: list[FoundSpan] = []
    if "." in flat or "cham" in flat or "dot" in flat:
        found.extend(_addresses(text, flat))
        taken = TakenPlaces(len(flat))
        for link in found:
            taken.mark_span(link.start, link.end)
        for more in (*_apart(text, flat), *_spelled(flat)):
            if not taken.holds_any_of(more.start, more.end):
                found.append(more)
                taken.mark_span(more.start, more.end)
    return sorted(found)


def _addresses(text: FlatText, flat: str) -> Iterator[FoundSpan]:
    if not _DOT_INSIDE.search(flat) and not any(bracket in flat for bracket in _BRACKETS):
        return
    for match in _ADDRESS.finditer(flat):
        end, followed = _host_end(text, flat, match)
        if end is None:
            continue
        host = _refanged(text, match.start("host"), end)
        path_end = _path_end(flat, match) if followed else end
        marked = bool(match["scheme"]) or host.startswith("www.")
        if marked or _stands_alone(text, flat, match.start("host"), end, host, path=path_end > end):
            yield FoundSpan(match.start(), path_end, _value(text, host, end, path_end))


def _host_end(text: FlatText, flat: str, match: re.Match[str]) -> tuple[int | None, bool]:
    """Where the host ends (a sentence may follow its dot), and whether a path belongs to it."""
    start, end = match.span("host")
    if match["scheme"] and re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", match["host"]):
        return end, True
    while True:
        host = _refanged(text, start, end)
        if "." not in host:
            return None, False
        shorter = _before_last_dot(flat, start, end)
        ending = known_ending(host)
        if ending and not _next_sentence(text, flat, shorter, end, host):
            return end, end == match.end("host")
        end = shorter


def _next_sentence(text: FlatText, flat: str, shorter: int, end: int, host: str) -> bool:
    """Whether the last label is rather the first word of the next sentence ("...abc.cc.Em")."""
    before = host.rpartition(".")[0]
    if "." not in before or known_ending(before) not in _USUAL_ENDINGS:
        return False
    written = _ANY_DOT.sub("", text.written(shorter, end), count=1)
    last = host.rpartition(".")[2]
    in_capitals = text.written(shorter - 1, shorter).isupper()
    return (written[:1].isupper() and not in_capitals) or (
        last not in _USUAL_ENDINGS and bool(_SYLLABLE.fullmatch(last))
    )


def _before_last_dot(flat: str, start: int, end: int) -> int:
    return max((m.start() for m in _ANY_DOT.finditer(flat, start, end)), default=start)


def _stands_alone(
    text: FlatText, flat: str, start: int, end: int, host: str, *, path: bool
) -> bool:
    """Whether a bare name is an address, not two sentences without a space or an abbreviation."""
    ending = known_ending(host)
    name = host[: -len(ending) - 1].rpartition(".")[2] if ending else ""
    if not name or ending in _FILE_ENDINGS:
        return False
    if host in WELL_KNOWN or ending in _RESERVED_ENDINGS:
        return True
    if name.isdigit() or (len(name) < 2 and ending not in ("com", "vn")):
        return path and ending in _USUAL_ENDINGS
    looks_made = "-" in name or any(c.isdigit() for c in name) or not _SYLLABLE.fullmatch(name)
    accented = not host.isascii()
    if ending in _FIRM_ENDINGS and not (accented and _SYLLABLE.fullmatch(fold(name))):
        return True
    if ending in _USUAL_ENDINGS:
        return path or (looks_made and not accented) or _cued(flat, start)
    made = "-" in name or any(c.isdigit() for c in name) or len(name) >= 8
    return not accented and (made or (path and looks_made) or _cued(flat, start))


def _cued(flat: str, start: int) -> bool:
    return bool(_CUE.search(flat, max(0, start - 30), start))


def _apart(text: FlatText, flat: str) -> Iterator[FoundSpan]:
    if not _ENDING_APART.search(flat) and not _SPELLED_DOT.search(flat):
        return
    for match in _APART.finditer(flat):
        end = match.end("host")
        host = _refanged(text, match.start("host"), end)
        name = host.rpartition(".")[0].rpartition(".")[2]
        made = len(name) >= 4 and (
            "-" in name
            or (any(c.isdigit() for c in name) and not name[0].isdigit())
            or len(name) >= 9
        )
        top = text.written(match.start("top"), match.start("top") + 1)
        if match["top"] not in _USUAL_ENDINGS or top.isupper() or name.isdigit():
            continue
        if (
            match["scheme"]
            or host.startswith("www.")
            or made
            or (_cued(flat, match.start()) and not _SYLLABLE.fullmatch(name))
        ):
            path_end = _path_end(flat, match)
            yield FoundSpan(match.start(), path_end, _value(text, host, end, path_end))


def _spelled(flat: str) -> Iterator[FoundSpan]:
    for match in _SPELLED.finditer(flat) if " . " in flat else ():
        host = match.group().replace(" ", "").strip(".-")
        ending = known_ending(host)
        if (
            ending in _USUAL_ENDINGS
            and len(host) - len(ending) > 4
            and not host[: -len(ending) - 1].isdigit()
        ):
            yield FoundSpan(match.start(), match.end(), host)


def _path_end(flat: str, match: re.Match[str]) -> int:
    end = match.end()
    opened = {bracket for bracket in "([{" if bracket in (match["path"] or "")}
    while end > match.end("host"):
        last = flat[end - 1]
        if last in _TRAILING or (last in ")]}" and "([{"[")]}".index(last)] not in opened):
            end -= 1
        else:
            break
    return end


def _refanged(text: FlatText, start: int, end: int) -> str:
    return host_in_one_spelling(text.written(start, end))


def host_in_one_spelling(written: str) -> str:
    """A host as a browser takes it, with its accents: they make another name."""
    plain = unicodedata.normalize("NFKC", written).lower()
    plain = unicodedata.normalize("NFC", plain).replace("\u3002", ".")
    host = _ANY_DOT.sub(".", plain).strip(".")
    if "xn--" not in host:
        return host
    return ".".join(_read_back(label) for label in host.split("."))


def _read_back(label: str) -> str:
    """The letters that a label of punycode stands for; one that stands for nothing stays."""
    if not label.startswith("xn--"):
        return label
    try:
        read = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
    back = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", read).lower())
    # What no browser would write so is another name, or a trap.
    is_true = back == read and not back.isascii() and all(c.isalnum() or c == "-" for c in back)
    return back if is_true else label


def _value(text: FlatText, host: str, end: int, path_end: int) -> str:
    rest = unicodedata.normalize("NFC", text.written(end, path_end)).replace("[.]", ".").rstrip("/")
    return page_in_one_spelling(host.removeprefix("www.") + rest)


@lru_cache(maxsize=4096)
def known_ending(host: str) -> str:
    """The public suffix ("com.vn"); empty where there is none."""
    last = host.rpartition(".")[2]
    return last if last in _RESERVED_ENDINGS else _suffixes()(host).suffix


@cache
def _suffixes() -> "TLDExtract":
    """The list that comes with the package: no download, no cache folder."""
    # It brings a whole HTTP client along, and most processes never read an address.
    from tldextract import TLDExtract  # noqa: PLC0415

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
