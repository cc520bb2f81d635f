"""No row of a reporter keeps an address or sealed words once it is settled, whoever settles it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0016_settled_rows_forget_the_person")]

    operations = [
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=~models.Q(recipient_kind__in=["conversation", "asker"])
                | models.Q(state__in=["queued", "leased", "not_now"])
                | models.Q(address_sealed__isnull=True, text_sealed__isnull=True),
                name="settled_row_forgets_the_person",
            ),
        ),
    ]
