"""Groups, the leads who pass things on, and subscriptions. There is no roster of residents."""

import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.channels.by_hand import BY_HAND
from keng.kit import times
from keng.kit.models import Row
from keng.kit.secrets import new_row_secret

if TYPE_CHECKING:
    from keng.accounts.models import Officer


# Hours in which a lead is told of nothing but what is urgent, unless they choose others.
QUIET_FROM, QUIET_TO = datetime.time(22), datetime.time(6)


class GroupKind(models.TextChoices):
    """The kinds of group a warning can be addressed to."""

    RESIDENTS = "residents", _("Residents")
    LANDLORDS = "landlords", _("Landlords")
    LODGING = "lodging", _("Lodging")
    KARAOKE = "karaoke", _("Karaoke")
    SCHOOL = "school", _("School")
    YOUTH_UNION = "youth_union", _("Youth Union")
    TEAM = "team", _("Self-management team")
    FRONT = "front", _("Fatherland Front")
    MOBILISATION = "mobilisation", _("Mass-mobilisation committee")
    OTHER = "other", _("Other")


class GroupQuerySet(models.QuerySet["Group"]):
    """Reads of groups."""

    def visible_to(self, officer: "Officer") -> "GroupQuerySet":
        """Groups of the units the officer works for. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class LeadQuerySet(models.QuerySet["Lead"]):
    """Reads of leads."""

    def visible_to(self, officer: "Officer") -> "LeadQuerySet":
        """Leads of the units the officer works for, but who was erased. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids, erased_at__isnull=True)


class Group(Row):
    """A chat group or mailing circle: a count of members, never their names."""

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=GroupKind)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    officer_in_charge = models.ForeignKey(
        "accounts.Officer", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Code of a channel; by hand means that a lead posts there and no machine can.
    channel = models.CharField(max_length=16, default=BY_HAND, db_default=BY_HAND)
    channel_address = models.CharField(max_length=120, default="", db_default="", blank=True)
    # When channel or address were written down or changed last, which an approver is told.
    address_changed_at = models.DateTimeField(null=True, blank=True)
    member_count = models.PositiveIntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)
    # When the provider said that there is no such group any more: then it is out of use.
    gone_at = models.DateTimeField(null=True, blank=True)
    last_sign_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="group_name_is_unique_in_its_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(channel=BY_HAND) | ~models.Q(channel_address=""),
                name="group_reached_by_machine_has_an_address",
            ),
            # Else a warning that is let out for one group would be read in another desk's group.
            models.UniqueConstraint(
                fields=["channel", "channel_address"],
                condition=models.Q(is_active=True) & ~models.Q(channel=BY_HAND),
                name="group_in_use_has_its_address_alone",
            ),
        ]
        indexes = [models.Index(fields=["place", "kind"], name="group_by_place_and_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_by_hand(self) -> bool:
        """Whether no machine reaches it."""
        return self.channel == BY_HAND

    def reach_by(self, channel: str, address: str) -> None:
        """Where it is posted from now on, and since when, if that is something else."""
        if (channel, address) != (self.channel, self.channel_address):
            self.channel, self.channel_address = channel, address
            self.address_changed_at = times.now()
            self.gone_at = None


class Lead(Row):
    """A consenting person who passes warnings on. `above` makes the relay tree."""

    name = models.CharField(max_length=120)
    position = models.CharField(max_length=120)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    groups = models.ManyToManyField(Group, related_name="leads", blank=True)
    above = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="below")
    # The hamlet whose head they are.
    head_of = models.OneToOneField(
        "places.Place", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    consented_on = models.DateField()
    language = models.CharField(max_length=5, default="vi", db_default="vi")
    # The standing page's link is derived from these and the site's key (secret_links): another
    # version or secret ends the old link. Leads of before have no secret until they get a new link.
    link_version = models.PositiveSmallIntegerField(default=1, db_default=1)
    link_secret = models.BinaryField(max_length=32, default=new_row_secret, db_default=b"")
    # Hashes of links that were ended, so that whoever opens one reads that it was replaced.
    ended_links = models.JSONField(default=list, db_default=[])
    stopped_at = models.DateTimeField(null=True, blank=True)
    # By whoever held the link, who need not be the lead: the desk asks, and the link undoes it.
    stopped_by_link = models.BooleanField(default=False, db_default=False)
    # By whoever held the link: for two days the same link calls the erasing off (relay.erasing).
    erase_asked_at = models.DateTimeField(null=True, blank=True)
    # They asked to be erased: the row is counted by, and says nothing of anybody (a trigger).
    erased_at = models.DateTimeField(null=True, blank=True)
    # Who took on the place that an erased lead left in the tree.
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(
                    name="",
                    position="",
                    head_of__isnull=True,
                    ended_links=[],
                    stopped_at__isnull=False,
                ),
                name="erased_lead_is_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(successor__isnull=True) | models.Q(erased_at__isnull=False),
                name="place_of_an_erased_lead_is_taken_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.position})"

    @property
    def shown_name(self) -> str:
        """Where tasks of before are listed, also of somebody who was erased."""
        return self.name or gettext("an erased lead")


class LeadWayQuerySet(models.QuerySet["LeadWay"]):
    """Reads of how leads are told."""

    def without_address(self) -> "LeadWayQuerySet":
        """Without what only the sender opens, and few processes may read."""
        return self.defer("address_sealed")

    def in_use(self) -> "LeadWayQuerySet":
        """Proved to be the lead's, not known to be dead, and of somebody who takes part."""
        return self.filter(
            confirmed_at__isnull=False, gone_at__isnull=True, lead__stopped_at__isnull=True
        )


class LeadWay(models.Model):
    """Where a lead is told that there is something to pass on. Without one an officer tells them.

    The address is sealed to the sender. It goes the moment the lead stops: `channel` is empty then.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="way")
    channel = models.CharField(max_length=16, default="", db_default="", blank=True)
    # Of a chat alone: the account of ours that knows the person under this address.
    account_ref = models.UUIDField(null=True, blank=True)
    address_sealed = models.BinaryField(default=b"", db_default=b"")
    # So that an address at which somebody refused is not written to again.
    address_hash = models.BinaryField(max_length=32, null=True)
    # Its links are derived from it and the site's key (secret_links).
    link_secret = models.BinaryField(max_length=32, default=new_row_secret, db_default=b"")
    # Between these hours nothing comes but what is urgent.
    quiet_from = models.TimeField(null=True, blank=True, default=QUIET_FROM)
    quiet_to = models.TimeField(null=True, blank=True, default=QUIET_TO)
    # An officer or a superior wrote it down, and not the lead on their own page.
    is_entered_for_lead = models.BooleanField(default=False, db_default=False)
    entered_at = models.DateTimeField(null=True, blank=True)
    # The first message says who entered them and how to stop.
    first_message_at = models.DateTimeField(null=True, blank=True)
    # Whoever reads there agreed to be told there.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The provider says that the address is dead.
    gone_at = models.DateTimeField(null=True, blank=True)
    # A code that the lead sends from their chat, so that we know it.
    code_hash = models.BinaryField(max_length=32, null=True, unique=True)
    code_until = models.DateTimeField(null=True, blank=True)

    objects = LeadWayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel="", confirmed_at__isnull=True, address_sealed=b"")
                | ~models.Q(channel="") & ~models.Q(address_sealed=b""),
                name="lead_way_has_its_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lead"],
                condition=~models.Q(channel="") & models.Q(first_message_at__isnull=True),
                name="lead_way_to_write_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.lead_id}"


class LeadRefusal(Row):
    """Somebody wants nothing more: known by a keyed hash alone, it outlives every later sheet."""

    # Of an address, or of a name in its unit (actions.lead_ways).
    mark_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"refusal {self.id}"


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    """Reads of establishments."""

    def visible_to(self, officer: "Officer") -> "EstablishmentQuerySet":
        """Establishments of the units the officer works for. No post means none."""
        return self.filter(unit_id__in=officer.unit_ids)


class Establishment(Row):
    """A house or business that a warning should reach. Never who lives, stays or learns there."""

    class Kind(models.TextChoices):
        BOARDING_HOUSE = "boarding_house", _("Boarding house")
        GUESTHOUSE = "guesthouse", _("Guesthouse or hotel")
        KARAOKE = "karaoke", _("Karaoke bar")
        SCHOOL = "school", _("School")

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=14, choices=Kind)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Who agreed to be asked for this house: a name, and no number.
    contact = models.CharField(max_length=120, default="", db_default="", blank=True)
    contact_agreed_on = models.DateField(null=True, blank=True)
    # Where its contact reads along; null: a warning to this kind does not reach the house.
    group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="establishments"
    )
    room_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_open = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "place", "name"], name="establishment_is_named_once_in_its_place"
            ),
            models.CheckConstraint(
                condition=models.Q(contact="") | models.Q(contact_agreed_on__isnull=False),
                name="establishment_contact_has_agreed",
            ),
        ]
        indexes = [models.Index(fields=["place", "kind"], name="establishment_by_place")]

    def __str__(self) -> str:
        return self.name


class GroupTarget(Row):
    """How many groups of a kind a province wants in every commune, or in the one named."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Null: every commune that has no number of its own.
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=GroupKind)
    # Null says nothing: for one commune, that the number of all communes counts there too.
    count = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "place", "kind"],
                nulls_distinct=False,
                name="target_is_set_once_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.kind}"


class TeamShiftQuerySet(models.QuerySet["TeamShift"]):
    """Reads of the rotas of teams."""

    def visible_to(self, officer: "Officer") -> "TeamShiftQuerySet":
        """Shifts of groups of the units the officer works for. No post means none."""
        return self.filter(group__unit_id__in=officer.unit_ids)


class TeamShift(Row):
    """Hours of a self-management team: held by a role, or by a lead who agreed to be kept here."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="shifts")
    # 0 is Monday: every week. Otherwise one day.
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    begins = models.TimeField()
    # Not later than the beginning: on the next day.
    ends = models.TimeField()
    role = models.CharField(max_length=60, default="", db_default="", blank=True)
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    # Taken off the rota, or handed over to another row.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TeamShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, day=None)
                | models.Q(weekday=None, day__isnull=False),
                name="team_shift_is_weekly_or_on_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="") | models.Q(lead__isnull=False),
                name="team_shift_is_held",
            ),
        ]

    def __str__(self) -> str:
        return f"shift of {self.group_id}"


class TeamAskQuerySet(models.QuerySet["TeamAsk"]):
    """Reads of what teams are asked to do."""

    def visible_to(self, officer: "Officer") -> "TeamAskQuerySet":
        """What groups of the officer's units are asked. No post means none."""
        return self.filter(group__unit_id__in=officer.unit_ids)


class TeamAsk(Row):
    """One thing the desk asks a team to do or look at, until a moment. Never a piece of a case."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="asks")
    words = models.CharField(max_length=160)
    until = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Officer", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TeamAskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"asked of {self.group_id}"


class TeamAnswer(Row):
    """What a lead said to it in one tap; said again, it replaces what was said before."""

    class Said(models.TextChoices):
        DONE = "done", _("Done")
        SEEN = "seen", _("Seen")
        CANNOT = "cannot", _("Cannot")

    ask = models.ForeignKey(TeamAsk, models.CASCADE, related_name="answers")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    said = models.CharField(max_length=6, choices=Said)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ask", "lead"], name="lead_answers_once"),
        ]

    def __str__(self) -> str:
        return self.said


_OF_PLACES: dict[str, str | None] = {"warning_code": "", "member_ref": None}
"""What a subscription has that gets the warnings of places chosen on its page, and not what
somebody asked to be told."""
SUBSCRIPTION_OF_PLACES_SQL = " AND ".join(
    f"{{s}}.{column} IS NULL" if value is None else f"{{s}}.{column} = '{value}'"
    for column, value in _OF_PLACES.items()
)
"""The same in SQL, of the table that is called `s` there."""


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Reads of subscriptions."""

    def of_places(self) -> "SubscriptionQuerySet":
        """Those that get warnings of places."""
        return self.filter(**_OF_PLACES)


class Subscription(Row):
    """An address that asked for warnings: sealed to the sender, and found again by its hash.

    Stopped, the row keeps neither (a trigger sees to it, whichever process stops it). With a
    `warning_code` it gets no warnings: it is told once when that warning is over. With a
    `member_ref` neither: somebody of a partner is told what became of what the partner passed on.
    """

    channel = models.CharField(max_length=16)
    # The channel account that knows the person under this address; none where any one may write.
    account_ref = models.UUIDField(null=True, blank=True)
    address_hash = models.BinaryField(max_length=32)
    address_sealed = models.BinaryField()
    places = models.ManyToManyField("places.Place", related_name="+")
    kinds = ArrayField(models.CharField(max_length=12, choices=GroupKind), default=list)
    language = models.CharField(max_length=5, default="vi", db_default="vi")
    minimum_severity = models.PositiveSmallIntegerField(default=1, db_default=1)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    # So many warnings that are not urgent come in seven days, the others in a digest; 0: all of
    # them come, none: as the operator set it.
    week_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of the first version of that warning, so that one warning is asked for once.
    warning_code = models.CharField(max_length=8, default="", db_default="", blank=True)
    # A plain reference, as partners lie above.
    member_ref = models.UUIDField(null=True, blank=True)
    # Its links are derived from it and the site's key (secret_links); none: from the key alone.
    link_secret = models.BinaryField(max_length=32, default=new_row_secret, db_default=b"")
    asked_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address_hash", "warning_code", "member_ref"],
                condition=models.Q(stopped_at__isnull=True),
                nulls_distinct=False,
                name="address_subscribes_once",
            ),
        ]
        indexes = [
            # Who waits to hear that a warning is over.
            models.Index(
                fields=["warning_code"],
                condition=models.Q(stopped_at__isnull=True) & ~models.Q(warning_code=""),
                name="subscription_of_one_warning",
            ),
            models.Index(
                fields=["member_ref"],
                condition=models.Q(stopped_at__isnull=True, member_ref__isnull=False),
                name="subscription_of_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} subscription"

    @property
    def is_of_places(self) -> bool:
        """Whether it gets warnings of places."""
        return all(getattr(self, column) == value for column, value in _OF_PLACES.items())


class SubscriptionWish(Row):
    """What somebody chose who will ask for it from their own chat, by a code; nobody's address."""

    account_ref = models.UUIDField()
    code_hash = models.BinaryField(max_length=32, unique=True)
    place_ids = ArrayField(models.UUIDField())
    kinds = ArrayField(models.CharField(max_length=12, choices=GroupKind), default=list)
    language = models.CharField(max_length=5)
    minimum_severity = models.PositiveSmallIntegerField()
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    week_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    warning_code = models.CharField(max_length=8, default="", db_default="", blank=True)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return "a wish that waits for its chat"
