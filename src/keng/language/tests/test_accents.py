"""A text without accents is read a second time with the likeliest ones; no other text is."""

import math
import random
import re
import unicodedata

import pytest

from keng.language.category_model import read_category
from keng.language.disguise import accents, syllables, undisguised
from keng.language.disguise.accents import with_accents
from keng.language.disguise.syllables import is_known
from keng.language.fold import fold
from keng.language.words import has_accents, words_of
from tests.load.dev_set import dev_tips
from tests.obfuscated import everyday
from tests.unseen import rows_of

_WORD = re.compile(r"\w+")
SENTENCES = [row["text"] for row in rows_of("tips_unseen.jsonl")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("nha toi dang chay to lam", "nhà tôi đang cháy to lắm"),
        ("Toi bi lua mat tien, giup toi voi", "Tôi bị lừa mất tiền, giúp tôi với"),
        ("CONG AN XA", "CÔNG AN XÃ"),
        ("", None),
        ("please help, somebody is in my house", None),
        ("我家着火了", None),
    ],
)
def test_a_text_gets_the_accents_of_its_words(written: str, meant: str | None) -> None:
    assert with_accents(written) == meant


def test_every_letter_keeps_its_place() -> None:
    for text in SENTENCES:
        accented = with_accents(fold(text))
        assert accented is None or fold(accented) == fold(text)


def test_the_likeliest_spellings_are_those_of_a_comparison_of_all_with_all() -> None:
    counted = syllables._neighbours_by(accents.spelling)
    compared = 0
    for text in SENTENCES:
        words = fold(text).split()[:40]
        options = [accents._options(word) for word in words]
        begins = [at % 9 == 0 for at in range(len(words))]
        quick = accents.likeliest_spellings(options, begins)
        assert quick == _compared_with_all(options, begins, counted), text
        compared += len(words)
    assert compared > 1500


def _compared_with_all(
    options: list[tuple[str, ...]], begins: list[bool], counted: dict[tuple[str, str], int]
) -> list[str]:
    """Each spelling with each one before it: the cost so far, and the words that lead there."""
    ways: dict[str, tuple[float, list[str]]] = {"": (0.0, [])}
    for spellings, is_first in zip(options, begins, strict=True):
        if is_first:
            best = min(ways, key=lambda word: (ways[word][0], word))
            ways = {best: ways[best]}
        new = {}
        for word in spellings:
            found = []
            for before, (cost, way) in ways.items():
                pair = (accents.spelling(before), accents.spelling(word))
                count = 0 if is_first else counted.get(pair, 0)
                beside = accents._OF_NEIGHBOURS * count / (syllables.count_spelled(before) or 1)
                share = (1 - accents._OF_NEIGHBOURS) * accents._share(word)
                found.append((cost - math.log(beside + share), cost, before, way))
            cost, _before_cost, _before, way = min(found)
            new[word] = (cost, [*way, word])
        ways = new
    best = min(ways, key=lambda word: (ways[word][0], word))
    return ways[best][1]


def test_most_words_of_unseen_sentences_get_their_own_accents() -> None:
    right = words = 0
    for text in SENTENCES:
        accented = with_accents(fold(text))
        if text.isascii() or accented is None:
            continue
        meant = unicodedata.normalize("NFC", text.lower()).split()
        right += sum(one == other for one, other in zip(meant, accented.split(), strict=True))
        words += len(meant)
    assert right > 0.85 * words


def test_a_text_that_has_its_accents_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random("plain")
    texts = [tip["text"] for tip in dev_tips()] + [everyday(chance) for _ in range(300)]
    plain = [text for text in texts if has_accents(words_of(text))]
    read = [read_category(text) for text in plain]
    monkeypatch.setattr("keng.language.category_model.with_accents", lambda _text: None)
    assert len(plain) > 300
    assert read == [read_category(text) for text in plain]


def test_a_text_of_known_words_is_read_as_it_stands() -> None:
    chance = random.Random("plain")
    texts = [tip["text"] for tip in dev_tips()] + [everyday(chance) for _ in range(2000)]
    sure = [text for text in texts if all(map(_is_sure, _WORD.findall(text)))]
    assert len(sure) > 300
    assert [undisguised(text).readable for text in sure] == sure


def _is_sure(word: str) -> bool:
    return word.isdigit() or (word.isalpha() and len(word) > 1 and is_known(word))
