"""How the database answers what is asked most: the shape of each plan, without what it costs.

`plans.txt` has them as they should be, for TIPS_OF_PLANS tips. A test fills so many and compares.
Where a plan is meant to change, PLANS_ANEW=1 has the test write the file anew.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from keng_dev.bench.scale.askings import Recorder, all_askings, asked_as
from keng_dev.bench.scale.filling import Filling

TIPS_OF_PLANS = 30_000
PLANS_FILE = Path(__file__).with_name("plans.txt")
_NAME = "# "
# A plan is of the values of this machine otherwise: how much fits into memory, how many cores.
PLANNED_WITH = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "'4MB'",
    "effective_cache_size": "'4GB'",
    "random_page_cost": "4",
}


def hot_plans(base: Filling, sessions: Mapping[int, Any]) -> dict[str, str]:
    """The plan of each statement of what is hot, by the name of what was asked and its place."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    found = {}
    for asking in all_askings(base):
        if not asking.is_hot:
            continue
        session = sessions.get(id(asking.officer))
        recorder = Recorder(explains=True)
        with asked_as(asking, session), connection.execute_wrapper(recorder):
            asking.ask()
        for number, statement in enumerate(recorder.statements, 1):
            found[f"{asking.name} {number}"] = "\n".join(_lines(statement.plan, 0))
    return found


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    """Each step with what it reads, and by which index."""
    read = [node.get("Index Name"), node.get("Relation Name"), node.get("Function Name")]
    said = " ".join([node["Node Type"], *(each for each in read if each)])
    role = node.get("Parent Relationship", "")
    apart = f"({node['Subplan Name'].split(' (')[0].split()[0]}) " if role in _APART else ""
    yield "  " * depth + apart + said
    for below in node.get("Plans", ()):
        yield from _lines(below, depth + 1)


_APART = ("InitPlan", "SubPlan")


def plans_as_text(plans: Mapping[str, str]) -> str:
    """As the file has them."""
    return "\n\n".join(f"{_NAME}{name}\n{plan}" for name, plan in plans.items()) + "\n"


def read_plans(text: str) -> dict[str, str]:
    """What the file says."""
    parts = (part.split("\n", 1) for part in text.removeprefix(_NAME).split(f"\n{_NAME}"))
    return {name: plan.strip("\n") for name, plan in parts}
