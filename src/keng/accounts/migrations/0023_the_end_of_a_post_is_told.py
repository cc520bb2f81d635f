from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0022_sessions_in_clear_are_gone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='act',
            field=models.CharField(choices=[('asked', 'Asked'), ('agreed', 'Agreed'), ('refused', 'Refused'), ('done', 'Done'), ('closed', 'Closed'), ('post_end', 'Post Ended'), ('operator', 'Operator')], max_length=8),
        ),
    ]
