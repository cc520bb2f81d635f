"""Words by which a reporter who writes English says that a number is their own."""

import re

from keng.language.indicators.patterns import SURNAMES, any_listed, compile_pattern

_APOSTROPHE = "['’‘`´]"
_NUMBER = rf"{any_listed('en_number')}(?:\s*{_APOSTROPHE}s)?(?![^\W\d_])"
_WHOSE = rf"(?:{any_listed('en_kin')}(?:{_APOSTROPHE}?s)?\s+)?"
_KIND_OF = rf"(?:{any_listed('en_kind_of')}\s+)*"
# Written without accents "chị Mỹ" and "bạn My" read as "my" too.
_NOT_A_NAME = "".join(
    rf"(?<!\b{title}\s)" for title in ("chi", "co", "ba", "em", "anh", "ban", "ten", "thi", "chau")
)

# Each begins where the declaration does. Where none of them is, no pattern below can match: they
# are what `may_hold_own` looks for, without the words that must or must not stand around them.
_MINE = rf"(?:my|our)\s+{_WHOSE}{_KIND_OF}{_NUMBER}"
_REACH = (
    rf"(?:{any_listed('en_reach')}\s+(?:me|us)(?![^\W\d_])(?:\s+a\s+{any_listed('en_ring')})?|i\s+(?:can|may|could)\s+be\s+{any_listed('en_reached')}"
    rf"|i\s*(?:am|{_APOSTROPHE}m)\s+reachable)"
)
_IS_MINE = (
    rf"(?:is|was|are|=|\()\s*(?:also\s+|still\s+)?(?:mine|(?:my|our)\s+{_WHOSE}{_KIND_OF}{_NUMBER})"
)
NAME_IS = rf"my\s+(?:full\s+)?name(?:\s+is|{_APOSTROPHE}s)\s"
_I_AM = rf"(?:{NAME_IS}|i\s+am\s|i{_APOSTROPHE}m\s)"
# Words of the writer's own, without which nothing here is looked for at all.
ENGLISH_FIRST_PERSON = r"(?:my|mine|our|me|us|i)"
MAIL_IS = (
    rf"(?:my|our)\s+{_KIND_OF}(?:e-?mail|mail|gmail)(?:\s+address)?"
    rf"|(?:e-?mail|mail|write|reply|answer)(?:\s+to)?\s+(?:me|us)"
)
MAIL_FILLER = rf"(?:[\s:]*\b{any_listed('en_filler')}\b)*[\s:]*$"
CARD_IS = (
    r"my\s+(?:own\s+)?(?:id|identity|id\s+card|identity\s+card|citizen\s+card|passport|cccd|cmnd)"
    r"(?:\s+card)?(?:\s+(?:number|no\.?))?[\s:]*(?:is\s+)?"
)
ENGLISH_SIGNS_OF_OWN = tuple(re.compile(pattern) for pattern in (_MINE, _REACH, _IS_MINE, _I_AM))

_THEN_NUMBER = rf"(?:[\s:.,=()\-]*\b{any_listed('en_filler')}\b)*[\s:.,=()\-]*$"
_MINE_BEFORE = compile_pattern(rf"\b{_NOT_A_NAME}{_MINE}{_THEN_NUMBER}")
# Looked for first: what may stand before it is read at every place of the words.
_REACHED = compile_pattern(rf"\b{_REACH}{_THEN_NUMBER}")
_REACH_BEFORE = compile_pattern(rf"(?P<before>[^.,;!?\n]{{0,40}}){_REACHED.pattern}")
_MINE_AFTER = compile_pattern(
    rf"[\s,)\-]{{0,3}}(?:this\s+|that\s+|which\s+|it\s+)?{_IS_MINE}(?!\w)"
)
_INTRODUCED = compile_pattern(
    rf"\b{NAME_IS}\s*(?:[^\W\d]+[ ]){{0,4}}?[^\W\d]+\s*[,.;:(\-]+\s*"
    rf"(?:{any_listed('en_number')}[\s:]*(?:is\s+)?)?[\s:.(]*$"
)
_NAMED = compile_pattern(rf"\b{_I_AM}\s*{SURNAMES}(?:[ ][^\W\d]+){{1,4}}\s*[,.;:(\-]*\s*$")
_STORY = re.compile(rf"\b{any_listed('en_story')}\b")
_ASKED = re.compile(rf"\b{any_listed('en_asked')}\b")


def is_own_in_english(flat: str, before: str, end: int) -> bool:
    """Whether the words before or after this number say that it is the writer's."""
    if _MINE_BEFORE.search(before) or _MINE_AFTER.match(flat, end):
        return True
    if _INTRODUCED.search(before) or _NAMED.search(before):
        return True
    reach = _REACHED.search(before) and _REACH_BEFORE.search(before)
    if reach is None:
        return False
    # "They call me on 0912…" tells of somebody else's number; "you can call me on" does not.
    return bool(_ASKED.search(reach["before"])) or not _STORY.search(reach["before"])
