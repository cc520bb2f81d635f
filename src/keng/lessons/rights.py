"""Who writes and who publishes: two officers of the province's desk."""

from typing import TYPE_CHECKING

from keng.accounts import rota
from keng.places.models import Unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.lessons.four_eyes import FourEyes


def unit_to_write_for(officer: "Officer") -> Unit | None:
    """The province's desk in whose name the officer writes: lessons are off at a commune."""
    held = [
        post.unit for post in officer.current_posts
        if post.role in rota.WATCHING and post.unit.kind == Unit.Kind.PROVINCE
    ]  # fmt: skip
    return held[0] if held else None


def may_publish(officer: "Officer", text: "FourEyes") -> bool:
    """A second person of the same desk."""
    return text.made_by_id != officer.pk and may_end(officer, text)


def may_end(officer: "Officer", text: "FourEyes") -> bool:
    """Taking something away needs no second person: what is wrong must not wait."""
    return any(
        post.role in rota.WATCHING and post.unit_id in {text.unit_id, text.unit.parent_id}
        and post.unit.kind == Unit.Kind.PROVINCE
        for post in officer.current_posts
    )  # fmt: skip
