"""What was published under a check stays what it was, whoever asks the database to change it."""

from django.db import migrations

_HOLD = """
CREATE FUNCTION claims_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published revision of a claim check never changes';
END $$;
CREATE TRIGGER published_revision_never_changes
    BEFORE UPDATE OR DELETE ON claims_revision
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION claims_published_stays();
"""
_LET_GO = """
DROP TRIGGER published_revision_never_changes ON claims_revision;
DROP FUNCTION claims_published_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
