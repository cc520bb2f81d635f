"""What the public site changes of a question is one objection, and nothing else."""

from django.db import migrations


# It has the right to four columns, for that one step (site.grants): the row rule is here. The name
# of who decided stays in the row, and words of the public site must not come to stand beside it.
_HOLD = """
CREATE FUNCTION community_public_site_only_objects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' AND NOT (
        OLD.state = 'opinion' AND OLD.objected_at IS NULL
        AND NEW.state = 'waiting' AND NEW.objected_at IS NOT NULL
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site only objects to an opinion';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER question_of_the_desk BEFORE UPDATE ON community_question
    FOR EACH ROW EXECUTE FUNCTION community_public_site_only_objects();
"""
_LET_GO = """
DROP TRIGGER question_of_the_desk ON community_question;
DROP FUNCTION community_public_site_only_objects();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0003_objections'),
    ]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
