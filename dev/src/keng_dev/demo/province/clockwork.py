"""Moments and ids of the past, drawn from one seed."""

import datetime as dt
import math
import uuid
from random import Random

from keng.kit import times
from keng_dev.demo.province.volumes import BEGINNING, Volumes

# When people write, hour by hour from midnight.
_BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 6, 7, 6, 6, 6, 6, 5, 5, 5, 6, 7, 8, 10, 11, 10, 7, 4)
_LATEST = dt.timedelta(minutes=12)


def id_at(moment: dt.datetime, dice: Random) -> uuid.UUID:
    """A UUIDv7 as keng.kit.ids would have made it then."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(
        int=milliseconds << 80
        | 0x7 << 76
        | dice.getrandbits(12) << 64
        | 0b10 << 62
        | dice.getrandbits(62)
    )


def some_moment(dice: Random, volumes: Volumes) -> dt.datetime:
    """Since the beginning, more and more often towards today."""
    share = math.sqrt(0.25 + 2 * dice.random()) - 0.5
    return at_some_hour(BEGINNING + dt.timedelta(days=int(share * volumes.days)), dice, volumes)


def at_some_hour(day: dt.date, dice: Random, volumes: Volumes) -> dt.datetime:
    """An hour of a day at which people write, before now."""
    (hour,) = dice.choices(range(24), _BY_HOUR)
    moment = times.start_of(day) + dt.timedelta(hours=hour, seconds=dice.randrange(3600))
    while moment > volumes.now - _LATEST:
        moment -= dt.timedelta(days=1)
    return moment


def after(
    moment: dt.datetime, dice: Random, *, typically: float, until: dt.datetime
) -> dt.datetime:
    """Some minutes later, mostly around `typically`, now and then much later; before `until`."""
    later = moment + dt.timedelta(minutes=typically * dice.lognormvariate(0, 0.8))
    if later < until:
        return later
    return moment + (until - moment) * dice.uniform(0.3, 0.9)
