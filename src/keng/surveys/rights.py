"""Who writes surveys and who lets them open. A commune's small desk has none until switched on."""

from typing import TYPE_CHECKING

from keng.accounts.models import Post
from keng.accounts.releasing import may_release_for
from keng.places.models import Unit
from keng.surveys.models import Survey

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_AT_THE_PROVINCE = (Post.Role.COMMANDER, Post.Role.COORDINATOR, Post.Role.DUTY)
_AT_A_COMMUNE = (Post.Role.COMMANDER, Post.Role.DUTY)


def has_surveys(officer: "Officer") -> bool:
    """Whether the desk shows surveys to this officer at all."""
    return any(_writes(post, officer) for post in officer.current_posts)


def units_to_write_for(officer: "Officer") -> list[Unit]:
    """In whose name the officer may ask: the own unit; from a province also those below."""
    own = [post.unit for post in officer.current_posts if _writes(post, officer)]
    above = [unit.pk for unit in own if unit.kind == Unit.Kind.PROVINCE]
    below = Unit.objects.filter(parent__in=above).order_by("name") if above else ()
    return list({unit.pk: unit for unit in [*own, *below]}.values())


def may_write(officer: "Officer", survey: Survey) -> bool:
    """Whether the officer may change it, open it, close it, read its texts."""
    return any(
        _writes(post, officer) and _is_over(post, survey.unit) for post in officer.current_posts
    )


def may_approve(officer: "Officer", survey: Survey) -> bool:
    """The unit's commander or whoever is in charge at the province, with no hand in it so far."""
    hands = {survey.author_id, survey.changed_by_id, survey.submitted_by_id}
    return officer.pk not in hands and may_release_for(officer, survey.unit)


def may_release_result(officer: "Officer", survey: Survey) -> bool:
    """A second person for the words of a result that somebody else handed in."""
    return (
        survey.proposed_by_id is not None
        and officer.pk != survey.proposed_by_id
        and may_release_for(officer, survey.unit)
    )


def _writes(post: Post, officer: "Officer") -> bool:
    if post.unit.kind == Unit.Kind.PROVINCE:
        return post.role in _AT_THE_PROVINCE
    return post.role in _AT_A_COMMUNE and officer.full_desk


def _is_over(post: Post, unit: Unit) -> bool:
    return post.unit_id in {unit.pk, unit.parent_id}
