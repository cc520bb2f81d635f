"""Who may do what: which roles, at which desks, over which units.

The one table of the house. Locks, lists, pages and menus ask it; nothing else compares a role. What
follows from it for each page and each act is printed in docs/who-may.md.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from keng.places.models import Unit

if TYPE_CHECKING:
    from keng.accounts.models import Post


class Role(models.TextChoices):
    """What an officer does in a unit."""

    DUTY = "duty", _("Duty officer")
    COMMANDER = "commander", _("Commander")
    COORDINATOR = "coordinator", _("Provincial coordinator")
    AUDITOR = "auditor", _("Auditor")
    DATA_PROTECTION = "data_protection", _("Data protection officer")
    ADMINISTRATOR = "administrator", _("Administrator")


class Over(StrEnum):
    """Over which units a post reaches. Only a province's desk has units below it."""

    OWN = "own"
    BELOW = "below"


class PostHolder(Protocol):
    """Whoever holds posts."""

    @property
    def current_posts(self) -> "Sequence[Post]":
        """The posts held today, with their units."""

    @property
    def full_desk(self) -> bool:
        """Whether what is off at a commune's small desk was switched on."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    roles: frozenset[str]
    over: frozenset[Over]
    at: str = ""
    """Only at desks of this kind (Unit.Kind); empty: at every desk."""
    with_full_desk: bool = False
    """Only for whoever switched the full desk on."""

    def fits(self, post: "Post", holder: PostHolder) -> bool:
        """Whether this post is one of those the rule is about."""
        return (
            post.role in self.roles
            and self.at in {"", post.unit.kind}
            and (not self.with_full_desk or holder.full_desk)
        )

    def reaches(self, post: "Post", unit: Unit) -> bool:
        """Whether a post that fits reaches as far as this unit."""
        if post.unit_id == unit.pk:
            return Over.OWN in self.over
        has_below = Over.BELOW in self.over and post.unit.kind == Unit.Kind.PROVINCE
        return has_below and unit.parent_id == post.unit_id


@dataclass(frozen=True, slots=True)
class Who:
    """A set of roles over units; one of its rules is enough."""

    about: str
    """What they do, in a sentence for docs/who-may.md."""
    rules: tuple[Rule, ...]
    is_by_secret: bool = False
    """A secret is the permission, whoever has it; a set without rules is nobody."""

    @property
    def roles(self) -> frozenset[str]:
        """Every role that one of the rules names, wherever it is held."""
        return frozenset().union(*(rule.roles for rule in self.rules))

    def posts_of(self, officer: PostHolder) -> "list[Post]":
        """The officer's posts that make them one of these, in the order of all their posts."""
        return [
            post
            for post in officer.current_posts
            if any(rule.fits(post, officer) for rule in self.rules)
        ]

    def includes(self, officer: PostHolder) -> bool:
        """Whether the officer is one of these anywhere."""
        return bool(self.posts_of(officer))

    def own_units(self, officer: PostHolder) -> list[Unit]:
        """The units in which the officer is one of these, each once, in the order of the posts."""
        return list({post.unit_id: post.unit for post in self.posts_of(officer)}.values())

    def own_unit_ids(self, officer: PostHolder) -> frozenset[uuid.UUID]:
        """The same, by id."""
        return frozenset(post.unit_id for post in self.posts_of(officer))

    def may_act_for(self, officer: PostHolder, unit: Unit) -> bool:
        """Whether the officer is one of these for this unit."""
        return any(
            rule.fits(post, officer) and rule.reaches(post, unit)
            for post in officer.current_posts
            for rule in self.rules
        )

    def units(self, officer: PostHolder) -> "models.QuerySet[Unit]":
        """Every unit for which the officer is one of these. No post means none."""
        own, above = self.ends(officer)
        return Unit.objects.filter(models.Q(pk__in=own) | models.Q(parent__in=above))

    def unit_ids(self, officer: PostHolder) -> frozenset[uuid.UUID]:
        """The same, by id."""
        own, above = self.ends(officer)
        below = Unit.objects.filter(parent__in=above).values_list("id", flat=True) if above else ()
        return own | frozenset(below)

    def unit_sight(self, officer: PostHolder) -> "UnitSight":
        """For numbers and references of tips of these units; never those about the own ones."""
        own = frozenset(post.unit_id for post in officer.current_posts)
        return UnitSight(self.unit_ids(officer), own)

    def reaches(self, officer: PostHolder, unit_id: uuid.UUID) -> bool:
        """Whether the officer is one of these for the unit of this id."""
        return unit_id in self.unit_ids(officer)

    def ends(self, officer: PostHolder) -> tuple[frozenset[uuid.UUID], frozenset[uuid.UUID]]:
        """The units of posts that reach as far as their own, and the provinces whose units below
        they reach.
        """
        own: set[uuid.UUID] = set()
        above: set[uuid.UUID] = set()
        for post in officer.current_posts:
            for rule in self.rules:
                if not rule.fits(post, officer):
                    continue
                if Over.OWN in rule.over:
                    own.add(post.unit_id)
                if Over.BELOW in rule.over and post.unit.kind == Unit.Kind.PROVINCE:
                    above.add(post.unit_id)
        return frozenset(own), frozenset(above)


def _who(
    about: str, *roles: Role, over: Sequence[Over], at: str = "", with_full_desk: bool = False
) -> Who:
    return Who(about, (Rule(frozenset(roles), frozenset(over), at, with_full_desk),))


def _either(about: str, *sets: Who) -> Who:
    return Who(about, tuple(rule for each in sets for rule in each.rules))


_OWN = (Over.OWN,)
_OWN_AND_BELOW = (Over.OWN, Over.BELOW)
_PROVINCE = Unit.Kind.PROVINCE
_COMMUNE = Unit.Kind.COMMUNE
_AT_WORK = (Role.DUTY, Role.COMMANDER, Role.COORDINATOR)

WORKING = _who(
    "Takes reports on, reads and answers them, keeps the network, drafts. Nobody else reads one.",
    *_AT_WORK,
    over=_OWN_AND_BELOW,
)
PROVINCE_WORKING = _who(
    "Works at the province's desk: lessons, films and pledges are off at a commune.",
    *_AT_WORK,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
COMMUNE_WORKING = _who(
    "Sends a pattern that was approved beforehand, to the own commune only.",
    *_AT_WORK,
    over=_OWN,
    at=_COMMUNE,
)
# Built so that somebody always can, at night too: a commune whose only commander wrote it, or
# sleeps, does not wait for anybody.
RELEASING = _either(
    "Is the second person who lets a text out, or stops it.",
    _who("", Role.COMMANDER, over=_OWN),
    PROVINCE_WORKING,
)
LEADING = _either(
    "Keeps the rota and the ready answers.",
    _who("", Role.COMMANDER, over=_OWN),
    _who("", Role.COORDINATOR, over=_OWN, at=_PROVINCE),
)
NAMING = _either(
    "Names the officers who read matters of children and of sexual offences.",
    LEADING,
)
HANDING_OVER = _either(
    "Makes the file of a tip that investigators get.",
    LEADING,
)
RECUSING = _either(
    "Takes a colleague out of one tip, and lets them back in.",
    _who("", Role.COMMANDER, over=_OWN),
    _who("", Role.COMMANDER, Role.COORDINATOR, over=_OWN_AND_BELOW, at=_PROVINCE),
)
# Whoever may let a text out; so there is always somebody, at night in the province.
SECOND_FOR_OPENING = _either(
    "Is the second person for opening what is sealed; never for what they asked for themselves.",
    RELEASING,
)
AGREEING_TO_HOLDS = _either(
    "Is the second officer for a legal hold on a tip, and for its end.",
    RELEASING,
)
AGREEING_TO_TRANSFERS = _either(
    "Is the second officer for a tip that goes to the desk of another province.",
    RELEASING,
)
CHECKING_CLAIMS = _who(
    "Checks claims: the province's work, in which a commune's small desk has no part.",
    *_AT_WORK,
    over=_OWN,
    at=_PROVINCE,
)
SURVEYING = _either(
    "Writes surveys and reads their answers; a commune's small desk has none until switched on.",
    PROVINCE_WORKING,
    _who("", Role.DUTY, Role.COMMANDER, over=_OWN, at=_COMMUNE, with_full_desk=True),
)
GIVING_SURVEYS_BACK = _either(
    "Gives a survey back to be changed: who writes surveys, or the second person.",
    SURVEYING,
    RELEASING,
)
SETTING_TARGETS = _who(
    "Says how many groups there should be, and makes a signed month public.",
    Role.COMMANDER,
    Role.COORDINATOR,
    over=_OWN,
    at=_PROVINCE,
)
SIGNING = _either(
    "Signs the periodic report.",
    _who("", Role.COMMANDER, over=_OWN, at=_COMMUNE),
    SETTING_TARGETS,
)
COORDINATING = _who(
    "Is the second person for a partner of one.",
    Role.COORDINATOR,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
INVITING = _either(
    "Makes partners and the first sign-in of one.",
    _who("", Role.ADMINISTRATOR, over=_OWN_AND_BELOW),
    COORDINATING,
)
ADMINISTERING = _who(
    "Looks after officers, their posts and what they sign in with.",
    Role.ADMINISTRATOR,
    over=_OWN_AND_BELOW,
)
SEEING_HOLDERS = _either(
    "Sees who of a desk holds a key for opening, and which desk has too few.",
    LEADING,
    ADMINISTERING,
)
SEEING_ACCOUNTS = _either(
    "Sees the desk's accounts at providers, is called before one ends, and has it renewed.",
    LEADING,
    ADMINISTERING,
)
VOUCHING = _either(
    "Is the second person for a new officer, a post of weight, a new sign-in; never for oneself.",
    ADMINISTERING,
    _who("", Role.COMMANDER, over=_OWN_AND_BELOW, at=_PROVINCE),
)
COMMANDING = _who(
    "Is told who becomes an officer of the desk, and whose account changes.",
    Role.COMMANDER,
    over=_OWN,
)
WITNESSING = _who(
    "Is told who got a sign-in or a post by two people, and whose account is closed.",
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
)
PROPOSING_PERIODS = _who(
    "Proposes for how long closed tips are kept, and sees how many fall due; no word of one.",
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
AGREEING_TO_PERIODS = _who(
    "Is the second person for how long closed tips are kept.",
    Role.ADMINISTRATOR,
    Role.COMMANDER,
    Role.COORDINATOR,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
READING_PERIODS = _either(
    "Reads for how long closed tips are kept, and stops a period.",
    PROPOSING_PERIODS,
    AGREEING_TO_PERIODS,
)
PROPOSING_IMPORTS = _who(
    "Brings records from before Kẻng in from a sheet, once a second person has agreed.",
    Role.COMMANDER,
    Role.COORDINATOR,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
AGREEING_TO_IMPORTS = _who(
    "Is the second person for records from before Kẻng.",
    Role.COMMANDER,
    Role.COORDINATOR,
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
READING_IMPORTS = _either(
    "Sees what a sheet of earlier records would bring in, and withdraws it.",
    PROPOSING_IMPORTS,
    AGREEING_TO_IMPORTS,
)
ANSWERING_DATA_REQUESTS = _who(
    "Answers what somebody asks of the data about them; of a report no word, only its number.",
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
AGREEING_TO_ERASURE = _who(
    "Is the second person where a report is deleted because its reporter asked.",
    Role.COMMANDER,
    Role.COORDINATOR,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
READING_DATA_REQUESTS = _either(
    "Reads what was asked of the data about somebody, and what was decided.",
    ANSWERING_DATA_REQUESTS,
    AGREEING_TO_ERASURE,
)
RECORDING_BREACHES = _who(
    "Records data incidents and who was told of them, and exports the register of processing.",
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
AGREEING_TO_WAIVERS = _who(
    "Is the second person where the authority is not to be notified of a data incident.",
    Role.ADMINISTRATOR,
    Role.COMMANDER,
    Role.COORDINATOR,
    over=_OWN_AND_BELOW,
    at=_PROVINCE,
)
READING_BREACHES = _either(
    "Reads data incidents: numbers of rows by sort of data, never whose.",
    RECORDING_BREACHES,
    AGREEING_TO_WAIVERS,
)
AUDITING = _who(
    "Reads the record of who did what and looked at what; of a report no word, only its number.",
    Role.AUDITOR,
    Role.DATA_PROTECTION,
    over=_OWN_AND_BELOW,
)
BEING_AUDITOR = _who(
    "Is an auditor: no desk is left without one by one administrator alone.",
    Role.AUDITOR,
    over=_OWN_AND_BELOW,
)
OVERSEEING = _either(
    "Reads who opened a matter for named officers in an emergency, and why; of the report no word.",
    _who("", Role.COORDINATOR, over=_OWN_AND_BELOW, at=_PROVINCE),
    _who("", Role.DATA_PROTECTION, over=_OWN_AND_BELOW),
)
COUNTING = _either(
    "Reads figures and signed reports. To an auditor no number leads to a list.",
    WORKING,
    _who("", Role.AUDITOR, over=_OWN_AND_BELOW),
)
HEARING_OBJECTIONS = _either(
    "Reads an objection to a number of the look-up and answers it; the auditor answers only where"
    " everybody of the desk took part in listing it.",
    COUNTING,
)
ONESELF = _who(
    "Whoever is signed in, about what is their own: password, keys, pagers, saved searches.",
    *Role,
    over=_OWN,
)
HOLDING_SHARES = _who(
    "Holds a share of the unit's keys: two of them together open one record of a tip.",
    *_AT_WORK,
    over=_OWN_AND_BELOW,
)
HOLDER = Who(
    "Acts by a receipt, a lead's link or a code: the secret is the permission, whatever the role.",
    (),
    is_by_secret=True,
)


def desk_has_role(unit: Unit, role: str) -> bool:
    """Whether a desk of this kind has the role: a commune has no coordinator of the province."""
    return role != Role.COORDINATOR or unit.kind == Unit.Kind.PROVINCE


# Whoever is one of these can let out, sign, audit, or make others.
_OF_WEIGHT = (RELEASING, LEADING, SIGNING, INVITING, VOUCHING, AUDITING)


def needs_two_people(unit: Unit, role: str) -> bool:
    """Whether a post of this role at this desk is given by two people: it lets out, signs, audits
    or administers. What is left is a commune's officer on duty.

    Whom the post is for counts as well: vouching.takes_two_people.
    """
    return any(
        role in rule.roles and rule.at in {"", unit.kind}
        for each in _OF_WEIGHT
        for rule in each.rules
    )


@dataclass(frozen=True, slots=True)
class UnitSight:
    """Whose sight a figure or a name is looked up with, where no words are read."""

    unit_ids: frozenset[uuid.UUID]
    own_unit_ids: frozenset[uuid.UUID]
    pk: None = None
    """Nobody in person: no tip is opened or closed to them alone."""

    @property
    def named_unit_ids(self) -> frozenset[uuid.UUID]:
        """Matters for named officers are counted and numbered like any other."""
        return self.unit_ids
