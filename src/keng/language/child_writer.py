"""Whether a report is written by the child it is about. It hides nothing: words are put first."""

import re

from keng.language.papers import folded_words

# Who speaks of themselves so: "em" and "cháu" are also a parent's words, so an age goes with them.
_SELF = r"(?:em|con|chau|minh|toi|tui|i am|i m|im)"
_AGE = re.compile(
    rf" {_SELF} (?:ten \w+ )?(?:nam nay |moi |dang |only |just )?"
    r"(?:(?:[6-9]|1[0-7]) (?:tuoi|t|years? old|yo|and) |hoc (?:sinh )?lop (?:1[0-2]|[1-9]) )"
    rf"| {_SELF} (?:la |dang la |a )?(?:hoc sinh|hs) (?:lop )?(?:1[0-2]|[1-9]) "
)
_FEAR = re.compile(r" (?:con|chau) (?:so|dau|muon ve) (?:lam|qua|voi|nha) ")
# "con em 12 tuổi", "cháu nhà tôi": somebody tells of a child.
_OF_ANOTHER = re.compile(
    r" (?:con|chau|be|dua|thang|(?:con|em) (?:gai|trai)) (?:em|toi|minh|tui|nha|chi|anh|ban) "
    r"| (?:be|con|chau|em) (?:gai|trai) | my (?:son|daughter|child|kid|nephew|niece) "
)


def is_written_by_child(text: str) -> bool:
    """Whether somebody under 18 tells of themselves, by an age, a class or a child's words of fear.

    False where another child is named, for then the age may be theirs.
    """
    words = folded_words(text)
    if _OF_ANOTHER.search(words):
        return False
    return bool(_AGE.search(words) or _FEAR.search(words))
