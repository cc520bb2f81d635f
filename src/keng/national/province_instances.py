"""Which installations are gathered, as the operator of the page wrote them down: a line each.

    24 https://keng.bacninh.example keng.bacninh.example/log+1a2b3c4d+AbCd…
    79 http://10.20.30.40:8000 keng.hcm.example/log+5e6f7a8b+EfGh… private

The code of the province, its address, its key from somebody one trusts. `private` is for a network
of one's own: any address is asked then, as it stands, and without TLS too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from keng.channels.ssrf import check_set_address
from keng.merkle.notes import NoteKey, NoteKeyKind
from keng.places.tables import table_rows

PRIVATE = "private"
# What stands behind the name of a log since a backup was brought back (keng.public_log); summaries
# go on under the name of before.
_RESTORED = "/restored-"


class WrongInstances(ValueError):
    """A line of the list cannot be taken; the words say which and why."""


@dataclass(frozen=True, slots=True)
class ProvinceInstance:
    """One installation that is gathered."""

    province: str
    address: str
    key: NoteKey
    is_private: bool = False

    @property
    def host(self) -> str:
        """Which alone is asked."""
        return urlsplit(self.address).hostname or ""


@cache
def province_names() -> Mapping[str, str]:
    """The full names of all provinces by their code, in the order of the codes."""
    return {row["code"]: row["full_name"] for row in table_rows("provinces.csv")}


@cache
def commune_names() -> Mapping[str, tuple[str, str]]:
    """Of each commune of today by its code: the code of its province, and its name."""
    return {row["code"]: (row["province"], row["name"]) for row in table_rows("communes.csv")}


def read_instances(lines: Iterable[str]) -> dict[str, ProvinceInstance]:
    """By the code of their province. Raises WrongInstances."""
    found: dict[str, ProvinceInstance] = {}
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            instance = _instance_of(words)
        except ValueError as error:
            raise WrongInstances(f"line {number}: {error}") from None
        if instance.province in found:
            raise WrongInstances(f"line {number}: province {instance.province} stands there twice")
        if any(each.key.public == instance.key.public for each in found.values()):
            raise WrongInstances(f"line {number}: another province has the same key")
        found[instance.province] = instance
    return found


def _instance_of(words: list[str]) -> ProvinceInstance:
    is_private = words[3:] == [PRIVATE]
    if len(words) != 3 and not is_private:
        raise ValueError(f"a code, an address and a key, and perhaps “{PRIVATE}”")
    province, address, written = words[:3]
    if province not in province_names():
        raise ValueError(f"{province} is no code of a province")
    check_set_address(address, is_private=is_private)
    key = NoteKey.read(written)
    if key.kind is not NoteKeyKind.LOG:
        raise ValueError("this is the key of a witness, not of a log")
    plain = NoteKey(key.name.partition(_RESTORED)[0], key.kind, key.public)
    return ProvinceInstance(province, address.rstrip("/"), plain, is_private=is_private)
