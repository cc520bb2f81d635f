"""The table of categories and the topics over it."""

from django.utils import translation

from keng.language import taxonomy
from keng.language.category_names import label_for_reader
from keng.language.seeds import haste_signs, seed_concepts
from keng.language.tables import table_entries


def test_every_category_has_both_names_and_somebody_to_call():
    rows = taxonomy.categories().values()
    assert len(rows) >= 31
    assert all(row.vi and row.en and row.numbers <= {"111", "113", "114", "115"} for row in rows)
    assert all(row.numbers for row in rows)


def test_a_reader_is_not_told_examples_of_which_all_may_be_wrong():
    told = {}
    for language in ("vi", "en", "zh-hans", "ko"):
        with translation.override(language):
            told[language] = label_for_reader("scam_other")
    assert told == {
        "vi": "Lừa đảo khác",
        "en": "Other scam",
        "zh-hans": "其他诈骗",
        "ko": "그 밖의 사기",
    }


def test_only_of_scams_the_reporter_is_told_more_and_only_they_rise_everywhere():
    """A suspect can report too, and probe."""
    rows = taxonomy.categories().values()
    assert {row.code for row in rows if row.tells_more} == set(taxonomy.scam_categories())
    assert taxonomy.tells_more("scam_bank")
    assert not taxonomy.tells_more("theft")
    assert not taxonomy.tells_more("")


def test_what_makes_haste_is_said_of_categories_and_ideas_that_there_are():
    concepts = {*seed_concepts(), "#minor"}
    codes = [code for code, _signs in table_entries("keng.language.seeds", "haste.txt")]
    assert {*codes} - {"*"} <= {*taxonomy.categories()}
    for code in taxonomy.categories():
        assert {idea for sign in haste_signs(code) for idea in sign} <= concepts


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
