"""Of the development tips none is about an officer, so none leaves its desk for the province."""

from keng.language.officers import seems_about_officers
from tests.load.dev_set import dev_tips


def test_no_development_tip_is_moved() -> None:
    tips = dev_tips()
    moved = [tip["id"] for tip in tips if seems_about_officers(tip["text"])]
    print(f"{len(moved)} of {len(tips)} development tips would stand at the province")
    assert moved == []
