"""Who is added to a partner signs in once somebody of the partner has agreed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_who_made_a_partners_sign_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='partnermember',
            name='awaits_agreement',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
