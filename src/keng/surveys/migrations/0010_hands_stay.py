"""Hands stay in what was let out, too, for every kind of text: all of them share the function."""

from django.db import migrations

from keng.releases.triggers import also_of_what_was_let_out


class Migration(migrations.Migration):
    dependencies = [("surveys", "0009_results")]

    operations = [also_of_what_was_let_out()]
