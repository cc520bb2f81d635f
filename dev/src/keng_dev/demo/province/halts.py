"""Tips that were suspended while others owed something; one of them was taken up again since."""

import datetime as dt

from keng.accounts.models import Officer
from keng.tips.letters import resumed_sentence
from keng.tips.models import Decision
from keng_dev.demo.province.fate import Fate, Said, Step
from keng_dev.demo.province.stories import Halt


def halt(fate: Fate, why: Halt, officer: Officer) -> None:
    """Suspend it a day after the last step, and take it up again when what was owed had come."""
    at = fate.steps[-1].at + dt.timedelta(days=1)
    detail = {"ground": why.ground}
    fate.steps.append(Step(Decision.Kind.SUSPENDED, at, officer, why.reason, detail))
    fate.said.append(Said(at, why.told, officer))
    fate.answered_at, fate.waiting_since = fate.answered_at or at, None
    if why.resumed is None:
        fate.suspended_at = at
        return
    fate.steps.append(Step(Decision.Kind.RESUMED, why.resumed, officer, why.came))
    fate.said.append(Said(why.resumed, resumed_sentence(), author="automatic"))
