"""The whole province in one transaction: whoever stops it in the middle finds nothing of it."""

from random import Random

from keng.delivery.models import ChannelAccount
from keng.incidents.wave_acts import find_waves
from keng.places.models import Place, Unit
from keng_dev.demo.people import PROVINCE, Credential
from keng_dev.demo.province import (
    arriving,
    attaching,
    deciding,
    houses,
    officers,
    reporting,
    wanted,
)
from keng_dev.demo.province.fates import Fates
from keng_dev.demo.province.looked_up import Clerk
from keng_dev.demo.province.network import Weaver
from keng_dev.demo.province.press import Press
from keng_dev.demo.province.progress import Report
from keng_dev.demo.province.record import Record
from keng_dev.demo.province.rumours import Newsroom
from keng_dev.demo.province.stories import Teller
from keng_dev.demo.province.territory import survey
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.vault import Vault

# How much of the time each stage takes, measured on two cores.
_STAGES = {
    "people": 0.06,
    "groups": 0.09,
    "come in": 0.3,
    "decided": 0.4,
    "attached": 0.45,
    "examined": 0.88,
    "warned": 0.95,
}


def fill(
    units: dict[str, Unit],
    hamlets: dict[str, Place],
    account: ChannelAccount,
    volumes: Volumes,
    vault: Vault,
    report: Report,
) -> list[Credential]:
    """Officers, groups, tips with what became of them, warnings; for the caller's transaction."""
    # Each part has dice of its own: a change to one leaves the others as they were.
    report("officers take their posts", _STAGES["people"])
    territory = survey(units, hamlets, _dice(volumes, "territory"))
    credentials = officers.appoint(territory, _dice(volumes, "officers"))
    report("groups and their leads", _STAGES["groups"])
    network = Weaver(territory, volumes, _dice(volumes, "network")).weave()
    houses.settle(
        territory.ward, territory.communes, network.groups, volumes, _dice(volumes, "houses")
    )
    stories = Teller(territory, volumes, _dice(volumes, "stories")).stories()
    fates = Fates(volumes, _dice(volumes, "fates")).of(stories)
    arriving.receive(fates, account, vault, _within(report, "groups", "come in"))
    record = Record(_dice(volumes, "record"))
    report("the desks decide", _STAGES["come in"])
    deciding.decide(fates, record, _dice(volumes, "decisions"))
    pictures = _within(report, "decided", "attached")
    attaching.attach(fates, volumes, _dice(volumes, "pictures"), pictures)
    # After the decisions: the machine looks sooner at what is new, and nothing old is new now.
    arriving.examine(len(fates), _within(report, "attached", "examined"))
    report("a year of warnings", _STAGES["examined"])
    wanted.want(territory, network, volumes, record, _dice(volumes, "targets"))
    Press(territory, network, volumes, _dice(volumes, "warnings")).publish(record)
    Newsroom(units[PROVINCE], record, volumes.now, _dice(volumes, "rumours")).check()
    Clerk(units[PROVINCE], record, volumes.now, _dice(volumes, "look-up")).keep()
    report("everything goes on record", _STAGES["warned"])
    reporting.sign(territory, volumes.now, record)
    record.write()
    # What the worker would have seen by now: somebody who looks at once finds it there.
    find_waves()
    return credentials


def _dice(volumes: Volumes, part: str) -> Random:
    return Random(f"{volumes.seed} {part}")  # noqa: S311 -- a play, no secret


def _within(report: Report, begins: str, ends: str) -> Report:
    """The shares of one stage as shares of everything."""
    first, last = _STAGES[begins], _STAGES[ends]
    return lambda what, share: report(what, first + (last - first) * min(share, 1))
