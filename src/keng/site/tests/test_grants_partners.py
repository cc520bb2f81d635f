"""What the public site publishes for partners: handed in before, by its own people, and on record.

Partners' people sign in there, so the site publishes for a second person. Each test is what
somebody tried who holds its role.
"""

import pytest
from django.db import Error, connection, transaction

from keng.claims.models import Claim, Revision
from keng.lessons.models import Collection, Edition
from keng.partners.actions import articles, inviting, manuscripts
from keng.partners.models import Article, Manuscript
from keng.partners.tests.stage import WORDS, Stage
from keng.partners.tests.test_manuscripts import handed_in

pytestmark = pytest.mark.django_db
HELD = "does not do this"
HANDED_IN = "nothing appears or goes for a partner but what somebody handed in"


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def published(stage, kind):
    """Written and handed in by one, published by the other."""
    text = handed_in(stage.thu, kind)
    return manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)


def execute(sql, *values):
    """One statement of a transaction that ends behind it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        changed = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return changed


def refused(sql, *values):
    with pytest.raises(Error) as raised:
        execute(sql, *values)
    return str(raised.value)


_RELEASED = "UPDATE partners_article SET released_at = now(), released_by_id = %s"


def test_what_nobody_handed_in_is_not_published(stage, become):
    articles.write_article(**WORDS, by=stage.thu)
    become("public")
    assert HELD in refused(_RELEASED + ", submitted_at = now()", stage.binh.pk)
    become("owner")
    assert Article.objects.get().released_at is None


def test_nothing_comes_into_being_published_or_handed_in(stage, become):
    article, stranger = stage.submitted(), stage.alone()
    become("public")
    for values in (f"now(), now(), '{stage.binh.pk}'::uuid", "now(), NULL, NULL"):
        assert HELD in refused(
            "INSERT INTO partners_article (id, partner_id, purpose, title, text, "
            "written_at, hands, submitted_at, released_at, released_by_id) "
            "SELECT gen_random_uuid(), partner_id, purpose, 'Của kẻ trộm', text, "
            f"now(), hands, {values} FROM partners_article WHERE id = %s",
            article.pk,
        )
    # Nor does one begin that nobody of the partner wrote.
    for hands in ("ARRAY[]::uuid[]", f"ARRAY['{stranger.pk}'::uuid]"):
        assert HELD in refused(
            "INSERT INTO partners_article (id, partner_id, purpose, title, text, written_at, "
            "hands) SELECT gen_random_uuid(), partner_id, purpose, 'Của kẻ trộm', text, now(), "
            f"{hands} FROM partners_article WHERE id = %s",
            article.pk,
        )


@pytest.mark.parametrize(
    "change",
    ["text = 'giả'", "title = 'giả'", "hands = '{}'", "purpose = 'fire'", "written_at = now()"],
)
def test_what_is_published_is_what_was_handed_in(stage, become, change):
    stage.submitted()
    become("public")
    assert HELD in refused(f"{_RELEASED}, {change}", stage.binh.pk)


@pytest.mark.parametrize(
    "change",
    [
        "text = 'giả'",
        "submitted_at = now()",
        "released_at = NULL, released_by_id = NULL",
        "released_at = now() - interval '1 year'",
        "ended_at = now(), title = 'giả'",
    ],
)
def test_what_was_published_stays_what_it_was(stage, become, change):
    article = stage.submitted()
    articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)
    become("public")
    assert HELD in refused(f"UPDATE partners_article SET {change}")


def test_only_somebody_who_signs_in_for_this_partner_releases(stage, become):
    stage.submitted()
    stranger = stage.invited(name="Cụ Tám", username="tam", kind="person").member
    waiting = inviting.add_member(
        stage.partner.pk, name="An", username="an", by=stage.administrator
    ).member
    become("public")
    for nobody in (stranger, waiting):
        assert HELD in refused(_RELEASED, nobody.pk)
    assert HELD in refused(
        "UPDATE partners_article SET released_at = now(), released_by_officer_id = %s",
        stage.coordinator.pk,
    )
    become("owner")
    inviting.close_member(stage.binh.pk, by=stage.administrator)
    become("public")
    assert HELD in refused(_RELEASED, stage.binh.pk)


def test_words_change_in_a_draft_alone_and_no_hand_is_forgotten(stage, become):
    article = stage.submitted()
    become("public")
    assert HELD in refused("UPDATE partners_article SET hands = '{}'")
    assert HELD in refused("UPDATE partners_article SET text = 'giả'")
    # In the name of somebody who is then free to publish it.
    assert HELD in refused(
        "UPDATE partners_article SET text = 'giả', submitted_at = NULL, hands = ARRAY[%s]",
        stage.binh.pk,
    )
    become("owner")
    article.refresh_from_db()
    assert article.text == WORDS["text"]


def test_nothing_is_published_or_taken_back_without_its_entry(stage, become):
    stage.submitted()
    become("public")
    assert "on record" in refused(_RELEASED, stage.binh.pk)
    article = Article.objects.get()
    articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)
    execute("SELECT 1")
    assert "on record" in refused("UPDATE partners_article SET ended_at = now()")
    articles.withdraw_article(article.pk, by=stage.thu)
    execute("SELECT 1")


def test_no_lesson_and_no_check_appears_that_nobody_wrote(stage, become):
    published(stage, "lesson")
    published(stage, "check")
    edition, revision = Edition.objects.get(), Revision.objects.get()
    become("public")
    assert "somebody handed in" in refused(
        'INSERT INTO lessons_edition (id, lesson_id, number, unit_id, texts, "right", digest, '
        'released_at, hands) SELECT gen_random_uuid(), lesson_id, 2, unit_id, texts, "right", '
        "digest, now(), hands FROM lessons_edition WHERE id = %s",
        edition.pk,
    )
    assert "somebody handed in" in refused(
        "INSERT INTO lessons_collection (id, slug, unit_id, partner_id, purpose, texts, made_at) "
        "SELECT gen_random_uuid(), 'gia', unit_id, partner_id, purpose, texts, now() "
        "FROM lessons_collection"
    )
    columns = ", ".join(
        f'"{field.column}"'
        for field in Revision._meta.concrete_fields
        if field.name not in ("id", "number")
    )
    assert "somebody handed in" in refused(
        f"INSERT INTO claims_revision (id, number, {columns}) "
        f"SELECT gen_random_uuid(), 2, {columns} FROM claims_revision WHERE id = %s",
        revision.pk,
    )
    become("owner")
    assert (Edition.objects.count(), Collection.objects.count(), Revision.objects.count()) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("words = 'giả'", HELD),
        ("state = 'withdrawn', withdrawn_code = 'changed', ended_at = now()", HANDED_IN),
        ("withdrawn_reason = 'giả'", "permission denied"),
        ("state = 'new'", HELD),
        ("published_at = now()", HANDED_IN),
        ("ended_at = now()", HELD),
    ],
)
def test_a_partners_check_is_moved_only_with_what_its_people_wrote(stage, become, change, said):
    published(stage, "check")
    become("public")
    assert said in refused(f"UPDATE claims_claim SET {change}")
    become("owner")
    assert Claim.objects.get().state == "published"


def test_no_lesson_ends_that_nobody_took_back(stage, become):
    published(stage, "lesson")
    become("public")
    assert "somebody handed in" in refused("UPDATE lessons_edition SET ended_at = now()")


def test_the_public_site_still_publishes_corrects_and_takes_back(stage, become):
    become("public")
    for kind in ("lesson", "check"):
        first = published(stage, kind)
        execute("SELECT 1")
        manuscripts.withdraw_manuscript(first.pk, by=stage.thu, reason="wrong_source")
        execute("SELECT 1")
    become("owner")
    assert Manuscript.objects.exclude(ended_at=None).count() == 2
