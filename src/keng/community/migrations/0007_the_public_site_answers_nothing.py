"""A question that the public site hands in has no answer that would wait for a second person."""

from django.db import migrations


_FUNCTION = """
CREATE OR REPLACE FUNCTION community_public_site_asks_and_objects() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'keng_public' AND NOT (NEW.state = 'waiting' AND (%(asks)s OR (
        TG_OP = 'UPDATE'
        AND OLD.state = 'opinion' AND OLD.objected_at IS NULL AND OLD.box <> ''::bytea
        AND NEW.objected_at IS NOT NULL
    ))) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public site asks and objects, and no more';
    END IF;
    RETURN NEW;
END $$;
"""
_ASKS = "(TG_OP = 'INSERT' AND NEW.handed_in_at IS NULL AND NEW.answer = '' AND NEW.hands = '{}')"
_ASKED_BEFORE = "TG_OP = 'INSERT'"


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0006_what_stood_there_stays'),
    ]

    operations = [
        migrations.RunSQL(_FUNCTION % {"asks": _ASKS}, _FUNCTION % {"asks": _ASKED_BEFORE}),
    ]
