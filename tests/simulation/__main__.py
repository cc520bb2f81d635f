"""`python -m tests.simulation --seed N`: one seed again; `--points 1000000`: as many as it takes.

A seed that fails is printed, with how to have it again.
"""

import argparse
import os
import sys
import time
from collections import Counter

KILLS = 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--kills", type=int, default=KILLS, help="of senders, with each seed")
    parser.add_argument("--points", type=int, default=1, help="how many kills there are to be")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
    import django

    django.setup()
    from tests.simulation.runs import Failed, run_seed

    began, points, repeated, seed = time.monotonic(), 0, 0, asked.seed
    where: Counter[str] = Counter()
    while points < asked.points:
        try:
            world = run_seed(seed, asked.kills)
        except Failed as failed:
            print(failed, flush=True)
            return 1
        points, repeated, seed = points + world.kills, repeated + world.repeated, seed + 1
        where += world.crash_points
        if not (seed - asked.seed) % 100:
            print(f"{points:,} crash points, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{points:,} crash points from {seed - asked.seed} seeds: nothing lost,", end=" ")
    print(f"{repeated} messages repeated as the policy allows; killed while under way:")
    for what, count in where.most_common():
        print(f"  {count:9,}  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
