"""How an operator names a unit on the command line."""

from typing import TYPE_CHECKING

from keng.runtime.errors import CannotContinue

if TYPE_CHECKING:
    from keng.places.models import Place, Unit


def place_by_code(code: str) -> "Place":
    """A province ("24") or commune ("07795") of today."""
    from keng.places.models import Place  # noqa: PLC0415 -- needs the settings

    if not Place.objects.exists():
        raise CannotContinue("There are no provinces yet: run `keng places import`.")
    kind = Place.Kind.PROVINCE if len(code) <= 2 else None
    places = Place.objects.filter(code=code, valid_to=None)
    found = (places.filter(kind=kind) if kind else places).first()
    if found is None:
        raise CannotContinue(
            f"No province or commune of today has the code {code!r}. Find it by name: "
            "`keng places find NAME`."
        )
    return found


def chosen_unit(word: str) -> "Unit":
    """A unit by the code of the place it serves, or by its short name."""
    from keng.places.models import Unit  # noqa: PLC0415 -- needs the settings

    serving = Unit.objects.filter(
        jurisdictions__place__code=word, jurisdictions__valid_to=None
    ).distinct()
    found = list(serving) or list(Unit.objects.filter(short_name__iexact=word))
    if len(found) != 1:
        many = "Several units have" if found else "No unit has"
        raise CannotContinue(f"{many} the code or short name {word!r}: see `keng unit list`.")
    return found[0]
