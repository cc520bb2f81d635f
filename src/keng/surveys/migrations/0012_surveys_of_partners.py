"""A partner's members write surveys of their own, and one of them without a hand in it opens it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

def _member() -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.PartnerMember",
        django.db.models.deletion.PROTECT,
        null=True,
        related_name="+",
    )


def _rules(model: str) -> list[migrations.AddConstraint]:
    return [
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by_member")]),
                name=f"{model}_is_released_by_no_member_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=Q(released_by_member=None) | Q(released_at__isnull=False),
                name=f"{model}_released_by_a_member_has_its_moment",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0011_published_figures"),
        ("accounts", "0036_sight_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "survey",
            "author",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("survey", "released_by_member", _member()),
        migrations.AddField("surveyresult", "released_by_member", _member()),
        migrations.RemoveConstraint("survey", "survey_opens_only_after_a_second_person"),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"])
                | Q(released_by__isnull=False)
                | Q(released_by_member__isnull=False),
                name="survey_opens_only_after_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=Q(partner=None, author__isnull=False, released_by_member=None)
                | Q(partner__isnull=False, author=None, released_by=None),
                name="survey_is_of_a_desk_or_of_a_partner",
            ),
        ),
        *_rules("survey"),
        *_rules("surveyresult"),
    ]
