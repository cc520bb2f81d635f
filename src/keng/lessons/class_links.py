"""A class teacher's secret link to a campaign, which the desk hands over."""

from keng.kit.secret_links import RowLink
from keng.lessons.models import SchoolClass

_CLASS = RowLink("pledge link", "pledge")

class_token = _CLASS.token
class_url = _CLASS.url


def class_of_token(token: str) -> SchoolClass | None:
    """The class whose present token this is."""
    rows = SchoolClass.objects.select_related("campaign__unit", "group", "lead", "commune")
    return _CLASS.row_of(rows, token)
