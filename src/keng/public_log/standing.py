"""How far the record is witnessed, and what could still be rewritten without anybody noticing."""

import datetime as dt
import time
from collections.abc import Collection
from dataclasses import dataclass

from keng.audit.models import Chain, Entry
from keng.kit import times
from keng.public_log.log_key import configured_witnesses
from keng.public_log.models import LoggedChain, LogLeaf, WitnessStanding
from keng.public_log.pace import step_of

WITNESS_WAIT = dt.timedelta(seconds=5)
"""For how long what somebody does at the desk waits for a witness at the most."""
# After the moment of a step, until the worker has done it.
_STEP_TAKES = dt.timedelta(seconds=10)
_LOOKS_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class WitnessedWindow:
    """What one witness has not seen so far."""

    witness: str
    cosigned_at: dt.datetime | None
    """None where it never cosigned."""
    entries: int
    """Recorded, and not seen by it yet."""
    trouble: str
    """Why it did not cosign when it was asked last, in words; empty when it did."""


def witnessed_windows(chains: Collection[str]) -> list[WitnessedWindow]:
    """What each configured witness has not seen of these chains, as it is now.

    Nothing is counted of other chains: who reads some of them learns nothing of the others.
    """
    heads = dict(Chain.objects.filter(name__in=chains).values_list("name", "last_seq"))
    logged = dict(LoggedChain.objects.filter(chain__in=heads).values_list("chain", "last_seq"))
    waiting = sum(last - logged.get(name, 0) for name, last in heads.items())
    known = WitnessStanding.objects.in_bulk()
    windows = []
    for witness in configured_witnesses():
        standing = known.get(witness.key.name) or WitnessStanding(witness=witness.key.name)
        unseen = LogLeaf.objects.filter(leaf__gte=standing.size, chain__in=heads)
        windows.append(
            WitnessedWindow(
                witness=standing.witness,
                cosigned_at=standing.cosigned_at,
                entries=waiting + unseen.count(),
                trouble=str(standing.get_trouble_display()),
            )
        )
    return windows


def wait_for_witness(entry: Entry, *, at_most: dt.timedelta = WITNESS_WAIT) -> bool:
    """Whether a configured witness has cosigned the leaf of this entry.

    Waits for it only where one may come: the log grows at fixed moments, so that it dates nobody's
    report, and between them no waiting brings a leaf.
    """
    names = [witness.key.name for witness in configured_witnesses()]
    until = time.monotonic() + at_most.total_seconds()
    while names:
        leaf = LogLeaf.objects.filter(chain=entry.chain, seq=entry.seq).first()
        seen = WitnessStanding.objects.filter(witness__in=names)
        if leaf is not None and seen.filter(size__gt=leaf.leaf).exists():
            return True
        if time.monotonic() >= until or (leaf is None and not _step_is_near(at_most)):
            return False
        time.sleep(_LOOKS_EVERY)
    return False


def _step_is_near(within: dt.timedelta) -> bool:
    now = times.now()
    return step_of(now - _STEP_TAKES) != step_of(now + within)
