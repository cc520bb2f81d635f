"""Officers, their dated posts, and what follows from them."""

import datetime
import uuid
from collections.abc import Collection
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from keng.accounts import who
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.models import Row
from keng.places.models import Unit


class Officer(AbstractBaseUser, Row):
    """A person who works at a desk. There are no shared accounts."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Day")
        NIGHT = "night", _("Night")

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    rank = models.CharField(max_length=40, default="", db_default="", blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    # The TOTP secret, in a secret box of the desk's own key (accounts.second_factor).
    totp_box = models.BinaryField(default=b"", db_default=b"")
    totp_last_step = models.BigIntegerField(default=0, db_default=0)
    # Wrong codes asked of somebody who is signed in: driven up by nobody outside. Those of signing
    # in are in no row (accounts.guessing).
    failed_presence = models.SmallIntegerField(default=0, db_default=0)
    presence_locked_until = models.DateTimeField(null=True, blank=True)
    # Unlocks their own screen and opens nothing else: Argon2 of a keyed hash (screen_lock).
    pin = models.CharField(max_length=128, default="", db_default="", blank=True)
    language = models.CharField(max_length=5, default="vi", db_default="vi")
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO, db_default="auto")
    single_keys = models.BooleanField(default=True, db_default=True)
    full_desk = models.BooleanField(default=False, db_default=False)
    # Whose hands are in the present sign-in (accounts.vouching); none: the operator's.
    set_up_asked_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    set_up_agreed_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    set_up_at = models.DateTimeField(null=True)

    # The browser of this request (accounts.middleware): a challenge is answered in it alone.
    browser: str = ""

    objects = BaseUserManager["Officer"]()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return f"{self.rank} {self.name}".strip()

    @cached_property
    def current_posts(self) -> "list[Post]":
        """Posts held today, with their units."""
        return list(self.posts.current().select_related("unit"))

    @property
    def role_names(self) -> str:
        """As what they work today, for a line of the log: no unit, nobody's name."""
        return ", ".join(sorted({post.role for post in self.current_posts}))

    @cached_property
    def unseen_notices(self) -> "list[Notice]":
        """What the officer is told about accounts and has not seen yet, oldest first."""
        found = Notice.objects.unseen_by(self).select_related(
            "about",
            "by",
            "request__unit",
            "request__officer",
            "request__asked_by",
            "request__decided_by",
        )
        return list(found.order_by("id"))

    @cached_property
    def own_unit_ids(self) -> frozenset[uuid.UUID]:
        """The units the officer belongs to: a tip about one of them stays out of sight."""
        return frozenset(post.unit_id for post in self.current_posts)

    @cached_property
    def unit_ids(self) -> frozenset[uuid.UUID]:
        """The units whose tips, texts and groups the officer works on, those below included.

        Whoever audits, protects data or administers works on none.
        """
        return who.WORKING.unit_ids(self)

    @cached_property
    def named_unit_ids(self) -> frozenset[uuid.UUID]:
        """The units whose matters for named officers this officer reads: where they are named, at
        the desk itself or the province's above it, and where neither has named anybody.
        """
        own, above = who.WORKING.ends(self)
        if not own:
            return frozenset()
        below = Unit.objects.filter(parent__in=above) if above else Unit.objects.none()
        parents = dict(below.values_list("pk", "parent_id"))
        listed = NamedOfficer.objects.who_read(own | parents.keys())
        open_here = {unit for unit in own if self.pk in listed.get(unit, {self.pk})}
        open_below = {
            unit
            for unit, parent in parents.items()
            if self.pk in listed.get(parent, () if unit in listed else {self.pk})
        }
        return frozenset(open_here | open_below)

    @cached_property
    def home_unit_id(self) -> uuid.UUID | None:
        """The unit in whose name the officer signs: where they work, else their first one."""
        posts = who.WORKING.posts_of(self) or self.current_posts
        return posts[0].unit_id if posts else None


class DeskSession(models.Model):
    """One browser in which an officer is signed in, or halfway (`accounts.sessions`).

    The cookie is stored nowhere: the key is a hash of it, and the content opens with it alone.
    Neither an address nor the browser's own description of itself is kept, only its family.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    officer = models.ForeignKey(Officer, models.CASCADE, null=True, related_name="+")
    began_at = models.DateTimeField()
    # To five minutes.
    seen_at = models.DateTimeField(db_index=True)
    device = models.CharField(max_length=40, default="", db_default="", blank=True)
    # When somebody was last there, to a minute; a page that asks by itself is nobody (screen_lock).
    active_at = models.DateTimeField(default=times.now, db_default=Now())
    locked_at = models.DateTimeField(null=True)
    unlock_tries = models.SmallIntegerField(default=0, db_default=0)

    # A session is written whole when something in it changes. The lock is no part of that: a
    # request that began before it would take it away.
    _OF_THE_LOCK = frozenset({"session_key", "active_at", "locked_at", "unlock_tries"})

    def __str__(self) -> str:
        return f"{self.officer}, {self.began_at:%d/%m %H:%M}"

    def save(self, *args: Any, force_update: bool = False, **kwargs: Any) -> None:
        """As any row; where it is written again, without the lock."""
        if force_update:
            names = {field.name for field in self._meta.concrete_fields}
            kwargs["update_fields"] = names - self._OF_THE_LOCK
        super().save(*args, force_update=force_update, **kwargs)


class Passkey(Row):
    """A passkey of somebody who signs in (`accounts.passkeys`): only what checks its answers.

    The private half never leaves the device. `holder` is whoever signs in with it.
    """

    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    # What the device counts; 0 for those that count nothing, as passkeys kept by a phone's maker.
    sign_count = models.BigIntegerField(default=0, db_default=0)
    # By what its owner knows it again.
    label = models.CharField(max_length=40)
    # How a browser may reach it, for its own dialog: usb, nfc, internal and the like.
    transports = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    # Kept by the maker of the phone as well, who gives it to the owner's other devices.
    is_synced = models.BooleanField(default=False, db_default=False)
    # The device can give a secret of its own to a page that asks (the extension PRF).
    has_prf = models.BooleanField(default=False, db_default=False)
    made_at = models.DateTimeField(default=times.now)
    last_used_at = models.DateTimeField(null=True)
    # Its count went back: somebody may have copied it, so it opens nothing any more.
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class OfficerPasskey(Passkey):
    """A passkey of an officer, for the desk."""

    holder = models.ForeignKey(Officer, models.CASCADE, related_name="passkeys")


class SpentChallenge(models.Model):
    """A challenge that was answered: no second answer to it is taken (`passkey_challenges`)."""

    digest = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.expires_at:%d/%m %H:%M}"


class PostQuerySet(models.QuerySet["Post"]):
    """Reads of posts."""

    def current(self, on: datetime.date | None = None) -> "PostQuerySet":
        """Posts in force on a day (today by default).

        The database says the same for what the desk writes: `keng_units_of_roles` in
        site/row_policies.py.
        """
        day = on or times.local_date(times.now())
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class Post(Row):
    """An officer's dated place in a unit, with one role."""

    Role = who.Role

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="posts")
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.officer}: {self.get_role_display()}, {self.unit}"


class NamedOfficerQuerySet(models.QuerySet["NamedOfficer"]):
    """Reads of the need-to-know lists."""

    def in_force(self) -> "NamedOfficerQuerySet":
        """Those that stand, of officers who still work at that desk."""
        # The database's day: a query that is built once takes none with it.
        today = TruncDate(Now())
        posts = Post.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=today),
            valid_from__lte=today,
            officer=OuterRef("officer"),
            unit=OuterRef("unit"),
            role__in=sorted(who.WORKING.roles),
        )
        return self.filter(Exists(posts), ended_at__isnull=True, officer__is_active=True)

    def who_read(self, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
        """The named officers of these units; a unit that has named nobody is left out."""
        found: dict[uuid.UUID, set[uuid.UUID]] = {}
        for unit, officer in _WHO_READ.fetch_rows(unit_ids=sorted(unit_ids)):
            found.setdefault(unit, set()).add(officer)
        return found


class NamedOfficer(Row):
    """One who reads the matters of children and of sexual offences of a desk. The rows stay."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+")
    named_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=times.now)
    ended_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = NamedOfficerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "officer"],
                condition=Q(ended_at__isnull=True),
                name="officer_is_named_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} for {self.unit}"


# Each page on which tips stand asks it.
_WHO_READ = CompiledQuery(
    lambda *, unit_ids: (
        NamedOfficer.objects.in_force().filter(unit__in=unit_ids).values_list("unit", "officer")
    )
)


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Reads of the rota."""

    def at(self, moment: datetime.datetime) -> "ShiftQuerySet":
        """Shifts that are running at a moment."""
        return self.filter(removed_at__isnull=True, starts_at__lte=moment, ends_at__gt=moment)


class Shift(Row):
    """Who is on duty for a unit, from when to when. The commander keeps the list."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    set_by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="shift_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "ends_at"],
                condition=models.Q(removed_at__isnull=True),
                name="shift_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}, {self.starts_at:%d/%m %H:%M}"


class OfficerRequestQuerySet(models.QuerySet["OfficerRequest"]):
    """Reads of requests."""

    def visible_to(self, officer: "Officer") -> "OfficerRequestQuerySet":
        """Those of the units for which the officer asks or is the second person."""
        return self.filter(unit__in=who.VOUCHING.units(officer))

    def open(self) -> "OfficerRequestQuerySet":
        """Those that wait for a second person, or for the person concerned, and in time."""
        return self.filter(state__in=OfficerRequest.OPEN, expires_at__gt=times.now())

    def overdue(self) -> "OfficerRequestQuerySet":
        """Those whose time ran out; nothing but their state says otherwise."""
        return self.filter(state__in=OfficerRequest.OPEN, expires_at__lte=times.now())


class OfficerRequest(Row):
    """Somebody is to become an officer, to get a post of weight, or to sign in anew.

    One person asks, a second one agrees, and the person concerned sets it up with the half of a
    code from each. `asked_by` is empty where the operator at the machine did it.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("A new officer")
        POST = "post", _("One more post")
        RENEWAL = "renewal", _("A new sign-in")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the second person")
        AGREED = "agreed", _("waits to be set up")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("over without effect")

    OPEN = (State.WAITING, State.AGREED)

    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    # Whom it concerns; empty until a new officer has set up.
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    username = models.CharField(max_length=60, default="", db_default="")
    name = models.CharField(max_length=120, default="", db_default="")
    rank = models.CharField(max_length=40, default="", db_default="")
    role = models.CharField(max_length=16, choices=Post.Role, default="", db_default="")
    valid_from = models.DateField(null=True)
    asked_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=times.now)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refused_reason = models.CharField(max_length=300, default="", db_default="")
    expires_at = models.DateTimeField()
    # Keyed hashes of the halves of the set-up code, once each was shown; both are gone at the end.
    asker_half = models.BinaryField(max_length=32, null=True)
    agreer_half = models.BinaryField(max_length=32, null=True)
    failed_tries = models.SmallIntegerField(default=0, db_default=0)
    # Chosen on the set-up page, and the officer's own once a first code was right.
    chosen_password = models.CharField(max_length=128, default="", db_default="")
    offered_totp_box = models.BinaryField(default=b"", db_default=b"")

    objects = OfficerRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "done"])
                | Q(asked_by=None, decided_by=None)
                | Q(asked_by__isnull=False, decided_by__isnull=False)
                & ~Q(asked_by=F("decided_by")),
                name="officer_request_is_agreed_to_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(officer=None)
                | (Q(asked_by=None) | ~Q(asked_by=F("officer")))
                & (Q(decided_by=None) | ~Q(decided_by=F("officer"))),
                name="officer_request_is_not_decided_by_whom_it_concerns",
            ),
            models.CheckConstraint(
                condition=Q(state="agreed")
                | Q(
                    asker_half=None,
                    agreer_half=None,
                    chosen_password="",
                    offered_totp_box=b"",
                ),
                name="officer_request_keeps_no_half_when_it_is_over",
            ),
            models.UniqueConstraint(
                fields=["username"],
                condition=Q(kind="new", state__in=["waiting", "agreed"]),
                name="officer_request_for_a_name_is_open_once",
            ),
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(kind="renewal", state__in=["waiting", "agreed"]),
                name="officer_request_to_renew_is_open_once",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="officer_request_of_unit")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.officer_id or self.username}"

    @property
    def person(self) -> str:
        """Whom it concerns, with the rank."""
        return str(self.officer) if self.officer else f"{self.rank} {self.name}".strip()

    @property
    def is_overdue(self) -> bool:
        """Whether its time ran out before it came to an end."""
        return self.state in self.OPEN and self.expires_at <= times.now()

    @property
    def is_waiting(self) -> bool:
        """Whether a second person still decides."""
        return self.state == self.State.WAITING and not self.is_overdue

    @property
    def is_set_up_open(self) -> bool:
        """Whether the person concerned can set up with the two halves."""
        return self.state == self.State.AGREED and not self.is_overdue


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def unseen_by(self, officer: "Officer") -> "NoticeQuerySet":
        """What the officer has still to see; nobody sees another one's."""
        return self.filter(officer=officer, seen_at=None)


class Notice(Row):
    """What an officer is told about an account, on every page until they say they saw it."""

    class Act(models.TextChoices):
        ASKED = "asked"
        AGREED = "agreed"
        REFUSED = "refused"
        DONE = "done"
        CLOSED = "closed"
        POST_ADDED = "post_add"
        POST_ENDED = "post_end"
        OPERATOR = "operator"
        PASSKEY = "passkey"
        COPIED = "copied"
        NAMED = "named"
        UNNAMED = "unnamed"
        BROKE_IN = "broke_in"
        CALLED = "called"
        RECUSED = "recused"
        REJOINED = "rejoined"

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+")
    act = models.CharField(max_length=8, choices=Act)
    # What it is about; a closing and a post that one person gave or ended have no request.
    request = models.ForeignKey(OfficerRequest, models.CASCADE, null=True, related_name="+")
    about = models.ForeignKey(Officer, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=times.now)
    seen_at = models.DateTimeField(null=True)

    # Put there for the page (accounts.notices).
    sentences: "list[str]"
    leads_to: "uuid.UUID | None"

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["officer"], condition=Q(seen_at=None), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.act} to {self.officer_id}"


class SafetyPurpose(models.TextChoices):
    """What a partner may publish about. The list is closed: opinions are in none of them."""

    FRAUD = "fraud", _("Fraud and scams")
    CHILDREN = "children", _("Children and school")
    RENTING = "renting", _("Renting and living together")
    VIOLENCE = "violence", _("Violence at home and outside")
    DRUGS = "drugs", _("Drugs, gambling, loan sharks")
    ROAD = "road", _("Safety on the road")
    FIRE = "fire", _("Fire, storm, flood, epidemic")
    SERVICES = "services", _("Services: how to get something done")


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Reads of partners."""

    def active(self) -> "PartnerQuerySet":
        """Partners that publish at present."""
        return self.filter(is_active=True)


class Partner(Row):
    """A body or person that publishes openly under its own name, beside the police."""

    class Kind(models.TextChoices):
        NEWSPAPER = "newspaper", _("Newspaper, radio, television")
        YOUTH_UNION = "youth_union", _("Youth Union")
        FRONT = "front", _("Fatherland Front")
        MOBILISATION = "mobilisation", _("Mass-mobilisation committee")
        SCHOOL = "school", _("School")
        PERSON = "person", _("Person of good standing")
        OTHER = "other", _("Other body")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    # Empty: the whole province.
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=400, default="", db_default="", blank=True)
    purposes = ArrayField(models.CharField(max_length=10, choices=SafetyPurpose))
    is_active = models.BooleanField(default=True, db_default=True)
    # Which unit of the desk invited it, and looks after its sign-ins. Nothing else of it.
    invited_by_unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="partner_has_its_own_name"),
            models.CheckConstraint(
                condition=Q(purposes__len__gt=0)
                & Q(purposes__contained_by=list(SafetyPurpose.values)),
                name="partner_purposes_are_of_the_closed_list",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "newspaper",
                        "youth_union",
                        "front",
                        "mobilisation",
                        "school",
                        "person",
                        "other",
                    ]
                ),
                name="partner_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerMember(Row):
    """A person who signs in for a partner, on the public site. No officer is one."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="members")
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    password = models.CharField(max_length=128)
    is_active = models.BooleanField(default=True, db_default=True)
    # The TOTP secret, in a secret box of the site's key (accounts.second_factor).
    totp_box = models.BinaryField(default=b"", db_default=b"")
    totp_last_step = models.BigIntegerField(default=0, db_default=0)
    # Whoever made the account saw the password: another is chosen before anything else.
    must_choose_password = models.BooleanField(default=True, db_default=True)
    # Saw the first password and the second factor: never the second person of this partner.
    made_by = models.ForeignKey("Officer", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True)
    # Added beside others: signs in once one of them has said that it is one of theirs.
    awaits_agreement = models.BooleanField(default=False, db_default=False)

    role_names = "partner"

    def __str__(self) -> str:
        return self.name


class MemberPasskey(Passkey):
    """A passkey of somebody who signs in for a partner, for the public site."""

    holder = models.ForeignKey(PartnerMember, models.CASCADE, related_name="passkeys")


class PartnerSession(Row):
    """One browser in which a member is signed in, or halfway. The token is stored nowhere."""

    member = models.ForeignKey(PartnerMember, models.CASCADE, related_name="+")
    token_hash = models.BinaryField(unique=True)
    # Name and password were right; the six digits are still missing.
    is_half = models.BooleanField(default=True, db_default=True)
    expires_at = models.DateTimeField()
    # Phone or computer and the family of the browser, as of an officer's.
    device = models.CharField(max_length=40, default="", db_default="", blank=True)

    def __str__(self) -> str:
        return f"{self.member}, {self.expires_at:%d/%m %H:%M}"
