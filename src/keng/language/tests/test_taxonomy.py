"""The table of categories and the topics over it."""

from keng.language import taxonomy


def test_there_are_thirty_one_categories_with_both_names():
    rows = taxonomy.categories().values()
    assert len(rows) == 31
    assert all(row.vi and row.en and row.urgency in {"P0", "P1", "P2", "P3"} for row in rows)


def test_every_tile_has_categories_and_every_category_a_tile():
    topics = {row.topic for row in taxonomy.categories().values()}
    assert topics == {"scam", "theft", "violence", "child", "drugs", "loan", "fire", "other"}


def test_the_first_category_of_a_tile_is_what_is_meant_where_nothing_else_is_known():
    first = {
        topic: taxonomy.categories_of_topic(topic)[0]
        for topic in ("loan", "fire", "child", "violence")
    }
    assert first == {
        "loan": "loan_shark",
        "fire": "fire_explosion",
        "child": "child_safety",
        "violence": "domestic_violence",
    }


def test_what_depends_on_minutes_is_urgent_by_danger():
    rows = taxonomy.categories().values()
    assert all(row.is_urgent_by_danger for row in rows if row.is_bodily)
