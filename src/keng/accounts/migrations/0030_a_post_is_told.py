from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0023_the_end_of_a_post_is_told'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='act',
            field=models.CharField(choices=[('asked', 'Asked'), ('agreed', 'Agreed'), ('refused', 'Refused'), ('done', 'Done'), ('closed', 'Closed'), ('post_add', 'Post Added'), ('post_end', 'Post Ended'), ('operator', 'Operator')], max_length=8),
        ),
    ]
