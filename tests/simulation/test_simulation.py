"""Whatever is killed at whichever moment: nothing is lost, and what is repeated is on record.

`python -m tests.simulation --points 1000000` goes on for longer; `make chaos` does.
"""

import pytest

from tests.simulation import broken_senders
from tests.simulation.runs import Failed, run_seed
from tests.simulation.world import Faults

KILLS = 400
# In the last one the database is lost between new tokens and their record.
SEEDS = (*range(1, 26), 48)
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
    ("broken", "promise"),
    [
        ({"make_sender": broken_senders.RecordsBeforeSending}, "nobody took it"),
        ({"make_sender": broken_senders.HoldsTooMany}, "were held at once"),
        ({"make_ledger": broken_senders.ForgetsLeases}, "is lost: leased"),
        (
            {"make_ledger": broken_senders.SendsAgainWhatNobodyKnows},
            "nothing on record|after it was called off",
        ),
        ({"make_ledger": broken_senders.EndsLeasesOfTheLiving}, "whoever held it lives"),
        ({"make_ledger": broken_senders.RenewsOutOfTurn}, "at once|used twice"),
        ({"make_sender": broken_senders.AsksNotWhetherItIsCalledOff}, "nobody asked whether"),
        ({"make_rows": broken_senders.HasNoBucket}, "messages in one second"),
        ({"make_rows": broken_senders.QueuesWhatWasCalledOff}, "leased after it was called off"),
        ({"make_rows": broken_senders.LeasesTheLastFirst}, "before a better one"),
    ],
)
def test_a_broken_sender_is_caught(broken, promise):
    def run() -> None:
        for seed in range(1, 6):
            run_seed(seed, KILLS // 2, faults=Faults(dead_token=0.5), **broken)

    with pytest.raises(Failed, match=promise) as caught:
        run()
    assert "python -m tests.simulation --seed" in str(caught.value)
