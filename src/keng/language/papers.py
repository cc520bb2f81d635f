"""Whether somebody asks how papers are made: an identity card, a registered stay.

It decides nothing about a tip: an officer is offered ready words by it.
"""

import re

from keng.language.fold import as_read, fold

_WORD = re.compile(r"[^\W_]+")
_PAPERS = (
    "can cuoc",
    "cccd",
    "chung minh",
    "cmnd",
    "dinh danh",
    "ho chieu",
    "ho khau",
    "luu tru",
    "tam tru",
    "tam vang",
    "thuong tru",
    "vneid",
    "identity card",
    "id card",
    "passport",
    "register my stay",
    "temporary residence",
    "permanent residence",
)
_ASKS = (
    "bao lau",
    "can gi",
    "can giay",
    "cap lai",
    "cap moi",
    "cho hoi",
    "dang ky",
    "gia han",
    "hoi",
    "khai bao",
    "lam lai",
    "lam o dau",
    "lam sao",
    "may gio",
    "muon lam",
    "o dau",
    "the nao",
    "thu tuc",
    "how",
    "where",
    "when",
    "renew",
)


def asks_about_papers(text: str) -> bool:
    """Both a paper and a question stand in it, with or without accents."""
    words = folded_words(text)
    return any(f" {each} " in words for each in _PAPERS) and any(
        f" {each} " in words for each in _ASKS
    )


def folded_words(text: str) -> str:
    """The words without accents, a blank before and after each."""
    return f" {' '.join(_WORD.findall(fold(as_read(text))))} "
