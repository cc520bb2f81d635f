"""Contrast: text of both sites, day and night, can be read on its ground.

By arithmetic, since no browser tool sees through a tint.
"""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static" / "keng"
DECLARED = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})(?=[;\s])")

# Text on its ground: WCAG 2 AA, 4.5 to 1.
TEXT_EVERYWHERE = [
    ("ink", "paper"),
    ("ink", "mist"),
    ("soft", "paper"),
    ("soft", "mist"),
    ("brand", "paper"),
    ("brand", "mist"),
    ("brand-strong", "paper"),
    ("danger", "paper"),
    ("danger", "danger-tint"),
    ("warn", "paper"),
    ("warn", "warn-tint"),
    ("ok", "paper"),
    ("ok", "ok-tint"),
    ("info", "info-tint"),
    ("ink", "danger-tint"),
    ("ink", "warn-tint"),
    ("ink", "ok-tint"),
    ("ink", "info-tint"),
]
TEXT_PUBLIC = [
    ("paper", "brand"),
    ("paper", "brand-strong"),
    ("ink", "seq-1"),
    ("soft", "seq-1"),
    ("brand", "seq-1"),
    ("brand-strong", "seq-1"),
    ("danger", "seq-1"),
    ("brand-strong", "seq-2"),
    ("paper", "ink"),
    ("paper", "soft"),
    ("danger", "mist"),
    ("soft", "danger-tint"),
    ("soft", "warn-tint"),
    ("soft", "ok-tint"),
    ("soft", "info-tint"),
    ("brand", "danger-tint"),
    ("brand", "warn-tint"),
    ("brand", "ok-tint"),
    ("brand", "info-tint"),
    ("brand-strong", "mist"),
    ("brand-strong", "danger-tint"),
    ("brand-strong", "warn-tint"),
]
TEXT_DESK = [
    ("ink", "sunk"),
    ("soft", "sunk"),
    ("on-bar", "bar"),
    ("bar-soft", "bar"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("ink", "brand-tint"),
    ("soft", "brand-tint"),
    ("brand-strong", "brand-tint"),
    ("on-alarm", "alarm"),
    ("note", "note-tint"),
    ("ink", "note-tint"),
    ("paper", "note"),
    ("danger", "mist"),
    ("warn", "mist"),
    ("ok", "mist"),
    ("seq-ink-lo", "seq-1"),
    ("seq-ink-lo", "seq-2"),
    ("seq-ink-lo", "seq-3"),
    ("seq-ink-4", "seq-4"),
    ("seq-ink-hi", "seq-5"),
]
# Edges of controls, the focus ring and filled bars: 3 to 1.
EDGES_EVERYWHERE = [
    ("field", "paper"),
    ("brand", "paper"),
    ("danger", "paper"),
    ("focus", "focus-ring"),
]
EDGES_DESK = [("field", "mist"), ("warn", "paper"), ("brand", "sunk")]
EDGES_PUBLIC = [("field", "seq-1"), ("ok", "paper"), ("brand", "seq-1"), ("danger", "danger-tint")]


def tokens(sheet: str, selector: str) -> dict[str, str]:
    text = (STATIC / sheet).read_text(encoding="utf-8")
    block = text[text.index(selector + " {") :]
    return dict(DECLARED.findall(block[: block.index("}")]))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PUBLIC = tokens("tokens.css", ":root")
DAY = PUBLIC | tokens("tokens.css", ":root[data-theme]")
NIGHT = tokens("night.css", ":root[data-theme]")
THEMES = {
    "public": (PUBLIC, TEXT_PUBLIC, EDGES_PUBLIC),
    "public at night": (PUBLIC | NIGHT, TEXT_PUBLIC, EDGES_PUBLIC),
    "day": (DAY, TEXT_DESK, EDGES_DESK),
    "night": (DAY | NIGHT, TEXT_DESK, EDGES_DESK),
}


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_its_ground(theme):
    colours, pairs, _ = THEMES[theme]
    weak = [
        f"{text} on {ground}: {found:.2f}"
        for text, ground in TEXT_EVERYWHERE + pairs
        if (found := ratio(colours[text], colours[ground])) < 4.5
    ]
    assert weak == []


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_can_be_seen(theme):
    colours, _, pairs = THEMES[theme]
    weak = [
        f"{edge} on {ground}: {found:.2f}"
        for edge, ground in EDGES_EVERYWHERE + pairs
        if (found := ratio(colours[edge], colours[ground])) < 3
    ]
    assert weak == []


def test_the_ratio_is_the_one_of_the_standard():
    assert ratio("#000", "#fff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_night_changes_colours_of_the_day_and_adds_none():
    assert NIGHT.keys() < DAY.keys()
    assert [name for name, colour in NIGHT.items() if DAY[name] == colour] == []


# Lengths that move: of what is more than a line, and of the list beside a tip.
LENGTHS = {"more", "list", "list-width"}


def test_every_token_in_use_is_declared_in_the_one_place():
    everywhere, on_the_desk = (
        (STATIC / "tokens.css").read_text(encoding="utf-8").split("[data-theme]")
    )
    both = declared(everywhere)
    for sheet in STATIC.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        known = both if sheet.name == "public.css" else both | declared(on_the_desk)
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", text)) <= known | LENGTHS, sheet.name
        if sheet.name not in {"tokens.css", "night.css"}:
            # Paper is white whatever the theme; a length that moves is a token of no other sheet.
            assert declared(text.partition("@layer print {")[0]) <= LENGTHS, sheet.name


def declared(text: str) -> set[str]:
    return set(re.findall(r"(?<=[\s;])--([a-z0-9-]+):", text))
