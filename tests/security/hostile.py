"""Texts that cost a pattern or a function most, at any length."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# One of these again and again, whatever is read.
UNITS = (
    *(" ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u200b", "\n\t ", " \n"),
    *("0", "1", "9", "0 ", "1.", "1,", "1-", "0912345678 ", "0912 345 678 va ", "09:12 ", "3/5, "),
    *("(", "[", "[(", "[[", "{", "<", ")", "] ", "()", "[@", '"'),
    *(
        "a",
        "A",
        "a ",
        "A ",
        "\u0130",
        "\u1ea1",
        "\u0301",
        "a\u0323\u0302",
        "Nguyễn ",
        "Nguyen Van ",
    ),
    *(
        ".",
        "-",
        "a.",
        "a-",
        "a.b ",
        "@",
        "a@",
        "@a ",
        "/",
        "http://",
        "hxxp://a",
        ":",
        "a:",
        "?",
        "!",
    ),
    *(
        ",",
        ";",
        "#",
        "_",
        "*",
        "\\",
        "\x00",
        "中",
        "한",
        "\U0001f469\u200d",
        "anh ",
        "em ",
        "\ufe0f",
    ),
)


@dataclass(frozen=True)
class Text:
    """A beginning, something again and again, an end; a `unit` that counts repeats nothing."""

    beginning: str
    unit: str | Callable[[int], str]
    end: str

    @cache  # noqa: B019 -- a few texts, each read by every pattern: making them cost the most
    def of_length(self, length: int) -> str:
        room = max(length - len(self.beginning) - len(self.end), 0)
        if isinstance(self.unit, str):
            repeated = self.unit * (room // len(self.unit) + 1)
        else:
            repeated = "".join(self.unit(n) for n in range(room // len(self.unit(0)) + 1))
        return f"{self.beginning}{repeated[:room]}{self.end}"


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


# No two alike, which a text that only repeats itself would never show.
COUNTING: tuple[Callable[[int], str], ...] = (
    lambda n: f"@A{_letters(n)} ",
    lambda n: f"anh A{_letters(n)} ",
    lambda n: f"Nguyễn A{_letters(n)} B{_letters(n)}, ",
    lambda n: f"09{n % 100_000_000:08d} va ",
    lambda n: f"a-{_letters(n)}.com ",
    lambda n: f"stk 10{n:08d} MB, ",
    lambda n: f"{n:05d}@a.vn ",
    lambda n: f"{n % 90 + 10}A-{n:05d} ",
    lambda n: f"{_letters(n)} ",
    lambda n: f"{_letters(n)}. ",
    lambda n: f"xã {_letters(n)} ",
    lambda n: f"khong goi lai cho toi {_letters(n)} ",
)


def of_units() -> list[Text]:
    """What is hostile to anything that reads."""
    units: tuple[str | Callable[[int], str], ...] = (*UNITS, *COUNTING)
    within = [Text("abc\n", unit, "x") for unit in units]
    return [*within, *(Text("", unit, "") for unit in (" ", "\t", "0", "a", "\n"))]


def of_pattern(pattern: re.Pattern[Any], most: int = 60) -> list[Text]:
    """The same made of what the pattern itself looks for: each repetition in it, after its prefix.

    The examples are the same in every run.
    """
    written = pattern.pattern
    if isinstance(written, bytes):
        written = written.decode("latin-1")
    tree = parser.parse(written, pattern.flags & ~re.DEBUG)
    chance = random.Random(ascii(written))
    found: dict[tuple[str, str, str], None] = {}
    for _ in range(2):
        whole = _sample(tree, chance)
        found[("", whole, "")] = None
        found[("", whole, "\x01")] = None
        found[("", f"{whole} ", "\x01")] = None
        for prefix, body in _pumps(tree, "", chance):
            if body:
                found[(prefix, body, "\x01")] = None
                found[("", prefix + body, "\x01")] = None
                found[("", body, "")] = None
                found[("", f"{body} ", "")] = None
    listed = list(found)
    if len(listed) > most:
        listed = listed[:6] + chance.sample(listed[6:], most - 6)
    return [Text(*parts) for parts in listed if parts[1]]


def _pumps(tree: Any, prefix: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Each repetition, with something that the pattern takes before it."""
    before = prefix
    for op, value in tree:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            _least, most, body = value
            if most > 2:
                # A phrase that two others make up ("hien dang") has to be among them.
                for _ in range(24 if _has_branches(body) else 1):
                    yield before, _sample(body, chance)
            yield from _pumps(body, before, chance)
        elif op is ops.SUBPATTERN:
            yield from _pumps(value[3], before, chance)
        elif op is ops.ATOMIC_GROUP:
            yield from _pumps(value, before, chance)
        elif op is ops.BRANCH:
            branches = value[1]
            for branch in branches if len(branches) < 6 else chance.sample(branches, 5):
                yield from _pumps(branch, before, chance)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _pumps(value[1], before, chance)
        before += _sample([(op, value)], chance)


def _has_branches(tree: Any) -> bool:
    for op, value in tree:
        if op is ops.BRANCH:
            return True
        if op is ops.SUBPATTERN and _has_branches(value[3]):
            return True
        if op is ops.ATOMIC_GROUP and _has_branches(value):
            return True
    return False


def _sample(tree: Any, chance: random.Random) -> str:
    """A text that the pattern takes, or nearly: what looks around is left out."""
    return "".join(_sample_one(op, value, chance) for op, value in tree)


def _sample_one(op: Any, value: Any, chance: random.Random) -> str:
    made = ""
    if op is ops.LITERAL:
        made = chr(value)
    elif op is ops.NOT_LITERAL:
        made = "a" if value != ord("a") else "b"
    elif op is ops.ANY:
        made = "a"
    elif op is ops.IN:
        made = _one_of(value, chance)
    elif op is ops.BRANCH:
        made = _sample(chance.choice(value[1]), chance)
    elif op is ops.SUBPATTERN:
        made = _sample(value[3], chance)
    elif op is ops.ATOMIC_GROUP:
        made = _sample(value, chance)
    elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, most, body = value
        times = max(int(least), min(1, int(most)))
        made = "".join(_sample(body, chance) for _ in range(times))
    elif op is ops.ASSERT and value[0] > 0:
        made = _sample(value[1], chance)
    return made


_CANDIDATES = " \t\na1A.-,:/@_á0z9(["


def _one_of(members: Any, chance: random.Random) -> str:
    """A character of a class."""
    kinds = {
        ops.CATEGORY_DIGIT: "0123456789",
        ops.CATEGORY_SPACE: " \t\n",
        ops.CATEGORY_WORD: "aZ0_",
        ops.CATEGORY_NOT_DIGIT: "a -",
        ops.CATEGORY_NOT_SPACE: "a1.-",
        ops.CATEGORY_NOT_WORD: " .-",
    }
    if members[0][0] is ops.NEGATE:
        source = "".join(_written(members[1:]))
        tester = re.compile(f"[^{source}]")
        fitting = [c for c in _CANDIDATES if tester.match(c)]
        return chance.choice(fitting) if fitting else "\U0001f600"
    op, value = chance.choice(members)
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.RANGE:
        return chr(chance.randint(*value))
    return chance.choice(kinds.get(value, "a"))


def _written(members: Any) -> Iterator[str]:
    names = {
        ops.CATEGORY_DIGIT: r"\d",
        ops.CATEGORY_SPACE: r"\s",
        ops.CATEGORY_WORD: r"\w",
        ops.CATEGORY_NOT_DIGIT: r"\D",
        ops.CATEGORY_NOT_SPACE: r"\S",
        ops.CATEGORY_NOT_WORD: r"\W",
    }
    for op, value in members:
        if op is ops.LITERAL:
            yield re.escape(chr(value))
        elif op is ops.RANGE:
            yield f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            yield names[value]
