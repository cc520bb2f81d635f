"""A key that no process reads: the functions of the owner sign with it who looks at the desk."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0035_opened_to_call_back'),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE keng_sight_key (key bytea NOT NULL);
            INSERT INTO keng_sight_key
              SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                || uuid_send(gen_random_uuid()));
            """,
            "DROP TABLE keng_sight_key",
        ),
    ]
