"""The row of the open tip stays where it was opened, whatever a decision did to its deadline.

So the hand finds it again: the next row is still the next one. The counts above the rows
tell how the folder is now; the row that stays says where it stands by now.
"""

from dataclasses import replace

from django.utils.translation import gettext as _

from keng.inbox.list.cursors import ListPosition, position_of_row
from keng.inbox.list.deadline_groups import deadline_bounds, deadline_labels
from keng.inbox.list.inbox_query import DONE_FOLDER, DeadlineGroup, InboxPage, group_code_at
from keng.inbox.list.inbox_row import InboxRow
from keng.tips.models import Tip


def keep_row_in_position(page: InboxPage, row: InboxRow, position: ListPosition) -> InboxPage:
    """The page with this row where it stood when it was opened, and nowhere else.

    A page of ended tips stays as it is, and so does one where an incident's line stands for the
    row.
    """
    if page.folder == DONE_FOLDER or _stands_behind_a_line(page, row):
        return page
    now_in = next((group for group in page.groups if _holds(group, row)), None)
    # At its deadline it is one of another group by itself: nobody decided anything then.
    if now_in is not None and position_of_row(row) == position:
        return page
    code = group_code_at(position, deadline_bounds(page.at))
    if now_in is None or now_in.code != code:
        row = row._replace(moved_to=now_in.label if now_in else _("another page or folder"))
    groups = [
        replace(group, rows=[each for each in group.rows if each.pk != row.pk])
        for group in page.groups
    ]
    return replace(page, groups=_with_row(groups, row, position, code))


def is_on_later_page(page: InboxPage, position: ListPosition) -> bool:
    """Whether a row that was opened there stands on a page after this one."""
    rows = [row for group in page.groups for row in group.rows]
    return bool(page.next_cursor and rows) and _order_of(position) > _order_of_row(rows[-1])


def is_before(position: ListPosition, start: ListPosition) -> bool:
    """Whether a row that was opened there stands on a page before the one that starts there."""
    return _order_of(position) <= _order_of(start)


def row_of_tip(page: InboxPage, tip: Tip) -> InboxRow | None:
    """The tip's own row on this page, if it has one there."""
    rows = (row for group in page.groups for row in group.rows)
    return next((row for row in rows if row.pk == tip.pk), None)


def _with_row(
    groups: list[DeadlineGroup], row: InboxRow, position: ListPosition, code: str
) -> list[DeadlineGroup]:
    """The row in its old group, which stays with nothing else in it if need be."""
    order = list(deadline_labels())
    if code not in {group.code for group in groups}:
        groups = sorted(
            [*groups, DeadlineGroup(code, deadline_labels()[code], 0, [])],
            key=lambda group: order.index(group.code),
        )
    found = []
    for group in groups:
        rows = group.rows
        if group.code == code:
            at = sum(_order_of_row(each) < _order_of(position) for each in rows)
            rows = [*rows[:at], row, *rows[at:]]
        if rows:
            found.append(replace(group, rows=rows))
    return found


def _stands_behind_a_line(page: InboxPage, row: InboxRow) -> bool:
    lines = (each for group in page.groups for each in group.rows if each.incident_size > 1)
    return any(line.incident_id == row.incident_id for line in lines)


def _holds(group: DeadlineGroup, row: InboxRow) -> bool:
    return any(each.pk == row.pk for each in group.rows)


def _order_of(position: ListPosition) -> tuple[bool, int, float, int]:
    """As keng.inbox.list.inbox_query sorts: the first ones, the graver before, then the others."""
    return (
        not position.is_among_first,
        position.order_among_first or 0,
        position.at.timestamp(),
        position.tip_id.int,
    )


def _order_of_row(row: InboxRow) -> tuple[bool, int, float, int]:
    position = position_of_row(row)
    return _order_of(position) if position else (True, 0, float("inf"), row.pk.int)
