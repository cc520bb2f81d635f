"""The name of a landmark in its parts: what it is ("KCN", "chợ"), and what it is called."""

import re
from dataclasses import dataclass

from keng.language.fold import fold

# What it is, however it is called; the longest spelling first.
_SORTS = {
    "park": (
        "khu cong nghiep",
        "cum cong nghiep",
        "khu cn",
        "kcn",
        "ccn",
        "industrial park",
        "industrial zone",
    ),
    "station": ("nha ga", "ga tau", "railway station", "train station", "ga"),
    "bus station": ("ben xe", "bus station"),
    "market": ("cho", "market"),
    "crossing": ("nga ba", "nga tu", "nga nam", "vong xuyen", "nut giao", "crossroads", "crossing"),
    "bridge": ("cau", "bridge"),
    "hospital": ("benh vien", "hospital"),
    "company": ("nha may", "cong ty", "cty", "factory", "company"),
}
# Written without a blank behind the name in Chinese, and mostly with one in Korean.
_PARKS_OF_FAR_EAST = re.compile(
    rf"(?<=\S) ?(?:工业园区?|工業園區?|工业区|工業區|{fold('산업단지|공단')})$"
)
_SORT_OF = {spelling: sort for sort, spellings in _SORTS.items() for spelling in spellings}
_SPELLED = re.compile(rf"(?<!\S)(?:{'|'.join(sorted(_SORT_OF, key=len, reverse=True))})(?!\S)")


@dataclass(frozen=True, slots=True)
class LandmarkName:
    """A name in its parts: which sort of thing it is, if that was said, and what it is called."""

    sort: str
    core: str


def parse_landmark_name(typed: str) -> LandmarkName:
    """Read a name, or a query."""
    words = " ".join(re.sub(r"[^\w]+", " ", fold(typed).replace("_", " ")).split())
    if far_east := _PARKS_OF_FAR_EAST.search(words):
        return LandmarkName("park", words[: far_east.start()])
    found = _SPELLED.search(words)
    if found is None:
        return LandmarkName("", words)
    rest = f"{words[: found.start()]} {words[found.end() :]}"
    core = " ".join(rest.split())
    # "Cầu" alone, or "Chợ": a name of its own.
    return LandmarkName(_SORT_OF[found[0]], core) if core else LandmarkName("", words)
