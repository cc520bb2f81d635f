"""Codes and passphrases that people read, type and keep on paper.

Long ones open something and are derived from a token; what is stored is a keyed hash of the code,
and each area has labels of its own for code and hash. Short ones have no vowels, so that no word
comes out.
"""

import hashlib
import itertools
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress

from keng.kit.secrets import derive_key

# Crockford's base32.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WORDLESS_ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_LOWER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LOOKS_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
LONGEST_TYPED = 200
_WITH_HYPHENS, _WITHOUT_HYPHENS = re.compile(r"[\w-]+"), re.compile(r"[^\W_]+")
_GROUP = 4


class MalformedCode(ValueError):
    """The code has too many or too few letters and digits; `length` says how many it has."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


def new_token() -> str:
    """A random token (128 bits): a link's secret, or what one code is derived from."""
    return secrets.token_urlsafe(16)


def token_for_answers(token: str, *answers: str) -> str:
    """The token of a form with these answers: sent twice, the same one.

    Whoever goes back and corrects an answer has another one, so that none of their words is lost.
    Those of one form begin alike (`is_of_same_form`).
    """
    return _digest_of(token, size=3) + _digest_of(token, *answers, size=13)[:18]


def is_of_same_form(token: str, other: str) -> bool:
    """Whether two tokens of `token_for_answers` came from one form, whatever its answers."""
    return len(token) == len(other) and token[:4] == other[:4]


def _digest_of(*words: str, size: int) -> str:
    given = "\0".join(words).encode()
    digest = hashlib.blake2b(given, key=derive_key("answers of a form"), digest_size=size).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def random_code(length: int, alphabet: str = WORDLESS_ALPHABET) -> str:
    """A code by chance."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def passphrase_of_groups(groups: int) -> str:
    """Groups of four letters and digits, about 20 bits each."""
    return "-".join(random_code(4, _LOWER_ALPHABET) for _ in range(groups))


def derived_code(label: str, token: str) -> str:
    """The code of a token: the same label and token always give the same code, and only here."""
    digest = hashlib.blake2b(token.encode(), key=derive_key(label), digest_size=10).digest()
    number = int.from_bytes(digest)
    return "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def grouped_code(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def halved_code(code: str) -> str:
    """In two halves, as a short one is printed: 7QM-4KD."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def cleaned_code(typed: str, length: int = CODE_LENGTH) -> str:
    """What somebody typed, as a code: case, hyphens, spaces do not matter; O is 0, I and L are 1.

    Raises MalformedCode.
    """
    code = _letters_typed(typed)
    if len(code) != length or any(c not in CODE_ALPHABET for c in code):
        raise MalformedCode(len(code))
    return code


def code_in_sentence(typed: str) -> str:
    """The one long code in what somebody typed, which may be a sentence with the code in it.

    Raises MalformedCode where none stands in it, and where it might be one of several.
    """
    try:
        return cleaned_code(typed)
    except MalformedCode:
        sentence = typed[:LONGEST_TYPED]
        codes = set(_codes_among(_WITH_HYPHENS.findall(sentence)))
        codes = codes or set(_codes_among(_codes_in_groups(_WITHOUT_HYPHENS.findall(sentence))))
        if len(codes) != 1:
            raise
        return codes.pop()


def _codes_among(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        with suppress(MalformedCode):
            yield cleaned_code(word)


def _codes_in_groups(words: list[str]) -> Iterator[str]:
    """Four groups in a row, without the words of four letters at one end of the row.

    Four such words without a digit are taken for words; hardly any code has none.
    """
    for is_group, row in itertools.groupby(words, lambda word: len(word) == _GROUP):
        groups = list(row) if is_group else []
        while len(groups) * _GROUP > CODE_LENGTH:
            is_word_first, is_word_last = groups[0].isalpha(), groups[-1].isalpha()
            if is_word_first == is_word_last:
                break
            groups = groups[1:] if is_word_first else groups[:-1]
        if any(c.isdigit() for group in groups for c in group):
            yield "".join(groups)


def wordless_code(typed: str, length: int) -> str:
    """The same for a short code; "" when it is none."""
    code = _letters_typed(typed[:LONGEST_TYPED])
    return code if len(code) == length and all(c in WORDLESS_ALPHABET for c in code) else ""


def _letters_typed(typed: str) -> str:
    return "".join(c for c in typed.upper() if c.isalnum()).translate(_LOOKS_LIKE)
