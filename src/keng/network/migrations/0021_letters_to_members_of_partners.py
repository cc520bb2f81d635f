"""Somebody of a partner is told by letter what became of what the partner passed on."""

from django.db import migrations, models

_ONCE = "address_subscribes_once"
_LIVE = models.Q(stopped_at__isnull=True)


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0020_told_when_a_warning_is_over"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="member_ref",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(model_name="subscription", name=_ONCE),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=["channel", "address_hash", "warning_code", "member_ref"],
                condition=_LIVE,
                nulls_distinct=False,
                name=_ONCE,
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                fields=["member_ref"],
                condition=models.Q(stopped_at__isnull=True, member_ref__isnull=False),
                name="subscription_of_a_member",
            ),
        ),
    ]
