"""Whoever watches over a desk is told that a contact was opened to call back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0034_named_officers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='act',
            field=models.CharField(choices=[('asked', 'Asked'), ('agreed', 'Agreed'), ('refused', 'Refused'), ('done', 'Done'), ('closed', 'Closed'), ('post_add', 'Post Added'), ('post_end', 'Post Ended'), ('operator', 'Operator'), ('passkey', 'Passkey'), ('copied', 'Copied'), ('named', 'Named'), ('unnamed', 'Unnamed'), ('broke_in', 'Broke In'), ('called', 'Called'), ('recused', 'Recused'), ('rejoined', 'Rejoined')], max_length=8),
        ),
    ]
