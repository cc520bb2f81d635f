"""What is sealed is longer since form 03; a row of up to 4 KB stays whole all the same.

Kept apart from its row, as PostgreSQL does with what is longer than 2 KB, each has an index entry
of its own to write: twice for a message of a chat.
"""

from django.db import migrations

TABLES = ("delivery_inbound", "delivery_delivery")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0036_columns_that_nobody_read_go")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET (toast_tuple_target = 4080)",
            f"ALTER TABLE {table} RESET (toast_tuple_target)",
        )
        for table in TABLES
    ]
