"""Collections and lessons of partners without an officer, and films that were thrown away."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The public site writes for partners, and cannot put a word into an officer's mouth.
_HOLD = """
CREATE FUNCTION lessons_public_site_writes_for_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site writes lessons of partners only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER collection_of_the_desk BEFORE INSERT OR UPDATE ON lessons_collection
    FOR EACH ROW WHEN (NEW.made_by_id IS NOT NULL)
    EXECUTE FUNCTION lessons_public_site_writes_for_partners();
CREATE TRIGGER edition_of_the_desk BEFORE INSERT OR UPDATE ON lessons_edition
    FOR EACH ROW WHEN (NEW.made_by_id IS NOT NULL)
    EXECUTE FUNCTION lessons_public_site_writes_for_partners();
"""
_LET_GO = """
DROP TRIGGER collection_of_the_desk ON lessons_collection;
DROP TRIGGER edition_of_the_desk ON lessons_edition;
DROP FUNCTION lessons_public_site_writes_for_partners();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_partners'),
        ('lessons', '0004_films'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='collection',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='edition',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='film',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting for the worker'), ('working', 'Being prepared'), ('ready', 'Ready'), ('refused', 'Cannot be used'), ('discarded', 'Discarded')], db_default='waiting', default='waiting', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(('made_by__isnull', False), ('partner__isnull', False), _connector='OR'), name='collection_has_somebody_who_wrote_it'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('made_by__isnull', False), models.Q(('published_at__isnull', False), ('published_by__isnull', True)), _connector='OR'), name='edition_of_a_partner_is_public_from_the_start'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'discarded'), _negated=True), models.Q(('captions', {}), ('title', ''), ('words', {})), _connector='OR'), name='film_that_was_discarded_keeps_no_words'),
        ),
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
