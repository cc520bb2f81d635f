"""How far a chain is signed is one look into an index, however many heads there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="signedhead",
            index=models.Index(fields=["chain", "-seq"], name="audit_head_of_chain"),
        ),
    ]
