"""A Zalo Official Account that runs here: tokens, windows, groups, faults, and signed webhooks.

    python -m keng.channels.zalo_oa.fake --port 9100 [--oa-type 4] [--webhook URL]

In a test: `with running(oa_type=4) as fake: ...`. It checks as hard as the provider does and never
talks to anything but the webhook URL it was given.
"""

from keng.channels.zalo_oa.fake.server import FakeZalo, running_zalo
from keng.channels.zalo_oa.fake.state import FakeSettings, FakeState

__all__ = ["FakeSettings", "FakeState", "FakeZalo", "running_zalo"]
