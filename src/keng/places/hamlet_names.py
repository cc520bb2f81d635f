"""What a hamlet is called: its kind and its name ("Thôn", "Đông"), as people write the two."""

import re

from keng.language.fold import fold, normalise

# The longer ones first: "Khu phố 3" is no "Khu".
HAMLET_KINDS = (
    "Tổ dân phố",
    "Khu dân cư",
    "Tiểu khu",
    "Khu phố",
    "Thôn",
    "Làng",
    "Buôn",
    "Plei",
    "Phum",
    "Khóm",
    "Bản",
    "Bon",
    "Xóm",
    "Sóc",
    "Khu",
    "Ấp",
    "Tổ",
)
_BY_FOLDED = {fold(kind): kind for kind in HAMLET_KINDS} | {
    "tdp": "Tổ dân phố",
    "kp": "Khu phố",
    "kdc": "Khu dân cư",
}
_KIND = re.compile(rf"^({'|'.join(map(re.escape, _BY_FOLDED))})[ .]+(?=\S)")


def hamlet_kind(words: str) -> str:
    """The kind that these words mean; empty when they mean none."""
    return _BY_FOLDED.get(" ".join(fold(words).split()).rstrip("."), "")


def split_hamlet_name(words: str) -> tuple[str, str]:
    """The kind, empty where none stands, and the name: "TDP 5" is "Tổ dân phố" and "5"."""
    words = normalise(" ".join(words.split()))
    found = _KIND.match(fold(words))
    if found is None:
        return "", words
    return _BY_FOLDED[found.group(1)], words[found.end() :]


def full_hamlet_name(kind: str, name: str) -> str:
    """As it stands in lists."""
    return f"{kind} {name}".strip()


def without_hamlet_kind(folded: str) -> str:
    """Folded words without the kind that they begin with."""
    return _KIND.sub("", folded)
