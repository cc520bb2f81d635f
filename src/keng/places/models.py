"""Places with their history, the units that serve them, and the calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class Place(Row):
    """A province, commune or hamlet, of today or of the past. A name alone never identifies one."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Province")
        WARD = "ward", _("Ward")
        COMMUNE = "commune", _("Commune")
        SPECIAL_ZONE = "special_zone", _("Special zone")
        TOWNSHIP = "township", _("Township")
        HAMLET = "hamlet", _("Hamlet")

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    full_name = models.CharField(max_length=160)
    folded = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    province_code = models.CharField(max_length=4)
    # Districts exist only in the past; their name tells old communes of one name apart.
    old_district = models.CharField(max_length=120, default="", db_default="", blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    legal_act = models.CharField(max_length=120, default="", db_default="", blank=True)
    # Of a hamlet, as its desk counts them; null where nobody has said.
    household_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "kind", "valid_from"],
                nulls_distinct=False,
                name="place_code_is_unique_in_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(household_count__isnull=True) | models.Q(kind="hamlet"),
                name="households_are_counted_by_hamlet",
            ),
        ]
        indexes = [
            models.Index(fields=["folded"], name="place_by_folded_name"),
            models.Index(fields=["province_code", "kind"], name="place_by_province"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def in_full(self) -> str:
        """With what it lies in, where names repeat."""
        return f"{self.full_name}, {self.parent.full_name}" if self.parent else self.full_name


class Succession(Row):
    """Which old place became which new one. A split one has several rows; a person chooses."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("Merged into")
        SPLIT = "split", _("Split into")
        RENAME = "rename", _("Renamed to")
        SAME = "same", _("Continues as")

    old = models.ForeignKey(Place, models.CASCADE, related_name="successions")
    new = models.ForeignKey(Place, models.CASCADE, related_name="predecessors")
    kind = models.CharField(max_length=8, choices=Kind)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="succession_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class Landmark(Row):
    """A name that people know and a commune it lies in: a park, a station. An operator lists them.

    What lies in several communes has a row for each, and a person chooses.
    """

    name = models.CharField(max_length=120)
    # Without accents and without the word for what it is.
    folded = models.CharField(max_length=120)
    place = models.ForeignKey(Place, models.CASCADE, related_name="landmarks")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "place"], name="landmark_lies_in_a_commune_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(Row):
    """A police station or provincial department. A Jurisdiction says which place it serves."""

    class Kind(models.TextChoices):
        COMMUNE = "commune", _("Commune desk")
        PROVINCE = "province", _("Provincial desk")

    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=24)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    province_code = models.CharField(max_length=4)
    has_investigators = models.BooleanField(default=False, db_default=False)
    is_remote = models.BooleanField(default=False, db_default=False)
    desk_phone = models.CharField(max_length=20, default="", db_default="", blank=True)

    def __str__(self) -> str:
        return self.name


class Jurisdiction(Row):
    """Which unit serves which place, from when to when."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="jurisdictions")
    place = models.ForeignKey(Place, models.CASCADE, related_name="jurisdictions")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=models.Q(valid_to__isnull=True),
                name="place_has_one_unit_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.place}"


class Holiday(models.Model):
    """A day that is not worked, or a Saturday that is."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public holiday")
        COMPENSATORY = "compensatory", _("Day off in lieu")
        SWAPPED_OFF = "swapped_off", _("Swapped day off")
        WORKING_SATURDAY = "working_saturday", _("Working Saturday")

    on = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    source = models.CharField(max_length=300, default="", db_default="", blank=True)

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
