"""Somebody asks to be told when one warning is over, by the ways in which warnings come."""

from django.db import migrations, models

_ONCE = "address_subscribes_once"
_LIVE = models.Q(stopped_at__isnull=True)


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0019_a_lead_is_erased"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="warning_code",
                field=models.CharField(blank=True, db_default="", default="", max_length=8),
            )
            for name in ("subscription", "subscriptionwish")
        ),
        migrations.RemoveConstraint(model_name="subscription", name=_ONCE),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=["channel", "address_hash", "warning_code"], condition=_LIVE, name=_ONCE
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                fields=["warning_code"],
                condition=_LIVE & ~models.Q(warning_code=""),
                name="subscription_of_one_warning",
            ),
        ),
    ]
