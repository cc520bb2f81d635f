"""Checks of partners, which no officer answers for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The public site writes for partners, and cannot put a word into an officer's mouth. What anybody
# asks there is new and has no check; an objection makes it new once more.
_HOLD = """
CREATE FUNCTION claims_public_site_writes_for_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site writes checks of partners only';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION claims_public_site_asks_and_objects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' AND NOT (NEW.state = 'new'
        AND (TG_OP = 'INSERT' OR (OLD.state = 'out_of_scope' AND OLD.objected_at IS NULL))) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site writes checks of partners only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_of_the_desk BEFORE INSERT OR UPDATE ON claims_claim
    FOR EACH ROW WHEN (NEW.partner_id IS NULL)
    EXECUTE FUNCTION claims_public_site_asks_and_objects();
CREATE TRIGGER revision_of_the_desk BEFORE INSERT OR UPDATE ON claims_revision
    FOR EACH ROW WHEN (NEW.made_by_id IS NOT NULL)
    EXECUTE FUNCTION claims_public_site_writes_for_partners();
"""
_LET_GO = """
DROP TRIGGER claim_of_the_desk ON claims_claim;
DROP TRIGGER revision_of_the_desk ON claims_revision;
DROP FUNCTION claims_public_site_asks_and_objects();
DROP FUNCTION claims_public_site_writes_for_partners();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_partners'),
        ('claims', '0002_published_revisions_never_change'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='claim',
            name='objected_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='asking',
            name='box',
            field=models.BinaryField(db_default=b'', default=b''),
        ),
        migrations.RemoveConstraint(
            model_name='revision',
            name='claim_revision_published_has_its_publisher',
        ),
        migrations.AddField(
            model_name='claim',
            name='partner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partner'),
        ),
        migrations.AlterField(
            model_name='revision',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('made_by__isnull', False), ('published_at', None), ('published_by', None)), models.Q(('published_at__isnull', False), models.Q(models.Q(('made_by__isnull', False), ('published_by__isnull', False)), models.Q(('made_by', None), ('published_by', None)), _connector='OR')), _connector='OR'), name='claim_revision_published_has_its_publisher'),
        ),
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
