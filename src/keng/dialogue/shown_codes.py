"""For how long a code is shown to whoever sent its form: ten minutes, or until they close it.

The secret is what only that browser's form held: the same form sent once more, on a slow net or by
a second tap, leads to the same code. Once closed it stays closed, whoever goes back in the history.
"""

import datetime

from keng.acts.act import act
from keng.acts.work import work
from keng.dialogue import acts
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.tips.models import ShownCode

CODE_SHOWN_FOR = datetime.timedelta(minutes=10)


def show_code_for_a_while(secret: str) -> None:
    """From now on; for the caller that has just made what the code opens, in its transaction."""
    row = ShownCode(hash=_hash(secret), until=times.now() + CODE_SHOWN_FOR)
    ShownCode.objects.bulk_create([row], ignore_conflicts=True)


def code_shown_until(secret: str) -> datetime.datetime | None:
    """Until when the code of this form is shown; None when it is not, or no more."""
    found = ShownCode.objects.filter(hash=_hash(secret), until__gt=times.now())
    return found.values_list("until", flat=True).first()


@act(acts.STOP_SHOWING_CODE)
def stop_showing_code(secret: str) -> None:
    """For good."""
    ShownCode.objects.filter(hash=_hash(secret)).delete()


@work()
def sweep_shown_codes() -> int:
    """Delete what is over; 0, since everything is done in one go. A job of the worker."""
    ShownCode.objects.filter(until__lte=times.now()).delete()
    return 0


def _hash(secret: str) -> bytes:
    return keyed_hash("shown code", secret)
