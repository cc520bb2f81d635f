"""A text that goes out only when somebody without a hand in it has read exactly that.

Each kind of text is a table of its own that carries these columns, so that the public site reads
what is out without asking another table, and what a desk may not read stays in the partner's table.
The states follow from the moments: a draft, waiting (submitted), out (released), ended. Who may let
it out is the row of the area's act; that nobody does so with a hand in it, the database refuses.
"""

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from keng.accounts.models import Officer, PartnerMember
from keng.accounts.vouching import tied_to
from keng.kit import times
from keng.releases.hands import none_of_the_hands

if TYPE_CHECKING:
    from keng.places.models import Unit

_Text = TypeVar("_Text", bound="Releasable")
Person = Officer | PartnerMember


class ReleasableQuerySet(models.QuerySet[_Text]):
    """Reads of texts by what became of them."""

    def waiting(self) -> Self:
        """What a second person still has to read."""
        return self.filter(submitted_at__isnull=False, released_at=None, ended_at=None)

    def in_hand(self) -> Self:
        """What is written and not out: a draft, also one that was given back, or waiting."""
        return self.filter(released_at=None, ended_at=None)

    def not_dropped(self) -> Self:
        """All but what ended before it was out."""
        return self.exclude(released_at=None, ended_at__isnull=False)

    def ever_released(self) -> Self:
        """What was let out, also where it has ended since."""
        return self.filter(released_at__isnull=False)

    def released(self) -> Self:
        """What was let out and has not ended. Whether people read it still, its area says."""
        return self.filter(released_at__isnull=False, ended_at=None)


class Releasable(models.Model):
    """One text, from its first words until it ends; the columns that every kind of it has."""

    # Everybody who saved or handed it in, each once, the first one first. They only grow (a trigger
    # of releases.triggers), so that another person's comma on top of one's own words opens no way
    # round. The next text is another row, which may begin with nobody's.
    hands = ArrayField(models.UUIDField(), default=list, db_default=[])
    submitted_at = models.DateTimeField(null=True)
    # Why it was given back, or refused, in the words of whoever did so.
    returned_reason = models.TextField(default="", db_default="")
    released_by = models.ForeignKey("accounts.Officer", models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    # Of what was let out: `digest_now` of that moment. None before, and for what is older than it.
    digest = models.BinaryField(max_length=32, null=True)
    # Nothing more comes of it: taken away, refused, overtaken, or its time is over.
    ended_at = models.DateTimeField(null=True)

    # Put there by `hands.name_hands`, for a page.
    people: list[Any]

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=none_of_the_hands("released_by"),
                name="%(class)s_is_released_by_nobody_with_a_hand_in_it",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name="%(class)s_released_has_its_moment",
            ),
        ]

    @property
    def writers(self) -> type[Officer] | type[PartnerMember]:
        """Who writes it: a page names those of the hands who are such people."""
        return Officer

    @property
    def content_to_release(self) -> Any:
        """Everything that the second person answers for, as JSON can hold it."""
        # A model cannot be abstract by `abc` beside Django's own metaclass.
        raise NotImplementedError(f"{type(self).__name__} does not say what of it is released")

    @property
    def release_unit(self) -> "Unit":
        """In whose name it goes out."""
        unit: Unit = self.unit  # type: ignore[attr-defined]
        return unit

    @property
    def digest_now(self) -> bytes:
        """32 bytes of BLAKE2b over what stands here at this moment, its kind and its unit.

        One comma more is another digest: what was read is what goes out.
        """
        whole = [self._meta.label_lower, str(self.release_unit.pk), self.content_to_release]
        canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(canonical.encode(), digest_size=32, person=b"keng-release").digest()

    @property
    def digest_shown(self) -> bytes | None:
        """Of what was let out, whatever its digest says of others by now; before, of what stands
        here. None for what was let out before digests were kept.
        """
        if self.released_at is None:
            return self.digest_now
        return bytes(self.digest) if self.digest is not None else None

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has still to read it."""
        return self.submitted_at is not None and self.released_at is None and self.ended_at is None

    @property
    def is_released(self) -> bool:
        """Whether it was let out and has not ended."""
        return self.released_at is not None and self.ended_at is None

    def add_hand(self, person: Person) -> None:
        """Note that this person saves it; whoever calls it saves the row."""
        self.hands = list(dict.fromkeys([*self.hands, person.pk]))

    def hand_in(self, person: Person) -> None:
        """From now on it waits for a second person; whoever calls it saves the row."""
        self.add_hand(person)
        self.submitted_at, self.returned_reason = times.now(), ""

    def has_hand_of(self, person: Person) -> bool:
        """Whether this person saved or handed in any of it, or is tied to one who did."""
        return not _same_hands(person).isdisjoint(self.hands)


def _same_hands(person: Person) -> frozenset[uuid.UUID]:
    """Whose hands count as this person's: accounts.vouching says why."""
    return tied_to(person) if isinstance(person, Officer) else frozenset({person.pk})
