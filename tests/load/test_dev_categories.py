"""Suggested categories and urgency on the development set."""

from keng.language.categories import suggest_categories
from keng.language.urgency import suggest_urgency
from tests.load.dev_set import dev_tips


def test_the_category_is_first_on_seven_of_ten_and_among_three_on_nine_of_ten() -> None:
    tips = dev_tips()
    ranked = [
        (tip["category"], [one.code for one in suggest_categories(tip["text"])]) for tip in tips
    ]
    assert sum(codes[0] == right for right, codes in ranked) / len(tips) >= 0.70
    assert sum(right in codes for right, codes in ranked) / len(tips) >= 0.90


def test_texts_without_accents_are_not_much_worse() -> None:
    tips = dev_tips()
    share = {}
    for accents in ("full", "none"):
        some = [tip for tip in tips if tip["accents"] == accents]
        share[accents] = sum(
            suggest_categories(tip["text"])[0].code == tip["category"] for tip in some
        ) / len(some)
    assert share["none"] >= share["full"] - 0.05


def test_critical_tips_are_suggested_as_urgent_without_flooding_the_desk() -> None:
    tips = dev_tips()
    critical = [tip for tip in tips if tip["urgency"] == "critical"]
    urgent = [tip for tip in tips if suggest_urgency(tip["text"]).level == "P0"]
    assert sum(tip in urgent for tip in critical) / len(critical) >= 0.85
    assert len(urgent) <= 0.15 * len(tips)
