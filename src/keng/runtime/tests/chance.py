"""Which examples the tests try: the same each time, unless the night or a person asks for others.

KENG_TEST_NIGHTLY=1     random examples, and more of them
KENG_FUZZ=500           random examples, so many in each test of tests/fuzz
"""

import os
import random

from hypothesis import settings

# Of a test that does not say how many.
USUAL_EXAMPLES = 100
# How many times as many examples a test tries at night.
NIGHTLY_TIMES = 5


def is_nightly() -> bool:
    """Whether this run looks where no run has looked before, and takes its time."""
    return os.environ.get("KENG_TEST_NIGHTLY") == "1"


def is_random() -> bool:
    """Whether this run tries other examples than the run before."""
    return is_nightly() or bool(os.environ.get("KENG_FUZZ"))


def profile() -> settings:
    """How every test tries its examples, unless it says otherwise."""
    return settings(
        # How long an example takes says how busy the machine is, and nothing more.
        deadline=None,
        database=None,
        # The same ones each time, so that a red run can be looked into.
        derandomize=not is_random(),
        print_blob=is_random(),
        max_examples=USUAL_EXAMPLES * (NIGHTLY_TIMES if is_nightly() else 1),
    )


def load_profile() -> None:
    """From here on for every test of this process."""
    settings.register_profile("keng", profile())
    settings.load_profile("keng")


def new_seed() -> int:
    """A seed for a whole run, short enough to be typed."""
    return random.SystemRandom().randrange(10**9)


def how_to_repeat(seed: int) -> str:
    """What to type to try the very same examples again."""
    asked = [name for name in ("KENG_TEST_NIGHTLY", "KENG_FUZZ") if os.environ.get(name)]
    variables = " ".join(f"{name}={os.environ[name]}" for name in asked)
    return f"{variables} python -m pytest --hypothesis-seed={seed} TEST"
