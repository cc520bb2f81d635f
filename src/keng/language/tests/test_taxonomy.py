"""The table of categories and the topics over it."""

from keng.language import taxonomy


def test_there_are_thirty_one_categories_with_both_names():
    rows = taxonomy.categories().values()
    assert len(rows) == 31
    assert all(row.vi and row.en and row.urgency in {"P0", "P1", "P2", "P3"} for row in rows)


def test_every_category_belongs_to_exactly_one_topic():
    listed = [code for codes in taxonomy.TOPICS.values() for code in codes]
    assert sorted(listed) == sorted(taxonomy.categories())
