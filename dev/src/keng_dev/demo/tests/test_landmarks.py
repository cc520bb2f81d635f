"""The parks and stations of the demo, as an operator would list them."""

from keng_dev.demo.territory import LANDMARKS


def test_the_demo_lists_its_own_parks_and_its_station():
    rows = [line.split(",") for line in LANDMARKS.splitlines()]
    assert rows[0] == ["name", "commune"]
    assert {name for name, _code in rows[1:]} >= {"KCN Quang Châu", "KCN Quế Võ", "Ga Sen Hồ"}
