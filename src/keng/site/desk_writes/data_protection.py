"""Rows of data protection (data incidents, requests, periods): who of the desk writes which."""

from keng.site.row_policy import BY_ONESELF, RowPolicy, desk_writes, one_of_units


def _of_breach(table: str, who: str) -> str:
    return (
        f"EXISTS (SELECT FROM breaches_breach breach WHERE breach.id = {table}.breach_id"
        f" AND breach.unit_id {one_of_units(who)})"
    )


_BREACHES = (
    *desk_writes(
        "breaches_breach",
        adds=f"recorded_by_id {BY_ONESELF} AND unit_id {one_of_units('RECORDING_BREACHES')}",
        # The second person of a waiver locks it.
        changes=f"unit_id {one_of_units('READING_BREACHES')}",
        becomes=f"unit_id {one_of_units('RECORDING_BREACHES')}",
    ),
    *desk_writes(
        "breaches_breachfiling",
        adds=f"filed_by_id {BY_ONESELF}"
        f" AND {_of_breach('breaches_breachfiling', 'RECORDING_BREACHES')}",
    ),
    *desk_writes(
        "breaches_breachnotice",
        adds=f"asked_by_id {BY_ONESELF}"
        f" AND {_of_breach('breaches_breachnotice', 'RECORDING_BREACHES')}",
    ),
    *desk_writes(
        "breaches_breachwaiver",
        adds=f"asked_by_id {BY_ONESELF}"
        f" AND {_of_breach('breaches_breachwaiver', 'RECORDING_BREACHES')}",
        changes=_of_breach("breaches_breachwaiver", "READING_BREACHES"),
        becomes="(SELECT keng_actor()) IN (agreed_by_id, refused_by_id)"
        f" AND {_of_breach('breaches_breachwaiver', 'READING_BREACHES')}",
    ),
)
# The desk that is asked says what there is to it.
_REQUESTS = desk_writes(
    "data_requests_datarequest",
    changes=f"unit_id {one_of_units('READING_DATA_REQUESTS')} OR keng_is_own_tip(desk_tip_id)",
)
_PERIODS = desk_writes(
    "retention_retentionperiod",
    adds=f"proposed_by_id {BY_ONESELF} AND unit_id {one_of_units('PROPOSING_PERIODS')}",
    changes=f"unit_id {one_of_units('READING_PERIODS')}",
    becomes="(SELECT keng_actor()) IN (agreed_by_id, refused_by_id, ended_by_id)"
    f" AND unit_id {one_of_units('READING_PERIODS')}",
)
_IMPORTS = desk_writes(
    "imported_importbatch",
    adds=f"proposed_by_id {BY_ONESELF} AND unit_id {one_of_units('PROPOSING_IMPORTS')}",
    changes=f"unit_id {one_of_units('READING_IMPORTS')}",
    becomes="(SELECT keng_actor()) IN (agreed_by_id, ended_by_id)"
    f" AND unit_id {one_of_units('READING_IMPORTS')}",
)

DATA_PROTECTION_POLICIES: tuple[RowPolicy, ...] = (
    *_BREACHES,
    *_REQUESTS,
    *_PERIODS,
    *_IMPORTS,
)
