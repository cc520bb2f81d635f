"""Rows about what is sent, and about pagers: who of the desk writes which."""

from keng.channels.sms import Sms
from keng.site.row_policy import (
    BY_ONESELF,
    IS_SOMEBODY,
    RowPolicy,
    desk_writes,
    is_one_of,
    one_of_units,
)

_AT_WORK = f"unit_id {one_of_units('WORKING')}"
_OFFICER_IS_ONESELF = f"officer_id {BY_ONESELF}"
_IS_MADE_NOW = "delivery_is_being_made(dispatch_id)"
_TO_A_REPORTER = "kind IN ('reply', 'ack') AND source_kind = 'tip' AND keng_reaches_tip(source_ref)"
_TO_MANY = f"kind NOT IN ('reply', 'ack', 'page') AND {_AT_WORK}"

_OF_OWN_DISPATCH = (
    f"EXISTS (SELECT FROM delivery_dispatch sent WHERE sent.id = dispatch_id AND sent.{_AT_WORK})"
)

_OF_OWN_ACCOUNT = (
    "EXISTS (SELECT FROM delivery_channelaccount account"
    f" WHERE account.id = account_id AND account.{_AT_WORK})"
)

_DISPATCHES = (
    # Whoever answers for another officer's text by a pattern wrote the text.
    *desk_writes(
        "delivery_approval", adds=f"approved_by_id {BY_ONESELF} OR author_id {BY_ONESELF}"
    ),
    *desk_writes(
        "delivery_dispatch",
        # Officers are called by every role: to a new sign-in, to a data incident, for a test.
        adds=f"{_TO_MANY} OR {_TO_A_REPORTER} OR kind = 'page' AND {IS_SOMEBODY}",
        changes=f"{_TO_MANY} OR {_TO_A_REPORTER}",
    ),
    *desk_writes(
        "delivery_dispatchaudience",
        adds=f"{_OF_OWN_DISPATCH} AND {_IS_MADE_NOW}",
    ),
    *desk_writes(
        "delivery_delivery",
        adds=_IS_MADE_NOW,
        changes="keng_may_stop(dispatch_id) OR keng_stops_digest(recipient_ref, id)",
    ),
    # What is behind is noticed by the worker; an officer of the desk says that they have seen it.
    *desk_writes(
        "delivery_dispatchlag",
        changes=_OF_OWN_DISPATCH,
        becomes=f"{_OF_OWN_DISPATCH} AND seen_by_id {BY_ONESELF}",
    ),
    # The sender is asked about the groups of an account; what becomes of it the sender writes.
    *desk_writes(
        "delivery_grouprequest",
        adds=f"asked_by_id {BY_ONESELF} AND {_OF_OWN_ACCOUNT}",
    ),
    *desk_writes(
        "delivery_relaytask",
        changes="EXISTS (SELECT FROM network_lead lead"
        f" WHERE lead.id = lead_id AND lead.{_AT_WORK})",
    ),
)
# A report that an officer takes down. Files come with messages alone, but it is one statement.
_COMING_IN = (
    *desk_writes("delivery_dedupekey", adds=is_one_of("WORKING")),
    *desk_writes(
        "delivery_inbound", adds="keng_is_new_tip(tip_ref)", changes="keng_writes_tip(tip_ref)"
    ),
    *desk_writes("delivery_inboundmedia", adds="false"),
    *desk_writes("delivery_conversation", changes="keng_writes_tip(tip_ref)"),
)
_OF_OWN_TEST = (
    "EXISTS (SELECT FROM delivery_pagertest test"
    f" WHERE test.id = test_id AND test.{_OFFICER_IS_ONESELF})"
)
# With an account its pagers go, and what was kept of each.
_ENDS_PAGER = f"{_OFFICER_IS_ONESELF} OR keng_manages_officer(officer_id)"
_OF_ENDED_PAGER = (
    "EXISTS (SELECT FROM delivery_pagerway way"
    f" WHERE way.id = way_id AND (way.{_OFFICER_IS_ONESELF}"
    " OR keng_manages_officer(way.officer_id)))"
)
_OF_CALL_BY_TEXT = (
    "takes_tip AND way_id IS NULL AND refused_at IS NULL AND EXISTS ("
    "SELECT FROM delivery_delivery call JOIN delivery_dispatch sent ON sent.id = call.dispatch_id"
    " WHERE call.id = delivery_ref AND call.recipient_kind = 'pager'"
    f" AND call.channel = '{Sms.code}'"
    " AND sent.kind = 'page' AND sent.source_kind = 'alarm'"
    " AND call.created_at > now() - interval '30 minutes')"
)
_PAGERS = (
    *desk_writes(
        "delivery_pagerway",
        adds=_OFFICER_IS_ONESELF,
        changes=_OFFICER_IS_ONESELF,
        deletes=_ENDS_PAGER,
    ),
    *desk_writes("delivery_pagertest", adds=_OFFICER_IS_ONESELF, changes=_OFFICER_IS_ONESELF),
    *desk_writes(
        "delivery_pagertestway", adds=_OF_OWN_TEST, changes=_OF_OWN_TEST, deletes=_OF_ENDED_PAGER
    ),
    *desk_writes("delivery_chatpagercode", adds=_OFFICER_IS_ONESELF, deletes=_OFFICER_IS_ONESELF),
    # Whoever taps the link of a call has not signed in: it is of a call of this half hour.
    *desk_writes("delivery_pageranswer", adds=_OF_CALL_BY_TEXT, deletes=_OF_ENDED_PAGER),
)

SENDING_POLICIES: tuple[RowPolicy, ...] = (*_DISPATCHES, *_COMING_IN, *_PAGERS)
