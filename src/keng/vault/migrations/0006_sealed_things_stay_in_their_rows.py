"""What is sealed is longer since form 03; a row of up to 4 KB stays whole all the same."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("vault", "0005_hybrid_keys")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE vault_sealedidentity SET (toast_tuple_target = 4080)",
            "ALTER TABLE vault_sealedidentity RESET (toast_tuple_target)",
        )
    ]
