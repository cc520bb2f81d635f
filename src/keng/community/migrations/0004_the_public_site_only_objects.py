"""The public site asks and, of what was asked, changes one objection, and nothing else."""

from django.db import migrations


# It may change four columns for that one step (site.grants): the row rule is here. The name
# of who decided stays in the row, and words of the public site must not come to stand beside it.
_HOLD = """
CREATE FUNCTION community_public_site_asks_and_objects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' AND NOT (NEW.state = 'waiting' AND (TG_OP = 'INSERT' OR (
        OLD.state = 'opinion' AND OLD.objected_at IS NULL AND OLD.box <> ''::bytea
        AND NEW.objected_at IS NOT NULL
    ))) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site asks and objects, and no more';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER question_of_the_desk BEFORE INSERT OR UPDATE ON community_question
    FOR EACH ROW EXECUTE FUNCTION community_public_site_asks_and_objects();
"""
_LET_GO = """
DROP TRIGGER question_of_the_desk ON community_question;
DROP FUNCTION community_public_site_asks_and_objects();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0003_objections'),
    ]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
