"""Conversations with an address, found without reading those that have none any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0017_settled_row_forgets_the_person")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="is_reachable",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("reply_address_sealed", b""), _negated=True),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("is_reachable", True)),
                fields=["tip_ref"],
                name="conversation_to_answer",
            ),
        ),
    ]
