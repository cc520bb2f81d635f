"""Whatever is killed at whichever moment: nothing is lost, and what is repeated is on record.

`python -m tests.simulation --points 1000000` goes on for longer; `make chaos` does.
"""

import pytest

from keng.delivery.sender import Sender
from tests.simulation import broken_senders
from tests.simulation.faulty_ledger import FaultyLedger
from tests.simulation.runs import Failed, run_seed
from tests.simulation.world import Faults

KILLS = 400
SEEDS = range(1, 26)
# Something is killed at least once while each of these is under way.
EVERY_STEP = {
    "record and lease",
    "give back",
    "sweep",
    "who waits",
    "called off?",
    "text",
    "accounts",
    "wire: message",
    "wire: record",
    "wire: renewal",
    "tokens: read",
    "tokens: commit",
    "tokens",
}


def test_ten_thousand_kills_lose_nothing_and_repeat_what_is_on_record():
    worlds = [run_seed(seed, KILLS) for seed in SEEDS]
    assert sum(world.kills for world in worlds) >= 10_000
    missed = EVERY_STEP - {step for world in worlds for step in world.crash_points}
    assert not missed
    # Without a single repeated message nothing would have been shown about them.
    assert sum(world.repeated for world in worlds) > 100


def test_a_seed_is_the_same_world_again():
    first, again = run_seed(3, 60), run_seed(3, 60)
    assert first.rows.read_attempts() == again.rows.read_attempts()
    assert first.crash_points == again.crash_points


@pytest.mark.parametrize(
    ("make_sender", "make_ledger", "promise"),
    [
        (broken_senders.RecordsBeforeSending, FaultyLedger, "nobody took it"),
        (Sender, broken_senders.ForgetsLeases, "is lost: leased"),
        (Sender, broken_senders.SendsAgainWhatNobodyKnows, "nothing on record says so"),
        (Sender, broken_senders.RenewsOutOfTurn, "at once|used twice"),
    ],
)
def test_a_broken_sender_is_caught(make_sender, make_ledger, promise):
    def run() -> None:
        for seed in range(1, 6):
            run_seed(
                seed,
                KILLS // 2,
                make_sender=make_sender,
                make_ledger=make_ledger,
                faults=Faults(dead_token=0.5),
            )

    with pytest.raises(Failed, match=promise) as caught:
        run()
    assert "python -m tests.simulation --seed" in str(caught.value)
