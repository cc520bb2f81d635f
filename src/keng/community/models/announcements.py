"""What a desk tells about itself: meetings, and the channels that are really its own."""

import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from keng.kit import times
from keng.kit.models import Row
from keng.releases.models import Releasable, ReleasableQuerySet

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class MeetingQuerySet(ReleasableQuerySet["Meeting"]):
    """Reads of meetings."""

    def visible_to(self, officer: "Officer") -> "MeetingQuerySet":
        """Meetings that the officer's units announced. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def upcoming(self) -> "MeetingQuerySet":
        """Still to come, the next first; what was called off stays until its day."""
        today = times.start_of(times.local_date(times.now()))
        return self.filter(starts_at__gte=today).order_by("starts_at", "id")

    def public(self) -> "MeetingQuerySet":
        """What a second person let out; what was called off since then stays until its day."""
        return self.ever_released()


class Meeting(Releasable, Row):
    """A meeting that anybody may come to: when, where, what about. Nobody is invited by name."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    venue = models.CharField(max_length=160)
    about = models.CharField(max_length=240)

    objects = MeetingQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [*Releasable.Meta.constraints]
        indexes = [models.Index(fields=["place", "starts_at"], name="meeting_of_place")]

    def __str__(self) -> str:
        return f"{self.place}, {self.starts_at:%d/%m %H:%M}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        return {
            "place": self.place.code,
            "starts_at": self.starts_at.astimezone(datetime.UTC).isoformat(),
            "venue": self.venue,
            "about": self.about,
        }


class OfficialChannelQuerySet(ReleasableQuerySet["OfficialChannel"]):
    """Reads of official channels."""

    def visible_to(self, officer: "Officer") -> "OfficialChannelQuerySet":
        """Channels of the officer's units. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)

    def on_the_list(self) -> "OfficialChannelQuerySet":
        """On the list today, or waiting to come onto it, in the order of their kinds."""
        order = models.Case(
            *(models.When(kind=kind, then=n) for n, kind in enumerate(OfficialChannel.Kind.values)),
            default=99,
        )
        return self.filter(ended_at=None).alias(place_in_list=order).order_by("place_in_list", "id")

    def in_use(self) -> "OfficialChannelQuerySet":
        """On the public list today, those in doubt among them: the page says so."""
        return self.on_the_list().released()

    def sure(self) -> "OfficialChannelQuerySet":
        """On the public list, and nobody doubts it: these alone count as official."""
        return self.in_use().filter(doubted_at=None)


class OfficialChannel(Releasable, Row):
    """A page, account or number that a desk really runs. Whatever is not listed is not theirs."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Telephone")
        WEBSITE = "website", _("Website")
        ZALO = "zalo", _("Zalo")
        FACEBOOK = "facebook", _("Facebook")
        TELEGRAM = "telegram", _("Telegram")
        EMAIL = "email", _("E-mail")
        ABROAD = "abroad", _("For people abroad: an embassy or a hotline")
        OTHER = "other", _("Other channel")

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    # What it is called and where it is found, as one compares it letter by letter.
    shown_as = models.CharField(max_length=160)
    # Of a number for people abroad: where it helps; "" everywhere.
    country = models.CharField(max_length=60, default="", db_default="")
    checked_on = models.DateField()
    checked_by = models.ForeignKey("accounts.Officer", models.PROTECT, related_name="+")
    # Somebody wants it off the list: it stands there with a note, and is official no more.
    doubted_at = models.DateTimeField(null=True)
    doubted_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")

    objects = OfficialChannelQuerySet.as_manager()

    class Meta(Releasable.Meta):
        constraints = [
            *Releasable.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit", "kind", "shown_as"],
                condition=models.Q(ended_at__isnull=True),
                name="official_channel_is_listed_once",
            ),
            models.CheckConstraint(
                condition=~Q(ended_by=F("doubted_by")),
                name="channel_is_taken_off_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.shown_as}"

    @property
    def content_to_release(self) -> dict[str, Any]:
        # What was let out before there were countries keeps its digest.
        where = {"country": self.country} if self.country else {}
        return {"kind": self.kind, "shown_as": self.shown_as, **where}
