"""What a desk tells about itself: meetings, and the channels that are really its own."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Reads of meetings."""

    def visible_to(self, officer: "Officer") -> "MeetingQuerySet":
        """Meetings that the officer's units announced. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def upcoming(self) -> "MeetingQuerySet":
        """Still to come, the next first; what was called off stays until its day."""
        today = times.start_of(times.local_date(times.now()))
        return self.filter(starts_at__gte=today).order_by("starts_at", "id")


class Meeting(Row):
    """A meeting that anybody may come to: when, where, what about. Nobody is invited by name."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    venue = models.CharField(max_length=160)
    about = models.CharField(max_length=240)
    announced_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    called_off_at = models.DateTimeField(null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["place", "starts_at"], name="meeting_of_place")]

    def __str__(self) -> str:
        return f"{self.place}, {self.starts_at:%d/%m %H:%M}"


class OfficialChannelQuerySet(models.QuerySet["OfficialChannel"]):
    """Reads of official channels."""

    def visible_to(self, officer: "Officer") -> "OfficialChannelQuerySet":
        """Channels of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def in_use(self) -> "OfficialChannelQuerySet":
        """Those that are on the list today, in the order of their kinds."""
        order = models.Case(
            *(models.When(kind=kind, then=n) for n, kind in enumerate(OfficialChannel.Kind.values)),
            default=99,
        )
        return self.filter(ended_at=None).alias(place_in_list=order).order_by("place_in_list", "id")


class OfficialChannel(Row):
    """A page, account or number that a desk really runs. Whatever is not listed is not theirs."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Telephone")
        WEBSITE = "website", _("Website")
        ZALO = "zalo", _("Zalo")
        FACEBOOK = "facebook", _("Facebook")
        TELEGRAM = "telegram", _("Telegram")
        EMAIL = "email", _("E-mail")
        OTHER = "other", _("Other channel")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    # What it is called and where it is found, as one compares it letter by letter.
    shown_as = models.CharField(max_length=160)
    checked_on = models.DateField()
    checked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = OfficialChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "shown_as"],
                condition=models.Q(ended_at__isnull=True),
                name="official_channel_is_listed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.shown_as}"
